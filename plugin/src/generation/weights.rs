//! Weights: the embedded ones, or a file of the user's.
//!
//! Parsing takes tens of milliseconds: our own threads do it, never the host's.

pub(crate) mod cache;

use groove::Pattern;
use musicvae::WeightsError;
use musicvae::infer::{GrooveModel, Locks, Scratch, Start};

use crate::state::request::Recipe;

/// A trained network and the name by which projects remember its weights.
#[derive(Debug)]
pub struct Weights {
    /// The network.
    pub model: GrooveModel,
    /// SHA-256 of the weights file, in hexadecimal.
    pub identity: String,
}

impl Weights {
    /// Reads a weights file's content.
    ///
    /// # Errors
    /// If `bytes` are not a weights file of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let model = GrooveModel::from_bytes(bytes)?;
        Ok(Self { model, identity: cache::identity(bytes) })
    }
}

/// A network that decodes patterns, or a test's replacement.
pub(crate) trait Decode: Send + Sync + 'static {
    /// The name by which projects remember the weights.
    fn identity(&self) -> &str;

    /// Names of the styles it knows, in their order.
    fn styles(&self) -> Vec<String> {
        Vec::new()
    }

    /// Names of the attributes it knows directions for, in their order.
    fn attributes(&self) -> Vec<String> {
        Vec::new()
    }

    /// The pattern that `recipe` draws in `cycle` from `start`, around the cells of `locks` and in their bars. The same
    /// arguments give the same pattern.
    fn decode(
        &self,
        start: Start<'_>,
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        scratch: &mut Scratch,
    ) -> Pattern;

    /// Whether the network draws fills.
    fn draws_fills(&self) -> bool {
        false
    }

    /// Fills for `pattern`, one in each bar, if the network draws fills. The same arguments give the same fills.
    fn fills(&self, _pattern: &Pattern, _recipe: &Recipe) -> Option<Pattern> {
        None
    }

    /// `pattern` with the velocities and the timing of a drummer, but for the hits of `locks`, if the network
    /// draws these.
    /// The same arguments give the same performance.
    fn perform(&self, _pattern: &Pattern, _locks: &Locks, _recipe: &Recipe) -> Option<Pattern> {
        None
    }

    /// `pattern` at an intensity in `[-1, 1]`, if the network knows what that is; 0 is the pattern itself. The same arguments
    /// give the same pattern.
    fn at_intensity(
        &self,
        _pattern: &Pattern,
        _intensity: f32,
        _: &mut Scratch,
    ) -> Option<Pattern> {
        None
    }

    /// The number of the style of this name, if the weights know it.
    fn style(&self, name: &str) -> Option<u16>;

    /// Where the groove lies that `recipe` draws in cycle 0.
    fn point(&self, recipe: &Recipe, scratch: &mut Scratch) -> Vec<f32>;

    /// The latent vector between `points`, each with its share.
    fn between(&self, points: &[(f32, &[f32])]) -> Vec<f32>;

    /// The latent vector of `pattern`.
    fn encode(&self, pattern: &Pattern) -> Vec<f32>;
}

impl Decode for Weights {
    fn identity(&self) -> &str {
        &self.identity
    }

    fn styles(&self) -> Vec<String> {
        self.model.latent_map().styles().iter().map(|style| style.name.clone()).collect()
    }

    fn attributes(&self) -> Vec<String> {
        let directions = self.model.latent_map().directions();
        directions.iter().map(|direction| direction.name.clone()).collect()
    }

    fn decode(
        &self,
        start: Start<'_>,
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        scratch: &mut Scratch,
    ) -> Pattern {
        self.model.groove(start, locks, recipe, cycle, scratch)
    }

    fn draws_fills(&self) -> bool {
        self.model.has_step_model()
    }

    fn fills(&self, pattern: &Pattern, recipe: &Recipe) -> Option<Pattern> {
        self.model.fills(pattern, recipe)
    }

    fn perform(&self, pattern: &Pattern, locks: &Locks, recipe: &Recipe) -> Option<Pattern> {
        self.model.perform(pattern, locks, recipe)
    }

    fn at_intensity(
        &self,
        pattern: &Pattern,
        intensity: f32,
        scratch: &mut Scratch,
    ) -> Option<Pattern> {
        self.model.at_intensity(pattern, intensity, scratch)
    }

    fn style(&self, name: &str) -> Option<u16> {
        u16::try_from(self.model.latent_map().style(name)?).ok()
    }

    fn point(&self, recipe: &Recipe, scratch: &mut Scratch) -> Vec<f32> {
        self.model.place(recipe, scratch)
    }

    fn between(&self, points: &[(f32, &[f32])]) -> Vec<f32> {
        self.model.latent_map().between(points)
    }

    fn encode(&self, pattern: &Pattern) -> Vec<f32> {
        self.model.encode(&pattern.to_window()).0
    }
}

#[cfg(test)]
pub(crate) use fake::{Fake, Gate, Watched};

#[cfg(test)]
mod fake;
