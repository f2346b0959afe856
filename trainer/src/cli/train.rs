//! `trainer --data groove.zip`: a training run from its settings to the exported weights.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;
use toml::Table;

use super::{not_negative, positive};
use crate::data::{self, ReadArgs, Windowing};
use crate::export;
use crate::training::run::Training;
use crate::training::run_folder::RunFolder;
use crate::training::settings::{Preset, Schedule, Settings};
use crate::training::{device, interrupt};

/// Missing options come from `--config`, else from the preset.
#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// TOML file of settings (keys of a run's config.toml); flags override it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the run [default: runs/PRESET-WINDOWING-NUMBER]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Resume a stopped run from its folder [default: --out, else the newest in runs/]
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    resume: Option<Option<PathBuf>>,
    /// Stop after this many training steps in total, as with Ctrl-C
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    stop_after: Option<u64>,
    /// Also write the metrics as TensorBoard event files to the run's folder
    #[arg(long)]
    tensorboard: bool,
    /// List the MIDI files that were skipped, and what was left out of the others
    #[arg(short, long)]
    verbose: bool,
}

/// Flags that are settings: as a table, the keys of a config file.
#[derive(Debug, Args, Serialize)]
struct SettingsArgs {
    /// Training data: a zip or a folder of MIDI files, with an info.csv like the Groove MIDI Dataset's
    /// or without
    #[arg(long, value_name = "ZIP|DIR")]
    data: Option<PathBuf>,
    /// Weights file to fine-tune, with its network [default: random initial weights]
    #[arg(long, value_name = "FILE")]
    init: Option<PathBuf>,
    /// Network size and training settings to start from [default: compact]
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Method of cutting performances into windows [default: bars]
    #[arg(long, value_enum)]
    windowing: Option<Windowing>,
    #[command(flatten)]
    #[serde(flatten)]
    reading: ReadArgs,
    /// Number of passes over the training windows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    epochs: Option<u32>,
    /// Number of windows per training step
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65536))]
    batch_size: Option<u32>,
    /// Peak learning rate
    #[arg(long, value_name = "RATE", value_parser = positive)]
    lr: Option<f64>,
    /// Learning rate schedule
    #[arg(long, value_enum)]
    schedule: Option<Schedule>,
    /// Weight of the KL divergence in the loss after annealing
    #[arg(long, value_name = "WEIGHT", value_parser = not_negative)]
    beta: Option<f64>,
    /// KL divergence per window that is free of loss, in bits
    #[arg(long, value_name = "BITS", value_parser = not_negative)]
    free_bits: Option<f64>,
    /// Random seed [default: 0]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Compute device: auto, cpu, cuda or cuda:N [default: auto]
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// Export weights as f32 rather than f16
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    f32: bool,
}

/// Trains or resumes, then exports the weights; exit status 130 if stopped before the end.
pub(super) fn run(args: &TrainArgs) -> Result<ExitCode> {
    interrupt::listen()?;
    musicvae::keep_freed_memory();
    let flags = Table::try_from(&args.settings).context("the flags do not fit TOML")?;
    let (settings, resumed) = match &args.resume {
        None => {
            let command = Some(typed_command(std::env::args_os()));
            let settings = Settings::from_file_and_flags(args.config.as_deref(), flags)?;
            (Settings { command, ..settings }, None)
        }
        Some(path) => {
            let folder = RunFolder::find(path.as_deref().or(args.out.as_deref()))?;
            let settings = Settings::resumed(&folder.config(), flags)?;
            if args.config.is_some() {
                bail!("--config cannot change a resumed run: leave it out");
            }
            (settings, Some(folder))
        }
    };
    let device = device::from_name(&settings.device)?;
    let data = data::load(&settings.data_options()?)?;
    data.report.print(args.verbose);
    if data.train.is_empty() {
        bail!("{}: no training windows", settings.data_name());
    }
    let mut training = match resumed {
        None => {
            let folder = RunFolder::create(args.out.as_deref(), &settings)?;
            Training::begin(settings, folder, device, &data)?
        }
        Some(folder) => Training::resume(settings, folder, device, &data)?,
    };
    if args.tensorboard {
        training.write_events()?;
    }
    if !training.train_to_end(&data, args.stop_after)? {
        return Ok(ExitCode::from(interrupt::EXIT_STATUS));
    }
    if !export::run(&training.settings, &training.folder, &training.device, &data)? {
        training.print_how_to_resume();
        return Ok(ExitCode::from(interrupt::EXIT_STATUS));
    }
    Ok(ExitCode::SUCCESS)
}

/// The command line with file names in place of paths, so that it can be published.
fn typed_command(args: impl Iterator<Item = OsString>) -> String {
    let words = args.enumerate().map(|(i, word)| {
        let word = word.to_string_lossy();
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (format!("{flag}="), value),
            _ => (String::new(), &*word),
        };
        let name = Path::new(value).file_name().map(|name| name.to_string_lossy());
        let name = if i == 0 { "trainer".into() } else { name.unwrap_or(value.into()) };
        let is_plain = !name.is_empty() && name.chars().all(|c| !c.is_whitespace() && c != '"');
        if is_plain { format!("{flag}{name}") } else { format!("{flag}{name:?}") }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn the_recorded_command_names_files_without_their_folders() {
        let args = ["/usr/bin/trainer", "--data", "/music/a b/groove.zip", "--lr", "2e-3"];
        let more = ["--config=x/y.toml", "--out", "/music/a b"];
        let command = typed_command(args.into_iter().chain(more).map(OsString::from));
        assert_eq!(command, "trainer --data groove.zip --lr 2e-3 --config=y.toml --out \"a b\"");
    }

    #[test]
    fn resume_takes_a_folder_or_none() {
        let resume = |args: &[&str]| Cli::parse_from(args).train.resume;
        assert_eq!(resume(&["trainer"]), None);
        assert_eq!(resume(&["trainer", "--resume"]), Some(None));
        assert_eq!(resume(&["trainer", "--resume", "runs/a"]), Some(Some("runs/a".into())));
    }
}
