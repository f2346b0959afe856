//! Decoding grooves without a tensor library: what the plugin's worker thread runs.
//!
//! One thread, no thread pool, and no allocation after the first decode but for noise when the
//! seed or the cycle changes. The numbers are those of the candle network within rounding; they are the
//! same to the bit on every processor, so a project sounds the same wherever it is opened.
//!
//! A [`GrooveModel`] holds the weights, repacked; it never changes and can be shared between threads. A
//! [`Scratch`] holds everything that a decode writes; it can be used with one model after another.

mod articulations;
mod conductor;
mod critic;
mod decoder;
mod draw;
mod encoder;
mod expression;
mod heads;
mod isa;
mod lanes;
mod lstm;
mod math;
mod matrix;
mod prior;
mod product;
pub mod recipe;
mod recurrent;
mod scratch;
mod sparse_columns;
mod stack;
mod step_model;
mod style_shares;
mod tensors;
mod tokens;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use groove::{Pattern, STEPS, TOKENS, Token};

use self::articulations::Articulations;
use self::conductor::Conductor;
use self::critic::Critic;
use self::decoder::Decoder;
pub use self::draw::Start;
use self::encoder::Encoder;
use self::expression::Expression;
use self::isa::Isa;
use self::matrix::Linear;
use self::prior::Prior;
use self::recipe::Recipe;
use self::scratch::DrawnPoint;
pub use self::scratch::Scratch;
use self::step_model::StepModel;
pub use self::style_shares::STYLE_SHARES;
use self::style_shares::StyleShares;
use self::tensors::Source;
use self::tokens::{Draw, density_bias};
pub use crate::context::Locks;
use crate::weights::config::{Config, Drawn};
use crate::weights::latent_map::LatentMap;
use crate::weights::{WeightsError, WeightsFile};

/// Velocity of every hit of a network that was trained without expression: 100 of MIDI's 127.
pub const PLAIN_VELOCITY: f32 = 100.0 / 127.0;

/// A trained network, repacked for decoding.
#[derive(Debug)]
pub struct GrooveModel {
    /// Number of the model, unique in this process.
    number: u64,
    config: Config,
    metadata: BTreeMap<String, String>,
    latent_map: LatentMap,
    isa: Isa,
    prior: Option<Prior>,
    step_model: Option<StepModel>,
    /// Of all bars but those of 4/4 in 16ths.
    bar_model: Option<StepModel>,
    critic: Option<Critic>,
    articulations: Option<Articulations>,
    style_shares: StyleShares,
    encoder: Encoder,
    conductor: Conductor,
    /// The latent's onset logits `[64, 9]`.
    sketch: Option<Linear>,
    decoder: Decoder,
    expression: Option<Expression>,
    /// The latent's share of the expression `[64, 18]`.
    expression_sketch: Option<Linear>,
}

