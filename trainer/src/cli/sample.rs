//! `trainer sample`: grooves drawn from a weights file, as MIDI files.
//!
//! Drawn by the inference kernel that the plugin plays with, so what is heard here is what the
//! plugin dreams up at the same seed and temperature.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use musicvae::infer::Scratch;
use musicvae::recipe::Recipe;

use super::midi_folder::{MidiFolder, OutArgs};
use super::not_negative;
use crate::training::weights;

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Weights file to draw from
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// How many grooves to draw
    #[arg(short, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    n: u32,
    /// 0 takes the likeliest token at each step; higher is wilder
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = not_negative)]
    temperature: f64,
    /// Seed of the first groove; each next one has the next seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    out: OutArgs,
}

/// Writes groove-001.mid, groove-002.mid, ...
pub(super) fn run(args: &SampleArgs) -> Result<()> {
    let drummer = weights::drummer(&args.weights)?;
    let folder = MidiFolder::new(&args.out, "groove", args.n)?;
    let mut scratch = Scratch::new();
    let mut hits = 0;
    for i in 0..args.n {
        let seed = args.seed.wrapping_add(i.into());
        let recipe = Recipe { seed, temperature: args.temperature as f32, ..Recipe::default() };
        let pattern = drummer.decode(&recipe, 0, &mut scratch);
        hits += pattern.count();
        folder.write(i + 1, &pattern)?;
    }
    println!(
        "{} grooves in {}, {:.1} hits a bar",
        args.n,
        args.out.folder.display(),
        hits as f64 / f64::from(args.n) / groove::BARS as f64
    );
    Ok(())
}
