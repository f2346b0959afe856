//! The critic in candle, for training. See [`crate::critic`].

use candle_core::{Result, Tensor};
use candle_nn::{Linear, VarBuilder, linear};

use super::operations::Operations;
use crate::critic::FEATURES;
use crate::weights::config::Config;

/// The critic.
#[derive(Clone, Debug)]
pub struct Critic {
    operations: Operations,
    layers: [Linear; 2],
}

impl Critic {
    /// The critic whose parameters are at `vb`, computed with the operations of its device.
    ///
    /// # Errors
    /// If `config` has no critic, or a parameter is missing or has another shape.
    pub fn new(config: &Config, vb: VarBuilder<'_>) -> Result<Self> {
        let width = config.step_model.as_ref().map_or(0, |model| model.critic);
        let operations = Operations::of(vb.device());
        let first = linear(FEATURES, width, vb.pp("critic_0"))?;
        Ok(Self { operations, layers: [first, linear(width, 1, vb.pp("critic_1"))?] })
    }

    /// The log odds `[N]` that features `x [N, FEATURES]` are those of drummers' grooves.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [first, second] = &self.layers;
        let inner = self.operations.linear(first, x)?.relu()?;
        self.operations.linear(second, &inner)?.squeeze(1)
    }
}
