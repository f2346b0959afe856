//! `trainer sample`: grooves drawn from a weights file, as MIDI files.
//!
//! Drawn by the inference kernel that the plugin plays with, so what is heard here is what the
//! plugin dreams up at the same seed and temperature.

use std::fs;

use anyhow::{Context, Result};
use musicvae::infer::{Drummer, Scratch};
use musicvae::recipe::Recipe;

use crate::cli::SampleArgs;
use crate::weights;

/// Writes groove-001.mid, groove-002.mid, ...
pub(crate) fn run(args: &SampleArgs) -> Result<()> {
    let drummer = Drummer::new(&weights::read(&args.weights)?)
        .with_context(|| args.weights.display().to_string())?;
    fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create {}", args.out.display()))?;
    let mut scratch = Scratch::new();
    let digits = args.n.to_string().len().max(3);
    let mut hits = 0;
    for i in 0..args.n {
        let seed = args.seed.wrapping_add(i.into());
        let recipe = Recipe { seed, temperature: args.temperature as f32, ..Recipe::default() };
        let pattern = drummer.decode(&recipe, 0, &mut scratch);
        hits += pattern.count();
        let path = args.out.join(format!("groove-{:0digits$}.mid", i + 1));
        let bytes = groove::midi::write(&[pattern], args.tempo)?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!(
        "{} grooves in {}, {:.1} hits a bar",
        args.n,
        args.out.display(),
        hits as f64 / f64::from(args.n) / groove::BARS as f64
    );
    Ok(())
}
