//! How musical the grooves are that a network dreams up, measured against what drummers play.

use std::collections::HashSet;

use anyhow::Result;
use groove::{Instrument, Pattern};
use musicvae::WeightsFile;
use musicvae::infer::{Drummer, Scratch};
use musicvae::noise::{Noise, Purpose};
use musicvae::recipe::Recipe;
use rayon::prelude::*;
use serde::Serialize;

use super::copies::share_of_near_copies;
use super::directions::{self, Direction, directions_table};
use super::independent::Independent;
use crate::data::{Dataset, Split, Windows};
use crate::slerp::slerp;
use crate::statistics::{Distances, OnsetGrid, PerInstrument, Summary};
use crate::table::table;

/// Points between the ends of an interpolation path.
const POINTS_ON_A_PATH: u32 = 7;

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    /// Grooves to draw, with seeds from 0.
    pub(super) samples: u32,
    pub(super) temperature: f32,
    /// Paths to walk between two windows of the split.
    pub(super) paths: u32,
    /// Names the pairs of windows that paths lead between.
    pub(super) seed: u64,
}

/// The figures. Field names are those of the JSON, for ever.
#[derive(Serialize)]
pub(super) struct Generation {
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
    pub(super) fn measure(
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
            directions: directions::measure(&drummer, draws.temperature, &training),
            reference: Means::new(&reference),
        })
    }

    /// For people.
    pub(super) fn table(&self) -> String {
        let directions = match self.directions.is_empty() {
            true => String::new(),
            false => format!(
                "\nfrom two standard deviations below to two above along each direction, changes in \
                 standard deviations of the training windows\n\n{}",
                directions_table(&self.directions)
            ),
        };
        format!(
            "temperature {}; reference: the windows of split {}\n\n{}\n\
             near-copies of training windows: {:.2} % of the samples, {:.2} % of split {}\n\n\
             Jensen-Shannon divergence (bits) and overlapping area, from the reference; the ceiling is \
             validation against test\n\n{}{directions}",
            self.temperature,
            self.split.name(),
            self.means_table(),
            100.0 * self.sample_near_copies,
            100.0 * self.reference_near_copies,
            self.split.name(),
            self.distances_table(),
        )
    }

    fn means_table(&self) -> String {
        type Of<'a> = Box<dyn Fn(&Means) -> String + 'a>;
        let difference = |compared: &Compared, row: usize| match row {
            0 => format!("{:+.3}", compared.bar_similarity_difference),
            1 => {
                format!("{:+.2}", compared.means.syncopation - self.reference.syncopation)
            }
            2 => format!("{:+.1} %", 100.0 * compared.hits_per_bar_relative_difference),
            _ => {
                let instrument = Instrument::from_index(row - 3);
                let relative =
                    instrument.and_then(|i| compared.hits_per_bar_of_relative_difference[i]);
                relative.map_or_else(|| "-".into(), |x| format!("{:+.1} %", 100.0 * x))
            }
        };
        let mut rows: Vec<(String, Of<'_>)> = vec![
            ("bar similarity".into(), Box::new(|m| format!("{:.3}", m.bar_similarity))),
            ("syncopation".into(), Box::new(|m| format!("{:.2}", m.syncopation))),
            ("hits per bar".into(), Box::new(|m| format!("{:.2}", m.hits_per_bar))),
        ];
        for instrument in Instrument::ALL {
            let of = move |m: &Means| format!("{:.2}", m.hits_per_bar_of[instrument]);
            rows.push((format!("  {}", instrument.name()), Box::new(of)));
        }
        let sets = self.sets();
        let mut header = vec!["mean", self.split.name()];
        sets.iter().for_each(|(name, _)| header.extend([name, "difference"]));
        let mut lines: Vec<Vec<String>> = rows
            .iter()
            .enumerate()
            .map(|(i, (name, of))| {
                let mut line = vec![name.clone(), of(&self.reference)];
                for (_, compared) in &sets {
                    line.extend([of(&compared.means), difference(compared, i)]);
                }
                line
            })
            .collect();
        let count = |m: &Means| [m.patterns.to_string(), format!("{} silent", m.silent)];
        let mut line = vec!["patterns".to_owned(), self.reference.patterns.to_string()];
        sets.iter().for_each(|(_, compared)| line.extend(count(&compared.means)));
        lines.push(line);
        table(&header, &lines)
    }

    fn distances_table(&self) -> String {
        let mut columns: Vec<(&str, &Distances)> = Vec::new();
        columns.extend(self.ceiling.as_ref().map(|ceiling| ("ceiling", ceiling)));
        columns.extend(self.sets().into_iter().map(|(name, set)| (name, &set.distances)));
        let mut header = vec!["distribution"];
        columns.iter().for_each(|(name, _)| header.extend([*name, "overlap"]));
        let of_columns: Vec<_> = columns.iter().map(|(_, distances)| distances.rows()).collect();
        let names = self.samples.distances.rows();
        let rows: Vec<Vec<String>> = names
            .iter()
            .enumerate()
            .map(|(i, (name, _))| {
                let mut row = vec![name.clone()];
                for of_column in &of_columns {
                    let distance = of_column[i].1;
                    row.push(format!("{:.4}", distance.divergence));
                    row.push(format!("{:.3}", distance.overlap));
                }
                row
            })
            .collect();
        table(&header, &rows)
    }

    fn sets(&self) -> Vec<(&'static str, &Compared)> {
        let mut sets = vec![("samples", &self.samples)];
        sets.extend(self.paths.as_ref().map(|paths| ("paths", paths)));
        sets.extend([("training", &self.training), ("floor", &self.floor)]);
        sets
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
