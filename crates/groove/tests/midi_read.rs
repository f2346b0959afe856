//! MIDI files as programs write them, and as they never should be.

use groove::midi::{Clip, ClipOptions, Note, Performance, ReadMidiError, Repair};
use groove::{Articulation, Hit, Instrument, Ticks};
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
    let (start, end) = (Ticks(start), end.map(Ticks));
    Note { start, end, channel: 9, key, velocity, foot: None, grabbed: None }
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
    assert_eq!(error(&file(0, 0, &[])), ReadMidiError::ZeroDivision);
    for smpte in [0xE728, 0x8000, 0xFFFF] {
        assert_eq!(error(&file(0, smpte, &[])), ReadMidiError::Smpte);
    }
    let hit: &[u8] = &[0, 0x99, 36, 100];
    assert_eq!(error(&file(2, 96, &[hit, hit])), ReadMidiError::Format(2));
    assert_eq!(error(&file(3, 96, &[&[]])), ReadMidiError::Format(3));
    let status_in_data = file(0, 96, &[&[0, 0x99, 36, 0xFF]]);
    assert_eq!(error(&status_in_data).to_string(), "damaged or cut off at byte 22 of 30");
    for length in 4..26 {
        let error = error(&whole[..length]);
        assert!(matches!(error, ReadMidiError::Damaged { .. }), "{length} bytes: {error}");
    }
}

#[test]
fn what_other_programs_add_is_passed_over() {
    let mut bytes = file(0, 96, &[&[0, 0x99, 36, 100, 10, 36, 0]]);
    let chunk = b"XFIH\0\0\0\x02??";
    bytes.splice(14..14, *chunk); // a chunk of no known kind before the track
    for padding in [&b"padding"[..], b"MTrk", b"\0MTrk\0", b"MThd\0\0\0\x06"] {
        let padded = [&bytes[..], padding].concat();
        assert_eq!(Performance::read(&padded).unwrap().notes().count(), 1, "{padding:?}");
    }
}

/// The starts of the notes in `bytes`, and what was wrong with it.
fn repaired(bytes: &[u8]) -> (Vec<u64>, Vec<Repair>) {
    let performance = Performance::read(bytes).unwrap();
    (performance.notes().map(|note| note.start.0).collect(), performance.repairs)
}

const TWO: [u8; 12] = [0, 0x99, 36, 100, 10, 36, 0, 5, 38, 90, 10, 38];

fn two() -> Vec<u8> {
    [&TWO[..], &[0]].concat()
}

#[test]
fn a_running_status_may_go_on_after_meta_events_sysex_and_clocks() {
    let between: [(&[u8], Repair); 3] = [
        (&[5, 0xFF, 6, 1, b'A'], Repair::RunningStatus),
        (&[5, 0xF0, 2, 1, 0xF7], Repair::RunningStatus),
        (&[5, 0xF8], Repair::SystemMessages),
    ];
    for (between, repair) in between {
        let track = [&[0, 0x99, 36, 100, 10, 36, 0], between, &[5, 38, 90, 10, 38, 0]].concat();
        let (starts, repairs) = repaired(&file(0, 96, &[&track]));
        assert_eq!(starts, [0, 20], "{between:?}");
        assert!(repairs.contains(&repair), "{repairs:?}");
    }
}

#[test]
fn the_tracks_of_a_file_count_not_those_of_its_header() {
    let with_count = |said: u8, tracks: &[&[u8]]| {
        let mut bytes = file(1, 96, tracks);
        bytes[11] = said;
        repaired(&bytes)
    };
    let two = two();
    for (said, tracks, notes) in [(1, vec![&two[..], &two], 4), (3, vec![&two[..]], 2)] {
        let (starts, repairs) = with_count(said, &tracks);
        let found = tracks.len() as u16;
        assert_eq!(starts.len(), notes);
        assert_eq!(repairs, [Repair::TrackCount { said: said.into(), found }]);
    }
    assert_eq!(with_count(2, &[&two, &two]).1, []);
}

#[test]
fn a_file_within_another_is_found() {
    let plain = file(0, 96, &[&two()]);
    let riff = |size: u32| {
        let data = (plain.len() as u32).to_le_bytes();
        [b"RIFF", &size.to_le_bytes()[..], b"RMIDdata", &data, &plain].concat()
    };
    let mac_binary = [&[0; 128][..], &plain].concat();
    let dls = [b"RIFF\0\0\0\0RMIDLIST\xd0\x07\0\0".as_slice(), &[7; 2000], &riff(0)[12..]].concat();
    for wrapped in [riff(plain.len() as u32 + 12), riff(0), riff(u32::MAX), mac_binary, dls] {
        assert_eq!(repaired(&wrapped), (vec![0, 15], vec![Repair::Wrapped]));
    }
}

