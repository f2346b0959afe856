//! The built CLAP with a kit of the user's own: named by the project, waited for by a bounce, taken over while it plays.

use std::path::Path;

use groove::Instrument;
use tempfile::TempDir;

use super::*;

/// A kit with a short sine for each instrument, all of them at the far left.
fn kit() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "<global>pan=-100\n".to_owned();
    for (i, instrument) in Instrument::ALL.into_iter().enumerate() {
        let name = format!("{i}.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 44_100,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = hound::WavWriter::create(folder.path().join(&name), spec).unwrap();
        for n in 0..8820 {
            let hz = 200.0 * (i + 1) as f32;
            let x = (std::f32::consts::TAU * hz * n as f32 / 44_100.0).sin();
            file.write_sample((8000.0 * x * (1.0 - n as f32 / 8820.0)) as i16).unwrap();
        }
        file.finalize().unwrap();
        text += &format!("<group>\n<region>key={} sample={name}\n", instrument.key());
    }
    std::fs::write(folder.path().join("left.sfz"), text).unwrap();
    folder
}

/// The state of a project without a room, which names the kit at `path`.
fn project(path: &Path) -> Vec<u8> {
    let mut host = host();
    let dry = set(&mut host, "Kit room", 0.0);
    play_with(&mut host, 0.0, 120.0, 1000, 512, &[dry]);
    host.deactivate();
    let state = host.save_state().unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    let named = serde_json::json!({ "path": path, "sha256": "" }).to_string();
    json["fields"]["kit"] = named.into();
    projects::framed(json.to_string().as_bytes())
}

fn bounced(state: &[u8]) -> [Vec<f32>; 2] {
    let (recording, _) = bounce(Some(state), &[], |host, inputs| {
        play_with(host, 0.0, 120.0, 96_000, 512, inputs);
    });
    recording.audio
}

fn is_silent(samples: &[f32]) -> bool {
    samples.iter().all(|&x| x == 0.0)
}

#[test]
fn a_bounce_waits_for_the_kit_and_a_missing_one_is_the_built_in_kit() {
    let folder = kit();
    let path = folder.path().join("left.sfz");
    let state = project(&path);
    let [left, right] = bounced(&state);
    assert!(!is_silent(&left) && is_silent(&right), "something else plays");
    assert!(bounced(&state) == [left, right], "two bounces");
    // By the folder that it is in, too.
    assert!(is_silent(&bounced(&project(folder.path()))[1]));
    folder.close().unwrap();
    let missing = bounced(&state);
    assert!(!is_silent(&missing[1]));
    assert!(missing == bounced(&project(Path::new("/nowhere/kit.sfz"))));
}

#[test]
fn a_kit_is_taken_over_and_put_away_while_it_plays() {
    let folder = kit();
    let own = project(&folder.path().join("left.sfz"));
    let built_in = project(Path::new("/nowhere/kit.sfz"));
    let mut host = Host::load(plugin()).unwrap();
    host.activate(RATE, 8192).unwrap();
    for (state, is_left) in [(&own, true), (&built_in, false), (&own, true)] {
        host.load_state(state).unwrap();
        // It is read by another thread.
        let has_come = (0..2_000).any(|_| {
            host.take_recording();
            play(&mut host, 0.0, 120.0, 12_000, 441);
            let [left, right] = host.take_recording().audio;
            !is_silent(&left) && is_silent(&right) == is_left
        });
        assert!(has_come, "left: {is_left}");
    }
    stop(&mut host, 1);
    assert!(host.recording().hanging_notes().is_empty());
}

#[test]
fn the_kit_is_saved_with_the_project() {
    let folder = kit();
    let state = project(&folder.path().join("left.sfz"));
    let mut host = Host::load(plugin()).unwrap();
    host.load_state(&state).unwrap();
    let saved = host.save_state().unwrap();
    assert!(is_silent(&bounced(&saved)[1]));
}
