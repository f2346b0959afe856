//! How well velocities and micro-offsets are told, beside what one would say of any drummer.

use anyhow::Result;
use candle_core::{Device, Tensor};
use groove::{Pattern, STEPS_PER_BAR};
use musicvae::network::Expression as Predicted;
use musicvae::{Batch, Network, VelocityCurves};
use serde::Serialize;

use super::baseline::Baseline;
use crate::data::Windows;
use crate::evaluate::statistics::{Distance, Histogram, PerInstrument};
use crate::evaluate::table::table;
use crate::training::teacher_forcing;

/// Bins of velocities: four MIDI velocities each.
const VELOCITY_BINS: f32 = 32.0;

/// Mean absolute errors over the true hits, decoded from the posterior mean and the true tokens. Field
/// names are those of the JSON, for ever.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Expression {
    #[serde(flatten)]
    all: Errors,
    instruments: PerInstrument<Errors>,
    accents: Accents,
}

/// Errors over some hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct Errors {
    hits: usize,
    /// Of velocities in `[0, 1]`.
    velocity: Error,
    /// Of micro-offsets, in steps.
    micro_offset: Error,
}

/// Mean absolute error of the network, and of the training hits' mean of the same instrument and step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct Error {
    network: f64,
    baseline: f64,
}

/// How far the velocities told lie from the true ones, as distributions.
#[derive(Clone, Debug, Serialize)]
struct Accents {
    #[serde(flatten)]
    all: AccentDistance,
    instruments: PerInstrument<AccentDistance>,
    /// By step of the bar.
    positions: [AccentDistance; STEPS_PER_BAR],
}

#[derive(Clone, Copy, Debug, Serialize)]
struct AccentDistance {
    network: Distance,
    baseline: Distance,
}

impl Expression {
    /// Measures `windows` against a baseline of `training` windows; `None` for a network that knows no
    /// velocities. `means` are the posterior means of `windows`, `[windows, Z]`; the network's velocities are played
    /// by `curves`.
    pub(crate) fn measure(
        network: &Network,
        windows: &Windows,
        means: &[f32],
        training: &Windows,
        curves: VelocityCurves,
        device: &Device,
    ) -> Result<Option<Self>> {
        if !network.config().expression {
            return Ok(None);
        }
        let baseline = Baseline::new((0..training.len()).map(|i| training.pattern(i)));
        let latent = network.config().latent;
        let mut tally = Tally { curves, ..Tally::default() };
        let mut first = 0;
        for patterns in teacher_forcing::batches(windows) {
            let count = patterns.len();
            let z = &means[first * latent..(first + count) * latent];
            let z = Tensor::from_slice(z, (count, latent), device)?; // [B, Z]
            let batch = Batch::from_patterns(&patterns);
            let decoded = network.decode_teacher_forced(&z, &batch, None)?;
            if let Some(predicted) = decoded.expression() {
                tally.add(&patterns, predicted, &baseline)?;
            }
            first += count;
        }
        Ok(Some(tally.expression()))
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let accents = std::iter::once(&self.accents.all)
            .chain(self.accents.instruments.iter().map(|(_, accents)| accents));
        let errors = std::iter::once(("all", &self.all))
            .chain(self.instruments.iter().map(|(i, errors)| (i.name(), errors)));
        let rows: Vec<_> = errors
            .zip(accents)
            .map(|((name, errors), accents)| {
                let numbers = [
                    errors.velocity.network,
                    errors.velocity.baseline,
                    errors.micro_offset.network,
                    errors.micro_offset.baseline,
                    accents.network.divergence,
                    accents.baseline.divergence,
                    accents.network.overlap,
                    accents.baseline.overlap,
                ];
                let mut row = vec![name.to_owned(), errors.hits.to_string()];
                row.extend(numbers.map(|x| format!("{x:.4}")));
                row
            })
            .collect();
        let header = [
            "expression",
            "hits",
            "velocity MAE",
            "of means",
            "offset MAE",
            "of means",
            "accents JSD",
            "of means",
            "overlap",
            "of means",
        ];
        let positions = self.accents.positions;
        let mean = |of: fn(&AccentDistance) -> Distance| Distance::mean(positions.iter().map(of));
        let (network, baseline) = (mean(|p| p.network), mean(|p| p.baseline));
        format!(
            "{}accents by step of the bar, mean: JSD {:.4} (of means {:.4}), overlap {:.4} (of means \
             {:.4})\n",
            table(&header, &rows),
            network.divergence,
            baseline.divergence,
            network.overlap,
            baseline.overlap
        )
    }
}

/// Sums over hits.
#[derive(Default)]
struct Tally {
    curves: VelocityCurves,
    instruments: PerInstrument<Errors>,
    velocities_of: PerInstrument<Velocities>,
    velocities_at: [Velocities; STEPS_PER_BAR],
}

/// Velocities of some hits: as they are, as the network tells them, as the baseline does.
#[derive(Clone, Default)]
struct Velocities {
    truth: Histogram,
    network: Histogram,
    baseline: Histogram,
}

