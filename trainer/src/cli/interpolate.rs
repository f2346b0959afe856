//! `trainer interpolate`: the grooves on the way from one to another.

use anyhow::Result;
use groove::{BARS, OnsetGrid};
use musicvae::infer::Scratch;
use musicvae::recipe::Recipe;

use crate::cli::InterpolateArgs;
use crate::cli::midi_folder::MidiFolder;
use crate::data::clip;
use crate::evaluate::slerp::slerp;
use crate::evaluate::table::table;
use crate::training::weights;

/// Writes step-001.mid, step-002.mid, ... and prints how the one groove turns into the other.
pub(crate) fn run(args: &InterpolateArgs) -> Result<()> {
    let drummer = weights::drummer(&args.weights)?;
    let ends = [clip::read(&args.from, 1)?, clip::read(&args.to, 1)?];
    let means = ends.each_ref().map(|end| drummer.encode(end).0);
    let grids = ends.each_ref().map(OnsetGrid::from);
    let folder = MidiFolder::new(&args.out, "step", args.steps)?;
    let recipe =
        Recipe { seed: args.seed, temperature: args.temperature as f32, ..Recipe::default() };
    let mut scratch = Scratch::new();
    let mut rows = Vec::new();
    for i in 0..args.steps {
        let share = f64::from(i) / f64::from(args.steps - 1);
        let z = slerp(&means[0], &means[1], share);
        let pattern = drummer.decode_latent(&z, &recipe, 0, &mut scratch);
        let name = folder.write(i + 1, &pattern)?;
        let grid = OnsetGrid::from(&pattern);
        let mut row = vec![name, format!("{:.1}", pattern.count() as f64 / BARS as f64)];
        row.extend(grids.iter().map(|end| format!("{:.2}", grid.similarity(end))));
        rows.push(row);
    }
    print!("{}", table(&["file", "hits a bar", "like the first", "like the last"], &rows));
    println!("wrote {} grooves to {}", args.steps, args.out.folder.display());
    Ok(())
}
