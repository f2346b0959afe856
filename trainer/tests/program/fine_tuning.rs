//! Tests of fine-tuning on a folder of MIDI files.

use std::fs;

use musicvae::WeightsFile;
use serde_json::Value;
use tempfile::TempDir;

use crate::archive;
use crate::exported::trained;
use crate::run::{trainer, trainer_fails, trainer_succeeds};

/// A folder with a folder of MIDI files in it, and trained weights.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("my_grooves");
    fs::create_dir_all(mine.join("more")).unwrap();
    for i in 0..12 {
        let name = if i % 2 == 0 { format!("{i}.mid") } else { format!("more/{i}.MID") };
        fs::write(mine.join(name), archive::midi(i)).unwrap();
    }
    fs::write(mine.join("notes.txt"), "not a groove").unwrap();
    fs::write(mine.join("broken.mid"), "MThd").unwrap();
    fs::copy(trained().join("bars/weights.safetensors"), folder.path().join("w.safetensors"))
        .unwrap();
    folder
}

const ARGS: [&str; 7] =
    ["train", "--data", "my_grooves", "--init", "w.safetensors", "--preset", "tiny"];

fn first_loss(folder: &TempDir, run: &str) -> f64 {
    let text = fs::read_to_string(folder.path().join(run).join("metrics.jsonl")).unwrap();
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    line["reconstruction"].as_f64().unwrap()
}

#[test]
fn a_folder_of_grooves_trains_on_from_weights() {
    let folder = folder();
    let args = ["--epochs", "1", "--out", "tuned", "--tensorboard"];
    let said = trainer_succeeds(folder.path(), &[&ARGS[..], &args].concat());
    assert!(said.stderr.contains("no info.csv"), "{said:?}");
    assert!(said.stderr.contains("1 MIDI file could not be used"), "{said:?}");
    let fresh = ["--data", "my_grooves", "--preset", "tiny", "--epochs", "1", "--out", "fresh"];
    trainer_succeeds(folder.path(), &fresh);
    // The first step already shows the earlier training.
    let (tuned, fresh) = (first_loss(&folder, "tuned"), first_loss(&folder, "fresh"));
    assert!(tuned < 0.8 * fresh, "{tuned} and {fresh}");
    let weights = WeightsFile::read(&folder.path().join("tuned/weights.safetensors")).unwrap();
    assert!(weights.metadata()["command"].contains("--init w.safetensors"));

    // TensorBoard files hold every step.
    let run = folder.path().join("tuned");
    let events = fs::read_dir(&run).unwrap().map(|entry| entry.unwrap().path());
    let events = events.filter(|path| path.to_str().unwrap().contains("events.out.tfevents."));
    let events: Vec<_> = events.collect();
    assert_eq!(events.len(), 1);
    let bytes = fs::read(&events[0]).unwrap();
    let count = |text: &str| bytes.windows(text.len()).filter(|w| *w == text.as_bytes()).count();
    let metrics = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let steps = metrics.lines().filter(|line| line.contains("\"kind\":\"step\"")).count();
    assert_eq!(count("step/loss"), steps);
    assert_eq!(count("epoch/validation_accuracy"), 1);
    // Records follow each other without a gap to the end.
    let mut at = 0;
    while at < bytes.len() {
        at += 16 + u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    }
    assert_eq!(at, bytes.len());
}

#[test]
fn a_stopped_fine_tuning_goes_on_without_the_first_weights() {
    let folder = folder();
    let path = folder.path();
    let whole = [&ARGS[..], &["--epochs", "1", "--out", "whole"]].concat();
    trainer_succeeds(path, &whole);
    let stopped = [&ARGS[..], &["--epochs", "1", "--out", "cut", "--stop-after", "2"]].concat();
    assert_eq!(trainer(path, &stopped).status, 130);
    fs::remove_file(path.join("w.safetensors")).unwrap();
    trainer_succeeds(path, &["train", "--resume", "cut"]);
    let tensors = |run: &str| {
        let path = path.join(run).join("weights.safetensors");
        WeightsFile::read(&path).unwrap().tensors().clone()
    };
    assert!(tensors("whole") == tensors("cut"));
}

#[test]
fn weights_of_another_network_than_asked_for_are_refused_in_one_line() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("c.toml"), "[network]\nlatent = 5").unwrap();
    let error = trainer_fails(path, &[&ARGS[..], &["--config", "c.toml"]].concat());
    for part in ["w.safetensors: tensor `", "has shape", "the network in the settings wants"] {
        assert!(error.contains(part), "no {part}: {error}");
    }
    // The network is the file's, whatever the preset would have.
    let args = ["--data", "my_grooves", "--init", "w.safetensors", "--preset", "compact"];
    let args = [&args[..], &["--stop-after", "1", "--out", "run"]].concat();
    assert_eq!(trainer(path, &args).status, 130);
    let config = fs::read_to_string(path.join("run/config.toml")).unwrap();
    assert!(config.contains("latent = 16"), "{config}");

    let error = trainer_fails(path, &["--data", "my_grooves", "--init", "none.safetensors"]);
    assert!(error.contains("none.safetensors"), "{error}");
}