impl Tally {
    fn add(
        &mut self,
        patterns: &[Pattern],
        predicted: &Predicted,
        baseline: &Baseline,
    ) -> Result<()> {
        let velocity = predicted.velocity.to_vec3::<f32>()?;
        let micro_offset = predicted.micro_offset.to_vec3::<f32>()?;
        for (window, pattern) in patterns.iter().enumerate() {
            for (step, instrument, hit) in pattern.iter() {
                let told = |numbers: &[Vec<Vec<f32>>]| numbers[window][step][instrument.index()];
                let mean = baseline.mean(step, instrument);
                let errors = &mut self.instruments[instrument];
                let add = |error: &mut Error, truth: f32, network: f32, baseline: f32| {
                    error.network += f64::from((network - truth).abs());
                    error.baseline += f64::from((baseline - truth).abs());
                };
                errors.hits += 1;
                let played = self.curves.apply(instrument, told(&velocity));
                let loudness = [hit.velocity(), played, mean.velocity];
                add(&mut errors.velocity, loudness[0], loudness[1], loudness[2]);
                let (truth, network) = (hit.micro_offset(), told(&micro_offset));
                add(&mut errors.micro_offset, truth, network, mean.micro_offset);
                self.velocities_of[instrument].add(loudness);
                self.velocities_at[step % STEPS_PER_BAR].add(loudness);
            }
        }
        Ok(())
    }

    fn expression(self) -> Expression {
        let mut all = Errors::default();
        for (_, errors) in self.instruments.iter() {
            all = all.plus(*errors);
        }
        let velocities = self.velocities_at.iter().fold(Velocities::default(), Velocities::plus);
        Expression {
            all: all.mean(),
            instruments: PerInstrument::new(|instrument| self.instruments[instrument].mean()),
            accents: Accents {
                all: velocities.distance(),
                instruments: PerInstrument::new(|i| self.velocities_of[i].distance()),
                positions: self.velocities_at.each_ref().map(Velocities::distance),
            },
        }
    }
}

impl Errors {
    fn plus(self, other: Self) -> Self {
        let plus = |a: Error, b: Error| Error {
            network: a.network + b.network,
            baseline: a.baseline + b.baseline,
        };
        Self {
            hits: self.hits + other.hits,
            velocity: plus(self.velocity, other.velocity),
            micro_offset: plus(self.micro_offset, other.micro_offset),
        }
    }

    /// Sums as means.
    fn mean(self) -> Self {
        let hits = self.hits.max(1) as f64;
        let mean =
            |sum: Error| Error { network: sum.network / hits, baseline: sum.baseline / hits };
        Self {
            hits: self.hits,
            velocity: mean(self.velocity),
            micro_offset: mean(self.micro_offset),
        }
    }
}

impl Velocities {
    /// Counts a hit's velocity: true, network's and baseline's.
    fn add(&mut self, velocities: [f32; 3]) {
        let histograms = [&mut self.truth, &mut self.network, &mut self.baseline];
        for (histogram, velocity) in histograms.into_iter().zip(velocities) {
            histogram.add((velocity * VELOCITY_BINS) as usize);
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.truth.merge(&other.truth);
        self.network.merge(&other.network);
        self.baseline.merge(&other.baseline);
        self
    }

    fn distance(&self) -> AccentDistance {
        AccentDistance {
            network: self.network.distance(&self.truth),
            baseline: self.baseline.distance(&self.truth),
        }
    }
}

#[cfg(test)]
mod tests {
    use groove::{Hit, Instrument, STEPS};

    use super::*;

    #[test]
    fn a_network_that_tells_the_truth_has_no_error_and_the_baseline_has() {
        let mut pattern = Pattern::EMPTY;
        for (step, velocity) in [(0, 0.25), (16, 0.75)] {
            pattern.set(step, Instrument::Snare, Some(Hit::new(velocity, 0.25)));
        }
        let batch = [pattern];
        let mut numbers = vec![0.0f32; STEPS * 9];
        numbers[1] = 0.25;
        numbers[16 * 9 + 1] = 0.75;
        let tensor = |numbers| Tensor::from_vec(numbers, (1, STEPS, 9), &Device::Cpu).unwrap();
        let offsets = numbers.iter().map(|&x| if x > 0.0 { 0.25 } else { 0.0 }).collect();
        let predicted = Predicted { velocity: tensor(numbers), micro_offset: tensor(offsets) };
        let mut tally = Tally::default();
        let baseline = Baseline::new(batch.into_iter());
        tally.add(&batch, &predicted, &baseline).unwrap();
        let expression = tally.expression();
        assert_eq!(expression.all.hits, 2);
        assert_eq!(expression.all.velocity, Error { network: 0.0, baseline: 0.25 });
        assert_eq!(expression.all.micro_offset, Error::default());
        let accents = expression.accents.all;
        assert_eq!((accents.network.overlap, accents.baseline.overlap), (1.0, 0.0));
    }
}