impl GrooveModel {
    /// Reads and checks a weights file's content and repacks what decoding needs, for this
    /// processor.
    ///
    /// # Errors
    /// If `bytes` are not, in every part, a weights file of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        Self::new(&WeightsFile::from_bytes(bytes)?)
    }

    /// Repacks what decoding needs, for this processor.
    ///
    /// # Errors
    /// None in practice: a [`WeightsFile`] has every tensor that its config asks for.
    pub fn new(file: &WeightsFile) -> Result<Self, WeightsError> {
        Self::pack(file, Isa::best())
    }

    fn pack(file: &WeightsFile, isa: Isa) -> Result<Self, WeightsError> {
        static MODELS: AtomicU64 = AtomicU64::new(0);
        let source = Source { file, isa };
        let config = file.config();
        let sketch = |name, wanted: bool| wanted.then(|| source.linear(name)).transpose();
        Ok(Self {
            number: MODELS.fetch_add(1, Ordering::Relaxed),
            config: config.clone(),
            metadata: file.metadata().clone(),
            latent_map: LatentMap::from_weights(file),
            isa,
            prior: config.prior.as_ref().map(|prior| Prior::pack(source, prior)).transpose()?,
            step_model: StepModel::of(source, Drawn::Common)?,
            bar_model: StepModel::of(source, Drawn::AnyBar)?,
            critic: (!config.critic_parameters().is_empty())
                .then(|| Critic::pack(source))
                .transpose()?,
            articulations: Articulations::of(source)?,
            style_shares: StyleShares::of(file),
            encoder: Encoder::pack(source)?,
            conductor: Conductor::pack(source)?,
            sketch: sketch("sketch", config.direct_path)?,
            decoder: Decoder::pack(source)?,
            expression: config.expression.then(|| Expression::pack(source)).transpose()?,
            expression_sketch: sketch(
                "expression_sketch",
                config.direct_path && config.expression,
            )?,
        })
    }

    /// The network's sizes and switches.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every metadata entry of the weights file.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// The map of the latent space.
    pub fn latent_map(&self) -> &LatentMap {
        &self.latent_map
    }

    /// The vector instructions in use, such as `AVX2`.
    pub fn instructions(&self) -> &'static str {
        self.isa.name()
    }

    /// The posterior of `pattern`: means and standard deviations, `[Z]` each.
    pub fn encode(&self, pattern: &Pattern) -> (Vec<f32>, Vec<f32>) {
        self.encoder.run(self.isa, pattern)
    }

    /// The groove that `recipe` draws for `cycle`, which may be negative (pre-roll).
    ///
    /// The same weights, recipe and cycle give the same groove to the bit, on every machine.
    pub fn decode(&self, recipe: &Recipe, cycle: i64, scratch: &mut Scratch) -> Pattern {
        self.groove(Start::Seed, &Locks::default(), recipe, cycle, scratch)
    }

    /// The latent vector `[Z]` that `recipe` draws for `cycle`: from the prior, or without one from
    /// the Gaussian of the latent map, then shifted by the latent
    /// sliders and the attribute knobs.
    pub fn point(&self, recipe: &Recipe, cycle: i64, scratch: &mut Scratch) -> Vec<f32> {
        let noise = recipe.point_noise(self.config.latent, cycle.cast_unsigned());
        self.point_of(noise, recipe, scratch)
    }

    /// The latent vector `[Z]` near `anchor [Z]` (an encoded groove, say) that `recipe` draws for
    /// `cycle`: `anchor` itself without variation, shifted by the same knobs.
    ///
    /// # Panics
    /// If `anchor` has not Z numbers.
    pub fn point_around(
        &self,
        anchor: &[f32],
        recipe: &Recipe,
        cycle: i64,
        scratch: &mut Scratch,
    ) -> Vec<f32> {
        assert_eq!(anchor.len(), self.config.latent, "numbers in the latent vector");
        if recipe.variation == 0.0 {
            return self.shifted(anchor.to_vec(), recipe);
        }
        let mut noise = match &self.prior {
            Some(prior) => prior.invert(self.isa, anchor, style_of(recipe)),
            None => self.latent_map.coordinates(anchor),
        };
        recipe.wander(&mut noise, cycle.cast_unsigned());
        self.point_of(noise, recipe, scratch)
    }

    /// The latent vector that `noise` leads to, shifted.
    fn point_of(&self, noise: Vec<f32>, recipe: &Recipe, scratch: &mut Scratch) -> Vec<f32> {
        let Some(prior) = &self.prior else {
            return self.shifted(self.latent_map.point(&noise), recipe);
        };
        let is_same = |drawn: &&DrawnPoint| {
            (drawn.model, drawn.style) == (self.number, recipe.style) && drawn.noise == noise
        };
        let z = match scratch.drawn.as_ref().filter(is_same) {
            Some(drawn) => drawn.z.clone(),
            None => {
                let z = prior.draw(self.isa, &noise, style_of(recipe));
                let (model, style, z_drawn) = (self.number, recipe.style, z.clone());
                scratch.drawn = Some(DrawnPoint { model, noise, style, z: z_drawn });
                z
            }
        };
        self.shifted(z, recipe)
    }

    /// `z`, moved by the latent sliders and the attribute knobs.
    fn shifted(&self, mut z: Vec<f32>, recipe: &Recipe) -> Vec<f32> {
        self.latent_map.shift(&mut z, &recipe.shifts());
        self.latent_map.shift_attributes(&mut z, &recipe.attribute_shifts());
        z
    }

    /// The groove at latent vector `z [Z]`, with the tokens drawn as `recipe` says; its latent
    /// sliders have no part in it.
    ///
    /// # Panics
    /// If `z` has not Z numbers; likewise the others that take one.
    pub fn decode_latent(
        &self,
        z: &[f32],
        recipe: &Recipe,
        cycle: i64,
        scratch: &mut Scratch,
    ) -> Pattern {
        self.decode_around(z, &Locks::default(), recipe, cycle, scratch)
    }

    /// As [`decode_latent`](Self::decode_latent), around cells that are given: every token agrees
    /// with them, and the decoder hears them as its own.
    pub fn decode_around(
        &self,
        z: &[f32],
        locks: &Locks,
        recipe: &Recipe,
        cycle: i64,
        scratch: &mut Scratch,
    ) -> Pattern {
        let temperature = recipe.noise_scale();
        let mut kept = std::mem::take(&mut scratch.noise);
        if temperature > 0.0 {
            kept.make(recipe, cycle.cast_unsigned());
        }
        let free = density_bias(recipe.density_bias(), &recipe.instrument_bias());
        let mut restricted = [0.0; TOKENS];
        let mut pattern = self.run(z, scratch, |step, logits| {
            let bias = locks.restrict(step, &free, &mut restricted);
            Draw { bias, temperature, noise: &kept.noise }.token(self.isa, step, logits)
        });
        locks.express(&mut pattern);
        scratch.noise = kept;
        pattern
    }

    /// The likeliest token at every step, each from those before it, at latent vector `z [Z]`.
    pub fn greedy(&self, z: &[f32], scratch: &mut Scratch) -> [Token; STEPS] {
        self.greedy_with(z, scratch, |_, _| ()).tokens()
    }

    /// The groove of the likeliest tokens at latent vector `z [Z]`; `see` is shown each step's number and
    /// logits `[512]`.
    pub fn greedy_with(
        &self,
        z: &[f32],
        scratch: &mut Scratch,
        mut see: impl FnMut(usize, &[f32]),
    ) -> Pattern {
        let draw = Draw { bias: &[0.0; TOKENS], temperature: 0.0, noise: &[] };
        self.run(z, scratch, |step, logits| {
            see(step, logits);
            draw.token(self.isa, step, logits)
        })
    }

    /// The groove at `z`; `choose` makes a token of a step's number and its logits.
    fn run(
        &self,
        z: &[f32],
        scratch: &mut Scratch,
        choose: impl FnMut(usize, &[f32; TOKENS]) -> Token,
    ) -> Pattern {
        assert_eq!(z.len(), self.config.latent, "numbers in the latent vector");
        let isa = self.isa;
        self.lay_out(scratch);
        scratch.latent.set(0, z);
        self.conductor.run(isa, &scratch.latent, &mut scratch.conductor);
        if let Some(sketch) = &self.sketch {
            sketch.apply(isa, &scratch.latent, &mut scratch.sketch, 1);
        }
        let (bars, sketch) = (&scratch.conductor.bars, scratch.sketch.row(0));
        let tokens = self.decoder.run(isa, bars, sketch, &mut scratch.decoder, choose);
        let Some(expression) = &self.expression else {
            return Pattern::from_tokens(&tokens, PLAIN_VELOCITY);
        };
        if let Some(sketch) = &self.expression_sketch {
            sketch.apply(isa, &scratch.latent, &mut scratch.expression_sketch, 1);
        }
        let sketch = scratch.expression_sketch.row(0);
        let outputs = &scratch.decoder.outputs;
        expression.run(isa, &tokens, outputs, sketch, &mut scratch.expression)
    }
}

/// The style that `recipe` asks for, as the prior counts them.
fn style_of(recipe: &Recipe) -> Option<usize> {
    recipe.style.map(usize::from)
}

#[cfg(all(test, feature = "training"))]
mod candle_tests;
#[cfg(test)]
mod tests;
