//! Changes of musical attributes along the named directions of the latent space.

use groove::Pattern;
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::recipe::Recipe;
use rayon::prelude::*;
use serde::Serialize;

use crate::evaluate::statistics::{Attribute, spread};
use crate::evaluate::table::table;

/// Distances that each pattern is moved by, in standard deviations.
const AMOUNTS: [f32; 9] = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];

/// Maximum number of generated patterns that are moved.
const GROOVES: u32 = 200;

/// The changes along one direction. Field names are those of the JSON, for ever.
#[derive(Serialize)]
pub(super) struct Direction {
    name: &'static str,
    /// Spearman's rank correlation of distance and attribute, mean over the patterns.
    rank_correlation: f64,
    /// Change of every attribute from the lowest distance to the highest, mean over the patterns, in standard
    /// deviations of the training windows.
    changes: [f64; Attribute::ALL.len()],
}

/// Moves generated patterns (200 of the samples, or all) along every direction of `model`; the changes are in
/// standard deviations of `training`.
pub(super) fn measure(
    model: &GrooveModel,
    samples: u32,
    temperature: f32,
    training: &[Pattern],
) -> Vec<Direction> {
    let spreads = Attribute::ALL.map(|attribute| {
        spread(&training.iter().map(|pattern| attribute.of(pattern)).collect::<Vec<_>>())
    });
    let directions = model.latent_map().directions().iter().enumerate();
    directions
        .filter_map(|(place, direction)| {
            let own = Attribute::ALL.iter().position(|a| a.name() == direction.name)?;
            let walks = walks(model, samples.min(GROOVES), temperature, place);
            let mean =
                |of: &dyn Fn(&Walk) -> f64| walks.iter().map(of).sum::<f64>() / walks.len() as f64;
            let correlation =
                |walk: &Walk| rank_correlation(&AMOUNTS.map(f64::from), &walk.map(|a| a[own]));
            let change = |i: usize| {
                let spread = if spreads[i] > 0.0 { spreads[i] } else { 1.0 };
                mean(&|walk| (walk[AMOUNTS.len() - 1][i] - walk[0][i]) / spread)
            };
            Some(Direction {
                name: Attribute::ALL[own].name(),
                rank_correlation: mean(&correlation),
                changes: std::array::from_fn(change),
            })
        })
        .collect()
}

/// The attributes of one drawn pattern at every amount.
type Walk = [[f64; Attribute::ALL.len()]; AMOUNTS.len()];

/// Moves patterns drawn with seeds below `count` along direction `place`.
fn walks(model: &GrooveModel, count: u32, temperature: f32, place: usize) -> Vec<Walk> {
    let walk = |scratch: &mut Scratch, seed: u32| {
        AMOUNTS.map(|amount| {
            let mut recipe = Recipe { seed: seed.into(), temperature, ..Recipe::default() };
            recipe.attributes[place] = amount;
            let pattern = model.decode(&recipe, 0, scratch);
            Attribute::ALL.map(|attribute| attribute.of(&pattern))
        })
    };
    (0..count).into_par_iter().map_init(Scratch::new, walk).collect()
}

/// The directions as a table.
pub(super) fn directions_table(directions: &[Direction]) -> String {
    let mut header = vec!["direction", "rank correlation"];
    header.extend(Attribute::ALL.map(Attribute::name));
    let rows: Vec<Vec<String>> = directions
        .iter()
        .map(|direction| {
            let mut row =
                vec![direction.name.to_owned(), format!("{:.3}", direction.rank_correlation)];
            row.extend(direction.changes.map(|change| format!("{change:+.2}")));
            row
        })
        .collect();
    table(&header, &rows)
}

/// Spearman's rank correlation, equal numbers having the same rank; 0 if one side is constant.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let (spread_a, spread_b) = (spread(&a), spread(&b));
    if spread_a == 0.0 || spread_b == 0.0 {
        return 0.0;
    }
    // Ranks of as many numbers have the same mean.
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let covariance = a.iter().zip(&b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    covariance / a.len() as f64 / (spread_a * spread_b)
}

/// The rank of each number: how many are smaller, plus half of those that are equal.
fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |x: f64| values.iter().filter(|y| **y < x).count() as f64;
    let equal = |x: f64| values.iter().filter(|y| **y == x).count() as f64;
    values.iter().map(|&x| below(x) + (equal(x) - 1.0) / 2.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_correlate_whatever_the_scale() {
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[10.0, 100.0, 1000.0]), 1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[5.0, 4.0, -3.0]), -1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[5.0; 3]), 0.0);
        // scipy.stats.spearmanr([1, 2, 3, 4, 5], [2, 1, 4, 4, 9]).statistic
        let found = rank_correlation(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 1.0, 4.0, 4.0, 9.0]);
        assert!((found - 0.872_081_599_272_381).abs() < 1e-12, "{found}");
    }
}
