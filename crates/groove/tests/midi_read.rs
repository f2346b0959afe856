//! MIDI files as programs write them, and as they never should be.

use groove::midi::{Note, Performance, ReadMidiError};
use groove::{Hit, Instrument, StepSequence, Ticks};
use proptest::prelude::*;

/// A file of `tracks`, each the events of a track without its end, at `division`.
fn file(format: u16, division: u16, tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06".to_vec();
    for number in [format, tracks.len() as u16, division] {
        bytes.extend(number.to_be_bytes());
    }
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend((track.len() as u32 + 4).to_be_bytes());
        bytes.extend(*track);
        bytes.extend([0, 0xFF, 0x2F, 0]);
    }
    bytes
}

fn notes(track: &[u8]) -> Vec<Note> {
    let performance = Performance::read(&file(0, 96, &[track])).unwrap();
    performance.notes().copied().collect()
}

fn note(start: u64, end: Option<u64>, key: u8, velocity: u8) -> Note {
    Note { start: Ticks(start), end: end.map(Ticks), channel: 9, key, velocity }
}

#[test]
fn running_status_and_velocity_0_are_understood() {
    let found = notes(&[0, 0x99, 36, 100, 10, 36, 0, 5, 38, 90, 0x81, 0, 38, 0]);
    assert_eq!(found, [note(0, Some(10), 36, 100), note(15, Some(143), 38, 90)]);
}

#[test]
fn a_note_off_ends_every_open_note_of_its_key() {
    let found = notes(&[0, 0x99, 36, 100, 10, 36, 90, 10, 0x89, 36, 0, 0, 36, 0]);
    assert_eq!(found, [note(0, Some(20), 36, 100), note(10, Some(20), 36, 90)]);
}

#[test]
fn a_note_struck_as_another_ends_goes_on_whichever_event_comes_first() {
    let off_first = notes(&[0, 0x99, 36, 100, 10, 0x89, 36, 0, 0, 0x99, 36, 90, 10, 36, 0]);
    let on_first = notes(&[0, 0x99, 36, 100, 10, 36, 90, 0, 36, 0, 10, 36, 0]);
    assert_eq!(off_first, [note(0, Some(10), 36, 100), note(10, Some(20), 36, 90)]);
    assert_eq!(on_first, off_first);
}

#[test]
fn unmatched_events_are_kept_apart() {
    let lone_off_then_lone_on = notes(&[0, 0x89, 36, 0, 5, 0x99, 38, 70]);
    assert_eq!(lone_off_then_lone_on, [note(5, None, 38, 70)]);
    let without_length = notes(&[0, 0x99, 36, 100, 0, 36, 0]);
    assert_eq!(without_length, [note(0, Some(0), 36, 100)]);
}

#[test]
fn the_same_key_on_another_channel_or_track_is_another_note() {
    let track: &[u8] = &[0, 0x99, 36, 100, 10, 0x98, 36, 90, 10, 0x88, 36, 0];
    let performance = Performance::read(&file(1, 96, &[track, &[5, 0x89, 36, 0]])).unwrap();
    let ends: Vec<_> = performance.notes().map(|n| (n.channel, n.end)).collect();
    assert_eq!(ends, [(9, None), (8, Some(Ticks(20)))]);
    assert_eq!(performance.tracks.len(), 2);
}

#[test]
fn tempo_metre_and_controllers_of_any_track_count() {
    let tempo: &[u8] = &[96, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40]; // a beat in: 60 BPM
    let metre: &[u8] =
        &[0, 0xFF, 0x58, 4, 7, 3, 24, 8, 10, 0xB9, 4, 64, 10, 0xE9, 0, 64, 9, 0xB3, 4, 1];
    let performance = Performance::read(&file(1, 96, &[tempo, metre])).unwrap();
    assert_eq!(performance.tempo.seconds(Ticks(192)), 1.5);
    assert!(!performance.begins_in_four_four());
    assert_eq!(
        (
            performance.time_signatures[0].numerator,
            performance.time_signatures[0].denominator_power
        ),
        (7, 3)
    );
    let controls = performance.tracks[1].last_control;
    assert_eq!((controls[9], controls[3], controls[0]), (Some(Ticks(20)), Some(Ticks(29)), None));
}

