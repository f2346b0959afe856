//! `trainer follow`: measures how grooves are played to lines, and how well onsets are found in audio.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::data::{self, DataOptions, ReadArgs, Split};
use crate::evaluate;
use crate::training::weights;

#[derive(Debug, Args)]
pub(crate) struct FollowArgs {
    /// Weights file with a step model
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Zip or folder of MIDI files
    #[arg(long, value_name = "ZIP|DIR")]
    data: PathBuf,
    #[command(flatten)]
    reading: ReadArgs,
    /// Split whose performances the lines are made of
    #[arg(long, value_enum, default_value = "test")]
    split: Split,
    /// Number of windows, spread over the split
    #[arg(short, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    n: u32,
    /// Leave out how well onsets are found in audio
    #[arg(long)]
    grooves_only: bool,
}

/// Prints the tables.
pub(super) fn run(args: &FollowArgs) -> Result<()> {
    let model = weights::model(&args.weights)?;
    if !model.has_step_model() {
        bail!("{}: has no step model, which plays to lines", args.weights.display());
    }
    let data = data::load(&DataOptions::bars(&args.data, &args.reading))?;
    let windows = data.split(args.split).on_bar_lines();
    if windows.is_empty() {
        bail!("{}: no window in split {}", args.data.display(), args.split.name());
    }
    evaluate::lines::print(&model, &windows, args.n as usize, !args.grooves_only);
    Ok(())
}
