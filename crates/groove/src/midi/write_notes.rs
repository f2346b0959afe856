//! Writing notes as they sounded as a Standard MIDI File.

use midly::num::{u4, u7};
use midly::{MetaMessage, MidiMessage, TrackEventKind};

use super::strokes::FOOT_CONTROLLER;
use super::write::{RELEASE_VELOCITY, file, microseconds_per_beat, signature};
use super::{TICKS_PER_BEAT, WriteMidiError};
use crate::bar::Metre;
use crate::time::Beats;

/// A note as it sounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundedNote {
    /// When it was struck.
    pub start: Beats,
    /// How long it was held.
    pub length: Beats,
    /// MIDI channel; only its lowest four bits count.
    pub channel: u8,
    /// MIDI key; only its lowest seven bits count.
    pub key: u8,
    /// How hard, in `[0, 1]`.
    pub velocity: f32,
    /// The value of the [foot controller](super::FOOT_CONTROLLER) sent before it, if any; only its lowest seven bits count.
    pub foot: Option<u8>,
    /// Whether it ends because a hand grabs it: its key is then pressed.
    pub is_grabbed: bool,
}

/// The longest file in beats: its ticks stay below 2^28.
const MAX_BEATS: f64 = ((1 << 28) / TICKS_PER_BEAT as i64 - 1) as f64;

/// Writes `notes`, in any order, as a Standard MIDI File of `length` or until its last note ends: format 0,
/// [`TICKS_PER_BEAT`], `bpm` quarter notes a minute, in `metres` from these times on, in order, and in 4/4 before the first.
///
/// Notes are rounded to the nearest tick; those before time 0 begin at 0. A note ends where the next
/// of its key and channel begins, if not before. The softest velocity is 1, for 0 would be a note-off. A time that is not a
/// number counts as 0.
///
/// # Errors
/// If a MIDI file cannot state `bpm`, or cannot be so long.
pub fn write_notes(
    notes: &[SoundedNote],
    metres: &[(Beats, Metre)],
    length: Beats,
    bpm: f64,
) -> Result<Vec<u8>, WriteMidiError> {
    write_song(notes, metres, &[], length, bpm)
}

