//! The training loss: reconstruction + beta x KL beyond the free bits + expression.

use candle_core::{Result, Tensor};
use musicvae::network::{Decoded, Posterior};
use musicvae::{Batch, loss};

use crate::training::metrics::Parts;
use crate::training::settings::{Reconstruction, Settings};
use crate::training::teacher_forcing::Measured;

/// Weight of the KL divergence in [`loss::published`].
const PUBLISHED_BETA: f64 = 0.3;

/// The loss of a batch and its parts. All are means per window.
#[derive(Clone, Debug)]
pub(crate) struct Objective {
    pub(crate) loss: Tensor,
    reconstruction: Tensor,
    kl: Tensor,
    /// Squared errors of velocities and micro-offsets, with expression.
    expression: Option<loss::ExpressionLoss>,
}

impl Objective {
    /// The loss of `batch`, encoded as `posterior` and `decoded` from a sample of it, with KL weight `beta`.
    pub(crate) fn new(
        settings: &Settings,
        beta: f64,
        batch: &Batch,
        posterior: &Posterior,
        decoded: &Decoded,
    ) -> Result<Self> {
        let divergence = loss::divergence(posterior)?; // [B]
        let kl = divergence.mean_all()?;
        let reconstruction = match settings.reconstruction {
            Reconstruction::CrossEntropy => decoded.cross_entropy(batch)?,
            Reconstruction::Published => {
                (loss::published(&decoded.logits()?, batch, posterior)? - (&kl * PUBLISHED_BETA)?)?
            }
        };
        let beyond = loss::beyond_free_bits(&divergence, settings.free_bits)?;
        let mut total = (&reconstruction + (beyond * beta)?)?;
        let expression = match decoded.expression() {
            Some(predicted) => {
                let expression = loss::expression(predicted, batch)?;
                total = (total + (&expression.velocity * settings.velocity_weight)?)?;
                total = (total + (&expression.micro_offset * settings.micro_offset_weight)?)?;
                Some(expression)
            }
            None => None,
        };
        Ok(Self { loss: total, reconstruction, kl, expression })
    }

    /// The loss and its parts as numbers.
    pub(crate) fn parts(&self) -> Result<Parts> {
        let number = |tensor: &Tensor| tensor.to_scalar::<f32>().map(f64::from);
        let expression = |of: fn(&loss::ExpressionLoss) -> &Tensor| {
            self.expression.as_ref().map_or(Ok(0.0), |expression| number(of(expression)))
        };
        Ok(Parts {
            loss: number(&self.loss)?,
            reconstruction: number(&self.reconstruction)?,
            kl: number(&self.kl)?,
            velocity: expression(|e| &e.velocity)?,
            micro_offset: expression(|e| &e.micro_offset)?,
        })
    }
}

/// The loss of `measured` windows at full beta, and its parts.
pub(crate) fn of_measured(settings: &Settings, measured: &Measured) -> Parts {
    let reconstruction = match settings.reconstruction {
        Reconstruction::CrossEntropy => measured.cross_entropy,
        Reconstruction::Published => measured.published - PUBLISHED_BETA * measured.kl,
    };
    let beyond = (measured.kl - settings.free_bits * std::f64::consts::LN_2).max(0.0);
    Parts {
        loss: reconstruction
            + settings.beta * beyond
            + settings.velocity_weight * measured.velocity
            + settings.micro_offset_weight * measured.micro_offset,
        reconstruction,
        kl: measured.kl,
        velocity: measured.velocity,
        micro_offset: measured.micro_offset,
    }
}
