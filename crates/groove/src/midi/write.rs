//! Writing patterns as Standard MIDI Files.

use midly::num::{u15, u24, u28};
use midly::{Format, Header, MetaMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::DRUM_CHANNEL;
use super::strokes::openness;
use super::write_notes::{SoundedNote, write_notes};
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
    let beats = |ticks: i64| Beats(ticks as f64 / f64::from(TICKS_PER_BEAT));
    let is_half_open = |pattern: &Pattern| {
        pattern.iter().any(|(.., hit)| hit.articulation() == Articulation::HalfOpen)
    };
    // Files without half-open hats need no pedal.
    let has_pedal = patterns.iter().any(is_half_open);
    let (mut notes, mut metres, mut start) = (Vec::new(), Vec::new(), 0);
    for pattern in patterns {
        let bar = pattern.bar();
        let step_ticks = bar.grid().step_clocks() as i64 * TICKS_PER_CLOCK;
        if metres.last().is_none_or(|&(_, last)| last != bar.metre()) {
            metres.push((beats(start), bar.metre()));
        }
        for (step, instrument, hit) in pattern.iter() {
            let grid = start + step as i64 * step_ticks;
            let tick = hit_tick(grid, step_ticks, hit);
            // A flam's two strokes; before tick 0 there is no time for the first.
            let grace = sequencer::grace(hit, beats(step_ticks)).map(|(grace, steps)| {
                let tick = tick - (steps * step_ticks as f64).round() as i64;
                (tick.max(grid - step_ticks / 2).max(0), grace)
            });
            for (tick, hit) in grace.filter(|grace| grace.0 < tick).into_iter().chain([(tick, hit)])
            {
                let articulation = hit.articulation();
                let is_grabbed = articulation == Articulation::Choke;
                let note = SoundedNote {
                    start: beats(tick),
                    // Drum sounds ring as long as they do; half a step is seen well in a piano roll and leaves a gap
                    // before the next note of a roll.
                    length: if is_grabbed { sequencer::CHOKE } else { beats(step_ticks / 2) },
                    channel: DRUM_CHANNEL,
                    key: NoteMap::GeneralMidi.key(instrument, articulation),
                    velocity: hit.velocity(),
                    foot: openness(instrument, articulation).filter(|_| has_pedal),
                    is_grabbed,
                };
                notes.push((instrument, note));
            }
        }
        start += pattern.steps() as i64 * step_ticks;
    }
    // The strokes of one instrument come in order of time, and end each other.
    let mut next = [f64::INFINITY; INSTRUMENTS];
    for (instrument, note) in notes.iter_mut().rev() {
        let next = &mut next[instrument.index()];
        note.length.0 = note.length.0.min(*next - note.start.0);
        *next = note.start.0;
    }
    notes.sort_by_key(|(instrument, _)| instrument.index());
    let notes: Vec<SoundedNote> = notes.into_iter().map(|(_, note)| note).collect();
    write_notes(&notes, &metres, beats(start), bpm)
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

/// The tick of a hit whose step is at `grid`. One half step before the next step's grid
/// time would be read back as an early hit of that step, so the latest is a tick before.
fn hit_tick(grid: i64, step_ticks: i64, hit: Hit) -> i64 {
    let half = step_ticks / 2;
    let offset = (f64::from(hit.micro_offset()) * step_ticks as f64).round() as i64;
    (grid + offset.clamp(-half, half - 1)).max(0)
}
