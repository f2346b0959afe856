//! Arguments as typed: what `trainer --help` shows.
//!
//! Nothing is looked up or filled in here; [`Settings`](crate::training::settings::Settings) says what the
//! arguments mean.

pub(crate) mod encode;
mod grids;
pub(crate) mod inspect;
pub(crate) mod interpolate;
mod midi_folder;
mod nearest_styles;
pub(crate) mod sample;
pub(crate) mod windows;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::data::{Split, Windowing};
use crate::training::settings::{Preset, Schedule};

/// Trains the groove network on MIDI files and measures it.
///
/// Without a subcommand it trains: `trainer --data groove.zip` writes `runs/<name>/`.
#[derive(Debug, Parser)]
#[command(name = "trainer", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) train: TrainArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train a network (the default without a subcommand).
    Train(Box<TrainArgs>),
    /// Write the windows of an archive as tokens (little-endian u16) and print counts.
    Windows(WindowsArgs),
    /// Draw grooves from a weights file and write them as MIDI files.
    Sample(SampleArgs),
    /// Measure a weights file on windows of an archive.
    Evaluate(EvaluateArgs),
    /// Print a weights file's config, metadata, and tensor names and shapes.
    Inspect(InspectArgs),
    /// Show where a MIDI file's groove lies in the latent space, and what comes back from there.
    Encode(EncodeArgs),
    /// Write the grooves on the way from one MIDI file's groove to another's.
    Interpolate(InterpolateArgs),
    /// Draw a run: curves, grooves and what comes back of them, latent map, velocity profiles.
    Report(ReportArgs),
}

/// Options left out come from `--config`, else from the preset.
#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    /// What to train on: a zip or a folder of MIDI files, best with an info.csv as the Groove MIDI
    /// Dataset's
    #[arg(long, value_name = "ZIP|DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Weights file to train on from, with the network it has [default: random numbers]
    #[arg(long, value_name = "FILE")]
    pub(crate) init: Option<PathBuf>,
    /// Size of network and training recipe to start from [default: compact]
    #[arg(long, value_enum)]
    pub(crate) preset: Option<Preset>,
    /// TOML file of settings (the keys of a run's config.toml); flags win over it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How performances are cut into windows [default: bars]
    #[arg(long, value_enum)]
    pub(crate) windowing: Option<Windowing>,
    /// Passes over the training windows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) epochs: Option<u32>,
    /// Windows per training step
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub(crate) batch_size: Option<u32>,
    /// Highest learning rate
    #[arg(long, value_name = "RATE", value_parser = positive)]
    pub(crate) lr: Option<f64>,
    /// How the learning rate runs
    #[arg(long, value_enum)]
    pub(crate) schedule: Option<Schedule>,
    /// Weight of the KL divergence in the loss, reached after annealing
    #[arg(long, value_name = "WEIGHT", value_parser = not_negative)]
    pub(crate) beta: Option<f64>,
    /// Bits per window that the latent carries before the KL divergence costs anything
    #[arg(long, value_name = "BITS", value_parser = not_negative)]
    pub(crate) free_bits: Option<f64>,
    /// Seed of everything random [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Where to compute: auto, cpu, cuda or cuda:N [default: auto]
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
    /// Folder of the run [default: runs/PRESET-WINDOWING-NUMBER]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with a stopped run: its folder [default: that of --out, else the newest in runs/]
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub(crate) resume: Option<Option<PathBuf>>,
    /// Export weights as f32 rather than f16
    #[arg(long)]
    pub(crate) f32: bool,
    /// Stop after this many training steps in all, as Ctrl-C does
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) stop_after: Option<u64>,
    /// Also write the curves as TensorBoard event files, to the run's folder
    #[arg(long)]
    pub(crate) tensorboard: bool,
    /// List the MIDI files that were skipped, and why
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WindowsArgs {
    /// Archive of MIDI files (zip)
    #[arg(long, value_name = "ZIP")]
    pub(crate) data: PathBuf,
    /// How performances are cut into windows
    #[arg(long, value_enum, default_value = "bars")]
    pub(crate) windowing: Windowing,
    /// Which windows [default: all]
    #[arg(long, value_enum)]
    pub(crate) split: Option<Split>,
    /// File to write the tokens to: 64 little-endian u16 a window
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// List the MIDI files that were skipped, and why
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Weights file to draw from
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: PathBuf,
    /// How many grooves to draw
    #[arg(short, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) n: u32,
    /// 0 takes the likeliest token at each step; higher is wilder
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = not_negative)]
    pub(crate) temperature: f64,
    /// Seed of the first groove; each next one has the next seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// Weights file to measure
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: PathBuf,
    /// Archive of MIDI files (zip)
    #[arg(long, value_name = "ZIP")]
    pub(crate) data: PathBuf,
    /// How performances are cut into windows [default: as the weights were trained]
    #[arg(long, value_enum)]
    pub(crate) windowing: Option<Windowing>,
    /// Which windows to measure on
    #[arg(long, value_enum, default_value = "validation")]
    pub(crate) split: Split,
    /// Seed of the noise that z is sampled with, and of the split of an archive without info.csv
    /// [default: the training's]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Where to compute: auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: String,
    /// Measure the grooves that the network dreams up, not how it plays the windows back
    #[arg(long)]
    pub(crate) generation: bool,
    /// How many grooves to draw, with seeds from 0
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "generation", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) samples: u32,
    /// How freely they are drawn [default: as a new plugin does]
    #[arg(long, value_name = "T", requires = "generation", value_parser = not_negative)]
    pub(crate) temperature: Option<f64>,
    /// Measure also along this many paths between two windows
    #[arg(long, value_name = "N", default_value_t = 0, requires = "generation", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) paths: u32,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// List the MIDI files that were skipped, and why
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Weights file to look into
    #[arg(value_name = "FILE")]
    pub(crate) weights: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// MIDI file with drums
    #[arg(value_name = "FILE.mid")]
    pub(crate) file: PathBuf,
    /// Weights file to encode with
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: PathBuf,
    /// Bar of the MIDI file to begin with; four are encoded
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) bar: u32,
    /// Print one JSON object with every number
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InterpolateArgs {
    /// MIDI file whose first four bars to begin with
    #[arg(value_name = "A.mid")]
    pub(crate) from: PathBuf,
    /// MIDI file whose first four bars to end with
    #[arg(value_name = "B.mid")]
    pub(crate) to: PathBuf,
    /// Weights file to encode and decode with
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: PathBuf,
    /// How many grooves, both ends among them
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) steps: u32,
    /// 0 takes the likeliest token at each step; higher is wilder
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = not_negative)]
    pub(crate) temperature: f64,
    /// Seed of what is drawn at temperatures above 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// Where grooves go.
