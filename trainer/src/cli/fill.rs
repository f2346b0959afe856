//! `trainer fill`: writes a clip with its last beats filled.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use groove::{STEPS, STEPS_PER_BEAT};
use musicvae::context::Context;
use musicvae::infer::Scratch;
use musicvae::recipe::Recipe;

use super::midi_folder::{MidiFolder, OutArgs};
use super::sample::style;
use crate::data::{ReadArgs, clip};
use crate::training::weights;

#[derive(Debug, Args)]
pub(crate) struct FillArgs {
    /// MIDI file with drums
    #[arg(value_name = "FILE.mid")]
    file: PathBuf,
    /// Weights file with a step model
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// First of the four bars, counted from the bar of the first hit
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    bar: u32,
    /// Length of the fill in beats, at the end of the four bars
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=8))]
    beats: u32,
    /// Style, as `trainer inspect` lists them [default: any]
    #[arg(long, value_name = "NAME")]
    style: Option<String>,
    /// Number of fills to write
    #[arg(short, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    n: u32,
    /// Seed of the first fill; each next one has the next seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    reading: ReadArgs,
    #[command(flatten)]
    out: OutArgs,
}

/// Writes fill-001.mid, ...: the four bars, their last beats played anew as a fill.
pub(super) fn run(args: &FillArgs) -> Result<()> {
    let model = weights::model(&args.weights)?;
    if !model.has_step_model() {
        bail!("{}: has no step model, which plays fills", args.weights.display());
    }
    let pattern = clip::read(&args.file, args.bar as usize, &args.reading)?;
    let first = STEPS - args.beats as usize * STEPS_PER_BEAT;
    let mut context =
        Context { style: style(&model, args.style.as_deref())?, ..Context::default() };
    context.ask_for_fill(first);
    context.locks.keep(&pattern, |step, _| step < first);
    let folder = MidiFolder::new(&args.out, "fill", args.n)?;
    let mut scratch = Scratch::new();
    for i in 0..args.n {
        let recipe = Recipe {
            seed: args.seed.wrapping_add(i.into()),
            style: context.style,
            ..Recipe::default()
        };
        folder.write(i + 1, &model.decode_given(&context, &recipe, &mut scratch))?;
    }
    println!("{} fills in {}", args.n, args.out.folder.display());
    Ok(())
}
