//! `trainer sample`: generates patterns as MIDI files.
//!
//! Uses the plugin's inference kernel, so that the plugin generates the same patterns at the same seed and
//! temperature.

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
    /// Weights file of the network
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Number of patterns to generate
    #[arg(short, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    n: u32,
    /// Sampling temperature; 0 takes the likeliest token at each step
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = not_negative)]
    temperature: f64,
    /// Seed of the first pattern; each next pattern has the next seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    out: OutArgs,
}

/// Writes groove-001.mid, groove-002.mid, ...
pub(super) fn run(args: &SampleArgs) -> Result<()> {
    let model = weights::model(&args.weights)?;
    let folder = MidiFolder::new(&args.out, "groove", args.n)?;
    let mut scratch = Scratch::new();
    let mut hits = 0;
    for i in 0..args.n {
        let seed = args.seed.wrapping_add(i.into());
        let recipe = Recipe { seed, temperature: args.temperature as f32, ..Recipe::default() };
        let pattern = model.decode(&recipe, 0, &mut scratch);
        hits += pattern.count();
        folder.write(i + 1, &pattern)?;
    }
    println!(
        "{} patterns in {}, {:.1} hits per bar",
        args.n,
        args.out.folder.display(),
        hits as f64 / f64::from(args.n) / groove::BARS as f64
    );
    Ok(())
}
