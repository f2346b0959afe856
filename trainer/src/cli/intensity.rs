//! `trainer intensity`: gives a weights file the direction from quiet to loud playing, or a new one.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use groove::Pattern;
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::recipe::Recipe;
use musicvae::{LatentMap, Precision, WeightsFile};
use rayon::prelude::*;

use crate::data::{self, DataOptions, ReadArgs, Windowing};
use crate::evaluate::table::table;
use crate::export::intensity;
use crate::training::{weights, whole_file};

#[derive(Debug, Args)]
pub(crate) struct IntensityArgs {
    /// Weights file of the network
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    /// Training data: a zip or a folder of MIDI files
    #[arg(long, value_name = "ZIP|DIR")]
    data: PathBuf,
    #[command(flatten)]
    reading: ReadArgs,
    /// Weights file to write: the same with the direction
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Number of grooves that are moved along it, to measure it
    #[arg(short, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    n: u32,
}

/// Writes the weights, and prints what moves along the direction.
pub(super) fn run(args: &IntensityArgs) -> Result<()> {
    let file = weights::read(&args.weights)?;
    let data = data::load(&DataOptions {
        path: args.data.clone(),
        windowing: Windowing::Bars,
        train_hop_beats: None,
        split_seed: 0,
        reading: args.reading.clone(),
        any_bar: false,
    })?;
    let windows = data.train.on_bar_lines();
    let sounding: Vec<usize> =
        (0..windows.len()).filter(|&i| windows.pattern(i).count() > 0).collect();
    let patterns: Vec<Pattern> = sounding.iter().map(|&i| windows.pattern(i)).collect();
    let model = GrooveModel::new(&file)?;
    let means: Vec<Vec<f32>> = patterns.par_iter().map(|pattern| model.encode(pattern).0).collect();
    let scores = intensity::scores(patterns.iter(), |i| windows.info(sounding[i]));
    let along = intensity::direction(&means.concat(), &scores);
    let map = LatentMap::from_weights(&file).with_direction(intensity::NAME, along);
    let (mut tensors, mut metadata) = (file.tensors().clone(), file.metadata().clone());
    map.describe_in(&mut tensors, &mut metadata);
    Precision::F16.round(&mut tensors);
    let file = WeightsFile::new(file.config().clone(), metadata, tensors)?;
    whole_file::write(&args.out, &file.to_bytes(Precision::F16)?)?;
    println!("wrote {}\n\n{}", args.out.display(), measured(&GrooveModel::new(&file)?, args.n));
    Ok(())
}

/// A table of what goes with intensity, the mean over `count` drawn grooves that are moved along it.
fn measured(model: &GrooveModel, count: u32) -> String {
    let place = model.latent_map().directions().iter().position(|d| d.name == intensity::NAME);
    let place = place.expect("the model has the direction");
    let row = |tenths: i32| {
        let moved = |scratch: &mut Scratch, seed: u32| {
            let mut recipe = Recipe { seed: seed.into(), ..Recipe::default() };
            recipe.attributes[place] = tenths as f32 / 10.0;
            intensity::parts(&model.decode(&recipe, 0, scratch))
        };
        let all: Vec<[f64; 3]> = (0..count).into_par_iter().map_init(Scratch::new, moved).collect();
        let mean =
            |part: usize| all.iter().map(|parts| parts[part]).sum::<f64>() / all.len() as f64;
        vec![
            format!("{:+.1}", f64::from(tenths) / 10.0),
            format!("{:.3}", mean(0)),
            format!("{:.1}", mean(1)),
            format!("{:.3}", mean(2)),
        ]
    };
    let rows: Vec<Vec<String>> = [-10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10].map(row).to_vec();
    table(&["intensity", "mean velocity", "hits per bar", "open hat, ride, crash"], &rows)
}
