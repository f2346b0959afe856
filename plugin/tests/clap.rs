//! The built CLAP in a host: what it plays is its pattern, at the right samples, and every note ends.
//!
//! The plugin is the library beside the test executable, or the bundle that `JANGDAN_BUNDLE` names.

use std::path::PathBuf;

use groove::sequencer::{Feel, hits};
use groove::{Beats, Pattern, Span};
use jangdan::saved::Groove;
use testhost::{Host, NoteKind, Recording, Transport};

const RATE: f64 = 48_000.0;

fn plugin() -> PathBuf {
    if let Some(bundle) = std::env::var_os("JANGDAN_BUNDLE") {
        return bundle.into();
    }
    let name = format!("{}jangdan{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    std::env::current_exe().unwrap().with_file_name(name)
}

/// An instance that renders offline, so that it plays its own pattern from the first sample on.
fn host() -> Host {
    let mut host = Host::load(plugin()).unwrap();
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    host
}

/// The pattern that the plugin's state stores.
fn saved_pattern(host: &mut Host) -> Pattern {
    let state = host.save_state().unwrap();
    // The framework puts the length of its JSON before it.
    let json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    let groove: Groove = serde_json::from_str(json["fields"]["groove"].as_str().unwrap()).unwrap();
    *groove.pattern(0).expect("the plugin has decoded and stored a pattern")
}

/// Plays `samples` from `position` beats at `tempo`.
fn play(host: &mut Host, position: f64, tempo: f64, samples: u32, block: u32) {
    let mut done = 0;
    while done < samples {
        let frames = block.min(samples - done);
        let now = position + f64::from(done) * tempo / 60.0 / RATE;
        host.process(frames, Some(&Transport::playing(now, tempo)), &[]).unwrap();
        done += frames;
    }
}

fn stop(host: &mut Host, samples: u32) {
    host.process(samples, Some(&Transport::stopped(0.0, 120.0)), &[]).unwrap();
}

fn onsets(recording: &Recording, from: u64) -> Vec<(u64, i16)> {
    let mut onsets: Vec<_> = recording
        .notes
        .iter()
        .filter(|note| matches!(note.kind, NoteKind::On(_)))
        .map(|note| (note.time - from, note.key))
        .collect();
    onsets.sort_unstable();
    onsets
}

/// The onsets of `samples` from `position` on: each at the first sample whose time has come.
fn expected(pattern: &Pattern, position: f64, tempo: f64, samples: u32) -> Vec<(u64, i16)> {
    let beat = 60.0 / tempo * RATE;
    let end = position + f64::from(samples - 1) / beat;
    let reach = Span { start: Beats(position - 0.125), end: Beats(end + 1e-9) };
    let mut onsets: Vec<_> = hits(reach, Feel::AS_PLAYED, |_| pattern)
        // Early hits of steps that begin here are heard; others before the start are not.
        .filter(|hit| hit.time.0 > position - 1e-9 || hit.step as f64 / 4.0 > position - 1e-9)
        .map(|hit| {
            let sample = ((hit.time.0 - position) * beat - 0.01).ceil().max(0.0);
            (sample as u64, i16::from(hit.instrument.key()))
        })
        .collect();
    onsets.sort_unstable();
    onsets
}

#[test]
fn the_notes_are_those_of_the_pattern_at_any_block_size_and_each_one_ends() {
    let samples = (17.0 * 60.0 / 123.0 * RATE) as u32;
    for block in [1, 64, 441, 8192] {
        let mut host = host();
        play(&mut host, 0.0, 123.0, samples, block);
        stop(&mut host, 512);
        let recording = host.take_recording();
        assert!(recording.hanging_notes().is_empty());
        host.deactivate();
        let pattern = saved_pattern(&mut host);
        assert!(pattern.count() > 0);
        assert_eq!(onsets(&recording, 0), expected(&pattern, 0.0, 123.0, samples), "{block}");
    }
}

#[test]
fn after_seeks_loops_and_changes_of_tempo_every_note_ends_and_is_the_pattern_s() {
    for block in [64, 441, 8192] {
        let mut host = host();
        play(&mut host, 2.0, 120.0, 30_000, block);
        let pattern = saved_pattern(&mut host);
        let mut from = 30_000;
        host.take_recording();
        for (position, tempo) in [(9.0, 120.0), (-4.0, 90.0), (3.25, 151.0), (3.25, 151.0)] {
            play(&mut host, position, tempo, 20_000, block);
            let recording = host.take_recording();
            let wanted = expected(&pattern, position, tempo, 20_000);
            assert_eq!(onsets(&recording, from), wanted, "from {position} at {tempo}, {block}");
            from += 20_000;
        }
    }
    for block in [64, 441, 8192] {
        let mut host = host();
        for pass in 0..3 {
            play(&mut host, 4.0 + f64::from(pass), 120.0, 20_000, block);
            stop(&mut host, 100);
            play(&mut host, 0.5, 97.0, 20_000, block);
        }
        stop(&mut host, 100);
        assert!(host.recording().hanging_notes().is_empty());
    }
}

#[test]
fn a_host_that_refuses_events_is_owed_every_note_off() {
    let mut host = host();
    host.refuse_events_beyond(1);
    play(&mut host, 0.0, 120.0, 96_000, 2048);
    host.refuse_events_beyond(usize::MAX);
    stop(&mut host, 512);
    assert!(host.recording().refused > 0);
    assert!(host.recording().hanging_notes().is_empty());
}

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