/// As [`write_notes`], with markers of these names.
///
/// # Errors
/// The same.
pub fn write_song(
    notes: &[SoundedNote],
    metres: &[(Beats, Metre)],
    markers: &[(Beats, String)],
    length: Beats,
    bpm: f64,
) -> Result<Vec<u8>, WriteMidiError> {
    let tempo = microseconds_per_beat(bpm)?;
    let end_of = |note: &SoundedNote| note.start.0 + note.length.0;
    let beats = notes.iter().map(end_of).fold(length.0, f64::max);
    if beats > MAX_BEATS {
        let patterns = (beats / crate::BEATS_PER_CYCLE).min(usize::MAX as f64) as usize;
        return Err(WriteMidiError::TooLong { patterns });
    }
    let tick = |beats: f64| (beats.max(0.0) * f64::from(TICKS_PER_BEAT)).round() as i64;
    let mut sorted: Vec<&SoundedNote> = notes.iter().collect();
    sorted.sort_by(|a, b| a.start.0.total_cmp(&b.start.0));
    let mut events: Vec<(i64, bool, TrackEventKind<'_>)> = Vec::new();
    for (start, name) in markers {
        let marker = MetaMessage::Marker(name.as_bytes());
        events.push((tick(start.0), false, TrackEventKind::Meta(marker)));
    }
    for (place, note) in sorted.iter().enumerate() {
        let (channel, key) = (u4::from(note.channel & 0xf), u7::from(note.key & 0x7f));
        let velocity = (note.velocity * 127.0).round().clamp(1.0, 127.0) as u8;
        let is_same =
            |other: &&&SoundedNote| (other.channel, other.key) == (note.channel, note.key);
        let next = sorted[place + 1..].iter().find(is_same).map(|next| tick(next.start.0));
        let start = tick(note.start.0);
        let end = tick(end_of(note)).max(start + 1);
        // Two at once: the first lasts no time, and the other goes on.
        let end = next.map_or(end, |next| next.min(end));
        if let Some(foot) = note.foot {
            let (controller, value) = (u7::from(FOOT_CONTROLLER), u7::from(foot & 0x7f));
            let message = MidiMessage::Controller { controller, value };
            events.push((start, end > start, TrackEventKind::Midi { channel, message }));
        }
        let message = MidiMessage::NoteOn { key, vel: u7::from(velocity) };
        events.push((start, end > start, TrackEventKind::Midi { channel, message }));
        for vel in [127, 0].into_iter().filter(|_| note.is_grabbed) {
            let message = MidiMessage::Aftertouch { key, vel: u7::from(vel) };
            events.push((end, false, TrackEventKind::Midi { channel, message }));
        }
        let message = MidiMessage::NoteOff { key, vel: u7::from(RELEASE_VELOCITY) };
        events.push((end, false, TrackEventKind::Midi { channel, message }));
    }
    let is_first = |(start, _): &&(Beats, Metre)| tick(start.0) == 0;
    let first = metres.iter().rfind(is_first).map_or(Metre::FOUR_FOUR, |&(_, metre)| metre);
    for &(start, metre) in metres.iter().filter(|metre| !is_first(metre)) {
        events.push((tick(start.0), false, TrackEventKind::Meta(signature(metre))));
    }
    // At one tick note-offs come first. A note without length still begins before it ends, for the sort is stable.
    events.sort_by_key(|&(tick, is_on, _)| (tick, is_on));
    Ok(file(first, events.into_iter().map(|(tick, _, kind)| (tick, kind)), tick(length.0), tempo))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::midi::{Note, Performance};
    use crate::time::Ticks;

    fn note(start: f64, length: f64, key: u8) -> SoundedNote {
        let (start, length) = (Beats(start), Beats(length));
        let (velocity, foot, is_grabbed) = (0.5, None, false);
        SoundedNote { start, length, channel: 3, key, velocity, foot, is_grabbed }
    }

    fn read(notes: &[SoundedNote]) -> Vec<Note> {
        let bytes = write_notes(notes, &[], Beats(16.0), 90.0).unwrap();
        Performance::read(&bytes).unwrap().notes().copied().collect()
    }

    #[test]
    fn notes_come_back_on_their_tick_key_and_channel() {
        let found = read(&[note(1.5, 0.25, 61), note(0.0, 0.5, 36)]);
        let expected = |start, end, key| Note {
            start: Ticks(start),
            end: Some(Ticks(end)),
            channel: 3,
            key,
            velocity: 64,
            foot: None,
            grabbed: None,
        };
        assert_eq!(found, [expected(0, 480, 36), expected(1440, 1680, 61)]);
    }

    #[test]
    fn a_note_ends_where_the_next_of_its_key_begins() {
        let found = read(&[note(0.0, 2.0, 36), note(1.0, 0.5, 36), note(0.5, 2.0, 38)]);
        let ends: Vec<_> = found.iter().map(|note| note.end.unwrap().0).collect();
        assert_eq!(ends, [960, 2400, 1440]);
    }

    #[test]
    fn the_metres_are_stated_where_they_begin() {
        let [three_four, six_eight] = [(3, 4), (6, 8)].map(|(n, d)| Metre::new(n, d).unwrap());
        let metres = [(Beats(0.0), three_four), (Beats(12.0), six_eight)];
        let bytes = write_notes(&[note(0.0, 1.0, 36)], &metres, Beats(24.0), 120.0).unwrap();
        let read = Performance::read(&bytes).unwrap().time_signatures;
        let told: Vec<_> =
            read.iter().map(|s| (s.start.0, s.numerator, s.denominator_power)).collect();
        assert_eq!(told, [(0, 3, 2), (12 * 960, 6, 3)]);
    }

    #[test]
    fn what_is_before_the_beginning_comes_at_the_beginning() {
        let found = read(&[note(-0.125, 0.25, 36), note(f64::NAN, 0.5, 38)]);
        assert!(found.iter().all(|note| note.start == Ticks(0)), "{found:?}");
    }

    #[test]
    fn a_file_too_long_or_too_slow_is_refused() {
        assert!(write_notes(&[note(1e9, 1.0, 36)], &[], Beats(16.0), 120.0).is_err());
        assert!(write_notes(&[], &[], Beats(16.0), 0.0).is_err());
    }
}
