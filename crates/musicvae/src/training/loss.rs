//! The losses of training, and the figures of evaluation. All are scalars, means over windows, in nats.

use candle_core::{D, Result, Tensor};
use candle_nn::ops::log_softmax;
use groove::{STEPS, TOKENS};

use crate::network::batch::Batch;
use crate::network::{Expression, Posterior};

pub use crate::network::cross_entropy;

/// Weight of the divergence in the published loss.
const PUBLISHED_BETA: f64 = 0.3;
/// Least logarithm of a probability in the published loss.
const LEAST_LOG: f64 = -100.0;

/// Divergence of each posterior from N(0, I), `[B]`: the sum over latent numbers of
/// (mu^2 + sigma^2 - 1) / 2 - ln sigma.
///
/// # Errors
/// If a tensor operation fails.
pub fn divergence(posterior: &Posterior) -> Result<Tensor> {
    let squares = (posterior.mean.sqr()? + posterior.sigma.sqr()?)?;
    (((squares - 1.0)? * 0.5)? - posterior.sigma.log()?)?.sum(1)
}

/// The divergence (mean over windows) beyond `free_bits`: max(divergence - free_bits x
/// ln 2, 0). The bits are those of a whole window.
///
/// # Errors
/// If a tensor operation fails.
pub fn beyond_free_bits(divergence: &Tensor, free_bits: f64) -> Result<Tensor> {
    (divergence.mean_all()? - free_bits * std::f64::consts::LN_2)?.relu()
}

/// The published loss: binary cross-entropy of the 512 softmax outputs with the one-hot token,
/// summed over outputs and steps, plus 0.3 x divergence.
///
/// As the frameworks it was published in do, logarithms are held at -100 or above.
///
/// # Errors
/// If a tensor operation fails.
pub fn published(logits: &Tensor, batch: &Batch, posterior: &Posterior) -> Result<Tensor> {
    let rows = batch.len() * STEPS;
    let targets: Vec<u32> = batch.tokens().iter().map(|&t| t.into()).collect();
    let targets = Tensor::from_vec(targets, (rows, 1), logits.device())?;
    let log_p = log_softmax(&logits.reshape((rows, TOKENS))?, D::Minus1)?;
    // ln(1 - p). Where p rounds to 1 the logarithm of 0 must not be taken, not even to be replaced: its gradient is
    // infinite, and backward would multiply that by 0. Any number below 2^-24, the next possible 1 - p, does instead.
    let rest = (1.0 - log_p.exp()?)?;
    let least = rest.ones_like()?.affine(0.0, LEAST_LOG)?;
    let log_not = rest.le(0.0)?.where_cond(&least, &rest.maximum(1e-30)?.log()?)?;
    let right = log_p.gather(&targets, 1)?.maximum(LEAST_LOG)?;
    let sum =
        ((log_not.sum_all()? - log_not.gather(&targets, 1)?.sum_all()?)? + right.sum_all()?)?;
    let divergence = (divergence(posterior)?.mean_all()? * PUBLISHED_BETA)?;
    (sum * (-1.0 / batch.len() as f64))? + divergence
}

/// Errors of the predicted expression at the hits of a batch.
#[derive(Clone, Debug)]
pub struct ExpressionLoss {
    /// Squared error of velocities, summed over a window's hits.
    pub velocity: Tensor,
    /// Squared error of micro-offsets, in steps squared, summed over a window's hits.
    pub micro_offset: Tensor,
}

/// Squared errors of the predicted velocities and micro-offsets, summed over hits; where nothing is
/// struck nothing counts.
///
/// # Errors
/// If a tensor operation fails.
pub fn expression(predicted: &Expression, batch: &Batch) -> Result<ExpressionLoss> {
    let device = predicted.velocity.device();
    let struck = batch.columns(device)?;
    let error = |predicted: &Tensor, truth: &Tensor| {
        let difference = ((predicted - truth)? * &struck)?;
        difference.sqr()?.sum_all()? * (1.0 / batch.len() as f64)
    };
    Ok(ExpressionLoss {
        velocity: error(&predicted.velocity, &batch.velocities(device)?)?,
        micro_offset: error(&predicted.micro_offset, &batch.micro_offsets(device)?)?,
    })
}

/// Share of steps whose likeliest token in `logits [B, T, 512]` is the true one, in `[0, 1]`.
///
/// # Errors
/// If a tensor operation fails.
pub fn accuracy(logits: &Tensor, batch: &Batch) -> Result<f64> {
    let rows = batch.len() * STEPS;
    let chosen = logits.reshape((rows, TOKENS))?.argmax(1)?.to_vec1::<u32>()?;
    let right = chosen.iter().zip(batch.tokens()).filter(|(a, b)| **a == u32::from(**b)).count();
    Ok(right as f64 / rows as f64)
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn a_sure_network_has_a_finite_published_loss_and_gradient() {
        let device = &Device::Cpu;
        // The first step sure of the right token, the second of a wrong one, all others of nothing.
        let mut logits = vec![0.0f32; STEPS * TOKENS];
        (logits[7], logits[TOKENS + 9]) = (200.0, 200.0);
        let logits = Var::from_vec(logits, (1, STEPS, TOKENS), device).unwrap();
        let mut tokens = vec![0; STEPS];
        tokens[0] = 7;
        let one = Tensor::ones((1, 1), candle_core::DType::F32, device).unwrap();
        let posterior = Posterior { mean: one.zeros_like().unwrap(), sigma: one };
        let loss = published(&logits, &Batch::from_tokens(tokens), &posterior).unwrap();
        let uniform = 512f64.ln() - 511.0 * (511.0f64 / 512.0).ln();
        let expected = 0.0 + (100.0 + 100.0) + 62.0 * uniform;
        let found = f64::from(loss.to_scalar::<f32>().unwrap());
        assert!((found - expected).abs() < 1e-5 * expected, "{found}, not {expected}");
        let gradients = loss.backward().unwrap();
        let gradient = gradients.get(&logits).unwrap().flatten_all().unwrap();
        let gradient = gradient.to_vec1::<f32>().unwrap();
        assert!(gradient.iter().all(|x| x.is_finite()), "{gradient:?}");
        // A step that is sure of nothing still learns: d/dx of its part, at the right token.
        let p = 1.0 / 512.0;
        let expected = -(1.0 - p) - 511.0 * p * p / (1.0 - p);
        let found = f64::from(gradient[2 * TOKENS]);
        assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
    }
}
