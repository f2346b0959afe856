//! The notes that leave the built CLAP, and those that come in: played back, followed and tapped.

use groove::{Hit, Instrument};
use jangdan::params::NoteMapParam;
use nice_plug::prelude::Enum;

use super::perform::{
    KeyPress, RIDE, from_the_start, host_with, keys_of, play_keys, state_with_slots,
};
use super::*;

#[test]
fn notes_leave_on_the_channel_and_the_keys_that_are_chosen() {
    let mut full = Pattern::EMPTY;
    for instrument in Instrument::ALL {
        full.set(4, instrument, Some(Hit::new(0.9, 0.0)));
    }
    let state = state_with_slots(&[(0, full)], &[("Slot", 1.0)]);
    for map in NoteMap::ALL {
        let choice = NoteMapParam::variants().iter().position(|name| *name == map.name()).unwrap();
        let mut host = host_with(&state);
        let inputs =
            // Hosts count the choices of a stepped parameter from 0 on: this is channel 3.
            [set(&mut host, "Note map", choice as f64), set(&mut host, "MIDI channel", 2.0)];
        play_with(&mut host, 0.0, 120.0, 48_000, 512, &inputs);
        stop(&mut host, 1);
        assert!(host.recording().hanging_notes().is_empty());
        assert!(host.recording().notes.iter().all(|note| note.channel == 2));
        let mut expected = map.keys().map(i16::from).to_vec();
        expected.sort_unstable();
        assert_eq!(keys_of(&onsets(host.recording(), 0)), expected, "{}", map.name());
    }
    // One's own map, changed while notes sound.
    let mut host = host_with(&state);
    let long = [set(&mut host, "Note map", 7.0), set(&mut host, "Note length", 1.0)];
    play_with(&mut host, 0.9, 120.0, 4800, 64, &long);
    let moved = [set(&mut host, "Kick key", 99.0), set(&mut host, "Snare on", 0.0)];
    play_with(&mut host, 1.1, 120.0, 24_000 * 16, 64, &moved);
    stop(&mut host, 1);
    assert!(host.recording().hanging_notes().is_empty());
    let notes = onsets(host.recording(), 0);
    let count = |key| notes.iter().filter(|&&(_, other)| other == key).count();
    assert_eq!([count(36), count(99), count(38), count(51)], [1, 1, 1, 2]);
}

#[test]
fn what_it_has_played_changes_nothing_when_it_is_played_back_into_it() {
    let state = state_with_slots(&[(0, RIDE)], &[]);
    let bounce = |keys: &[KeyPress], parameters: &[(&str, f64)]| {
        let mut host = host_with(&state);
        let inputs: Vec<Input> =
            parameters.iter().map(|(name, value)| set(&mut host, name, *value)).collect();
        play_keys(&mut host, Some(0.0), 192_000, 512, keys, &inputs);
        stop(&mut host, 1);
        host.take_recording()
    };
    let plain = bounce(&[], &[]);
    let back: Vec<KeyPress> = plain
        .notes
        .iter()
        .filter(|note| note.time < 192_000)
        .map(|note| (note.time as u32, note.key as u8, matches!(note.kind, NoteKind::On(_))))
        .collect();
    assert!(back.len() > 50);
    assert_eq!(bounce(&back, &[]).notes, plain.notes);
    // Hosts count from 0 on: off, any channel, channel 1, on which the host's keyboard is, channel 2.
    for (choice, acts) in [(0.0, false), (1.0, true), (2.0, true), (3.0, false)] {
        let played = bounce(&[(30_000, 0, true)], &[("Control keys", choice)]);
        assert_eq!(played.notes != plain.notes, acts, "{choice}");
    }
}

#[test]
fn a_rhythm_that_comes_in_is_joined_with_the_next_cycle_the_same_in_every_bounce() {
    let state = state_with_slots(&[], &[("Follow", 1.0)]);
    let cycle = 16 * 24_000;
    let keys: Vec<KeyPress> = (0..16)
        .flat_map(|beat| {
            let at = beat * 24_000 + 200;
            let key = if beat % 2 == 0 { 36 } else { 38 };
            [(at, key, true), (at + 3000, key, false)]
        })
        .collect();
    let bounce = |block| {
        let mut host = host_with(&state);
        play_keys(&mut host, Some(0.0), 2 * cycle, block, &keys, &[]);
        stop(&mut host, 1);
        let recording = host.take_recording();
        assert!(recording.hanging_notes().is_empty());
        (onsets(&recording, 0), saved_groove(&mut host))
    };
    let (notes, groove) = bounce(441);
    let anchor = groove.anchor.expect("what was followed is saved with the groove");
    assert_eq!(anchor.tokens()[4].count(), 1);
    let own = saved_pattern(&mut host_with(&state));
    let joined = *groove.pattern(0).unwrap();
    assert_ne!(joined, own);
    assert_eq!(notes, from_the_start(2 * cycle, |step| if step < 64 { &own } else { &joined }));
    assert_eq!(bounce(1000).0, notes);
}

#[test]
fn what_is_tapped_is_played_from_then_on_and_the_rest_around_it_in_every_bounce() {
    // Two beats of bar 2: kick, snare a little late, two kicks; at 24 000 samples a beat.
    let taps = [(96_000, 17), (121_000, 18), (144_000, 17), (156_000, 17)];
    let keys: Vec<KeyPress> =
        taps.iter().flat_map(|&(at, key)| [(at, key, true), (at + 900, key, false)]).collect();
    let mut bounces = Vec::new();
    for block in [441, 512] {
        let mut host = host();
        play_keys(&mut host, Some(0.0), 500_000, block, &keys, &[]);
        let recording = host.take_recording();
        let played = |key: i16| -> Vec<u64> {
            let in_last_bar = |at: &u64| (384_000 - 2400..480_000 - 2400).contains(at);
            let notes = onsets(&recording, 0).into_iter();
            notes.filter(|(_, of)| *of == key).map(|(at, _)| at).filter(in_last_bar).collect()
        };
        assert_eq!(played(36), [384_000, 432_000, 444_000], "the kicks, at {block}");
        assert_eq!(played(38).len(), 1);
        assert!(played(38)[0].abs_diff(384_000 + 25_000) < 10, "late as it was: {:?}", played(38));
        let others = onsets(&recording, 0).into_iter().filter(|(at, _)| *at > 400_000);
        assert!({ others }.any(|(_, key)| ![36, 38].contains(&key)), "the rest is played");
        let pattern = saved_pattern(&mut host);
        bounces.push((onsets(&recording, 0), pattern));
    }
    let [one, other] = &bounces[..] else { unreachable!() };
    let differing = one.0.iter().zip(&other.0).find(|(a, b)| a != b);
    assert!(one == other, "{differing:?}, {} and {}", one.0.len(), other.0.len());
}
