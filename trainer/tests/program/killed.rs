//! A killed trainer and a full disk: the last complete checkpoint stays, and a resumed run ends like one that was
//! never killed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::archive;
use crate::run::{trainer, trainer_fails, trainer_succeeds};
use crate::training::timeless;
use musicvae::WeightsFile;
use musicvae::noise::{Noise, Purpose};

/// Number of kills without `JANGDAN_KILLS`.
const KILLS: u64 = 5;

fn begin(out: &str) -> Vec<String> {
    let args =
        ["--data", "groove.zip", "--preset", "tiny", "--epochs", "2", "--config", "often.toml"];
    args.into_iter().chain(["--out", out]).map(str::to_owned).collect()
}

fn weights(run: &Path) -> WeightsFile {
    WeightsFile::read(&run.join("weights.safetensors")).unwrap()
}

#[test]
fn a_run_killed_at_random_points_ends_as_one_never_killed() {
    let kills = testkit::effort("JANGDAN_KILLS", KILLS);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    archive::write(&path.join("groove.zip"));
    fs::write(path.join("often.toml"), "checkpoint_steps = 2\n[network]\ndropout = 0.1").unwrap();
    let start = std::time::Instant::now();
    let whole = begin("whole");
    trainer_succeeds(path, &whole.iter().map(String::as_str).collect::<Vec<_>>());
    let takes = start.elapsed();

    let run = path.join("run");
    let is_whole = |run: &Path| {
        assert_eq!(
            timeless(&run.join("metrics.jsonl")),
            timeless(&path.join("whole/metrics.jsonl"))
        );
        assert!(weights(run).tensors() == weights(&path.join("whole")).tensors());
    };
    let (mut killed, mut ended, mut resumed) = (0, 0, 0);
    for attempt in 0.. {
        if killed == kills {
            break;
        }
        let mut random = [0.0_f32];
        Noise::new(5, Purpose::Weights, attempt).fill_normal(&mut random);
        let is_begun = run.join("config.toml").exists();
        let args = if is_begun { vec!["--resume".into(), "run".into()] } else { begin("run") };
        let mut child = Command::new(env!("CARGO_BIN_EXE_trainer"))
            .args(args)
            .current_dir(path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The point is where a clock happens to say so: four tenths of a whole run on average.
        std::thread::sleep(
            takes.mul_f32((random[0].abs() * 0.5).min(1.0)) + Duration::from_millis(1),
        );
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            is_whole(&run);
            fs::remove_dir_all(&run).unwrap();
            ended += 1;
            continue;
        }
        killed += 1;
        resumed += u64::from(is_begun);
        // Whatever has its final name is whole.
        for entry in fs::read_dir(run.join("checkpoints")).into_iter().flatten() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "safetensors") {
                musicvae::weights::read_tensors(&fs::read(&file).unwrap())
                    .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            }
        }
    }
    println!("killed {killed} times, {resumed} of them after resuming; {ended} ran to their end");
    if run.join("config.toml").exists() {
        trainer_succeeds(path, &["--resume", "run"]);
        is_whole(&run);
    }
    assert!(resumed > 0 || ended > 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_the_last_good_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    archive::write(&path.join("groove.zip"));
    fs::write(path.join("often.toml"), "checkpoint_steps = 2").unwrap();
    let args = begin("run");
    let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
    args.extend(["--stop-after", "3"]);
    assert_eq!(trainer(path, &args).status, 130);
    let whole = checkpoints(&path.join("run"));
    // No file may grow beyond a block of 512 bytes, as on a disk that is full.
    let said = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; ulimit -f 1; exec '{}' --resume run",
            env!("CARGO_BIN_EXE_trainer")
        ))
        .current_dir(path)
        .output()
        .unwrap();
    let said = crate::run::said(said);
    assert_eq!(said.status, 1, "{said:?}");
    let errors: Vec<&str> = said.stderr.lines().filter(|l| l.starts_with("error: ")).collect();
    assert!(errors.len() == 1 && errors[0].contains("run/"), "{said:?}");
    assert_eq!(checkpoints(&path.join("run")), whole);
    // An archive that is cut off or missing is an error too.
    let archive = path.join("groove.zip");
    let bytes = fs::read(&archive).unwrap();
    fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
    assert!(trainer_fails(path, &["--resume", "run"]).contains("groove.zip"));
    fs::remove_file(&archive).unwrap();
    assert!(trainer_fails(path, &["--resume", "run"]).contains("groove.zip"));
    assert_eq!(checkpoints(&path.join("run")), whole);
    fs::write(&archive, bytes).unwrap();
    trainer_succeeds(path, &["--resume", "run"]);
}

/// The checkpoints of a run and what is in them.
#[cfg(target_os = "linux")]
fn checkpoints(run: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(run.join("checkpoints"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}
