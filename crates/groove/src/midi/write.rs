//! Writing patterns as Standard MIDI Files.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::DRUM_CHANNEL;
use super::strokes::{FOOT_CONTROLLER, openness};
use crate::articulation::Articulation;
use crate::bar::{CLOCKS_PER_QUARTER, Metre};
use crate::instrument::INSTRUMENTS;
use crate::note_map::NoteMap;
use crate::pattern::{BARS, Hit, Pattern};
use crate::sequencer;
use crate::time::Beats;

/// The length of a quarter note in the files written. A 16th is then 240 ticks, and a
/// micro-offset survives to a 240th of a step: half a millisecond at 120 BPM.
pub const TICKS_PER_BEAT: u16 = 960;

const TICKS_PER_CLOCK: i64 = TICKS_PER_BEAT as i64 / CLOCKS_PER_QUARTER as i64;

/// The time signature of `metre`; a metronome click on every beat, or on every 8th if they are not alike; 8
/// notated 32nds to the quarter, as always.
pub(super) fn signature(metre: Metre) -> MetaMessage<'static> {
    let denominator_power = metre.denominator().trailing_zeros() as u8;
    let is_even = metre.clocks() == metre.beats() * metre.beat_clocks(0);
    let click = if is_even { metre.beat_clocks(0) } else { CLOCKS_PER_QUARTER / 2 };
    MetaMessage::TimeSignature(metre.numerator(), denominator_power, click as u8, 8)
}

/// The velocity a note is let go with where nobody measured one, by the MIDI standard.
pub(super) const RELEASE_VELOCITY: u8 = 64;

/// Why patterns could not be written.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum WriteMidiError {
    /// MIDI files state the length of a beat as 1 to 16777215 microseconds.
    #[error("a MIDI file cannot have a tempo of {bpm} BPM, only 3.6 to 60000000")]
    Tempo {
        /// The tempo asked for.
        bpm: f64,
    },
    /// Time between two events must stay under 2^28 ticks.
    #[error("{patterns} patterns are too many for a MIDI file; write at most {MAX_PATTERNS}")]
    TooLong {
        /// Number of patterns.
        patterns: usize,
    },
}

/// A window's length.
const WINDOW_TICKS: usize = BARS * Metre::FOUR_FOUR.clocks() * TICKS_PER_CLOCK as usize;

/// So many windows, or patterns that are as long together.
const MAX_PATTERNS: usize = (1 << 28) / WINDOW_TICKS - 1;

/// Writes `patterns`, one after another, as a Standard MIDI File: format 0, [`TICKS_PER_BEAT`], `bpm`
/// quarter notes a minute, drum channel, General MIDI keys, with the time signatures of their metres. The track ends
/// where the last pattern does, so that programs import it as whole bars.
///
/// Each note lasts half a step, or until the next of its key. A hit is where its micro-offset puts it,
/// rounded to a tick but never into the half of another step; before tick 0 there is no time, so an early
/// first hit comes at tick 0. The softest velocity is 1, for 0 would be a note-off. The same
/// patterns give the same bytes.
///
/// A flam is two notes; one on the very first tick has no time before it and becomes a plain stroke. A cymbal that is grabbed
/// is held an 8th, and its key then pressed (polyphonic key pressure). Where hats are half-open somewhere, the foot
/// controller says before each stroke on them how open they are. The reader understands all of it.
///
/// # Errors
/// If a MIDI file cannot state `bpm`, or cannot hold so many patterns.
pub fn write(patterns: &[Pattern], bpm: f64) -> Result<Vec<u8>, WriteMidiError> {
    let ticks = |pattern: &Pattern| {
        pattern.bar().bars() * pattern.bar().metre().clocks() * TICKS_PER_CLOCK as usize
    };
    if patterns.iter().map(ticks).sum::<usize>() > MAX_PATTERNS * WINDOW_TICKS {
        return Err(WriteMidiError::TooLong { patterns: patterns.len() });
    }
    let tempo = microseconds_per_beat(bpm)?;
    let first = patterns.first().map_or(Metre::FOUR_FOUR, |pattern| pattern.bar().metre());
    let (events, end) = events(patterns);
    Ok(file(first, events.into_iter().map(|event| (event.tick, event.kind)), end, tempo))
}

/// A file of `events` in order of time, at these ticks, that begins in `metre` and ends at `end` or with the last of them.
pub(super) fn file<'a>(
    metre: Metre,
    events: impl Iterator<Item = (i64, TrackEventKind<'a>)>,
    end: i64,
    tempo: u24,
) -> Vec<u8> {
    let timing = Timing::Metrical(u15::from(TICKS_PER_BEAT));
    let mut file = Smf::new(Header::new(Format::SingleTrack, timing));
    let meta = |meta| TrackEvent { delta: u28::from(0), kind: TrackEventKind::Meta(meta) };
    let mut track = vec![meta(MetaMessage::Tempo(tempo)), meta(signature(metre))];
    let mut now = 0;
    for (tick, kind) in events {
        track.push(TrackEvent { delta: delta(now, tick), kind });
        now = tick;
    }
    let end_of_track = TrackEventKind::Meta(MetaMessage::EndOfTrack);
    track.push(TrackEvent { delta: delta(now, end.max(now)), kind: end_of_track });
    file.tracks.push(track);

    let mut bytes = Vec::new();
    file.write_std(&mut bytes).expect("one short track fits a file, and memory takes it");
    bytes
}

