//! Teacher forcing: each step predicted from the true steps before it.

use anyhow::Result;
use candle_core::Tensor;
use groove::Pattern;
use musicvae::noise::{Noise, Purpose};
use musicvae::{Batch, Network, loss};

use crate::data::Windows;

/// Windows per batch: bounds memory, and changes no result but in rounding.
pub(crate) const BATCH: usize = 256;

/// Streams of posterior noise for measuring, apart from training's, which count up from 0.
const FIRST_STREAM: u64 = 1 << 63;

/// Measurements under teacher forcing: means over windows, z sampled from the posterior.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// Share of correct tokens, in `[0, 1]`.
    pub(crate) accuracy: f64,
    /// Cross-entropy of the tokens, nats per window.
    pub(crate) cross_entropy: f64,
    /// KL divergence from the prior, nats per window.
    pub(crate) kl: f64,
    /// The published loss, per window.
    pub(crate) published: f64,
    /// Squared error of velocities, summed over a window's hits; 0 without expression.
    pub(crate) velocity: f64,
    /// Squared error of micro-offsets, summed over a window's hits; 0 without expression.
    pub(crate) micro_offset: f64,
    /// Posterior means, `[windows, Z]`, row-major.
    pub(crate) means: Vec<f32>,
}

/// Measures `windows`, at least one; `seed` is that of the posterior noise.
pub(crate) fn measure(network: &Network, windows: &Windows, seed: u64) -> Result<Measured> {
    let mut measured = Measured::default();
    for (stream, patterns) in (FIRST_STREAM..).zip(batches(windows)) {
        let batch = Batch::from_patterns(&patterns);
        let posterior = network.encode(&batch, None)?; // [B, Z]
        let z = posterior.sample(&mut Noise::new(seed, Purpose::Posterior, stream))?; // [B, Z]
        let decoded = network.decode_teacher_forced(&z, &batch, None)?;
        let logits = decoded.logits()?; // [B, 64, 512]

        let share = patterns.len() as f64 / windows.len() as f64;
        let add = |sum: &mut f64, mean: &Tensor| -> Result<()> {
            *sum += share * f64::from(mean.to_scalar::<f32>()?);
            Ok(())
        };
        measured.accuracy += share * loss::accuracy(&logits, &batch)?;
        add(&mut measured.cross_entropy, &loss::cross_entropy(&logits, &batch)?)?;
        add(&mut measured.kl, &loss::divergence(&posterior)?.mean_all()?)?;
        add(&mut measured.published, &loss::published(&logits, &batch, &posterior)?)?;
        if let Some(predicted) = decoded.expression() {
            let expression = loss::expression(predicted, &batch)?;
            add(&mut measured.velocity, &expression.velocity)?;
            add(&mut measured.micro_offset, &expression.micro_offset)?;
        }
        measured.means.extend(posterior.mean.flatten_all()?.to_vec1::<f32>()?);
    }
    Ok(measured)
}

/// The patterns of `windows`, in order, a batch at a time.
pub(crate) fn batches(windows: &Windows) -> impl Iterator<Item = Vec<Pattern>> + '_ {
    let starts = (0..windows.len()).step_by(BATCH);
    starts.map(|start| {
        (start..windows.len().min(start + BATCH)).map(|i| windows.pattern(i)).collect()
    })
}
