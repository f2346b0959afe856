//! The clock: what a host says of musical time, made whole.
//!
//! Hosts leave out fields, send NaN, or stand still. Missing tempo: the last one known, else
//! 120 BPM. Missing position: time runs on from the block before, at that tempo, else from beat 0.

use groove::Beats;

/// What the host says about a block. Any field may be nonsense.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// Whether time moves on.
    pub is_playing: bool,
    /// Musical time of the block's first sample.
    pub position: Option<Beats>,
    /// Beats per minute at the block's first sample.
    pub tempo: Option<f64>,
    /// Start and end of the active loop. If the block reaches beyond its end, the rest is played from
    /// its start.
    pub loop_range: Option<(Beats, Beats)>,
    /// Samples per second.
    pub sample_rate: f64,
}

/// Tempo until a host names one: what MIDI files and hosts assume.
const DEFAULT_TEMPO: f64 = 120.0;

/// The fastest tempo believed, in beats per minute; it bounds the work of a block.
const FASTEST_TEMPO: f64 = 10_000.0;

/// Sample rate for a host that names none.
const DEFAULT_SAMPLE_RATE: f64 = 48_000.0;

/// The lowest sample rate believed, in Hz; it bounds the work of a block.
const LOWEST_SAMPLE_RATE: f64 = 1_000.0;

/// Positions beyond this many beats are taken for nonsense: at 2^40 beats, 17 000 years at
/// 120 BPM, a double still resolves a sample.
const FURTHEST: f64 = (1_u64 << 40) as f64;

/// Deviations of the host's position from the expected one up to this are its rounding, and no
/// jump: half a tick of a 480 PPQ sequencer, 0.5 ms at 120 BPM. A change of tempo adds to it.
const ROUNDING: f64 = 1.0 / 960.0;

/// The most that a change of tempo adds to what counts as no jump: half a 16th. More than any ramp
/// deviates in a block, and so little that a mistaken tempo cannot hide a jump for long.
const STEEPEST_RAMP: f64 = 1.0 / 8.0;

/// What is known of the block before.
#[derive(Clone, Copy, Debug)]
struct Before {
    /// Where the next block is expected to start.
    expected: Beats,
    beats_per_sample: f64,
    frames: u32,
}

/// A block's place in musical time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Musical time of the first sample.
    pub(crate) position: Beats,
    /// Musical time from one sample to the next; 0 if time stands still, never negative.
    pub(crate) beats_per_sample: f64,
    /// How this block joins the one before.
    pub(crate) join: Join,
}

/// How a block joins the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// Time starts to run.
    Start,
    /// Time runs on.
    Continued,
    /// From a loop's end to its start.
    Wrapped,
    /// From anywhere to anywhere.
    Jumped,
}

/// Follows the host's transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    tempo: f64,
    before: Option<Before>,
}

impl Clock {
    pub(crate) const fn new() -> Self {
        Self { tempo: DEFAULT_TEMPO, before: None }
    }

    /// Where a block of a playing transport lies, without moving the clock.
    pub(crate) fn place(&self, transport: &Transport) -> Place {
        let beats_per_sample = tempo_of(transport).unwrap_or(self.tempo) / 60.0 / rate(transport);
        let told = told(transport);
        let Some(before) = self.before else {
            let position = told.unwrap_or_default();
            return Place { position, beats_per_sample, join: Join::Start };
        };
        let Some(position) = told else {
            return Place { position: before.expected, beats_per_sample, join: Join::Continued };
        };
        // A ramp may have gone all the way from the old tempo to the new at any sample of the block.
        let ramp = (beats_per_sample - before.beats_per_sample).abs() * f64::from(before.frames);
        let sample = before.beats_per_sample.min(STEEPEST_RAMP);
        let tolerance = ROUNDING + 1.5 * sample + ramp.min(STEEPEST_RAMP);
        let is_near = |a: Beats, b: Beats| (a - b).0.abs() <= tolerance;
        let range = valid_loop(transport, beats_per_sample);
        let join = match range {
            _ if is_near(position, before.expected) => Join::Continued,
            Some((start, end)) if is_near(position, start) && is_near(before.expected, end) => {
                Join::Wrapped
            }
            // Here the loop has been gone round already; the host, whose tempo falls, is about to.
            Some((start, end)) if is_near(position, end) && is_near(before.expected, start) => {
                let position = position - (end - start);
                return Place { position, beats_per_sample, join: Join::Continued };
            }
            _ => Join::Jumped,
        };
        Place { position, beats_per_sample, join }
    }

    /// Notes the tempo, also while the transport stands.
    pub(crate) fn hear(&mut self, transport: &Transport) {
        self.tempo = tempo_of(transport).unwrap_or(self.tempo);
    }

    /// Notes that a block of `frames` samples was played and ended at `end`.
    pub(crate) fn advance(&mut self, transport: &Transport, frames: u32, end: Beats) {
        let beats_per_sample = self.tempo / 60.0 / rate(transport);
        self.before = Some(Before { expected: end, beats_per_sample, frames });
    }

    /// Notes that the transport stands.
    pub(crate) fn stop(&mut self) {
        self.before = None;
    }
}

/// Where the host says that the block begins, if it says so and means it.
pub(crate) fn told(transport: &Transport) -> Option<Beats> {
    transport.position.filter(|position| position.0.abs() <= FURTHEST)
}

/// Start and end of the transport's loop, if it is long enough to be one.
pub(crate) fn valid_loop(transport: &Transport, beats_per_sample: f64) -> Option<(Beats, Beats)> {
    transport.loop_range.filter(|(start, end)| {
        start.0.abs() <= FURTHEST && end.0.abs() <= FURTHEST && (*end - *start).0 > beats_per_sample
    })
}

/// The tempo named; standing still for 0 and below, `None` for nonsense.
fn tempo_of(transport: &Transport) -> Option<f64> {
    let tempo = transport.tempo.filter(|tempo| tempo.is_finite())?;
    Some(tempo.clamp(0.0, FASTEST_TEMPO))
}

fn rate(transport: &Transport) -> f64 {
    let rate = transport.sample_rate;
    if rate.is_finite() && rate >= LOWEST_SAMPLE_RATE { rate } else { DEFAULT_SAMPLE_RATE }
}