pub(super) fn microseconds_per_beat(bpm: f64) -> Result<u24, WriteMidiError> {
    let microseconds = (6e7 / bpm).round();
    if (1.0..=f64::from(0xFF_FFFF)).contains(&microseconds) {
        Ok(u24::from(microseconds as u32))
    } else {
        Err(WriteMidiError::Tempo { bpm })
    }
}

fn delta(from: i64, to: i64) -> u28 {
    u28::from(u32::try_from(to - from).expect("events are in order, and few patterns apart"))
}

/// An event, and its place among those of its tick: ends, time signatures, then note-ons, kick first.
struct Event {
    tick: i64,
    order: usize,
    kind: TrackEventKind<'static>,
}

impl Event {
    fn of_channel(tick: i64, order: usize, message: MidiMessage) -> Self {
        let kind = TrackEventKind::Midi { channel: u4::from(DRUM_CHANNEL), message };
        Self { tick, order, kind }
    }
}

/// How long a cymbal rings until it is grabbed, in ticks.
const CHOKE_TICKS: i64 = (sequencer::CHOKE.0 * TICKS_PER_BEAT as f64) as i64;

/// Every event in order of time, and where the last pattern ends.
fn events(patterns: &[Pattern]) -> (Vec<Event>, i64) {
    let mut events: Vec<Event> = Vec::new();
    let mut ends: [std::ops::Range<usize>; INSTRUMENTS] = Default::default();
    let is_half_open = |pattern: &Pattern| {
        pattern.iter().any(|(.., hit)| hit.articulation() == Articulation::HalfOpen)
    };
    // Files without half-open hats need no pedal.
    let has_pedal = patterns.iter().any(is_half_open);
    let mut start = 0;
    for (i, pattern) in patterns.iter().enumerate() {
        let bar = pattern.bar();
        let step_ticks = bar.grid().step_clocks() as i64 * TICKS_PER_CLOCK;
        if i > 0 && patterns[i - 1].bar().metre() != bar.metre() {
            let kind = TrackEventKind::Meta(signature(bar.metre()));
            events.push(Event { tick: start, order: INSTRUMENTS, kind });
        }
        let step_beats = Beats(step_ticks as f64 / f64::from(TICKS_PER_BEAT));
        for (step, instrument, hit) in pattern.iter() {
            let grid = start + step as i64 * step_ticks;
            let tick = hit_tick(grid, step_ticks, hit);
            // A flam's two strokes; before tick 0 there is no time for the first.
            let grace = sequencer::grace(hit, step_beats).map(|(grace, steps)| {
                let tick = tick - (steps * step_ticks as f64).round() as i64;
                (tick.max(grid - step_ticks / 2).max(0), grace)
            });
            for (tick, hit) in grace.filter(|grace| grace.0 < tick).into_iter().chain([(tick, hit)])
            {
                // The strokes of one instrument come in order of time, each later than the one before.
                for end in &mut events[ends[instrument.index()].clone()] {
                    end.tick = end.tick.min(tick);
                }
                let order = INSTRUMENTS + 1 + instrument.index();
                let articulation = hit.articulation();
                if let Some(openness) = openness(instrument, articulation).filter(|_| has_pedal) {
                    let (controller, value) = (u7::from(FOOT_CONTROLLER), u7::from(openness));
                    let message = MidiMessage::Controller { controller, value };
                    events.push(Event::of_channel(tick, order, message));
                }
                let key = u7::from(NoteMap::GeneralMidi.key(instrument, articulation));
                let vel = u7::from((hit.velocity() * 127.0).round().max(1.0) as u8);
                events.push(Event::of_channel(tick, order, MidiMessage::NoteOn { key, vel }));
                let first_end = events.len();
                let order = instrument.index();
                // Drum sounds ring as long as they do; half a step is seen well in a piano roll and leaves a gap before
                // the next note of a roll.
                let mut length = step_ticks / 2;
                if articulation == Articulation::Choke {
                    length = CHOKE_TICKS;
                    for vel in [127, 0] {
                        let message = MidiMessage::Aftertouch { key, vel: u7::from(vel) };
                        events.push(Event::of_channel(tick + length, order, message));
                    }
                }
                let off = MidiMessage::NoteOff { key, vel: u7::from(RELEASE_VELOCITY) };
                events.push(Event::of_channel(tick + length, order, off));
                ends[instrument.index()] = first_end..events.len();
            }
        }
        start += pattern.steps() as i64 * step_ticks;
    }
    events.sort_by_key(|event| (event.tick, event.order));
    (events, start)
}

/// The tick of a hit whose step is at `grid`. One half step before the next step's grid
/// time would be read back as an early hit of that step, so the latest is a tick before.
fn hit_tick(grid: i64, step_ticks: i64, hit: Hit) -> i64 {
    let half = step_ticks / 2;
    let offset = (f64::from(hit.micro_offset()) * step_ticks as f64).round() as i64;
    (grid + offset.clamp(-half, half - 1)).max(0)
}