#[test]
fn what_cannot_be_read_is_refused_with_a_reason() {
    let whole = file(0, 96, &[&[0, 0x99, 36, 100, 10, 36, 0]]);
    let error = |bytes: &[u8]| Performance::read(bytes).unwrap_err();
    assert_eq!(error(b""), ReadMidiError::NotMidi);
    assert_eq!(error(b"PK\x03\x04 and so on"), ReadMidiError::NotMidi);
    assert_eq!(error(&file(2, 96, &[])), ReadMidiError::Format(2));
    assert_eq!(error(&file(0, 0, &[])), ReadMidiError::ZeroDivision);
    for smpte in [0xE728, 0x8000, 0xFFFF] {
        assert_eq!(error(&file(0, smpte, &[])), ReadMidiError::Smpte);
    }
    let still = file(0, 96, &[&[7, 0xFF, 0x51, 3, 0, 0, 0]]);
    assert_eq!(error(&still), ReadMidiError::ZeroTempo { at: 7 });
    let status_in_data = file(0, 96, &[&[0, 0x99, 36, 0xFF]]);
    assert_eq!(error(&status_in_data).to_string(), "damaged or cut off at byte 22 of 30");
    for length in 4..whole.len() {
        let error = error(&whole[..length]);
        assert!(matches!(error, ReadMidiError::Damaged { .. }), "{length} bytes: {error}");
    }
}

#[test]
fn what_other_programs_add_is_passed_over() {
    let mut bytes = file(0, 96, &[&[0, 0x99, 36, 100, 10, 36, 0]]);
    let chunk = b"XFIH\0\0\0\x02??";
    bytes.splice(14..14, *chunk); // a chunk of no known kind before the track
    bytes.extend(b"padding");
    assert_eq!(Performance::read(&bytes).unwrap().notes().count(), 1);
}

#[test]
fn a_performance_is_quantised_to_its_loudest_hits() {
    // 96 ticks a beat, 24 a step: two snares near step 1, a kick 6 ticks late, a key of no drum.
    let track: &[u8] = &[22, 0x99, 38, 60, 4, 40, 127, 28, 36, 64, 0, 99, 64];
    let performance = Performance::read(&file(0, 96, &[track])).unwrap();
    let sequence = StepSequence::from_performance(&performance).unwrap();
    let pattern = sequence.pattern(0);
    assert_eq!(sequence.len(), 16);
    assert_eq!(pattern.count(), 2);
    assert_eq!(pattern.hit(1, Instrument::Snare), Some(Hit::new(1.0, 2.0 / 24.0)));
    assert_eq!(pattern.hit(2, Instrument::Kick), Some(Hit::new(64.0 / 127.0, 6.0 / 24.0)));
}

#[test]
fn a_clip_is_understood_more_generously_than_a_training_file() {
    let channel_1: &[u8] = &[0, 0x90, 35, 100, 24, 42, 100];
    let both: &[u8] = &[0, 0x90, 35, 100, 24, 0x99, 42, 100];
    let read = |track| Performance::read(&file(0, 96, &[track])).unwrap();
    let clip = |track| StepSequence::from_clip(&read(track)).unwrap().hits().len();
    let training = |track| StepSequence::from_performance(&read(track)).unwrap().hits().len();
    assert_eq!((clip(channel_1), clip(both)), (2, 1));
    assert_eq!((training(channel_1), training(both)), (0, 1));
}

#[test]
fn a_file_that_claims_to_last_for_days_is_refused() {
    let mut track = Vec::new();
    for _ in 0..10 {
        track.extend([0xFF, 0xFF, 0xFF, 0x7F, 0x99, 36, 100]); // 2^28 - 1 ticks later
    }
    let performance = Performance::read(&file(0, 1, &[&track])).unwrap();
    let error = StepSequence::from_performance(&performance).unwrap_err();
    assert!(error.to_string().contains("10737418"), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        division in any::<u16>(),
        tracks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..4),
        cut in 0..400usize,
        noise in prop::collection::vec((0..400usize, any::<u8>()), 0..4),
    ) {
        let tracks: Vec<&[u8]> = tracks.iter().map(Vec::as_slice).collect();
        let mut bytes = file(1, division, &tracks);
        bytes.truncate(bytes.len().saturating_sub(cut / 8));
        for (at, byte) in noise {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        if let Ok(performance) = Performance::read(&bytes) {
            prop_assert!(performance.notes().count() <= bytes.len());
            let _ = StepSequence::from_clip(&performance);
            for note in performance.notes() {
                prop_assert!(performance.tempo.seconds(note.start).is_finite());
                prop_assert!(performance.tempo.beat_seconds(note.start) > 0.0);
            }
        }
    }
}
