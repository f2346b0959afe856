//! `trainer interpolate`: patterns along the path between two patterns in the latent space.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use groove::{BARS, OnsetGrid};
use musicvae::infer::Scratch;
use musicvae::recipe::Recipe;

use super::midi_folder::{MidiFolder, OutArgs};
use super::not_negative;
use crate::data::{ReadArgs, clip};
use crate::evaluate::slerp::slerp;
use crate::evaluate::table::table;
use crate::training::weights;

#[derive(Debug, Args)]
pub(crate) struct InterpolateArgs {
    /// MIDI file whose first four bars are the start
    #[arg(value_name = "A.mid")]
    from: PathBuf,
    /// MIDI file whose first four bars are the end
    #[arg(value_name = "B.mid")]
    to: PathBuf,
    /// Weights file to encode and decode with
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Number of patterns, both ends included
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    steps: u32,
    /// Sampling temperature; 0 takes the likeliest token at each step
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = not_negative)]
    temperature: f64,
    /// Random seed at temperatures above 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    reading: ReadArgs,
    #[command(flatten)]
    out: OutArgs,
}

/// Writes step-001.mid, step-002.mid, ... and prints each pattern's similarity with both ends.
pub(super) fn run(args: &InterpolateArgs) -> Result<()> {
    let model = weights::model(&args.weights)?;
    let read = |file| clip::read(file, 1, &args.reading);
    let ends = [read(&args.from)?, read(&args.to)?];
    let means = ends.each_ref().map(|end| model.encode(end).0);
    let grids = ends.each_ref().map(OnsetGrid::from);
    let folder = MidiFolder::new(&args.out, "step", args.steps)?;
    let recipe =
        Recipe { seed: args.seed, temperature: args.temperature as f32, ..Recipe::default() };
    let mut scratch = Scratch::new();
    let mut rows = Vec::new();
    for i in 0..args.steps {
        let share = f64::from(i) / f64::from(args.steps - 1);
        let z = slerp(&means[0], &means[1], share);
        let pattern = model.decode_latent(&z, &recipe, 0, &mut scratch);
        let name = folder.write(i + 1, &pattern)?;
        let grid = OnsetGrid::from(&pattern);
        let mut row = vec![name, format!("{:.1}", pattern.count() as f64 / BARS as f64)];
        row.extend(grids.iter().map(|end| format!("{:.2}", grid.similarity(end))));
        rows.push(row);
    }
    print!("{}", table(&["file", "hits per bar", "similarity, start", "similarity, end"], &rows));
    println!("wrote {} patterns to {}", args.steps, args.out.folder.display());
    Ok(())
}
