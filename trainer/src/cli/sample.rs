//! `trainer sample`: grooves drawn from a weights file, as MIDI files.
//!
//! Drawn by the inference kernel that the plugin plays with, so what is heard here is what the
//! plugin dreams up at the same seed and temperature.

use anyhow::Result;
use musicvae::infer::Scratch;
use musicvae::recipe::Recipe;

use crate::cli::SampleArgs;
use crate::cli::midi_folder::MidiFolder;
use crate::training::weights;

/// Writes groove-001.mid, groove-002.mid, ...
pub(crate) fn run(args: &SampleArgs) -> Result<()> {
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
