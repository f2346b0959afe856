//! The built CLAP's kit: every knob of it is heard, automated without a click, saved and loaded.

use groove::Instrument;

use super::*;

/// A bar at 120 BPM.
const BAR: u32 = 96_000;

/// What is heard of a bar with `settings`, and the state afterwards.
fn heard(state: Option<&[u8]>, settings: &[(&str, f64)]) -> ([Vec<f32>; 2], Vec<u8>) {
    let (recording, state) = bounce(state, settings, |host, inputs| {
        play_with(host, 0.0, 120.0, BAR, 512, inputs);
    });
    (recording.audio, state)
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}

#[test]
fn every_knob_of_the_kit_is_heard_and_another_kit_is_another_sound() {
    let (plain, _) = heard(None, &[]);
    assert!(energy(&plain[0]) > 0.0);
    let mut sounds = vec![plain];
    for setting in [
        ("Kit model", 1.0),
        ("Kit model", 2.0),
        ("Kit tune", 3.0),
        ("Kit tune", -3.0),
        ("Kit damping", 0.7),
        ("Kit room", 0.0),
        ("Kit room", 2.0),
    ] {
        let (sound, state) = heard(None, &[setting]);
        assert!(!sounds.contains(&sound), "{setting:?} is not heard");
        assert!(sound.iter().flatten().all(|x| x.abs() < 1.0));
        // A bounce of the project that was saved is the same.
        assert!(heard(Some(&state), &[]).0 == sound, "{setting:?} is not saved");
        sounds.push(sound);
    }
}

#[test]
fn level_pan_and_tune_of_an_instrument_are_heard_where_it_plays() {
    let mut host = host();
    play(&mut host, 0.0, 120.0, BAR, 512);
    let pattern = saved_pattern(&mut host);
    let (plain, _) = heard(None, &[]);
    let mut played = 0;
    for instrument in Instrument::ALL {
        let plays = (0..16).any(|step| pattern.row(step)[instrument.index()].is_some());
        played += usize::from(plays);
        let name = |what: &str| format!("{} {what}", instrument.name());
        for (what, value) in [("level", 0.001), ("pan", 1.0), ("tune", -4.0)] {
            let (sound, _) = heard(None, &[(&name(what), value)]);
            assert_eq!(sound != plain, plays, "{} {what}", instrument.name());
        }
    }
    assert!(played >= 3, "the groove has {played} instruments");
}

#[test]
fn a_project_of_before_there_were_these_knobs_sounds_as_it_did() {
    let (plain, state) = heard(None, &[]);
    let mut json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    let params = json["params"].as_object_mut().unwrap();
    let before = params.len();
    let is_new = |id: &str| {
        ["kitmodel", "kittune", "kitdamp", "kitroom"].contains(&id)
            || ["_lvl", "_pan", "_tune"].iter().any(|end| id.ends_with(end))
    };
    params.retain(|id, _| !is_new(id));
    assert_eq!(before - params.len(), 4 + 3 * 9);
    let old = projects::framed(json.to_string().as_bytes());
    assert!(heard(Some(&old), &[]).0 == plain);
}

#[test]
fn a_knob_that_is_turned_while_a_cymbal_rings_makes_no_click() {
    // One stroke of each instrument, then nothing but knobs.
    let largest_step = |changes: &[(&str, f64)]| {
        let mut host = host();
        play(&mut host, 0.0, 120.0, 2 * BAR, 512);
        host.take_recording();
        let inputs: Vec<Input> =
            changes.iter().map(|&(name, value)| set(&mut host, name, value)).collect();
        host.process(8192, Some(&Transport::stopped(0.0, 120.0)), &inputs).unwrap();
        let [left, right] = host.take_recording().audio;
        let steps = |side: &[f32]| {
            side.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
        };
        (steps(&left).max(steps(&right)), energy(&left))
    };
    let (plain, ringing) = largest_step(&[]);
    assert!(ringing > 1e-6, "nothing rings");
    for changes in [
        &[("Kit model", 1.0)][..],
        &[("Kit model", 2.0)],
        &[("Kit tune", 12.0), ("Kit damping", 1.0)],
        &[("Kit room", 0.0)],
        &[("Kit room", 2.0)],
        &[("Crash level", 0.001), ("Ride level", 0.001), ("Open hat level", 0.001)],
        &[("Crash pan", -1.0), ("Ride pan", -1.0), ("Snare pan", 1.0), ("Kick pan", 1.0)],
    ] {
        let (changed, _) = largest_step(changes);
        assert!(changed < 2.0 * plain + 1e-4, "{changes:?}: {changed}, was {plain}");
    }
}
