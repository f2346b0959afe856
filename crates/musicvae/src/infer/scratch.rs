//! What a decode writes: buffers, and what one decode leaves for the next.

use super::GrooveModel;
use super::conductor::ConductorScratch;
use super::decoder::DecoderScratch;
use super::draw::DrawnGroove;
use super::expression::{Expression, ExpressionScratch};
use super::isa::Isa;
use super::matrix::{Linear, Rows};
use super::recipe::Recipe;
use crate::weights::config::Config;

/// Everything that a decode writes.
///
/// Its earlier content never changes a result.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The network and instructions that the buffers below are laid out for.
    pub(super) layout: Option<(Config, Isa)>,
    pub(super) latent: Rows,
    pub(super) conductor: ConductorScratch,
    pub(super) sketch: Rows,
    pub(super) decoder: DecoderScratch,
    pub(super) expression: ExpressionScratch,
    pub(super) expression_sketch: Rows,
    pub(super) noise: TokenNoise,
    /// The last point drawn from the prior, which most knobs leave where it is.
    pub(super) drawn: Option<DrawnPoint>,
    /// The last groove drawn step by step from a seed.
    pub(super) groove: Option<DrawnGroove>,
}

/// A point drawn from the prior.
#[derive(Debug)]
pub(super) struct DrawnPoint {
    /// Number of the model whose prior it is from.
    pub(super) model: u64,
    pub(super) noise: Vec<f32>,
    pub(super) style: Option<u16>,
    pub(super) z: Vec<f32>,
}

impl Scratch {
    /// Empty; the first decode makes its buffers.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The Gumbel noise of the last recipe drawn, which most knobs leave as it is.
#[derive(Debug, Default)]
pub(super) struct TokenNoise {
    /// Seed, variation and cycle that `noise` is for.
    pub(super) key: Option<(u64, u32, u64)>,
    pub(super) noise: Vec<f32>,
}

impl TokenNoise {
    /// Makes it the noise `[64, 512]` of `recipe` in `cycle`.
    pub(super) fn make(&mut self, recipe: &Recipe, cycle: u64) {
        let key = (recipe.seed, recipe.variation.to_bits(), cycle);
        if self.key != Some(key) {
            self.noise = recipe.token_noise(cycle);
            self.key = Some(key);
        }
    }
}

impl GrooveModel {
    /// Makes the buffers that fit this network, unless they do already.
    pub(super) fn lay_out(&self, scratch: &mut Scratch) {
        let fits = |(config, isa): &(Config, Isa)| *config == self.config && *isa == self.isa;
        if scratch.layout.as_ref().is_some_and(fits) {
            return;
        }
        let row = |linear: &Option<Linear>| linear.as_ref().map_or(Rows::new(1, 0), |l| l.rows(1));
        *scratch = Scratch {
            layout: Some((self.config.clone(), self.isa)),
            latent: Rows::new(1, self.config.latent),
            conductor: self.conductor.scratch(),
            sketch: row(&self.sketch),
            decoder: self.decoder.scratch(),
            expression: self.expression.as_ref().map(Expression::scratch).unwrap_or_default(),
            expression_sketch: row(&self.expression_sketch),
            noise: std::mem::take(&mut scratch.noise),
            drawn: scratch.drawn.take(),
            groove: scratch.groove.take(),
        };
    }
}
