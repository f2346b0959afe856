//! Accuracy of reconstruction: windows decoded from their latent vectors, compared with the originals.

use anyhow::Result;
use candle_core::Device;
use groove::{Instrument, STEPS, Token};
use musicvae::infer::{GrooveModel, Scratch};
use musicvae::{Network, Parameters, WeightsFile};
use rayon::prelude::*;
use serde::Serialize;

use crate::data::{Windowing, Windows};
use crate::evaluate::statistics::PerInstrument;
use crate::evaluate::table::table;
use crate::training::teacher_forcing;

/// The figures. Field names are those of the JSON, for ever.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Scores {
    /// Share of correct tokens under teacher forcing, z sampled from the posterior.
    teacher_forced_accuracy: f64,
    /// Share of correct tokens when the posterior mean is decoded greedily.
    free_running_accuracy: f64,
    /// Share of the greedily decoded onsets that are true, over all instruments.
    onset_precision: f64,
    /// Share of the true onsets that are decoded.
    onset_recall: f64,
    /// Harmonic mean of the two.
    onset_f1: f64,
    /// Cross-entropy of the tokens under teacher forcing, nats per window.
    cross_entropy_nats: f64,
    /// KL divergence of the posterior from N(0, I), nats per window.
    kl_nats: f64,
    /// Summed binary cross-entropy over the softmax + 0.3 x KL, per window; for `seed` windows.
    published_loss: Option<f64>,
    /// Windows measured.
    windows: usize,
}

/// Onsets of one instrument, decoded greedily from the posterior mean, against the true ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct OnsetScores {
    /// True onsets.
    onsets: usize,
    precision: f64,
    recall: f64,
    f1: f64,
}

/// Measurements of some windows.
pub(crate) struct Reconstruction {
    pub(crate) scores: Scores,
    pub(crate) instruments: PerInstrument<OnsetScores>,
    /// Posterior means, `[windows, Z]`, row-major.
    pub(crate) means: Vec<f32>,
}

/// A network as candle runs it, for teacher forcing, and as the plugin's kernel decodes it.
pub(crate) struct Subject {
    pub(crate) network: Network,
    pub(crate) model: GrooveModel,
}

impl Subject {
    /// The network of `file`.
    pub(crate) fn new(file: &WeightsFile, device: &Device) -> Result<Self> {
        let network = Network::new(file.config(), &Parameters::from_weights(file, device)?)?;
        Ok(Self { network, model: GrooveModel::new(file)? })
    }
}

impl Reconstruction {
    /// Measures `windows` (cut by `windowing`), at least one; `seed` is that of the noise that z is sampled with.
    pub(crate) fn measure(
        subject: &Subject,
        windowing: Windowing,
        windows: &Windows,
        seed: u64,
    ) -> Result<Self> {
        let measured = teacher_forcing::measure(&subject.network, windows, seed)?;
        let decoded = Decoded::new(&subject.model, windows, &measured.means);
        let onsets = decoded.onsets.scores();
        let scores = Scores {
            teacher_forced_accuracy: measured.accuracy,
            free_running_accuracy: ratio(decoded.tokens_right, windows.len() * STEPS),
            onset_precision: onsets.precision,
            onset_recall: onsets.recall,
            onset_f1: onsets.f1,
            cross_entropy_nats: measured.cross_entropy,
            kl_nats: measured.kl,
            published_loss: (windowing == Windowing::Seed).then_some(measured.published),
            windows: windows.len(),
        };
        let instruments = PerInstrument::new(|instrument| decoded.onsets_of[instrument].scores());
        Ok(Self { scores, instruments, means: measured.means })
    }
}

impl Scores {
    /// The scores as lines of text.
    pub(crate) fn table(&self) -> String {
        let mut rows = vec![
            ("windows", self.windows.to_string()),
            ("teacher-forced accuracy", format!("{:.4}", self.teacher_forced_accuracy)),
            ("free-running accuracy", format!("{:.4}", self.free_running_accuracy)),
            ("onset precision", format!("{:.4}", self.onset_precision)),
            ("onset recall", format!("{:.4}", self.onset_recall)),
            ("onset F1", format!("{:.4}", self.onset_f1)),
            ("cross-entropy, nats per window", format!("{:.2}", self.cross_entropy_nats)),
            ("KL, nats per window", format!("{:.2}", self.kl_nats)),
        ];
        if let Some(loss) = self.published_loss {
            rows.push(("published loss per window", format!("{loss:.2}")));
        }
        rows.iter().map(|(name, value)| format!("{name:32}{value:>9}\n")).collect()
    }
}

