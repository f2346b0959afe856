//! `trainer intensity`: gives a weights file the direction from quiet to loud playing, or a new one; or measures the one that
//! it has.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use groove::{Articulation, Hit, Instrument, Pattern};
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::recipe::Recipe;
use musicvae::{LatentMap, Precision, WeightsFile};
use rayon::prelude::*;

use crate::data::{self, DataOptions, ReadArgs};
use crate::evaluate::table::table;
use crate::export::intensity;
use crate::training::{weights, whole_file};

#[derive(Debug, Args)]
pub(crate) struct IntensityArgs {
    /// Weights file of the network
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Training data: a zip or a folder of MIDI files; without, the direction that the file has is measured
    #[arg(long, value_name = "ZIP|DIR", requires = "out")]
    data: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadArgs,
    /// Weights file to write: the same with the direction
    #[arg(long, value_name = "FILE", requires = "data")]
    out: Option<PathBuf>,
    /// Number of grooves that are moved along it, to measure it
    #[arg(short, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    n: u32,
}

/// Writes the weights, and prints what moves along the direction.
pub(super) fn run(args: &IntensityArgs) -> Result<()> {
    let mut file = weights::read(&args.weights)?;
    if let (Some(data), Some(out)) = (&args.data, &args.out) {
        file = with_direction(&file, data, &args.reading)?;
        whole_file::write(out, &file.to_bytes(Precision::F16)?)?;
        println!("wrote {}\n", out.display());
    }
    let model = GrooveModel::new(&file)?;
    let names = model.latent_map().directions();
    let Some(place) = names.iter().position(|direction| direction.name == intensity::NAME) else {
        bail!("{}: has no direction of intensity: give --data and --out", args.weights.display());
    };
    print!("Grooves that are drawn with it\n\n{}", measured(&model, args.n, Some(place)));
    print!("\nDrawn grooves as sections play them\n\n{}", measured(&model, args.n, None));
    Ok(())
}

/// `file` with the direction learned from the training data.
fn with_direction(file: &WeightsFile, data: &Path, reading: &ReadArgs) -> Result<WeightsFile> {
    let data = data::load(&DataOptions::bars(data, reading))?;
    let windows = data.train.on_bar_lines();
    let sounding: Vec<usize> =
        (0..windows.len()).filter(|&i| windows.pattern(i).count() > 0).collect();
    let patterns: Vec<Pattern> = sounding.iter().map(|&i| windows.pattern(i)).collect();
    let model = GrooveModel::new(file)?;
    let means: Vec<Vec<f32>> = patterns.par_iter().map(|pattern| model.encode(pattern).0).collect();
    let scores = intensity::scores(patterns.iter(), |i| windows.info(sounding[i]));
    let along = intensity::direction(&means.concat(), &scores);
    let map = LatentMap::from_weights(file).with_direction(intensity::NAME, along);
    let (mut tensors, mut metadata) = (file.tensors().clone(), file.metadata().clone());
    map.describe_in(&mut tensors, &mut metadata);
    Precision::F16.round(&mut tensors);
    Ok(WeightsFile::new(file.config().clone(), metadata, tensors)?)
}

/// A table of what goes with intensity, the mean over `count` drawn grooves: drawn with so much of attribute `place`, or
/// played at it as sections are.
fn measured(model: &GrooveModel, count: u32, place: Option<usize>) -> String {
    let row = |tenths: i32| {
        let intensity = tenths as f32 / 10.0;
        let moved = |scratch: &mut Scratch, seed: u32| {
            let mut recipe = Recipe { seed: seed.into(), ..Recipe::default() };
            place.into_iter().for_each(|place| recipe.attributes[place] = intensity);
            let drawn = model.decode(&recipe, 0, scratch);
            // As it is at 0.
            if place.is_some() || tenths == 0 {
                return drawn;
            }
            model.at_intensity(&drawn, intensity, scratch).unwrap_or(drawn)
        };
        let all: Vec<Pattern> = (0..count).into_par_iter().map_init(Scratch::new, moved).collect();
        let mean = |part: usize| {
            let parts = all.iter().map(|pattern| intensity::parts(pattern)[part]);
            parts.sum::<f64>() / all.len() as f64
        };
        vec![
            format!("{intensity:+.1}"),
            format!("{:.3}", mean(0)),
            format!("{:.1}", mean(1)),
            format!("{:.3}", mean(2)),
            format!("{:.3}", share_of_cross_sticks(&all)),
        ]
    };
    let rows: Vec<Vec<String>> = [-10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10].map(row).to_vec();
    let header =
        ["intensity", "mean velocity", "hits per bar", "open hat, ride, crash", "cross-sticks"];
    table(&header, &rows)
}

/// The share of the snare's hits in `patterns` that are cross-sticks.
fn share_of_cross_sticks(patterns: &[Pattern]) -> f64 {
    let hits = patterns.iter().flat_map(Pattern::iter);
    let snare: Vec<_> =
        hits.filter(|(_, instrument, _)| *instrument == Instrument::Snare).collect();
    let is_cross = |hit: &Hit| hit.articulation() == Articulation::CrossStick;
    let crossed = snare.iter().filter(|(.., hit)| is_cross(hit)).count();
    crossed as f64 / snare.len().max(1) as f64
}
