//! The network in candle: for training, evaluation, and as the reference that the inference kernel
//! is held against.
//!
//! Parameter names come from `vb.pp(..)`, so that the code path is the file format. B windows,
//! T = 64 steps, D = 9 instruments, Z latent numbers, E a bar embedding, H units; see NETWORK.md.

mod articulations;
pub mod batch;
mod conductor;
pub(crate) mod cpu;
mod critic;
mod decoder;
mod dropout;
mod encoder;
mod lstm;
mod operations;
pub mod parameters;
mod prior;
pub mod step_model;
mod tensors;

use candle_core::{Result, Tensor};

use self::batch::Batch;
use self::parameters::Parameters;
use crate::weights::config::Config;

pub use articulations::{Articulations, StruckHits};
pub use conductor::{Conductor, Plan};
pub use critic::Critic;
pub use decoder::{Decoded, Decoder, Expression, cross_entropy};
pub use dropout::Regularisation;
pub use encoder::{Encoder, Posterior};
pub use operations::Operations;
pub use prior::Prior;
pub(crate) use tensors::with_numbers;

/// Encoder, conductor and decoder.
#[derive(Clone, Debug)]
pub struct Network {
    config: Config,
    encoder: Encoder,
    conductor: Conductor,
    decoder: Decoder,
}

impl Network {
    /// The network of `config` with these parameters, which it follows as they are trained, computed with the
    /// operations of their device.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn new(config: &Config, parameters: &Parameters) -> Result<Self> {
        Self::with_operations(config, parameters, Operations::of(parameters.device()))
    }

    /// As [`new`](Self::new), computed with `operations`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_operations(
        config: &Config,
        parameters: &Parameters,
        operations: Operations,
    ) -> Result<Self> {
        let vb = parameters.builder();
        Ok(Self {
            config: config.clone(),
            encoder: Encoder::new(config, operations, vb.clone())?,
            conductor: Conductor::new(config, operations, vb.clone())?,
            decoder: Decoder::new(config, operations, vb)?,
        })
    }

    /// Sizes and switches.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The posteriors of the windows of `batch`; `training` drops activations.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn encode(
        &self,
        batch: &Batch,
        training: Option<&mut Regularisation>,
    ) -> Result<Posterior> {
        self.encoder.forward(batch, training)
    }

    /// Predicts every step of `batch` from `z [B, Z]` and the true tokens before it; `training`
    /// drops activations and previous tokens.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn decode_teacher_forced(
        &self,
        z: &Tensor,
        batch: &Batch,
        training: Option<&mut Regularisation>,
    ) -> Result<Decoded> {
        let plan = self.conductor.forward(z)?;
        self.decoder.forward(z, &plan, batch, training)
    }

    /// The conductor.
    pub fn conductor(&self) -> &Conductor {
        &self.conductor
    }
}
