//! The built CLAP's projects: saved, loaded, also while it plays, and those of earlier versions.

use super::*;

#[test]
fn state_saved_and_loaded_is_identical_and_two_bounces_are_equal() {
    let mut first = host();
    play(&mut first, 0.0, 120.0, 48_000, 512);
    let bounce = first.take_recording();
    first.deactivate();
    let state = first.save_state().unwrap();

    let mut second = Host::load(plugin()).unwrap();
    second.load_state(&state).unwrap();
    assert_eq!(second.save_state().unwrap(), state);
    second.set_offline(true).unwrap();
    second.activate(RATE, 8192).unwrap();
    play(&mut second, 0.0, 120.0, 48_000, 512);
    let again = second.take_recording();
    assert_eq!(again.notes, bounce.notes);
    assert_eq!(again.audio, bounce.audio);
    assert!(again.audio[0].iter().any(|&sample| sample.abs() > 0.01));
    second.deactivate();
    assert_eq!(second.save_state().unwrap(), state);
}

#[test]
fn a_state_loaded_while_playing_takes_over_and_every_note_ends() {
    let mut other = host();
    let seed = set(&mut other, "Seed", 4711.0);
    play_with(&mut other, 0.0, 120.0, 1000, 512, &[seed]);
    let (state, new) = (other.save_state().unwrap(), saved_pattern(&mut other));

    let mut host = host();
    play(&mut host, 0.0, 120.0, 30_000, 441);
    let old = saved_pattern(&mut host);
    assert_ne!(old, new);
    host.load_state(&state).unwrap();
    play(&mut host, 1.25, 120.0, 90_000, 441);
    let (position, tempo, feel) = (0.0, 120.0, Feel::AS_PLAYED);
    let stretch = Stretch { position, tempo, samples: 120_000, feel, is_start: true };
    let wanted = stretch.onsets(|step| if step < 8 { &old } else { &new });
    assert_eq!(onsets(host.recording(), 0), wanted);
    stop(&mut host, 1);
    assert!(host.recording().hanging_notes().is_empty());
}

/// The state of a project whose every cycle is another, and what it stores.
fn varied_project() -> (Vec<u8>, Groove) {
    let mut host = host();
    let inputs = [set(&mut host, "Seed", 4711.0), set(&mut host, "Variation", 0.5)];
    play_with(&mut host, 0.0, 120.0, 1000, 512, &inputs);
    // The worker stores them when it has made them all.
    while saved_groove(&mut host).cycles.len() < 8 {
        play(&mut host, 0.0, 120.0, 512, 512);
    }
    (host.save_state().unwrap(), saved_groove(&mut host))
}

#[test]
fn a_project_sounds_as_saved_from_its_first_sample() {
    let (state, groove) = varied_project();
    for (cycle, is_offline) in [(0, false), (3, false), (7, false), (0, true), (3, true)] {
        let position = cycle as f64 * 16.0;
        let wanted = expected(groove.pattern(cycle).unwrap(), position, 120.0, 48_000);
        assert!(!wanted.is_empty());
        let mut new = Host::load(plugin()).unwrap();
        new.set_offline(is_offline).unwrap();
        new.load_state(&state).unwrap();
        new.activate(RATE, 8192).unwrap();
        play(&mut new, position, 120.0, 48_000, 512);
        assert_eq!(onsets(new.recording(), 0), wanted, "cycle {cycle}, offline: {is_offline}");
        let mut used = Host::load(plugin()).unwrap();
        used.activate(RATE, 8192).unwrap();
        play(&mut used, 1.0, 120.0, 4800, 512);
        stop(&mut used, 512);
        used.take_recording();
        used.load_state(&state).unwrap();
        play(&mut used, position, 120.0, 48_000, 512);
        assert_eq!(onsets(used.recording(), 4800 + 512), wanted, "cycle {cycle}, loaded over");
    }
}

/// A state as the framework hands it to a host: the length of the JSON, then the JSON.
pub(super) fn framed(json: &[u8]) -> Vec<u8> {
    let mut state = (json.len() as u64).to_le_bytes().to_vec();
    state.extend_from_slice(json);
    state
}

#[test]
fn a_project_saved_before_there_were_slots_and_note_maps_plays_what_it_played_then() {
    // Saved, and its notes written down, by the version that had 19 parameters: steps of variation,
    // swung, at half feel. The weights are others by now; the project has its patterns.
    let mut host = Host::load(plugin()).unwrap();
    host.load_state(&framed(include_bytes!("../fixtures/state-0.1.0.json"))).unwrap();
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    for block in 0..100 {
        let position = f64::from(block * 4096) / 24_000.0;
        host.process(4096, Some(&Transport::playing(position, 120.0)), &[]).unwrap();
    }
    let recording = host.take_recording();
    let played: Vec<String> = recording
        .notes
        .iter()
        .filter_map(|note| match note.kind {
            NoteKind::On(velocity) => {
                Some(format!("{} {} {} {velocity:.4}", note.time, note.channel, note.key))
            }
            _ => None,
        })
        .collect();
    let then: Vec<&str> = include_str!("../fixtures/state-0.1.0.notes").lines().collect();
    assert_eq!(played, then);
}

#[test]
fn every_project_that_is_kept_is_loaded_played_and_saved_again() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let states: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    assert!(states.len() >= 2);
    for path in states {
        let mut host = Host::load(plugin()).unwrap();
        host.load_state(&framed(&std::fs::read(&path).unwrap())).unwrap();
        host.activate(RATE, 8192).unwrap();
        play(&mut host, 0.0, 120.0, 48_000, 441);
        stop(&mut host, 1);
        assert!(host.recording().hanging_notes().is_empty(), "{path:?}");
        let saved = host.save_state().unwrap();
        let mut again = Host::load(plugin()).unwrap();
        again.load_state(&saved).unwrap();
        assert_eq!(again.parameters().unwrap(), host.parameters().unwrap(), "{path:?}");
    }
}

#[test]
fn a_project_loaded_over_another_has_nothing_of_that_left() {
    let mut host = Host::load(plugin()).unwrap();
    let fresh = host.parameters().unwrap();
    let everything = include_bytes!("../fixtures/everything-0.1.0.json");
    host.load_state(&framed(everything)).unwrap();
    assert_ne!(host.parameters().unwrap(), fresh);
    host.load_state(&framed(br#"{"version": "0.1.0", "params": {}, "fields": {}}"#)).unwrap();
    assert_eq!(host.parameters().unwrap(), fresh);
}

#[test]
fn a_parameter_that_a_host_sets_to_no_number_does_not_keep_its_project_from_being_loaded() {
    let mut host = Host::load(plugin()).unwrap();
    host.activate(RATE, 512).unwrap();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        let ids: Vec<u32> = host.parameters().unwrap().iter().map(|param| param.id).collect();
        let inputs: Vec<Input> =
            ids.into_iter().map(|id| Input::Parameter { offset: 0, id, value }).collect();
        host.process(512, Some(&Transport::playing(0.0, 120.0)), &inputs).unwrap();
        let saved = host.save_state().unwrap();
        host.load_state(&saved).unwrap_or_else(|error| panic!("after {value}: {error}"));
    }
}
