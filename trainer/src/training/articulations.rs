//! Training the model of articulations, which says how the hits of a drawn groove are struck, on windows.

use std::fmt;

use anyhow::Result;
use candle_core::Device;
use groove::{Articulation, Instrument};
use musicvae::config::ArticulationsConfig;
use musicvae::context::columns::articulations::{CLASSES, class};
use musicvae::network::{Articulations, StruckHits};
use musicvae::noise::{Noise, Purpose};
use musicvae::{Adam, AdamConfig, Config, LatentMap, Parameters, Precision, WeightsFile};
use rayon::prelude::*;

use crate::data::Windows;
use crate::training::progress;
use crate::training::settings::schedule::one_cycle;

/// Width of its layer.
const HIDDEN: usize = 64;
/// Windows per training step.
const BATCH: usize = 64;
const EPOCHS: u64 = 8;
const LEARNING_RATE: f64 = 3e-3;
const WEIGHT_DECAY: f32 = 0.02;
/// Share of the windows that are trained without their style.
const NO_STYLE: f32 = 0.2;

/// Cross-entropy of the articulations of validation windows, in nats a hit, over instruments that have several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArticulationScores {
    pub(crate) hits: usize,
    /// Predicted from each instrument's shares in the training windows.
    pub(crate) shares: f64,
    /// Predicted from how the instrument's previous hit was struck, by the training windows' shares.
    pub(crate) last: f64,
    /// Predicted by the model.
    pub(crate) model: f64,
}

impl fmt::Display for ArticulationScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, shares, last, model } = *self;
        write!(
            f,
            "articulations, nats a hit over {hits} hits of validation: {model:.3} (from the shares of each instrument {shares:.3}, \
             from its hit before {last:.3})"
        )
    }
}

/// Trains a model of articulations on `windows`. Returns the weights of `file` with it, and the cross-entropies on
/// `validation`; `None` if every hit is struck plainly.
pub(crate) fn add_to(
    file: &WeightsFile,
    windows: &[Windows],
    validation: &[Windows],
    seed: u64,
) -> Result<Option<(WeightsFile, ArticulationScores)>> {
    let device = Device::Cpu;
    let map = LatentMap::from_weights(file);
    let styles = map.styles().len();
    let sizes = ArticulationsConfig { hidden: HIDDEN, styles };
    let config = Config { articulations: Some(sizes), ..file.config().clone() };
    let all = every_window(windows);
    let hits = |set: &[(usize, usize)], of: &[Windows], noise: Option<&mut Noise>| {
        let mut is_told = vec![1.0; set.len()];
        if let Some(noise) = noise {
            noise.fill_mask(&mut is_told, NO_STYLE);
        }
        let of_window = |(&(set, i), is_told): (&(usize, usize), &f32)| {
            let style = map.style(of[set].info(i).primary_style()).map(|i| i as u16);
            StruckHits::of(&of[set].pattern(i), styles, style.filter(|_| *is_told > 0.0))
        };
        let parts: Vec<StruckHits> = set.par_iter().zip(&is_told).map(of_window).collect();
        parts.into_iter().fold(StruckHits::default(), StruckHits::and)
    };
    let counts = Counts::of(windows, &all);
    if !counts.is_any_struck_otherwise() {
        return Ok(None);
    }

    let parameters = Parameters::initial(&config.articulation_parameters(), seed, &device)?;
    let model = Articulations::new(&config, parameters.builder())?;
    let settings = AdamConfig { weight_decay: WEIGHT_DECAY, ..AdamConfig::default() };
    let mut adam = Adam::new(&parameters, settings)?;
    let mut noise = Noise::new(seed, Purpose::Context, 1 << 42);
    let batch = BATCH.min(all.len());
    let steps = EPOCHS * (all.len() / batch) as u64;
    let bar = progress::bar(steps, 0);
    let mut order = all.clone();
    for step in 0..steps {
        let place = step as usize % (all.len() / batch);
        if place == 0 {
            noise.shuffle(&mut order);
        }
        let hits = hits(&order[place * batch..][..batch], windows, Some(&mut noise));
        if !hits.is_empty() {
            let rate = LEARNING_RATE * one_cycle(step, steps);
            adam.step(&parameters, &model.loss(&hits)?.backward()?, rate, Some(1.0))?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();

    let mut trained = parameters.numbers();
    Precision::F16.round(&mut trained);
    let mut tensors = file.tensors().clone();
    tensors.extend(trained);
    let file = WeightsFile::new(config, file.metadata().clone(), tensors)?;
    let mut scores = ArticulationScores { hits: 0, shares: 0.0, last: 0.0, model: 0.0 };
    for part in every_window(validation).chunks(BATCH) {
        let hits = hits(part, validation, None);
        if !hits.is_empty() {
            scores.hits += hits.len();
            let nats: f32 = model.loss(&hits)?.to_scalar()?;
            scores.model += f64::from(nats) * hits.len() as f64;
        }
        for &(set, i) in part {
            counts.cost(&validation[set], i, &mut scores);
        }
    }
    let hits = scores.hits.max(1) as f64;
    for nats in [&mut scores.shares, &mut scores.last, &mut scores.model] {
        *nats /= hits;
    }
    Ok(Some((file, scores)))
}

/// Every window of `windows`: its set, and its place in it.
fn every_window(windows: &[Windows]) -> Vec<(usize, usize)> {
    let of_set = |(set, windows): (usize, &Windows)| (0..windows.len()).map(move |i| (set, i));
    windows.iter().enumerate().flat_map(of_set).collect()
}

/// How often each instrument is struck in each way, after having been struck in each way; the last row counts first hits.
struct Counts([[[f64; CLASSES]; CLASSES + 1]; groove::INSTRUMENTS]);

impl Counts {
    fn of(windows: &[Windows], all: &[(usize, usize)]) -> Self {
        let mut counts = Self([[[0.0; CLASSES]; CLASSES + 1]; groove::INSTRUMENTS]);
        for &(set, i) in all {
            each_hit(&windows[set], i, |instrument, last, class| {
                counts.0[instrument.index()][last][class] += 1.0;
            });
        }
        counts
    }

    fn is_any_struck_otherwise(&self) -> bool {
        self.0.iter().flatten().any(|row| row[1..].iter().any(|count| *count > 0.0))
    }

    /// Adds the cross-entropies of the articulations of window `i`.
    fn cost(&self, windows: &Windows, i: usize, scores: &mut ArticulationScores) {
        each_hit(windows, i, |instrument, last, class| {
            let classes = Articulation::of(instrument).len();
            let nats = |row: &[f64; CLASSES]| {
                let sum: f64 = row.iter().sum();
                -((row[class] + 1.0) / (sum + classes as f64)).ln()
            };
            let rows = &self.0[instrument.index()];
            let all = std::array::from_fn(|class| rows.iter().map(|row| row[class]).sum());
            scores.shares += nats(&all);
            scores.last += nats(&rows[last]);
        });
    }
}

/// Calls `count` with each hit of window `i` whose instrument can be struck in several ways: the instrument, the class of its hit
/// before, and its own.
fn each_hit(windows: &Windows, i: usize, mut count: impl FnMut(Instrument, usize, usize)) {
    let mut last = [CLASSES; groove::INSTRUMENTS];
    for (_, instrument, hit) in windows.pattern(i).iter() {
        if Articulation::of(instrument).len() > 1 {
            let (last, class) = (&mut last[instrument.index()], class(instrument, hit));
            count(instrument, *last, class);
            *last = class;
        }
    }
}
