//! Errors of usage and of input are one clear line.

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
    let told = "warning: 1 MIDI file could not be used: MIDI file format 8308 is not supported (-v";
    assert!(said.stderr.contains(told), "{said:?}");
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
fn weights_files_that_are_cut_off_or_missing() {
    let folder = folder();
    let path = folder.path();
    let file = path.join("w.safetensors");
    let bytes = weights().to_bytes(Precision::F32).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let error = evaluate_fails(path);
    assert!(error.contains("w.safetensors") && error.contains("not a whole safetensors file"));
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

#[cfg(unix)]
#[test]
fn folders_devices_and_pipes_in_the_place_of_files() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("music")).unwrap();
    fs::write(path.join("a.mid"), archive::midi(0)).unwrap();
    fs::write(path.join("w.safetensors"), weights().to_bytes(Precision::F16).unwrap()).unwrap();
    // Nobody writes to it: to open it is to wait for ever.
    assert!(
        std::process::Command::new("mkfifo").arg(path.join("pipe")).status().unwrap().success()
    );
    for (odd, what) in [
        ("music", "a folder, not a file"),
        ("pipe", "a device or a pipe, not a file"),
        ("/dev/zero", "a device or a pipe, not a file"),
    ] {
        for args in [&["encode", odd][..], &["interpolate", "a.mid", odd, "--out", "out"]] {
            let args = [args, &["--weights", "w.safetensors"]].concat();
            let error = trainer_fails(path, &args);
            assert!(error.contains(odd) && error.contains(what), "{args:?}: {error}");
        }
        for args in [
            &["encode", "a.mid", "--weights", odd][..],
            &["inspect", odd],
            &["sample", "--weights", odd, "--out", "out"],
            &["evaluate", "--weights", odd, "--data", "groove.zip"],
            &["--data", "groove.zip", "--config", odd],
            &["--data", "groove.zip", "--init", odd],
        ] {
            let error = trainer_fails(path, args);
            assert!(error.contains(odd) && error.contains(what), "{args:?}: {error}");
        }
        if odd != "music" {
            for args in [&["--data", odd][..], &["windows", "--data", odd, "--out", "out"]] {
                let error = trainer_fails(path, args);
                assert!(error.contains(odd) && error.contains(what), "{args:?}: {error}");
            }
        }
    }
    // Among the files of a folder they are counted.
    fs::rename(path.join("pipe"), path.join("music/pipe.mid")).unwrap();
    fs::copy(path.join("a.mid"), path.join("music/a.mid")).unwrap();
    let said = trainer_succeeds(path, &["windows", "--data", "music", "--out", "out", "-v"]);
    assert!(said.stderr.contains("1 other file skipped: not a regular file"), "{said:?}");
    assert!(said.stderr.contains("pipe.mid: not a regular file"), "{said:?}");
}