#[test]
fn a_track_length_that_is_off_is_not_believed() {
    let two = two();
    let plain = file(1, 96, &[&two, &two]);
    let length_at = 18 + 8 + two.len() + 4;
    for (at, off) in [(18, -3_i32), (18, 3), (18, 13), (18, 400), (length_at, -4), (length_at, 90)]
    {
        let mut bytes = plain.clone();
        let length = two.len() as i32 + 4 + off;
        bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
        let (starts, repairs) = repaired(&bytes);
        assert_eq!(starts, [0, 15, 0, 15], "{off} at {at}");
        assert!(repairs.contains(&Repair::TrackLength), "{off} at {at}: {repairs:?}");
    }
}

#[test]
fn a_file_that_is_cut_off_is_read_as_far_as_it_goes() {
    let two = two();
    let plain = file(1, 96, &[&two, &two]);
    let second = 14 + 8 + two.len() + 4 + 8;
    assert_eq!(repaired(&plain[..second + 5]), (vec![0, 15, 0], vec![Repair::CutOff(second + 4)]));
    // Without the end of track nothing is missing; a track that is not there at all is.
    assert_eq!(repaired(&plain[..second + two.len()]).0, [0, 15, 0, 15]);
    let (starts, repairs) = repaired(&plain[..second - 10]);
    let missing = [Repair::TrackCount { said: 2, found: 1 }, Repair::CutOff(22 + two.len())];
    assert_eq!((starts.len(), &repairs[..]), (2, &missing[..]));
    // Damage in the one track takes nothing from the other.
    let mut damaged = plain;
    damaged[22 + 6] = 0x90;
    assert_eq!(repaired(&damaged), (vec![0, 0, 15], vec![Repair::Damaged(26)]));
}

#[test]
fn a_tempo_or_metre_of_0_is_passed_over() {
    let still = [&[7, 0xFF, 0x51, 3, 0, 0, 0, 0, 0xFF, 0x58, 4, 0, 2, 24, 8], &two()[..]].concat();
    assert_eq!(repaired(&file(0, 96, &[&still])), (vec![7, 22], vec![Repair::Zero]));
}

#[test]
fn tracks_have_names_and_ends() {
    let performance =
        Performance::read(&file(1, 96, &[&[0, 0xFF, 3, 4, b'K', b'i', b't', 7], &two()]));
    let performance = performance.unwrap();
    let told: Vec<_> = performance.tracks.iter().map(|t| (t.name.as_str(), t.end.0)).collect();
    assert_eq!(told, [("Kit", 0), ("", 25)]);
}

#[test]
fn a_performance_is_quantised_to_its_loudest_hits() {
    // 96 ticks a beat, 24 a step: two snares near step 1, a kick 6 ticks late, a key of no drum; four bars later,
    // so that it is no loop, a ride.
    let track: &[u8] = &[22, 0x99, 38, 60, 4, 40, 127, 28, 36, 64, 0, 99, 64, 0x8B, 0x78, 51, 9];
    let clip = Clip::read(&file(0, 96, &[track]), ClipOptions::default()).unwrap();
    let pattern = clip.pattern(1).unwrap();
    assert_eq!(clip.sequences[0].len(), 80);
    assert_eq!(pattern.count(), 2);
    let rim_shot = Hit::new(1.0, 2.0 / 24.0).struck_as(Articulation::RimShot);
    assert_eq!(pattern.hit(1, Instrument::Snare), Some(rim_shot));
    assert_eq!(pattern.hit(2, Instrument::Kick), Some(Hit::new(64.0 / 127.0, 6.0 / 24.0)));
}

#[test]
fn a_file_that_claims_to_last_for_days_is_refused() {
    let mut track = Vec::new();
    for _ in 0..10 {
        track.extend([0xFF, 0xFF, 0xFF, 0x7F, 0x99, 36, 100]); // 2^28 - 1 ticks later
    }
    let clip = Clip::read(&file(0, 1, &[&track]), ClipOptions::default()).unwrap();
    let error = clip.pattern(1).unwrap_err();
    assert!(error.to_string().contains("966367"), "{error}");
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
            let clip = Clip::of(&performance, ClipOptions::default());
            prop_assert!(clip.sequences.is_empty() == clip.no_drums.is_some());
            for note in performance.notes() {
                prop_assert!(performance.tempo.seconds(note.start).is_finite());
                prop_assert!(performance.tempo.beat_seconds(note.start) > 0.0);
            }
        }
    }
}
