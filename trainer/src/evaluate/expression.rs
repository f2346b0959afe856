//! How well the network predicts velocities and micro-offsets, beside the mean hit of the training windows.

use anyhow::Result;
use candle_core::{Device, Tensor};
use groove::STEPS_PER_BAR;
use musicvae::{Batch, Network, VelocityCurves};
use serde::Serialize;

use super::baseline::Baseline;
use super::statistics::{Distance, Histogram, PerInstrument};
use super::table::table;
use crate::data::Windows;
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

/// Mean absolute errors over some hits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Errors {
    hits: usize,
    /// Of velocities in `[0, 1]`.
    velocity: Compared<f64>,
    /// Of micro-offsets, in steps.
    micro_offset: Compared<f64>,
}

/// Distances of the distribution of predicted velocities from that of the true ones.
#[derive(Clone, Debug, Serialize)]
struct Accents {
    #[serde(flatten)]
    all: Compared<Distance>,
    instruments: PerInstrument<Compared<Distance>>,
    /// By step of the bar.
    positions: [Compared<Distance>; STEPS_PER_BAR],
}

/// A value of the network, and of the mean training hit of the same instrument and step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct Compared<T> {
    network: T,
    baseline: T,
}

impl<T> Compared<T> {
    fn map<U>(&self, of: impl Fn(&T) -> U) -> Compared<U> {
        Compared { network: of(&self.network), baseline: of(&self.baseline) }
    }

    fn update<U>(&mut self, with: &Compared<U>, by: impl Fn(&mut T, &U)) {
        by(&mut self.network, &with.network);
        by(&mut self.baseline, &with.baseline);
    }
}

impl Expression {
    /// Measures `windows` against a baseline of `training` windows; `None` for a network without velocities.
    /// `means` are the posterior means of `windows`, `[windows, Z]`; `curves` map the network's velocities.
    pub(crate) fn measure(
        network: &Network,
        windows: &Windows,
        means: &[f32],
        training: &Windows,
        curves: &VelocityCurves,
        device: &Device,
    ) -> Result<Option<Self>> {
        if !network.config().expression {
            return Ok(None);
        }
        let baseline = Baseline::new((0..training.len()).map(|i| training.pattern(i)));
        let latent = network.config().latent;
        let mut instruments = PerInstrument::<Tally>::default();
        let mut positions: [Tally; STEPS_PER_BAR] = Default::default();
        for (patterns, means) in
            teacher_forcing::batches(windows).zip(means.chunks(teacher_forcing::BATCH * latent))
        {
            let z = Tensor::from_slice(means, (patterns.len(), latent), device)?; // [B, Z]
            let decoded =
                network.decode_teacher_forced(&z, &Batch::from_patterns(&patterns), None)?;
            let Some(predicted) = decoded.expression() else { continue };
            let velocities = predicted.velocity.to_vec3::<f32>()?; // [B, T, 9]
            let micro_offsets = predicted.micro_offset.to_vec3::<f32>()?; // [B, T, 9]
            for (window, pattern) in patterns.iter().enumerate() {
                for (step, instrument, hit) in pattern.iter() {
                    let at = |numbers: &[Vec<Vec<f32>>]| numbers[window][step][instrument.index()];
                    let truth = [hit.velocity(), hit.micro_offset()];
                    let predicted = Compared {
                        network: [curves.apply(instrument, at(&velocities)), at(&micro_offsets)],
                        baseline: baseline.mean(step, instrument),
                    };
                    instruments[instrument].add(truth, &predicted);
                    positions[step % STEPS_PER_BAR].add(truth, &predicted);
                }
            }
        }
        let mut all = Tally::default();
        instruments.iter().for_each(|(_, tally)| all.merge(tally));
        Ok(Some(Self {
            all: all.errors(),
            instruments: PerInstrument::new(|instrument| instruments[instrument].errors()),
            accents: Accents {
                all: all.accents(),
                instruments: PerInstrument::new(|instrument| instruments[instrument].accents()),
                positions: positions.each_ref().map(Tally::accents),
            },
        }))
    }

    /// The errors and distances as a table.
    pub(crate) fn table(&self) -> String {
        let instruments = self.instruments.iter().zip(self.accents.instruments.iter());
        let rows = instruments.map(|((i, errors), (_, accents))| (i.name(), errors, accents));
        let rows: Vec<_> = std::iter::once(("all", &self.all, &self.accents.all))
            .chain(rows)
            .map(|(name, errors, accents)| {
                let mut row = vec![name.to_owned(), errors.hits.to_string()];
                let distances = [accents.map(|d| d.divergence), accents.map(|d| d.overlap)];
                for pair in [errors.velocity, errors.micro_offset].iter().chain(&distances) {
                    row.extend([pair.network, pair.baseline].map(|x| format!("{x:.4}")));
                }
                row
            })
            .collect();
        let mut header = vec!["expression", "hits"];
        for name in ["velocity MAE", "offset MAE", "accents JSD", "overlap"] {
            header.extend([name, "of means"]);
        }
        let mean = |of: fn(&Compared<Distance>) -> Distance| {
            Distance::mean(self.accents.positions.iter().map(of))
        };
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

/// Sums and distributions over hits.
#[derive(Clone, Default)]
struct Tally {
    hits: usize,
    /// Sums of the absolute errors of velocity and micro-offset.
    errors: [Compared<f64>; 2],
    /// The true velocities.
    truth: Histogram,
    velocities: Compared<Histogram>,
}

impl Tally {
    /// Counts a hit: its true velocity and micro-offset, and the predicted ones.
    fn add(&mut self, truth: [f32; 2], predicted: &Compared<[f32; 2]>) {
        let bin = |hit: &[f32; 2]| (hit[0] * VELOCITY_BINS) as usize;
        self.hits += 1;
        for (i, errors) in self.errors.iter_mut().enumerate() {
            errors.update(predicted, |sum, hit| *sum += f64::from((hit[i] - truth[i]).abs()));
        }
        self.truth.add(bin(&truth));
        self.velocities.update(predicted, |histogram, hit| histogram.add(bin(hit)));
    }

    fn merge(&mut self, other: &Self) {
        self.hits += other.hits;
        for (errors, other) in self.errors.iter_mut().zip(&other.errors) {
            errors.update(other, |sum, more| *sum += more);
        }
        self.truth.merge(&other.truth);
        self.velocities.update(&other.velocities, Histogram::merge);
    }

    fn errors(&self) -> Errors {
        let [velocity, micro_offset] =
            self.errors.map(|errors| errors.map(|sum| sum / self.hits.max(1) as f64));
        Errors { hits: self.hits, velocity, micro_offset }
    }

    fn accents(&self) -> Compared<Distance> {
        self.velocities.map(|velocities| velocities.distance(&self.truth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_predicts_the_hits_has_no_error_and_the_baseline_has() {
        let mut tally = Tally::default();
        for velocity in [0.25, 0.75] {
            let truth = [velocity, 0.25];
            tally.add(truth, &Compared { network: truth, baseline: [0.5, 0.25] });
        }
        let errors = tally.errors();
        assert_eq!((errors.hits, errors.micro_offset), (2, Compared::default()));
        assert_eq!(errors.velocity, Compared { network: 0.0, baseline: 0.25 });
        let accents = tally.accents();
        assert_eq!((accents.network.overlap, accents.baseline.overlap), (1.0, 0.0));
        let mut twice = tally.clone();
        twice.merge(&tally);
        assert_eq!(twice.errors(), Errors { hits: 4, ..errors });
    }
}
