//! The conductor: a latent vector to one embedding per bar, and a sketch of the onsets.

use candle_core::{Result, Tensor};
use candle_nn::{Linear, VarBuilder, linear};
use groove::{BARS, INSTRUMENTS, STEPS};

use super::lstm::Lstm;
use super::operations::Operations;
use crate::weights::config::Config;

/// The decoder's input about a window as a whole.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Bar embeddings `[B, 4, E]`.
    pub bars: Tensor,
    /// Onset logits `[B, T, 9]`, with `direct_path`.
    pub sketch: Option<Tensor>,
}

/// Conductor LSTM, one step per bar, and the sketch.
#[derive(Clone, Debug)]
pub struct Conductor {
    operations: Operations,
    latent_to_state: Linear,
    lstm: Lstm,
    embed: Linear,
    sketch: Option<Linear>,
}

impl Conductor {
    /// The conductor whose parameters are at `vb`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn new(config: &Config, operations: Operations, vb: VarBuilder<'_>) -> Result<Self> {
        let (z, c) = (config.latent, &config.conductor);
        let sketch = if config.direct_path {
            Some(linear(z, STEPS * INSTRUMENTS, vb.pp("sketch"))?)
        } else {
            None
        };
        Ok(Self {
            operations,
            latent_to_state: linear(z, 2 * c.layers * c.hidden, vb.pp("latent_to_state"))?,
            lstm: Lstm::new(operations, [z, c.hidden, c.layers], false, vb.pp("conductor"))?,
            embed: linear(c.hidden, config.embedding, vb.pp("embed"))?,
            sketch,
        })
    }

    /// The plan for `z [B, Z]`.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn forward(&self, z: &Tensor) -> Result<Plan> {
        let (ops, (b, latent)) = (self.operations, z.dims2()?);
        let state = ops.tanh(&ops.linear(&self.latent_to_state, z)?)?; // [B, 2 layers H]
        let inputs = z.unsqueeze(1)?.expand((b, BARS, latent))?.contiguous()?;
        let out = self.lstm.forward(&inputs, 0, None, Some(&state))?; // [B, 4, H]
        let bars = ops.tanh(&ops.linear(&self.embed, &out)?)?; // [B, 4, E]
        let sketch = match &self.sketch {
            Some(sketch) => Some(ops.linear(sketch, z)?.reshape((b, STEPS, INSTRUMENTS))?),
            None => None,
        };
        Ok(Plan { bars, sketch })
    }
}
