//! What goes wrong in a user's hands is said in one clear line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::archive;
use crate::run::{trainer, trainer_fails, trainer_succeeds};
use musicvae::noise::{Noise, Purpose};
use musicvae::{Config, LatentMap, Precision, RawTensor, WeightsFile};
use tempfile::TempDir;

/// A folder with `groove.zip` in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    archive::write(&folder.path().join("groove.zip"));
    folder
}

const TRAIN: [&str; 6] = ["--preset", "tiny", "--epochs", "1", "--out", "run"];

fn train_fails(folder: &Path, more: &[&str]) -> String {
    trainer_fails(folder, &[&TRAIN, more].concat())
}

/// A weights file of the tiny network with random numbers.
fn weights() -> WeightsFile {
    let config = Config { prior: None, ..Config::tiny() };
    let mut tensors = BTreeMap::new();
    for (i, (name, shape)) in config.parameters().into_iter().enumerate() {
        let mut data = vec![0.0; shape.iter().product()];
        Noise::new(7, Purpose::Weights, i as u64).fill_normal(&mut data);
        tensors.insert(name, RawTensor { shape, data });
    }
    LatentMap::standard(config.latent).insert_into(&mut tensors);
    WeightsFile::new(config, BTreeMap::new(), tensors).unwrap()
}

fn evaluate_fails(folder: &Path) -> String {
    trainer_fails(folder, &["evaluate", "--weights", "w.safetensors", "--data", "groove.zip"])
}

#[test]
fn data_that_is_no_archive_of_midi_files() {
    let folder = folder();
    let path = folder.path();
    assert!(train_fails(path, &["--data", "none.zip"]).contains("none.zip"));
    fs::write(path.join("text.zip"), "no archive at all, but a text of some length").unwrap();
    let error = train_fails(path, &["--data", "text.zip"]);
    assert!(error.contains("text.zip: not a zip archive"), "{error}");
    archive::write_zip(&path.join("empty.zip"), &[("read.me".into(), b"hello".to_vec())]);
    let error = train_fails(path, &["--data", "empty.zip"]);
    assert!(error.contains("empty.zip: it holds no MIDI file"), "{error}");
    let damaged = [("a.mid".to_owned(), archive::midi(0)[..30].to_vec())];
    archive::write_zip(&path.join("damaged.zip"), &damaged);
    let error = train_fails(path, &["--data", "damaged.zip"]);
    assert!(error.contains("damaged.zip: no window is left"), "{error}");
    assert!(!path.join("run").exists(), "no run is begun without data");
}

#[test]
fn damaged_midi_files_are_counted_and_listed_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let mut files: Vec<_> = (0..10).map(|i| (format!("{i}.mid"), archive::midi(i))).collect();
    files.push(("broken.mid".into(), b"MThd and then nothing of the kind".to_vec()));
    archive::write_zip(&folder.path().join("mixed.zip"), &files);
    let said = trainer_succeeds(folder.path(), &[&TRAIN[..], &["--data", "mixed.zip"]].concat());
    assert!(said.stderr.contains("warning: 1 MIDI file could not be used (-v"), "{said:?}");
    assert!(!said.stderr.contains("broken.mid"), "{said:?}");
    let args = ["evaluate", "--weights", "run/weights.safetensors", "--data", "mixed.zip", "-v"];
    let said = trainer_succeeds(folder.path(), &args);
    assert!(said.stderr.contains("broken.mid: "), "{said:?}");
}

#[test]
fn configs_with_unknown_keys_presets_or_values() {
    let folder = folder();
    let path = folder.path();
    let error = |text: &str| {
        fs::write(path.join("c.toml"), text).unwrap();
        let error = train_fails(path, &["--data", "groove.zip", "--config", "c.toml"]);
        assert!(error.contains("c.toml"), "{error}");
        error
    };
    assert!(error("epoch = 3").contains("unknown key `epoch`"));
    assert!(error("[network.decoder]\nheads = 3").contains("unknown key `network.decoder.heads`"));
    assert!(error("epochs = 3\nbeta = = 2").contains("line 2"));
    assert!(error("beta = -1").contains("`beta`"));
    assert!(error("[network]\nlatent = 0").contains("latent must be 1 to"));
    // A flag would win over the file's preset.
    fs::write(path.join("c.toml"), "preset = \"huge\"").unwrap();
    let error = trainer_fails(path, &["--data", "groove.zip", "--config", "c.toml"]);
    assert!(error.contains("huge") && error.contains("compact"), "{error}");
    let error = train_fails(path, &["--data", "groove.zip", "--config", "none.toml"]);
    assert!(error.contains("cannot read config file none.toml"), "{error}");
}

