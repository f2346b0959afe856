//! Tests of `trainer encode` and `trainer interpolate`.

use std::fs;
use std::path::Path;

use groove::{Hit, Instrument, Pattern, midi};
use serde_json::Value;

use crate::archive;
use crate::exported::trained;
use crate::run::{trainer, trainer_fails, trainer_succeeds};

/// A folder with two MIDI files and trained weights.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::copy(trained().join("bars/weights.safetensors"), path.join("w.safetensors")).unwrap();
    fs::write(path.join("a.mid"), archive::midi(0)).unwrap();
    fs::write(path.join("b.mid"), archive::midi(5)).unwrap();
    folder
}

fn encode_args<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["encode", file, "--weights", "w.safetensors"], more].concat()
}

fn pattern(path: &Path) -> Pattern {
    let options = midi::ClipOptions { only_windows: true, ..Default::default() };
    let clip = midi::Clip::read(&fs::read(path).unwrap(), options).unwrap();
    clip.pattern(1).unwrap()
}

#[test]
fn encode_shows_the_latent_and_the_groove_beside_what_comes_back() {
    let folder = folder();
    let said = trainer_succeeds(folder.path(), &encode_args("a.mid", &[])).stdout;
    for start in ["latent ", "sliders 1 to 8 ", "decoded ", "bars 1 and 2 ", "Closed hat "] {
        assert!(said.lines().any(|line| line.starts_with(start)), "no {start}:\n{said}");
    }
    assert!(said.contains("density "), "{said}");
    // The last line of bars 1 and 2 begins with the kick as it was played.
    let kick = said.lines().find(|line| line.starts_with("Kick")).unwrap();
    let played: String = (0..16)
        .map(|step| match pattern(&folder.path().join("a.mid")).hit(step, Instrument::Kick) {
            None => '-',
            Some(hit) if hit.velocity() > 0.75 => 'X',
            Some(hit) if hit.velocity() > 0.35 => 'x',
            Some(_) => '.',
        })
        .collect();
    assert!(kick.contains(&format!(" |{played}|")), "{kick}: {played}");
}

#[test]
fn encode_prints_every_number_as_json_from_the_bar_asked_for() {
    let folder = folder();
    let json = |more: &[&str]| -> Value {
        let args = encode_args("a.mid", &[&["--json"], more].concat());
        serde_json::from_str(&trainer_succeeds(folder.path(), &args).stdout).unwrap()
    };
    let first = json(&[]);
    assert_eq!(first["mean"].as_array().unwrap().len(), 16);
    assert_eq!(first["sigma"].as_array().unwrap().len(), 16);
    let hits = pattern(&folder.path().join("a.mid")).count();
    assert_eq!(first["played"].as_array().unwrap().len(), hits);
    assert_eq!(first["onsets"], hits);
    assert_eq!(first["attributes"]["density"], hits as f64 / 4.0);
    assert_ne!(json(&["--bar", "5"])["mean"], first["mean"]);
}

#[test]
fn interpolate_writes_the_grooves_between_two() {
    let folder = folder();
    let path = folder.path();
    let args = ["interpolate", "a.mid", "b.mid", "--weights", "w.safetensors"];
    let said = trainer_succeeds(path, &[&args[..], &["--steps", "3", "--out", "way"]].concat());
    assert!(said.stdout.ends_with("wrote 3 patterns to way\n"), "{said:?}");
    let mut files: Vec<_> = fs::read_dir(path.join("way"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["step-001.mid", "step-002.mid", "step-003.mid"]);
    // The ends are what encode plays back.
    for (file, end) in [("a.mid", "step-001.mid"), ("b.mid", "step-003.mid")] {
        let args = encode_args(file, &["--json"]);
        let said: Value = serde_json::from_str(&trainer_succeeds(path, &args).stdout).unwrap();
        let back: Pattern = serde_json::from_value(said["played_back"].clone()).unwrap();
        assert_eq!(pattern(&path.join("way").join(end)).tokens(), back.tokens(), "{file}");
    }
    let again = [&args[..], &["--steps", "3", "--out", "again"]].concat();
    trainer_succeeds(path, &again);
    let middle = |folder: &str| fs::read(path.join(folder).join("step-002.mid")).unwrap();
    assert_eq!(middle("way"), middle("again"));
}

#[test]
fn files_without_a_groove_are_named() {
    let folder = folder();
    let path = folder.path();
    let error = trainer_fails(path, &encode_args("none.mid", &[]));
    assert!(error.contains("none.mid"), "{error}");
    fs::write(path.join("silent.mid"), midi::write(&[Pattern::EMPTY], 120.0).unwrap()).unwrap();
    let error = trainer_fails(path, &encode_args("silent.mid", &[]));
    assert!(error.contains("silent.mid: no notes in it"), "{error}");
    let error = trainer_fails(path, &encode_args("a.mid", &["--bar", "99"]));
    assert!(error.contains("from bar 99 on (it has 6 bars)"), "{error}");
    // A waltz: the time signature says 3/4.
    let mut waltz = Pattern::EMPTY;
    waltz.set(0, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
    let mut bytes = midi::write(&[waltz], 120.0).unwrap();
    let at = bytes.windows(4).position(|b| b == [0xff, 0x58, 0x04, 4]).unwrap();
    bytes[at + 3] = 3;
    fs::write(path.join("waltz.mid"), bytes).unwrap();
    let args = ["interpolate", "a.mid", "waltz.mid", "--weights", "w.safetensors", "--out", "x"];
    let error = trainer_fails(path, &args);
    assert!(error.contains("waltz.mid: not in 4/4: it has 1 bar in 3/4"), "{error}");
    assert!(!path.join("x").exists());

    let one = [&args[..], &["--steps", "1"]].concat();
    assert_eq!(trainer(path, &one).status, 2);
}