/// A table with a row per instrument.
pub(crate) fn table_of_instruments(instruments: &PerInstrument<OnsetScores>) -> String {
    let rows: Vec<_> = instruments
        .iter()
        .map(|(instrument, scores)| {
            let shares = [scores.precision, scores.recall, scores.f1];
            let shares = shares.map(|share| format!("{share:.4}"));
            [&[instrument.name().to_owned(), scores.onsets.to_string()], &shares[..]].concat()
        })
        .collect();
    table(&["instrument", "onsets", "precision", "recall", "F1"], &rows)
}

/// A table with a row per style.
pub(crate) fn table_of_styles(styles: &[(String, Scores)]) -> String {
    let rows: Vec<_> = styles
        .iter()
        .map(|(style, scores)| {
            let shares = [
                scores.teacher_forced_accuracy,
                scores.free_running_accuracy,
                scores.onset_precision,
                scores.onset_recall,
                scores.onset_f1,
            ];
            let mut row = vec![style.clone(), scores.windows.to_string()];
            row.extend(shares.map(|share| format!("{share:.4}")));
            row.extend([scores.cross_entropy_nats, scores.kl_nats].map(|x| format!("{x:.2}")));
            row
        })
        .collect();
    let header = ["style", "windows", "forced", "free", "precision", "recall", "F1", "CE", "KL"];
    table(&header, &rows)
}

/// Counts of onsets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Onsets {
    right: usize,
    decoded: usize,
    truth: usize,
}

impl Onsets {
    fn scores(self) -> OnsetScores {
        OnsetScores {
            onsets: self.truth,
            precision: ratio(self.right, self.decoded),
            recall: ratio(self.right, self.truth),
            f1: ratio(2 * self.right, self.decoded + self.truth),
        }
    }
}

/// Windows decoded greedily from their posterior means, compared with the originals.
#[derive(Clone, Copy, Debug, Default)]
struct Decoded {
    tokens_right: usize,
    onsets: Onsets,
    onsets_of: PerInstrument<Onsets>,
}

impl Decoded {
    /// Decodes with the inference kernel; `means` is `[windows, Z]`.
    fn new(model: &GrooveModel, windows: &Windows, means: &[f32]) -> Self {
        let decoded = means.par_chunks(model.config().latent);
        let decoded = decoded.map_init(Scratch::new, |scratch, z| model.greedy(z, scratch));
        let mut counts = Self::default();
        for (i, decoded) in decoded.collect::<Vec<_>>().iter().enumerate() {
            counts.add(&windows.tokens(i), decoded);
        }
        counts
    }

    fn add(&mut self, truth: &[Token; STEPS], decoded: &[Token; STEPS]) {
        for (truth, decoded) in truth.iter().zip(decoded) {
            self.tokens_right += usize::from(truth == decoded);
            for instrument in Instrument::ALL {
                let (is_true, is_decoded) =
                    (truth.contains(instrument), decoded.contains(instrument));
                for onsets in [&mut self.onsets, &mut self.onsets_of[instrument]] {
                    onsets.truth += usize::from(is_true);
                    onsets.decoded += usize::from(is_decoded);
                    onsets.right += usize::from(is_true && is_decoded);
                }
            }
        }
    }
}

/// `part / whole`; 0 if `whole` is 0.
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onsets_and_tokens_are_counted_apart() {
        let token = |value| Token::new(value).unwrap();
        let mut truth = [Token::SILENCE; STEPS];
        let mut decoded = truth;
        truth[0] = token(0b1_1000_0000);
        decoded[0] = token(0b1_0000_0001);
        truth[1] = token(0b1);
        decoded[2] = token(0b1);
        let mut counts = Decoded::default();
        counts.add(&truth, &decoded);
        assert_eq!(counts.onsets, Onsets { right: 1, decoded: 3, truth: 3 });
        assert_eq!(counts.tokens_right, 61);
        let ride = counts.onsets_of[Instrument::Ride].scores();
        assert_eq!((ride.onsets, ride.precision, ride.recall, ride.f1), (1, 0.0, 0.0, 0.0));
        assert_eq!(counts.onsets_of[Instrument::Kick].scores().f1, 1.0);
    }
}