#[derive(Debug, Args)]
pub(crate) struct OutArgs {
    /// Folder to write the grooves to, as MIDI files numbered from 001
    #[arg(long = "out", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Tempo written to the files, in beats per minute
    #[arg(long, value_name = "BPM", default_value_t = 120.0, value_parser = tempo)]
    pub(crate) tempo: f64,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Folder of the run
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Archive that it was trained on, should it lie elsewhere now
    #[arg(long, value_name = "ZIP")]
    pub(crate) data: Option<PathBuf>,
    /// Folder to write report.png and report.html to [default: the run's]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// The arguments do not say enough, or contradict each other.
#[derive(Debug, thiserror::Error)]
#[error("{0} (`trainer --help` explains)")]
pub(crate) struct UsageError(pub(crate) &'static str);

/// The command that was typed, with file names in place of paths: fit to be published.
pub(crate) fn typed_command(args: impl Iterator<Item = OsString>) -> String {
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

fn number(typed: &str, is_right: impl Fn(f64) -> bool, wanted: &str) -> Result<f64, String> {
    match typed.parse() {
        Ok(x) if is_right(x) => Ok(x),
        _ => Err(format!("expected {wanted}")),
    }
}

fn positive(typed: &str) -> Result<f64, String> {
    number(typed, |x| x > 0.0 && x.is_finite(), "a number above 0")
}

fn not_negative(typed: &str) -> Result<f64, String> {
    number(typed, |x| x >= 0.0 && x.is_finite(), "a number of at least 0")
}

fn tempo(typed: &str) -> Result<f64, String> {
    number(typed, |x| (4.0..=960.0).contains(&x), "a tempo from 4 to 960 beats per minute")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

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
