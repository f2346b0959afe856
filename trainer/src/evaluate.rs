//! `trainer evaluate`: the figures of a weights file on windows of an archive.

use anyhow::{Result, bail};
use candle_core::Device;
use groove::{STEPS, Token};
use musicvae::infer::{Drummer, Scratch};
use musicvae::{Network, Parameters, WeightsFile};
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::EvaluateArgs;
use crate::data::{self, DataOptions, Windowing, Windows};
use crate::{device, teacher_forcing, weights};

/// The figures. Field names are those of the JSON, for ever.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Scores {
    /// Share of tokens predicted right from the true ones before them, z drawn from the posterior.
    teacher_forced_accuracy: f64,
    /// Share of tokens right when decoded greedily from the posterior mean, each from those before.
    free_running_accuracy: f64,
    /// Share of the onsets so decoded that are true, over all instruments.
    onset_precision: f64,
    /// Share of the true onsets that are so decoded.
    onset_recall: f64,
    /// Harmonic mean of the two.
    onset_f1: f64,
    /// Of the tokens, teacher-forced, nats per window.
    cross_entropy_nats: f64,
    /// From the posterior to N(0, I), nats per window.
    kl_nats: f64,
    /// Summed binary cross-entropy over the softmax + 0.3 x KL, per window; for `seed` windows.
    published_loss: Option<f64>,
    /// Windows measured.
    windows: usize,
}

/// Prints the figures.
pub(crate) fn run(args: &EvaluateArgs) -> Result<()> {
    let device = device::from_name(&args.device)?;
    let file = weights::read(&args.weights)?;
    let windowing = match args.windowing {
        Some(windowing) => windowing,
        None => weights::windowing(&file).unwrap_or(Windowing::Bars),
    };
    // The seed of the training drew the split of an archive that states none.
    let seed = args.seed.or_else(|| file.metadata().get("seed")?.parse().ok()).unwrap_or(0);
    let options =
        DataOptions { path: args.data.clone(), windowing, train_hop_beats: None, split_seed: seed };
    let data = data::load(&options)?;
    data.report.print(args.verbose);
    let windows = data.split(args.split);
    if windows.is_empty() {
        bail!("{}: no window in split {}", args.data.display(), args.split.name());
    }
    let scores = scores(&file, windowing, windows, seed, &device)?;
    if args.json {
        println!("{}", serde_json::to_string(&scores)?);
    } else {
        print!("{}", scores.table());
    }
    Ok(())
}

/// Measures the network of `file` on `windows` (cut by `windowing`), of which there must be one at least.
pub(crate) fn scores(
    file: &WeightsFile,
    windowing: Windowing,
    windows: &Windows,
    seed: u64,
    device: &Device,
) -> Result<Scores> {
    let network = Network::new(file.config(), &Parameters::from_weights(file, device)?)?;
    let measured = teacher_forcing::measure(&network, windows, seed)?;
    let decoded = Decoded::new(file, windows, &measured.means)?;
    Ok(Scores {
        teacher_forced_accuracy: measured.accuracy,
        free_running_accuracy: decoded.accuracy(),
        onset_precision: ratio(decoded.onsets_right, decoded.onsets_decoded),
        onset_recall: ratio(decoded.onsets_right, decoded.onsets_true),
        onset_f1: ratio(2 * decoded.onsets_right, decoded.onsets_decoded + decoded.onsets_true),
        cross_entropy_nats: measured.cross_entropy,
        kl_nats: measured.kl,
        published_loss: (windowing == Windowing::Seed).then_some(measured.published),
        windows: windows.len(),
    })
}

impl Scores {
    /// For people.
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

/// Windows decoded greedily from their posterior means, counted against the truth.
#[derive(Clone, Copy, Debug, Default)]
struct Decoded {
    tokens: usize,
    tokens_right: usize,
    onsets_true: usize,
    onsets_decoded: usize,
    onsets_right: usize,
}

impl Decoded {
    /// Decodes with the inference kernel; `means` is `[windows, Z]`.
    fn new(file: &WeightsFile, windows: &Windows, means: &[f32]) -> Result<Self> {
        let drummer = Drummer::new(file)?;
        let latent = file.config().latent;
        let counts =
            means.par_chunks(latent).enumerate().map_init(Scratch::new, |scratch, (i, z)| {
                Self::count(&windows.tokens(i), &drummer.greedy(z, scratch))
            });
        Ok(counts.reduce(Self::default, Self::plus))
    }

    fn count(truth: &[Token; STEPS], decoded: &[Token; STEPS]) -> Self {
        let mut counts = Self { tokens: STEPS, ..Self::default() };
        for (truth, decoded) in truth.iter().zip(decoded) {
            counts.tokens_right += usize::from(truth == decoded);
            counts.onsets_true += truth.count() as usize;
            counts.onsets_decoded += decoded.count() as usize;
            counts.onsets_right += (truth.value() & decoded.value()).count_ones() as usize;
        }
        counts
    }

    fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens + other.tokens,
            tokens_right: self.tokens_right + other.tokens_right,
            onsets_true: self.onsets_true + other.onsets_true,
            onsets_decoded: self.onsets_decoded + other.onsets_decoded,
            onsets_right: self.onsets_right + other.onsets_right,
        }
    }

    fn accuracy(&self) -> f64 {
        ratio(self.tokens_right, self.tokens)
    }
}

/// `part` of `whole`; 0 of nothing.
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
        let counts = Decoded::count(&truth, &decoded);
        let found = (counts.onsets_true, counts.onsets_decoded, counts.onsets_right);
        assert_eq!(found, (3, 3, 1));
        assert_eq!(counts.accuracy(), 61.0 / 64.0);
    }
}
