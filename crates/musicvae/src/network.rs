//! The network in candle: for training, evaluation, and as the reference that the inference kernel
//! is held against.
//!
//! Parameter names come from `vb.pp(..)`, so that the code path is the file format. B windows,
//! T = 64 steps, D = 9 instruments, Z latent numbers, E a bar embedding, H units; see NETWORK.md.

mod bar_summary;
mod conductor;
mod decoder;
mod dropout;
mod elementwise;
mod encoder;
mod linear;
mod lstm;
mod numbers;
mod prior;
mod recurrence;
mod token_loss;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use groove::{BARS, STEPS_PER_BAR};

use crate::batch::Batch;
use crate::config::Config;
use crate::noise::Noise;
use crate::parameters::Parameters;

pub use conductor::{Conductor, Plan};
pub use decoder::{Decoded, Decoder, Expression, Greedy};
pub use encoder::{Encoder, Posterior};
pub(crate) use numbers::{contiguous, with_numbers};
pub use prior::Prior;

/// What training does to the network to make it learn more than its data.
#[derive(Clone, Debug)]
pub struct Regularisation {
    /// Where the choices come from.
    pub noise: Noise,
    /// Share of steps, in `[0, 1]`, whose previous token is hidden from the decoder, so that it
    /// must read the latent vector.
    pub drop_previous: f32,
}

/// Encoder, conductor and decoder.
#[derive(Clone, Debug)]
pub struct Network {
    config: Config,
    encoder: Encoder,
    conductor: Conductor,
    decoder: Decoder,
}

impl Network {
    /// The network of `config` with the parameters of `vb`.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn load(config: &Config, vb: VarBuilder<'_>) -> Result<Self> {
        Ok(Self {
            config: config.clone(),
            encoder: Encoder::new(config, vb.clone())?,
            conductor: Conductor::new(config, vb.clone())?,
            decoder: Decoder::new(config, vb)?,
        })
    }

    /// The network of `config` with these parameters, on their device; it follows them as they are
    /// trained.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape.
    pub fn new(config: &Config, parameters: &Parameters) -> Result<Self> {
        Self::load(config, parameters.builder())
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

    /// The likeliest token of every step, each step from the tokens decoded before it.
    ///
    /// # Errors
    /// If a tensor operation fails.
    pub fn greedy(&self, z: &Tensor) -> Result<Greedy> {
        let z = z.detach();
        let plan = self.conductor.forward(&z)?;
        self.decoder.greedy(&z, &plan)
    }

    /// The conductor.
    pub fn conductor(&self) -> &Conductor {
        &self.conductor
    }
}

/// Windows as bars: `[B, T, N]` as `[4 B, 16, N]`.
fn by_bar(x: &Tensor) -> Result<Tensor> {
    let (b, _, n) = x.dims3()?;
    x.reshape((b * BARS, STEPS_PER_BAR, n))
}

/// Zeros of f32.
fn zeros(shape: impl Into<candle_core::Shape>, device: &Device) -> Result<Tensor> {
    Tensor::zeros(shape, DType::F32, device)
}
