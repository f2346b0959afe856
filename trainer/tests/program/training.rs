//! Tests of training runs: the files they write, stopping and resuming.

use std::fs;
use std::path::Path;

use crate::archive;
use crate::run::{trainer, trainer_fails, trainer_succeeds};
use musicvae::WeightsFile;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with `groove.zip` in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    archive::write(&folder.path().join("groove.zip"));
    folder
}

const TINY: [&str; 4] = ["--data", "groove.zip", "--preset", "tiny"];

fn tiny<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&TINY, more].concat()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The metrics without what depends on the clock.
pub(crate) fn timeless(path: &Path) -> Vec<Value> {
    let mut lines = lines(path);
    for line in &mut lines {
        let line = line.as_object_mut().unwrap();
        line.remove("seconds");
        line.remove("windows_per_second");
    }
    lines
}

/// The values of `key` in the lines of steps.
fn of_steps(path: &Path, key: &str) -> Vec<f64> {
    let lines = lines(path).into_iter().filter(|line| line["kind"] == "step");
    lines.map(|line| line[key].as_f64().unwrap()).collect()
}

#[test]
fn a_run_writes_its_folder_and_says_one_line_per_epoch() {
    let folder = folder();
    let said = trainer_succeeds(folder.path(), &tiny(&["--epochs", "3"]));
    let run = folder.path().join("runs/tiny-bars-1");
    for name in ["weights.safetensors", "config.toml", "metrics.jsonl", "checkpoints"] {
        assert!(run.join(name).exists(), "{name} is missing: {said:?}");
    }
    let epochs: Vec<&str> = said.stdout.lines().filter(|l| l.starts_with("epoch")).collect();
    assert_eq!(epochs.len(), 3, "{said:?}");
    for line in epochs {
        for word in ["loss", "reconstruction", "KL", "validation", "accuracy"] {
            assert!(line.contains(word), "no {word} in: {line}");
        }
    }
    // stderr is no terminal here: no bar is drawn.
    assert!(!said.stderr.contains('\u{1b}'), "{said:?}");

    let losses = of_steps(&run.join("metrics.jsonl"), "reconstruction");
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    let (first, last) = (mean(&losses[..5]), mean(&losses[losses.len() - 5..]));
    assert!(last < 0.9 * first, "training lowers the loss: {first} to {last}");
}

#[test]
fn a_second_run_gets_its_own_folder_and_the_same_numbers() {
    let folder = folder();
    let runs = folder.path().join("runs");
    let epochs = ["--epochs", "1", "--lr", "1e-3", "--free-bits", "3", "--beta", "0.5"];
    trainer_succeeds(folder.path(), &tiny(&epochs));
    // A run's config trains the same run again.
    trainer_succeeds(folder.path(), &["--config", "runs/tiny-bars-1/config.toml"]);
    let weights = |run: &str| fs::read(runs.join(run).join("weights.safetensors")).unwrap();
    let [first, second] = ["tiny-bars-1", "tiny-bars-2"]
        .map(|run| WeightsFile::from_bytes(&weights(run)).unwrap().tensors().clone());
    assert!(first == second, "the same settings give the same weights");
    let out = runs.join("other");
    let other = ["--seed", "1", "--f32", "--out", out.to_str().unwrap()];
    trainer_succeeds(folder.path(), &tiny(&[&epochs[..], &other].concat()));
    let (f16, f32) = (weights("tiny-bars-1"), weights("other"));
    assert!(&first != WeightsFile::from_bytes(&f32).unwrap().tensors());
    let numbers: usize = first.values().map(|tensor| tensor.data.len()).sum();
    assert!(f16.len() < 3 * numbers && f32.len() > 4 * numbers);
}

