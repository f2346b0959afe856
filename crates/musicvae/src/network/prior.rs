//! The learned prior's network in candle, for training. See [`crate::prior`].

use candle_core::{Result, Tensor, bail};
use candle_nn::{Linear, VarBuilder, linear};

use super::operations::Operations;
use crate::weights::config::Config;

/// The network v(x, t, style) of the prior.
#[derive(Clone, Debug)]
pub struct Prior {
    operations: Operations,
    hidden: usize,
    input: Linear,
    condition: Linear,
    blocks: Vec<Linear>,
    output: Linear,
}

impl Prior {
    /// The prior whose parameters are at `vb`, computed with the operations of its device.
    ///
    /// # Errors
    /// If `config` has no prior, or a parameter is missing or has another shape.
    pub fn new(config: &Config, vb: VarBuilder<'_>) -> Result<Self> {
        Self::with_operations(config, Operations::of(vb.device()), vb)
    }

    /// As [`new`](Self::new), computed with `operations`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_operations(
        config: &Config,
        operations: Operations,
        vb: VarBuilder<'_>,
    ) -> Result<Self> {
        let Some(prior) = &config.prior else { bail!("this network has no learned prior") };
        let (vb, hidden) = (vb.pp("prior"), prior.hidden);
        let condition = (prior.blocks + 1) * hidden;
        let block = |i: usize| linear(hidden, hidden, vb.pp(format!("block_{i}")));
        Ok(Self {
            operations,
            hidden,
            input: linear(config.latent, hidden, vb.pp("input"))?,
            condition: linear(prior.condition(), condition, vb.pp("condition"))?,
            blocks: (0..prior.blocks).map(block).collect::<Result<_>>()?,
            output: linear(hidden, config.latent, vb.pp("output"))?,
        })
    }

    /// v `[B, Z]` at `x [B, Z]`, told t and style by `condition`
    /// ([`write_condition`](crate::weights::config::PriorConfig::write_condition), a row each).
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn forward(&self, x: &Tensor, condition: &Tensor) -> Result<Tensor> {
        let ops = self.operations;
        // A product for each layer: parts of one would be put together again for every gradient.
        let part = |i: usize| {
            let rows = |of: &Tensor| of.narrow(0, i * self.hidden, self.hidden);
            let bias = self.condition.bias().map(rows).transpose()?;
            ops.linear(&Linear::new(rows(self.condition.weight())?, bias), condition)
        };
        let mut h = (ops.linear(&self.input, x)? + part(0)?)?; // [B, H]
        for (i, block) in self.blocks.iter().enumerate() {
            let change = ops.silu(&(ops.linear(block, &ops.silu(&h)?)? + part(i + 1)?)?)?;
            h = (h + change)?;
        }
        ops.linear(&self.output, &h)
    }
}
