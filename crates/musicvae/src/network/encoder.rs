//! The encoder: windows to posteriors.

use candle_core::{Result, Tensor};
use candle_nn::{Linear, VarBuilder, linear};
use groove::{BARS, STEPS};

use super::batch::Batch;
use super::dropout::{Regularisation, dropout};
use super::lstm::Lstm;
use super::operations::Operations;
use super::tensors::by_bar;
use crate::noise::Noise;
use crate::weights::config::Config;

/// Added to softplus, so that the divergence stays finite.
const LEAST_SIGMA: f64 = 1e-4;

/// Normal distributions over the latent space, one per window.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// mu `[B, Z]`
    pub mean: Tensor,
    /// sigma `[B, Z]`, positive
    pub sigma: Tensor,
}

impl Posterior {
    /// A draw from each: z = mu + sigma x eps, `[B, Z]`.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn sample(&self, noise: &mut Noise) -> Result<Tensor> {
        let mut eps = vec![0.0; self.mean.elem_count()];
        noise.fill_normal(&mut eps);
        let eps = Tensor::from_vec(eps, self.mean.shape(), self.mean.device())?;
        &self.mean + (&self.sigma * eps)?
    }
}

/// Bidirectional LSTM, mix over the bars, direct look at the grid, mean and sigma.
#[derive(Clone, Debug)]
pub struct Encoder {
    config: Config,
    operations: Operations,
    lstm: Lstm,
    bars: Option<BarMix>,
    grid: Option<Linear>,
    mean: Linear,
    sigma: Linear,
}

/// The layers from four bars to one summary.
#[derive(Clone, Debug)]
struct BarMix {
    bar: Linear,
    mix_0: Linear,
    mix_1: Linear,
}

impl Encoder {
    /// The encoder whose parameters are at `vb`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn new(config: &Config, operations: Operations, vb: VarBuilder<'_>) -> Result<Self> {
        let (features, summary) = (config.features(), config.summary());
        let e = &config.encoder;
        let bars = if e.bar_summary > 0 {
            Some(BarMix {
                bar: linear(4 * e.hidden, e.bar_summary, vb.pp("encoder_bar"))?,
                mix_0: linear(BARS * e.bar_summary, e.mix, vb.pp("encoder_mix_0"))?,
                mix_1: linear(e.mix, e.mix, vb.pp("encoder_mix_1"))?,
            })
        } else {
            None
        };
        let grid = if config.direct_path {
            Some(linear(STEPS * features, summary, vb.pp("encoder_grid"))?)
        } else {
            None
        };
        Ok(Self {
            config: config.clone(),
            operations,
            lstm: Lstm::new(operations, [features, e.hidden, e.layers], true, vb.pp("encoder"))?,
            bars,
            grid,
            mean: linear(summary, config.latent, vb.pp("mean"))?,
            sigma: linear(summary, config.latent, vb.pp("sigma"))?,
        })
    }

    /// The posteriors of the windows of `batch`.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn forward(
        &self,
        batch: &Batch,
        training: Option<&mut Regularisation>,
    ) -> Result<Posterior> {
        let (device, ops) = (self.mean.weight().device(), self.operations);
        let features = batch.features(&self.config, device)?; // [B, T, F]
        let b = batch.len();
        let outputs = |x| self.lstm.directions(x, 0, None, None);
        let mut y = match &self.bars {
            None => ends(&outputs(&features)?)?, // [B, 2H]
            Some(mix) => {
                let out = outputs(&by_bar(&features)?)?; // two of [4B, 16, H]
                let all = Tensor::cat(&[ends(&out)?, out[0].mean(1)?, out[1].mean(1)?], 1)?; // [4B, 4H]
                let bar = ops.gelu(&ops.linear(&mix.bar, &all)?)?; // [4B, bar_summary]
                let bars = bar.reshape((b, ()))?; // [B, 4 bar_summary]
                let mixed = ops.gelu(&ops.linear(&mix.mix_0, &bars)?)?;
                ops.gelu(&ops.linear(&mix.mix_1, &mixed)?)? // [B, mix]
            }
        };
        if let Some(grid) = &self.grid {
            y = (y + ops.linear(grid, &features.flatten_from(1)?)?)?;
        }
        let y = dropout(&y, self.config.dropout, training)?;
        let sigma = (softplus(&ops.linear(&self.sigma, &y)?)? + LEAST_SIGMA)?;
        Ok(Posterior { mean: ops.linear(&self.mean, &y)?, sigma })
    }
}

/// Of both directions' outputs `[N, T, H]` the final ones `[N, 2H]`: forward's at the last step, reverse's at the first.
fn ends(out: &[Tensor]) -> Result<Tensor> {
    let last = out[0].dim(1)? - 1;
    Tensor::cat(&[out[0].narrow(1, last, 1)?, out[1].narrow(1, 0, 1)?], 2)?.squeeze(1)
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), which neither overflows nor loses small results' sign.
fn softplus(x: &Tensor) -> Result<Tensor> {
    x.relu()? + ((x.abs()?.neg()?.exp()? + 1.0)?.log()?)
}
