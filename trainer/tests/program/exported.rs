//! Tests of an exported weights file: evaluate, sample and inspect.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::archive;
use crate::run::{trainer_fails, trainer_succeeds};
use musicvae::WeightsFile;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with `groove.zip` and a run trained on its `bars` and on its `seed` windows, made once.
pub(crate) fn trained() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        archive::write(&folder.path().join("groove.zip"));
        let absolute = folder.path().join("groove.zip");
        let absolute = absolute.to_str().unwrap();
        for windowing in ["bars", "seed"] {
            let args = ["--data", absolute, "--preset", "tiny", "--windowing", windowing];
            let args = [&args[..], &["--epochs", "3", "--out", windowing]].concat();
            trainer_succeeds(folder.path(), &args);
        }
        folder
    });
    folder.path()
}

fn weights(windowing: &str) -> WeightsFile {
    WeightsFile::read(&trained().join(windowing).join("weights.safetensors")).unwrap()
}

pub(crate) fn evaluate(more: &[&str]) -> Value {
    let args = [&["evaluate", "--data", "groove.zip", "--json"], more].concat();
    serde_json::from_str(&trainer_succeeds(trained(), &args).stdout).unwrap()
}

const HEADLINES: [&str; 9] = [
    "cross_entropy_nats",
    "free_running_accuracy",
    "kl_nats",
    "onset_f1",
    "onset_precision",
    "onset_recall",
    "published_loss",
    "teacher_forced_accuracy",
    "windows",
];

#[test]
fn evaluating_the_exported_file_gives_the_scores_it_states() {
    for windowing in ["bars", "seed"] {
        let path = format!("{windowing}/weights.safetensors");
        let scores = evaluate(&["--weights", &path]);
        let stated: Value = serde_json::from_str(&weights(windowing).metadata()["scores"]).unwrap();
        let stated = &stated["validation"];
        let mut names: Vec<&str> = stated.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, HEADLINES);
        assert!(HEADLINES.iter().all(|name| scores[name] == stated[name]), "{scores} {stated}");
        assert_eq!(scores["published_loss"].is_null(), windowing == "bars");
        for name in ["teacher_forced_accuracy", "free_running_accuracy", "onset_f1"] {
            let share = scores[name].as_f64().unwrap();
            assert!(share > 0.0 && share <= 1.0, "{name}: {share}");
        }
    }
}

#[test]
fn the_split_and_windowing_asked_for_are_measured() {
    let path = "bars/weights.safetensors";
    let count = |more: &[&str]| {
        evaluate(&[&["--weights", path], more].concat())["windows"].as_u64().unwrap()
    };
    // Six bars a performance: three windows of four at bar lines.
    assert_eq!(count(&["--split", "validation"]), 4 * 3);
    assert_eq!(count(&["--split", "test"]), 4 * 3);
    assert_eq!(count(&["--split", "train"]), 16 * 3);
    let seed = ["--windowing", "seed", "--split", "validation"];
    let windows = trainer_succeeds(
        trained(),
        &[&["windows", "--data", "groove.zip", "--out", "tokens"], &seed[..]].concat(),
    );
    let written = fs::metadata(trained().join("tokens")).unwrap().len() / 128;
    assert_eq!(count(&seed), written, "{windows:?}");
    let args = ["evaluate", "--data", "groove.zip", "--weights", path, "--windowing", "seed"];
    let error = trainer_fails(trained(), &[&args[..], &["--split", "test"]].concat());
    assert!(error.contains("no window in split test"), "{error}");
}

#[test]
fn the_tables_say_what_the_json_says() {
    let weights = ["--weights", "bars/weights.safetensors"];
    let args = [&["evaluate", "--data", "groove.zip"], &weights[..]].concat();
    let table = trainer_succeeds(trained(), &args).stdout;
    let scores = evaluate(&weights);
    for (row, name) in
        [("teacher-forced accuracy", "teacher_forced_accuracy"), ("onset F1", "onset_f1")]
    {
        let line = table.lines().find(|line| line.starts_with(row)).unwrap();
        let expected = format!("{:.4}", scores[name].as_f64().unwrap());
        assert!(line.ends_with(&expected), "{line}: {expected}");
    }
    for start in ["instrument ", "Closed hat ", "style ", "rock ", "expression ", "accents by step"]
    {
        assert!(table.lines().any(|line| line.starts_with(start)), "no {start}:\n{table}");
    }
}

/// The files in `folder` by name.
fn files(folder: PathBuf) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn samples_are_the_same_for_the_same_seed_and_else_differ() {
    let sample = |out: &str, more: &[&str]| {
        let args = ["sample", "--weights", "bars/weights.safetensors", "--out", out];
        trainer_succeeds(trained(), &[&args, more].concat());
        files(trained().join(out))
    };
    let first = sample("s1", &["-n", "3", "--seed", "5"]);
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        ["groove-001.mid", "groove-002.mid", "groove-003.mid"]
    );
    assert_eq!(first, sample("s2", &["-n", "3", "--seed", "5"]));
    assert_ne!(first["groove-001.mid"], first["groove-002.mid"]);
    let later = sample("s3", &["-n", "2", "--seed", "6"]);
    assert_eq!(later["groove-001.mid"], first["groove-002.mid"]);
    assert_ne!(first, sample("s4", &["-n", "3", "--seed", "5", "--temperature", "0"]));

    // At 90 BPM a beat takes 666,667 microseconds.
    let slow = sample("s5", &["-n", "1", "--seed", "5", "--tempo", "90"]);
    let tempo = [0xff, 0x51, 0x03, 0x0a, 0x2c, 0x2b];
    assert!(slow["groove-001.mid"].windows(6).any(|bytes| bytes == tempo));
    let performance = groove::midi::Performance::read(&first["groove-001.mid"]).unwrap();
    assert!(performance.notes().all(|note| note.channel == groove::midi::DRUM_CHANNEL));
    assert!(performance.begins_in_four_four());
}

#[test]
fn inspect_prints_config_metadata_and_tensors() {
    let said = trainer_succeeds(trained(), &["inspect", "bars/weights.safetensors"]).stdout;
    for (name, shape) in weights("bars").config().parameters() {
        let line = said.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        assert!(line.is_some_and(|line| line.ends_with(&format!("{shape:?}"))), "{name}: {line:?}");
    }
    for text in
        ["latent = 16", "latent.basis", "format = jangdan-groove", "version = 1", "seed = 0"]
    {
        assert!(said.contains(text), "no {text} in:\n{said}");
    }
}

#[test]
fn the_exported_file_says_where_it_comes_from_and_no_path() {
    let weights = weights("bars");
    let metadata = weights.metadata();
    assert_eq!(
        metadata["command"],
        "trainer --data groove.zip --preset tiny --windowing bars --epochs 3 --out bars"
    );
    let data: Value = serde_json::from_str(&metadata["data"]).unwrap();
    assert_eq!(data["archive"], "groove.zip");
    assert_eq!(data["windowing"], "bars");
    assert_eq!(data["content_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(data["midi_files"], archive::PERFORMANCES);
    assert_eq!(data["training_performances"], 16);
    let folder = trained().to_str().unwrap();
    assert!(metadata.values().all(|value| !value.contains(folder)), "{metadata:?}");
}
