//! Finds seeds worth beginning at, for each style of a weights file: `cargo run --release -p musicvae --example seeds
//! --no-default-features -- assets/weights.safetensors 32`. The plugin's factory grooves were found by it.
//!
//! Of the first 256 seeds of each style, those are looked at that begin on the kick (but in jazz), have a snare, and keep to a
//! figure without being four times the same bar; of these, one after another, the one that differs most from all chosen before.

use std::process::ExitCode;

use groove::{Instrument, OnsetGrid, Pattern};
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::recipe::{DEFAULT_TEMPERATURE, Recipe};

/// Seeds tried per style.
const SEEDS: u64 = 256;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(wanted)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: seeds WEIGHTS COUNT");
        return ExitCode::from(2);
    };
    let model = std::fs::read(&path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| GrooveModel::from_bytes(&bytes).map_err(|error| error.to_string()));
    match (model, wanted.parse()) {
        (Ok(model), Ok(wanted)) => {
            find(&model, wanted);
            ExitCode::SUCCESS
        }
        (Err(error), _) => {
            eprintln!("error: {path}: {error}");
            ExitCode::FAILURE
        }
        (_, Err(_)) => {
            eprintln!("error: `{wanted}` is not a number of grooves");
            ExitCode::from(2)
        }
    }
}

/// Prints each style's seeds, as many as make `wanted` in all.
fn find(model: &GrooveModel, wanted: usize) {
    let names: Vec<&str> =
        model.latent_map().styles().iter().map(|style| style.name.as_str()).collect();
    let mut scratch = Scratch::new();
    let candidates: Vec<Vec<(u64, Pattern)>> = (0..)
        .zip(&names)
        .map(|(style, name)| {
            let recipe = |seed| Recipe {
                seed,
                style: Some(style),
                temperature: DEFAULT_TEMPERATURE,
                ..Recipe::default()
            };
            let drawn = (0..SEEDS).map(|seed| (seed, model.decode(&recipe(seed), 0, &mut scratch)));
            drawn.filter(|(_, pattern)| is_worth(pattern, *name == "jazz")).collect()
        })
        .collect();
    let mut chosen: Vec<Vec<(u64, Pattern)>> = vec![Vec::new(); names.len()];
    // The styles in turn, the first ones once more where it does not come out even.
    for turn in (0..names.len()).cycle().take(wanted) {
        let nearest = |pattern: &Pattern| {
            let grid = OnsetGrid::from(pattern);
            let others = chosen.iter().flatten().map(|(_, other)| OnsetGrid::from(other));
            others.map(|other| grid.difference(&other)).min().unwrap_or(0)
        };
        let best = candidates[turn].iter().max_by_key(|(_, pattern)| nearest(pattern));
        if let Some(&(seed, pattern)) = best {
            let nearest = nearest(&pattern);
            println!("{} {seed}: {nearest} hits from the nearest", names[turn]);
            chosen[turn].push((seed, pattern));
        }
    }
    for (name, chosen) in names.iter().zip(&chosen) {
        let seeds: Vec<u64> = chosen.iter().map(|(seed, _)| *seed).collect();
        println!("{name:?} {seeds:?}");
    }
}

fn is_worth(pattern: &Pattern, is_jazz: bool) -> bool {
    let strikes =
        |wanted| pattern.iter().filter(|(_, instrument, _)| *instrument == wanted).count();
    // Mean share of onsets that neighbouring bars have in common.
    let similarities: Vec<f64> = OnsetGrid::from(pattern).similarities().collect();
    let alike = similarities.iter().sum::<f64>() / similarities.len().max(1) as f64;
    (is_jazz || pattern.hit(0, Instrument::Kick).is_some())
        && strikes(Instrument::Snare) >= 6
        && (70..=200).contains(&pattern.count())
        && (0.5..0.95).contains(&alike)
}
