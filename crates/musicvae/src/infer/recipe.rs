//! Recipes: all knobs that a groove is made with, and the noise that belongs to them.
//!
//! Same recipe, same cycle, same weights: same groove.

use groove::{BARS, INSTRUMENTS, STEPS_PER_BAR, TOKENS};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::noise::{Noise, Purpose};

/// Number of latent sliders.
pub const SLIDERS: usize = 8;

/// Temperature that a new instance of the plugin draws with: as trained, which comes nearest to what
/// drummers play (docs/experiments.md).
pub const DEFAULT_TEMPERATURE: f32 = 1.0;

/// Number of knobs for musical attributes.
pub const ATTRIBUTES: usize = 6;

/// The knobs that a groove is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Shifts along the first principal directions, in standard deviations; useful in `[-3, 3]`.
    #[serde(deserialize_with = "finite_numbers")]
    pub latent: [f32; SLIDERS],
    /// Scale of the Gumbel noise on the tokens: 0 takes the likeliest token, 1 draws as trained.
    #[serde(deserialize_with = "finite_numbers")]
    pub temperature: f32,
    /// Nats added to a token's logit for every instrument it strikes; 0 leaves the density as
    /// trained, useful in `[-3, 3]`.
    #[serde(deserialize_with = "finite_numbers")]
    pub density: f32,
    /// Seed of the noise: chooses among all grooves that the other knobs allow.
    pub seed: u64,
    /// How far each cycle wanders from the groove, in `[0, 1]`; at 0 all cycles are alike.
    #[serde(deserialize_with = "finite_numbers")]
    pub variation: f32,
    /// The style asked for, as its place among those of the weights file; `None`, or one that the
    /// file does not have: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<u16>,
    /// Shifts along the directions of the weights file's attributes, in its order (in the shipped
    /// file: density, syncopation, ride against hats, toms, loudness), in standard deviations; useful
    /// in `[-3, 3]`; the last, intensity, in `[-1, 1]`.
    #[serde(default, skip_serializing_if = "is_neutral", with = "attributes")]
    pub attributes: [f32; ATTRIBUTES],
    /// Nats added for each hit of an instrument, kick first, on top of `density`; useful in `[-3, 3]`.
    #[serde(default, skip_serializing_if = "is_neutral", deserialize_with = "finite_numbers")]
    pub density_by_instrument: [f32; INSTRUMENTS],
}

impl Default for Recipe {
    /// The middle of the space: no shift, temperature 1, neither denser nor more varied, any style.
    fn default() -> Self {
        Self {
            latent: [0.0; SLIDERS],
            temperature: 1.0,
            density: 0.0,
            seed: 0,
            variation: 0.0,
            style: None,
            attributes: [0.0; ATTRIBUTES],
            density_by_instrument: [0.0; INSTRUMENTS],
        }
    }
}

impl Recipe {
    /// The noise `[latent]` that the point for `cycle` is made of: eps(seed), wandering.
    pub fn point_noise(&self, latent: usize, cycle: u64) -> Vec<f32> {
        let mut eps = vec![0.0; latent];
        Noise::new(self.seed, Purpose::Latent, 0).fill_normal(&mut eps);
        self.wander(&mut eps, cycle);
        eps
    }

    /// Moves `eps`, drawn from N(0, I), to where it is in `cycle`: sqrt(1 - v^2) eps + v eps(seed, cycle).
    /// It is then still a draw from N(0, I).
    pub fn wander(&self, eps: &mut [f32], cycle: u64) {
        let v = self.wandering();
        if v > 0.0 {
            let mut step = vec![0.0; eps.len()];
            Noise::new(self.seed, Purpose::CycleLatent, cycle).fill_normal(&mut step);
            let stay = (1.0 - v * v).sqrt();
            for (eps, step) in eps.iter_mut().zip(step) {
                *eps = stay * *eps + v * step;
            }
        }
    }

    /// How far the latent sliders shift the point, in standard deviations along the first principal
    /// directions; 0 where one is not a number.
    pub fn shifts(&self) -> [f32; SLIDERS] {
        self.latent.map(finite)
    }

    /// How far the attribute knobs shift it, likewise.
    pub fn attribute_shifts(&self) -> [f32; ATTRIBUTES] {
        self.attributes.map(finite)
    }

    /// Gumbel noise for every step and token of `cycle`, step-major `[64, 512]`, not yet scaled by
    /// the temperature.
    ///
    /// A drummer who chose a grace note in one bar plays it again in the next: the noise is the same in
    /// every bar. Each step's noise alone is as random as without, so hits are neither more nor fewer,
    /// but bars are more alike, as drummers' are (docs/experiments.md).
    ///
    /// Depends on seed, variation and cycle alone, so it can be kept while other knobs move.
    pub fn token_noise(&self, cycle: u64) -> Vec<f32> {
        let mut bar = vec![0.0; STEPS_PER_BAR * TOKENS];
        Noise::new(self.seed, Purpose::Tokens, 0).fill_gumbel(&mut bar);
        let v = self.wandering();
        if v > 0.0 {
            let mut draws = [0.0; STEPS_PER_BAR];
            Noise::new(self.seed, Purpose::Redraw, cycle).fill_uniform(&mut draws);
            let mut fresh = Noise::new(self.seed, Purpose::CycleTokens, cycle);
            for (step, row) in bar.chunks_mut(TOKENS).enumerate() {
                if draws[step] < v {
                    fresh.seek((step * TOKENS) as u64);
                    fresh.fill_gumbel(row);
                }
            }
        }
        bar.repeat(BARS)
    }

    /// Scale of the token noise: `temperature`, or 0 where that is negative or not a number.
    pub fn noise_scale(&self) -> f32 {
        finite(self.temperature).max(0.0)
    }

