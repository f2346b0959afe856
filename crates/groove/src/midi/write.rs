//! Writing patterns as Standard MIDI Files.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::DRUM_CHANNEL;
use crate::instrument::{INSTRUMENTS, Instrument};
use crate::pattern::{BEATS_PER_BAR, Hit, Pattern, STEPS, STEPS_PER_BEAT};

/// The length of a quarter note in the files written. A step is then 240 ticks, and a
/// micro-offset survives to a 240th of a step: half a millisecond at 120 BPM.
pub const TICKS_PER_BEAT: u16 = 960;

const TICKS_PER_STEP: i64 = TICKS_PER_BEAT as i64 / STEPS_PER_BEAT as i64;

/// Drum sounds ring as long as they do; half a step is seen well in a piano roll and leaves a
/// gap before the next note of a roll.
const NOTE_TICKS: i64 = TICKS_PER_STEP / 2;

/// 4 beats of 1 / 2^2 to the bar; a metronome click every 24 MIDI clocks, which is every beat; 8
/// notated 32nds to the beat, as always.
const FOUR_FOUR: MetaMessage<'static> = MetaMessage::TimeSignature(BEATS_PER_BAR as u8, 2, 24, 8);

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

const MAX_PATTERNS: usize = (1 << 28) / (STEPS * TICKS_PER_STEP as usize) - 1;

/// Writes `patterns`, one after another, as a Standard MIDI File: format 0, [`TICKS_PER_BEAT`], `bpm`
/// quarter notes a minute, 4/4, drum channel, General MIDI keys. The track ends where the
/// last pattern does, so that programs import it as whole bars.
///
/// Each note lasts half a step, or until the next of its key. A hit is where its micro-offset puts it,
/// rounded to a tick but never into the half of another step; before tick 0 there is no time, so an early
/// first hit comes at tick 0. The softest velocity is 1, for 0 would be a note-off. The same
/// patterns give the same bytes.
///
/// # Errors
/// If a MIDI file cannot state `bpm`, or cannot hold so many patterns.
pub fn write(patterns: &[Pattern], bpm: f64) -> Result<Vec<u8>, WriteMidiError> {
    if patterns.len() > MAX_PATTERNS {
        return Err(WriteMidiError::TooLong { patterns: patterns.len() });
    }
    let tempo = microseconds_per_beat(bpm)?;
    let end = patterns.len() as i64 * STEPS as i64 * TICKS_PER_STEP;

    let events = events(patterns);
    Ok(file(events.iter().map(|event| (event.tick, event.kind())), end, tempo))
}

/// A file of `events` in order of time, at these ticks, that ends at `end` or with the last of them.
pub(super) fn file(
    events: impl Iterator<Item = (i64, TrackEventKind<'static>)>,
    end: i64,
    tempo: u24,
) -> Vec<u8> {
    let timing = Timing::Metrical(u15::from(TICKS_PER_BEAT));
    let mut file = Smf::new(Header::new(Format::SingleTrack, timing));
    let meta = |meta| TrackEvent { delta: u28::from(0), kind: TrackEventKind::Meta(meta) };
    let mut track = vec![meta(MetaMessage::Tempo(tempo)), meta(FOUR_FOUR)];
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

/// A note-on (with its velocity) or note-off.
struct Event {
    tick: i64,
    instrument: Instrument,
    velocity: Option<u8>,
}

impl Event {
    fn kind(&self) -> TrackEventKind<'static> {
        let key = u7::from(self.instrument.key());
        let message = match self.velocity {
            Some(velocity) => MidiMessage::NoteOn { key, vel: u7::from(velocity) },
            None => MidiMessage::NoteOff { key, vel: u7::from(RELEASE_VELOCITY) },
        };
        TrackEventKind::Midi { channel: u4::from(DRUM_CHANNEL), message }
    }
}

/// Every note-on and note-off in order of time; at one tick note-offs first, then kick first.
fn events(patterns: &[Pattern]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut note_off: [Option<usize>; INSTRUMENTS] = [None; INSTRUMENTS];
    for (i, pattern) in patterns.iter().enumerate() {
        for (step, instrument, hit) in pattern.iter() {
            let tick = hit_tick((i * STEPS + step) as i64, hit);
            // The hits of one instrument come in order of time, each later than the one before.
            if let Some(before) = note_off[instrument.index()] {
                events[before].tick = events[before].tick.min(tick);
            }
            let velocity = (hit.velocity() * 127.0).round().max(1.0) as u8;
            events.push(Event { tick, instrument, velocity: Some(velocity) });
            note_off[instrument.index()] = Some(events.len());
            events.push(Event { tick: tick + NOTE_TICKS, instrument, velocity: None });
        }
    }
    events.sort_by_key(|event| (event.tick, event.velocity.is_some(), event.instrument));
    events
}

/// The tick of a hit at step `step` of the file. One half step before the next step's grid
/// time would be read back as an early hit of that step, so the latest is a tick before.
fn hit_tick(step: i64, hit: Hit) -> i64 {
    let half = TICKS_PER_STEP / 2;
    let offset = (f64::from(hit.micro_offset()) * TICKS_PER_STEP as f64).round() as i64;
    (step * TICKS_PER_STEP + offset.clamp(-half, half - 1)).max(0)
}