#[test]
fn wrong_usage_ends_with_status_2() {
    let folder = folder();
    for args in [
        &["--preset", "huge", "--data", "groove.zip"][..],
        &["--data", "groove.zip", "--epochs", "0"],
        &["--data", "groove.zip", "--lr", "fast"],
        &["--data", "groove.zip", "--beta", "-1"],
        &["--preset", "tiny"],
        &["sample"],
        &["evaluate", "--data", "groove.zip"],
        &["dance"],
    ] {
        let said = trainer(folder.path(), args);
        assert_eq!(said.status, 2, "trainer {args:?}: {said:?}");
        assert!(said.stderr.starts_with("error: "), "trainer {args:?}: {said:?}");
    }
}

#[test]
fn devices_that_are_not_there() {
    let folder = folder();
    let error = train_fails(folder.path(), &["--data", "groove.zip", "--device", "cuda:77"]);
    let expected = if cfg!(feature = "cuda") { "no usable GPU" } else { "built without CUDA" };
    assert!(error.contains(expected), "{error}");
    let error = train_fails(folder.path(), &["--data", "groove.zip", "--device", "abacus"]);
    assert!(error.contains("unknown device `abacus`"), "{error}");
}

#[test]
fn weights_files_of_another_version_or_shape() {
    let folder = folder();
    let path = folder.path();
    let file = path.join("w.safetensors");
    let bytes = weights().to_bytes(Precision::F32).unwrap();
    // Both strings stand once in the header; the replacements are as long.
    let replaced = |from: &str, to: &str| {
        let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
        let mut bytes = bytes.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        fs::write(&file, bytes).unwrap();
        let error = evaluate_fails(path);
        assert!(error.contains("w.safetensors"), "{error}");
        error
    };
    let error = replaced("\"version\":\"1\"", "\"version\":\"7\"");
    assert!(error.contains("version \"7\", but this program reads version 1"), "{error}");
    let error = replaced("\\\"latent\\\":16", "\\\"latent\\\":17");
    assert!(error.contains("has shape") && error.contains("expected"), "{error}");

    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    assert!(evaluate_fails(path).contains("not a whole safetensors file"));
    fs::remove_file(&file).unwrap();
    assert!(evaluate_fails(path).contains("w.safetensors: No such file"));
}

#[test]
fn checkpoints_of_another_network() {
    let folder = folder();
    let path = folder.path();
    let args = ["--data", "groove.zip", "--preset", "tiny", "--stop-after", "1", "--out", "run"];
    assert_eq!(trainer(path, &args).status, 130);
    let config = path.join("run/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("latent = 16", "latent = 17")).unwrap();
    let error = trainer_fails(path, &["--resume", "run"]);
    assert!(error.contains("not of the network in config.toml"), "{error}");
}

/// A full disk, as Linux lends one: every write to a file below a limit of the process's fails.
#[cfg(target_os = "linux")]
#[test]
fn no_space_left_is_said_and_the_last_good_files_stay() {
    use std::process::Command;

    let folder = folder();
    let path = folder.path();
    let args = ["--data", "groove.zip", "--preset", "tiny", "--stop-after", "3", "--out", "run"];
    assert_eq!(trainer(path, &args).status, 130);
    let before = listing(&path.join("run"));
    // Files may grow to 40 blocks of 512 bytes: too little for a checkpoint, enough for metrics.
    let script = format!(
        "trap '' XFSZ; ulimit -f 40; exec '{}' --resume run",
        env!("CARGO_BIN_EXE_trainer")
    );
    let output = Command::new("sh").args(["-c", &script]).current_dir(path).output().unwrap();
    let said = crate::run::said(output);
    assert_eq!(said.status, 1, "{said:?}");
    let error = said.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: cannot write run/checkpoints/"), "{said:?}");
    assert!(error.contains("File too large"), "{said:?}");
    let after = listing(&path.join("run"));
    assert_eq!(before, after, "nothing half written, nothing lost");
    trainer_succeeds(path, &["--resume", "run"]);
}

/// Names and, but for the metrics, which grow, contents of all files below `folder`.
fn listing(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(listing(&path));
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let content =
                if name == "metrics.jsonl" { Vec::new() } else { fs::read(&path).unwrap() };
            files.insert(name, content);
        }
    }
    files
}

#[test]
fn folders_that_cannot_be_written() {
    let folder = folder();
    let path = folder.path();
    // A file stands where the folder should be: fails for every user, root too.
    fs::write(path.join("taken"), "").unwrap();
    let error =
        trainer_fails(path, &["--data", "groove.zip", "--preset", "tiny", "--out", "taken"]);
    assert!(error.contains("cannot create taken"), "{error}");
    fs::write(path.join("w.safetensors"), weights().to_bytes(Precision::F16).unwrap()).unwrap();
    let error =
        trainer_fails(path, &["sample", "--weights", "w.safetensors", "--out", "taken/samples"]);
    assert!(error.contains("cannot create taken/samples"), "{error}");
}
