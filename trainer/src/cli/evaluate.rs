//! `trainer evaluate`: measures a weights file on windows of an archive.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use musicvae::recipe::DEFAULT_TEMPERATURE;
use serde::Serialize;

use super::not_negative;
use crate::data::{self, DataOptions, ReadArgs, Split, Windowing};
use crate::evaluate::{BarFigures, Draws, Figures, FillFigures, Generation};
use crate::training::{device, weights};

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// Weights file to measure
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Zip or folder of MIDI files
    #[arg(long, value_name = "ZIP|DIR")]
    data: PathBuf,
    /// Method of cutting performances into windows [default: as in training]
    #[arg(long, value_enum)]
    windowing: Option<Windowing>,
    #[command(flatten)]
    reading: ReadArgs,
    /// Split to measure on
    #[arg(long, value_enum, default_value = "validation")]
    split: Split,
    /// Seed of the posterior noise, and of the split of an archive without info.csv [default: the
    /// training's]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Compute device: auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: String,
    /// Measure patterns that the network generates, not reconstructions of windows
    #[arg(long)]
    generation: bool,
    /// Measure fills, given the bars before labelled ones
    #[arg(long, conflicts_with = "generation")]
    fills: bool,
    /// Measure what the autoencoder keeps of patterns in every metre and grid
    #[arg(long, conflicts_with_all = ["generation", "fills", "windowing"])]
    any_bar: bool,
    /// Number of patterns to generate, with seeds from 0
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "generation", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    samples: u32,
    /// Sampling temperature [default: the plugin's]
    #[arg(long, value_name = "T", requires = "generation", value_parser = not_negative)]
    temperature: Option<f64>,
    /// Also measure along this many interpolation paths between two windows
    #[arg(long, value_name = "N", default_value_t = 0, requires = "generation", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    paths: u32,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// List the MIDI files that were skipped, and what was left out of the others
    #[arg(short, long)]
    verbose: bool,
}

/// Prints the measurements.
pub(super) fn run(args: &EvaluateArgs) -> Result<()> {
    let device = device::from_name(&args.device)?;
    let file = weights::read(&args.weights)?;
    let windowing = match args.windowing {
        Some(windowing) => windowing,
        None => weights::windowing(&file).unwrap_or(Windowing::Bars),
    };
    // The seed of the training drew the split of an archive that states none.
    let seed = args.seed.or_else(|| file.metadata().get("seed")?.parse().ok()).unwrap_or(0);
    let options = DataOptions {
        windowing,
        // Copies are looked for among all windows that a training may have seen.
        train_hop_beats: args.generation.then_some(1),
        split_seed: seed,
        ..DataOptions::bars(&args.data, &args.reading)
    };
    if args.any_bar {
        let data = data::load_in_all_bars(&args.data, &args.reading, seed)?;
        data[1].report.print(args.verbose);
        let figures = BarFigures::measure(&file, data.each_ref(), args.split)?;
        return print(args.json, &figures, BarFigures::table);
    }
    let data = data::load(&options)?;
    data.report.print(args.verbose);
    let windows = data.split(args.split);
    if windows.is_empty() {
        bail!("{}: no window in split {}", args.data.display(), args.split.name());
    }
    if args.fills {
        let figures = FillFigures::measure(&file, &data, args.split, seed, &device)?;
        return print(args.json, &figures, FillFigures::table);
    }
    if args.generation {
        if data.train.is_empty() {
            bail!("{}: no training window to look for copies in", args.data.display());
        }
        let draws = Draws {
            samples: args.samples,
            temperature: args.temperature.map_or(DEFAULT_TEMPERATURE, |t| t as f32),
            paths: args.paths,
            seed,
        };
        let generation = Generation::measure(&file, &data, args.split, draws)?;
        print(args.json, &generation, Generation::table)
    } else {
        let figures = Figures::measure(&file, windowing, &data, windows, seed, &device)?;
        print(args.json, &figures, Figures::table)
    }
}

/// Prints `figures` as JSON or as `table` has them.
fn print<T: Serialize>(as_json: bool, figures: &T, table: fn(&T) -> String) -> Result<()> {
    match as_json {
        true => println!("{}", serde_json::to_string(figures)?),
        false => print!("{}", table(figures)),
    }
    Ok(())
}