    /// Nats per instrument struck: `density`, or 0 where that is not a number.
    pub fn density_bias(&self) -> f32 {
        finite(self.density)
    }

    /// Nats per hit of each instrument, kick first; 0 where one is not a number.
    pub fn instrument_bias(&self) -> [f32; INSTRUMENTS] {
        self.density_by_instrument.map(finite)
    }

    pub(super) fn wandering(&self) -> f32 {
        finite(self.variation).clamp(0.0, 1.0)
    }
}

/// Whether these knobs change nothing: then projects need not store them.
fn is_neutral<const N: usize>(knobs: &[f32; N]) -> bool {
    *knobs == [0.0; N]
}

/// Attributes as projects store them: without intensity where it is neutral, as when there was none.
mod attributes {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ATTRIBUTES;

    pub(super) fn serialize<S: Serializer>(
        attributes: &[f32; ATTRIBUTES],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let [others @ .., intensity] = attributes;
        if *intensity == 0.0 {
            others.serialize(serializer)
        } else {
            attributes.serialize(serializer)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[f32; ATTRIBUTES], D::Error> {
        let found = Vec::<f32>::deserialize(deserializer)?;
        let mut attributes = [0.0; ATTRIBUTES];
        if !(ATTRIBUTES - 1..=ATTRIBUTES).contains(&found.len()) {
            return Err(D::Error::custom("not as many attributes as there are"));
        }
        attributes[..found.len()].copy_from_slice(&found);
        let is_finite = attributes.iter().all(|x| x.is_finite());
        is_finite.then_some(attributes).ok_or_else(|| D::Error::custom("a number is too large"))
    }
}

/// Numbers as projects store them.
///
/// # Errors
/// If one is beyond what single precision has: as an infinity it could be read, but not be stored again.
pub fn finite_numbers<'de, D: Deserializer<'de>, T: Numbers + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let numbers = T::deserialize(deserializer)?;
    let is_finite = numbers.all().iter().all(|x| x.is_finite());
    is_finite.then_some(numbers).ok_or_else(|| D::Error::custom("a number is too large"))
}

/// One number or a few.
pub trait Numbers {
    /// All of them.
    fn all(&self) -> &[f32];
}

impl Numbers for f32 {
    fn all(&self) -> &[f32] {
        std::slice::from_ref(self)
    }
}

impl<const N: usize> Numbers for [f32; N] {
    fn all(&self) -> &[f32] {
        self
    }
}

/// `x`, or 0 if it is not a finite number.
fn finite(x: f32) -> f32 {
    if x.is_finite() { x } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wandering(variation: f32) -> Recipe {
        Recipe { seed: 3, variation, ..Recipe::default() }
    }

    #[test]
    fn a_saved_recipe_with_a_number_that_could_not_be_saved_again_is_refused() {
        let recipe = serde_json::to_string(&wandering(0.5)).unwrap();
        assert_eq!(serde_json::from_str::<Recipe>(&recipe).unwrap(), wandering(0.5));
        for (field, harmed) in
            [("\"variation\":0.5", "\"variation\":1e39"), ("\"latent\":[0.0", "\"latent\":[1e39")]
        {
            assert!(recipe.contains(field));
            let harmed = recipe.replace(field, harmed);
            assert!(serde_json::from_str::<Recipe>(&harmed).is_err(), "{harmed}");
        }
    }

    #[test]
    fn without_variation_every_cycle_is_alike() {
        let recipe = wandering(0.0);
        assert_eq!(recipe.point_noise(192, 0), recipe.point_noise(192, 9));
        assert_eq!(recipe.token_noise(0), recipe.token_noise(9));
    }

    #[test]
    fn a_little_variation_moves_the_point_and_redraws_few_steps() {
        let (still, moved) = (wandering(0.0), wandering(0.1));
        let far = |a: &[f32], b: &[f32]| {
            a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
        };
        let (a, b) = (still.point_noise(192, 5), moved.point_noise(192, 5));
        let distance = far(&a, &b);
        // About v sqrt(192).
        assert!((0.8..2.2).contains(&distance), "{distance}");
        let (a, b) = (still.token_noise(5), moved.token_noise(5));
        let redrawn = a.chunks(TOKENS).zip(b.chunks(TOKENS)).filter(|(a, b)| a != b).count();
        assert!((1..=16).contains(&redrawn), "{redrawn} of 64 steps");
        assert_ne!(moved.point_noise(192, 5), moved.point_noise(192, 6));
        assert_eq!(moved.point_noise(192, 5), moved.point_noise(192, 5));
    }

    #[test]
    fn full_variation_leaves_nothing_of_the_groove() {
        let recipe = wandering(1.0);
        let (a, b) = (recipe.token_noise(1), wandering(0.0).token_noise(1));
        assert!(a.chunks(TOKENS).zip(b.chunks(TOKENS)).all(|(a, b)| a != b));
    }

    #[test]
    fn a_slider_that_is_not_a_number_shifts_nothing() {
        let mut recipe = wandering(0.3);
        recipe.latent[3] = 1.5;
        recipe.latent[4] = f32::NAN;
        let shifts = recipe.shifts();
        assert_eq!((shifts[3], shifts[4], shifts[5]), (1.5, 0.0, 0.0));
    }

    #[test]
    fn every_bar_has_the_same_noise() {
        let noise = wandering(0.5).token_noise(3);
        let bars: Vec<&[f32]> = noise.chunks(STEPS_PER_BAR * TOKENS).collect();
        assert!(bars.len() == BARS && bars.iter().all(|bar| *bar == bars[0]));
    }
}
