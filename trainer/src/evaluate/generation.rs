//! How musical the grooves are that a network dreams up, measured against what drummers play.

mod tables;

use std::collections::HashSet;

use anyhow::Result;
use groove::{OnsetGrid, Pattern};
use musicvae::WeightsFile;
use musicvae::infer::{Drummer, Scratch};
use musicvae::noise::{Noise, Purpose};
use musicvae::recipe::Recipe;
use rayon::prelude::*;
use serde::Serialize;

use super::copies::share_of_near_copies;
use super::directions::{self, Direction};
use super::independent::Independent;
use crate::data::{Dataset, Split, Windows};
use crate::evaluate::slerp::slerp;
use crate::evaluate::statistics::{Distances, PerInstrument, Summary};

/// Points between the ends of an interpolation path.
const POINTS_ON_A_PATH: u32 = 7;

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    /// Grooves to draw, with seeds from 0.
    pub(crate) samples: u32,
    pub(crate) temperature: f32,
    /// Paths to walk between two windows of the split.
    pub(crate) paths: u32,
    /// Names the pairs of windows that paths lead between.
    pub(crate) seed: u64,
}

/// The figures. Field names are those of the JSON, for ever.
#[derive(Serialize)]
pub(crate) struct Generation {
    temperature: f32,
    split: Split,
    /// The windows of the split.
    reference: Means,
    /// Grooves as the plugin draws them.
    samples: Compared,
    /// Share of the samples that are near-copies of training windows.
    sample_near_copies: f64,
    /// Share of the split's windows that are: what occurs by nature.
    reference_near_copies: f64,
    /// Validation windows against test windows: as near as two sets of performances come.
    ceiling: Option<Distances>,
    /// The training windows: what the samples can be like at best, however the splits differ.
    training: Compared,
    /// Each step drawn by itself.
    floor: Compared,
    /// Grooves on the way from one window of the split to another.
    paths: Option<Compared>,
    /// None for a file without named directions.
    directions: Vec<Direction>,
}

/// A set of patterns beside the reference.
#[derive(Serialize)]
struct Compared {
    means: Means,
    /// Of the bar similarity, from the reference's.
    bar_similarity_difference: f64,
    /// Of the hits per bar, as a share of the reference's.
    hits_per_bar_relative_difference: f64,
    /// `None` where the reference never plays.
    hits_per_bar_of_relative_difference: PerInstrument<Option<f64>>,
    distances: Distances,
}

#[derive(Serialize)]
struct Means {
    /// Patterns that are not silent: those measured.
    patterns: usize,
    silent: usize,
    bar_similarity: f64,
    syncopation: f64,
    hits_per_bar: f64,
    hits_per_bar_of: PerInstrument<f64>,
}

impl Means {
    fn new(summary: &Summary) -> Self {
        Self {
            patterns: summary.patterns(),
            silent: summary.silent(),
            bar_similarity: summary.bar_similarity(),
            syncopation: summary.syncopation(),
            hits_per_bar: summary.hits_per_bar(),
            hits_per_bar_of: PerInstrument::new(|i| summary.hits_per_bar_of(i)),
        }
    }
}

impl Compared {
    fn new(patterns: &[Pattern], reference: &Summary) -> Self {
        let summary = Summary::new(patterns);
        let relative = |found: f64, expected: f64| (found - expected) / expected;
        Self {
            bar_similarity_difference: summary.bar_similarity() - reference.bar_similarity(),
            hits_per_bar_relative_difference: relative(
                summary.hits_per_bar(),
                reference.hits_per_bar(),
            ),
            hits_per_bar_of_relative_difference: PerInstrument::new(|instrument| {
                let expected = reference.hits_per_bar_of(instrument);
                (expected > 0.0).then(|| relative(summary.hits_per_bar_of(instrument), expected))
            }),
            distances: summary.distances(reference),
            means: Means::new(&summary),
        }
    }
}

impl Generation {
    /// Draws grooves from the network of `file` and measures them against the windows of `split`, of which
    /// there must be one at least, as of training windows.
    ///
    /// Windows that start within a bar are left out of all but the search for copies.
    pub(crate) fn measure(
        file: &WeightsFile,
        data: &Dataset,
        split: Split,
        draws: Draws,
    ) -> Result<Self> {
        let drummer = Drummer::new(file)?;
        let windows = data.split(split).on_bar_lines();
        let reference = Summary::new(&patterns(&windows));
        let recipe = |seed: u32| Recipe {
            seed: seed.into(),
            temperature: draws.temperature,
            ..Recipe::default()
        };
        let samples = decode(0..draws.samples, |i, scratch| drummer.decode(&recipe(i), 0, scratch));
        let training = patterns(&data.train.on_bar_lines());
        let floor = Independent(&training);
        let floor: Vec<Pattern> = (0..draws.samples).map(|i| floor.draw(i.into())).collect();
        let paths = (draws.paths > 0).then(|| {
            let ends = Path::choose(&drummer, &windows, draws);
            decode(0..draws.paths * POINTS_ON_A_PATH, |i, scratch| {
                let path = i / POINTS_ON_A_PATH;
                let z = ends[path as usize].point(i % POINTS_ON_A_PATH + 1);
                drummer.decode_latent(&z, &recipe(path), 0, scratch)
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
            directions: directions::measure(&drummer, draws.samples, draws.temperature, &training),
            reference: Means::new(&reference),
        })
    }
}

fn patterns(windows: &Windows) -> Vec<Pattern> {
    (0..windows.len()).map(|i| windows.pattern(i)).collect()
}

/// The onsets of those that are not silent.
fn grids(patterns: &[Pattern]) -> impl Iterator<Item = OnsetGrid> + '_ {
    patterns.iter().map(OnsetGrid::from).filter(|grid| grid.count() > 0)
}

/// Decodes all of `which`, on all cores, in order.
fn decode(
    which: std::ops::Range<u32>,
    one: impl Fn(u32, &mut Scratch) -> Pattern + Sync,
) -> Vec<Pattern> {
    which.into_par_iter().map_init(Scratch::new, |scratch, i| one(i, scratch)).collect()
}

/// The way from the posterior mean of one window to that of another.
struct Path([Vec<f32>; 2]);

impl Path {
    /// As many as asked for, between windows drawn by the seed.
    fn choose(drummer: &Drummer, windows: &Windows, draws: Draws) -> Vec<Self> {
        let choose = |path: u32| {
            let mut noise = Noise::new(draws.seed, Purpose::Shuffle, path.into());
            let mut end = || drummer.encode(&windows.pattern(noise.below(windows.len()))).0;
            Self([end(), end()])
        };
        (0..draws.paths).into_par_iter().map(choose).collect()
    }

    /// The point numbered `number`, 0 and `POINTS_ON_A_PATH` + 1 being the ends.
    fn point(&self, number: u32) -> Vec<f32> {
        let [from, to] = &self.0;
        slerp(from, to, f64::from(number) / f64::from(POINTS_ON_A_PATH + 1))
    }
}
