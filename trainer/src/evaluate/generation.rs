//! Statistics of the patterns that a network generates, compared with those of a split's windows.

mod tables;

use std::collections::HashSet;

use anyhow::Result;
use groove::{OnsetGrid, Pattern};
use musicvae::WeightsFile;
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::noise::{Noise, Purpose};
use musicvae::recipe::Recipe;
use rayon::prelude::*;
use serde::Serialize;

use super::copies::share_of_near_copies;
use super::directions::{self, Direction};
use super::independent::Independent;
use crate::data::{Dataset, Split, Windows};
use crate::evaluate::slerp::slerp;
use crate::evaluate::statistics::{Distances, Means, PerInstrument, Summary};

/// Points between the ends of an interpolation path.
const POINTS_ON_A_PATH: u32 = 7;

/// The patterns to generate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    /// Number of patterns, with seeds from 0.
    pub(crate) samples: u32,
    pub(crate) temperature: f32,
    /// Number of interpolation paths, each between two windows of the split.
    pub(crate) paths: u32,
    /// Seed that chooses the windows at the ends of the paths.
    pub(crate) seed: u64,
}

/// The figures. Field names are those of the JSON, for ever.
#[derive(Serialize)]
pub(crate) struct Generation {
    temperature: f32,
    split: Split,
    /// The windows of the split.
    reference: Means,
    /// Patterns generated as in the plugin.
    samples: Compared,
    /// Share of the samples that are near-copies of training windows.
    sample_near_copies: f64,
    /// Share of the split's windows that are near-copies of training windows.
    reference_near_copies: f64,
    /// Validation windows against test windows: two sets of performances can hardly be closer.
    ceiling: Option<Distances>,
    /// The training windows: the best that samples can reach.
    training: Compared,
    /// Patterns whose steps are drawn independently: the worst case.
    floor: Compared,
    /// Patterns along interpolation paths between windows of the split.
    paths: Option<Compared>,
    /// Empty for a file without named directions.
    directions: Vec<Direction>,
}

/// A set of patterns beside the reference.
#[derive(Serialize)]
struct Compared {
    means: Means,
    /// Difference from the reference's bar similarity.
    bar_similarity_difference: f64,
    /// Difference from the reference's hits per bar, as a share of it.
    hits_per_bar_relative_difference: f64,
    /// The same by instrument; `None` where the reference has no hit.
    hits_per_bar_of_relative_difference: PerInstrument<Option<f64>>,
    distances: Distances,
}

impl Compared {
    fn new(patterns: &[Pattern], reference: &Summary) -> Self {
        let summary = Summary::new(patterns);
        let distances = summary.distances(reference);
        let (means, reference) = (summary.means(), reference.means());
        let relative = |found: f64, expected: f64| (found - expected) / expected;
        Self {
            means,
            bar_similarity_difference: means.bar_similarity - reference.bar_similarity,
            hits_per_bar_relative_difference: relative(means.hits_per_bar, reference.hits_per_bar),
            hits_per_bar_of_relative_difference: PerInstrument::new(|i| {
                let expected = reference.hits_per_bar_of[i];
                (expected > 0.0).then(|| relative(means.hits_per_bar_of[i], expected))
            }),
            distances,
        }
    }
}

impl Generation {
    /// Generates patterns with the network of `file` and compares them with the windows of `split`. There must be
    /// at least one of those, and one training window.
    ///
    /// Windows that start within a bar are left out of all but the search for copies.
    pub(crate) fn measure(
        file: &WeightsFile,
        data: &Dataset,
        split: Split,
        draws: Draws,
    ) -> Result<Self> {
        let model = GrooveModel::new(file)?;
        let windows = data.split(split).on_bar_lines();
        let reference = Summary::new(&patterns(&windows));
        let recipe = |seed: u32| Recipe {
            seed: seed.into(),
            temperature: draws.temperature,
            ..Recipe::default()
        };
        let samples = decode(draws.samples, |i, scratch| model.decode(&recipe(i), 0, scratch));
        let training = patterns(&data.train.on_bar_lines());
        let floor = Independent(&training);
        let floor: Vec<Pattern> = (0..draws.samples).map(|i| floor.draw(i.into())).collect();
        let paths = (draws.paths > 0).then(|| {
            // From the posterior mean of one window to that of another, both drawn by the seed.
            let ends = |path: u32| {
                let mut noise = Noise::new(draws.seed, Purpose::Shuffle, path.into());
                let mut end = || model.encode(&windows.pattern(noise.below(windows.len()))).0;
                [end(), end()]
            };
            let ends: Vec<_> = (0..draws.paths).into_par_iter().map(ends).collect();
            decode(draws.paths * POINTS_ON_A_PATH, |i, scratch| {
                let path = i / POINTS_ON_A_PATH;
                let share = f64::from(i % POINTS_ON_A_PATH + 1) / f64::from(POINTS_ON_A_PATH + 1);
                let [from, to] = &ends[path as usize];
                model.decode_latent(&slerp(from, to, share), &recipe(path), 0, scratch)
            })
        });
        let known: HashSet<OnsetGrid> = grids(&patterns(&data.train)).collect();
        let near_copies = |patterns: &[Pattern]| {
            share_of_near_copies(&grids(patterns).collect::<Vec<_>>(), &known)
        };
        let held_out = [&data.validation, &data.test];
        let ceiling = held_out.iter().all(|windows| !windows.is_empty()).then(|| {
            let [validation, test] =
                held_out.map(|windows| Summary::new(&patterns(&windows.on_bar_lines())));
            validation.distances(&test)
        });
        Ok(Self {
            temperature: draws.temperature,
            split,
            sample_near_copies: near_copies(&samples),
            reference_near_copies: near_copies(&patterns(&windows)),
            samples: Compared::new(&samples, &reference),
            ceiling,
            training: Compared::new(&training, &reference),
            floor: Compared::new(&floor, &reference),
            paths: paths.map(|paths| Compared::new(&paths, &reference)),
            directions: directions::measure(&model, draws.samples, draws.temperature, &training),
            reference: reference.means(),
        })
    }
}

fn patterns(windows: &Windows) -> Vec<Pattern> {
    (0..windows.len()).map(|i| windows.pattern(i)).collect()
}

/// The onsets of the patterns that are not silent.
fn grids(patterns: &[Pattern]) -> impl Iterator<Item = OnsetGrid> + '_ {
    patterns.iter().map(OnsetGrid::from).filter(|grid| grid.count() > 0)
}

/// Decodes patterns 0 to `count`, on all cores, in order.
fn decode(count: u32, one: impl Fn(u32, &mut Scratch) -> Pattern + Sync) -> Vec<Pattern> {
    (0..count).into_par_iter().map_init(Scratch::new, |scratch, i| one(i, scratch)).collect()
}