#[test]
fn a_stopped_and_resumed_run_equals_one_never_stopped() {
    let folder = folder();
    let path = folder.path();
    let epochs = ["--epochs", "2", "--config", "often.toml"];
    // Checkpoints within an epoch too; dropout, so that its noise counts.
    fs::write(path.join("often.toml"), "checkpoint_steps = 3\n[network]\ndropout = 0.1").unwrap();
    trainer_succeeds(path, &tiny(&[&epochs[..], &["--out", "whole"]].concat()));
    let steps = of_steps(&path.join("whole/metrics.jsonl"), "step").len();
    assert!(steps >= 8, "{steps} steps are too few to stop in the midst of");
    // Stopped at the end of the first epoch, and in the first and in the second.
    for stops in [vec![steps / 2], vec![1, steps * 3 / 4]] {
        let out = format!("stopped-{}", stops[stops.len() - 1]);
        let mut next: Vec<&str> = tiny(&[&epochs[..], &["--out", &out]].concat());
        for stop in stops {
            let stop = stop.to_string();
            let said = trainer(path, &[&next[..], &["--stop-after", &stop]].concat());
            assert_eq!(said.status, 130, "{said:?}");
            assert!(said.stderr.contains(&format!("trainer --resume {out}\n")), "{said:?}");
            assert!(!path.join(&out).join("weights.safetensors").exists());
            next = vec!["--resume", &out];
        }
        trainer_succeeds(path, &next);
        assert_eq!(
            timeless(&path.join(&out).join("metrics.jsonl")),
            timeless(&path.join("whole/metrics.jsonl")),
        );
        let weights =
            |run: &str| WeightsFile::read(&path.join(run).join("weights.safetensors")).unwrap();
        assert!(weights(&out).tensors() == weights("whole").tensors());
        assert_eq!(weights(&out).metadata()["scores"], weights("whole").metadata()["scores"]);
    }
}

#[test]
fn a_damaged_newest_checkpoint_is_passed_over() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("often.toml"), "checkpoint_steps = 2").unwrap();
    let args = ["--epochs", "2", "--config", "often.toml"];
    trainer_succeeds(path, &tiny(&[&args[..], &["--out", "whole"]].concat()));
    let said = trainer(path, &tiny(&[&args[..], &["--out", "cut", "--stop-after", "5"]].concat()));
    assert_eq!(said.status, 130, "{said:?}");
    let newest = path.join("cut/checkpoints/step-000000005.safetensors");
    let bytes = fs::read(&newest).unwrap();
    fs::write(&newest, &bytes[..bytes.len() / 2]).unwrap();
    let said = trainer_succeeds(path, &["--resume", "cut"]);
    assert!(said.stderr.contains("step-000000005.safetensors"), "{said:?}");
    let losses = |run| of_steps(&path.join(run).join("metrics.jsonl"), "loss");
    assert_eq!(losses("cut"), losses("whole"));
}

#[test]
fn resuming_refuses_what_would_be_another_run() {
    let folder = folder();
    let path = folder.path();
    let said = trainer(path, &tiny(&["--out", "run", "--stop-after", "2"]));
    assert_eq!(said.status, 130, "{said:?}");
    let error = trainer_fails(path, &["--resume", "run", "--beta", "0.7"]);
    assert!(error.contains("started with beta = 0.2, not 0.7"), "{error}");
    let error = trainer_fails(path, &tiny(&["--out", "run"]));
    assert!(error.contains("already holds a run") && error.contains("--resume run"), "{error}");
    let error = trainer_fails(path, &["--resume", "nowhere"]);
    assert!(error.contains("nowhere holds no run"), "{error}");

    archive::write_zip(
        &path.join("other.zip"),
        &[("a.mid".into(), archive::midi(1)), ("b.mid".into(), archive::midi(2))],
    );
    let error = trainer_fails(path, &["--resume", "run", "--data", "other.zip"]);
    assert!(error.contains("not the MIDI files that the run in run started with"), "{error}");
}

#[test]
fn resume_without_a_folder_takes_the_newest_run() {
    let folder = folder();
    let said = trainer(folder.path(), &tiny(&["--epochs", "1", "--stop-after", "2"]));
    assert_eq!(said.status, 130, "{said:?}");
    trainer_succeeds(folder.path(), &["--resume"]);
    assert!(folder.path().join("runs/tiny-bars-1/weights.safetensors").exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_termination_save_and_say_how_to_resume() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    for signal in [Signal::INT, Signal::TERM] {
        let folder = folder();
        let mut child = Command::new(env!("CARGO_BIN_EXE_trainer"))
            .args(tiny(&["--epochs", "10000", "--out", "long"]))
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The first epoch's line says that training is under way.
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with("epoch 1/10000"), "{line}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        // Read to the end, or a full pipe would hold it up.
        let reader = std::thread::spawn(move || stdout.lines().count());
        let said = crate::run::said(child.wait_with_output().unwrap());
        reader.join().unwrap();
        assert_eq!(said.status, 130, "{said:?}");
        assert!(said.stderr.contains("trainer --resume long\n"), "{said:?}");
        let checkpoints = fs::read_dir(folder.path().join("long/checkpoints")).unwrap();
        assert!(checkpoints.count() >= 2, "the best and the newest");
    }
}
