//! The embedded weights, parsed once per process and shared by its instances.
//!
//! Parsing takes tens of milliseconds: workers do it, never a thread of the host's.

use std::sync::{Arc, LazyLock, Weak};

use groove::Pattern;
use musicvae::WeightsError;
use musicvae::infer::{Drummer, Locks, Scratch};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::recipe::Recipe;

/// The weights file that the plugin is built with.
static EMBEDDED: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/weights.safetensors"));

/// A trained network and the name by which projects remember its weights.
#[derive(Debug)]
pub struct Weights {
    /// The network.
    pub drummer: Drummer,
    /// SHA-256 of the weights file, in hexadecimal.
    pub identity: String,
}

impl Weights {
    /// Reads a weights file's content.
    ///
    /// # Errors
    /// If `bytes` are not a weights file of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let drummer = Drummer::from_bytes(bytes)?;
        let identity = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { drummer, identity })
    }

    /// The embedded weights. They stay in memory as long as anyone holds them.
    ///
    /// # Errors
    /// If the plugin was built with something else than a weights file of this version.
    pub fn embedded() -> Result<Arc<Self>, WeightsError> {
        static SHARED: Mutex<Weak<Weights>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock();
        if let Some(weights) = shared.upgrade() {
            return Ok(weights);
        }
        let weights = Arc::new(Self::from_bytes(EMBEDDED)?);
        *shared = Arc::downgrade(&weights);
        Ok(weights)
    }
}

/// Names of the styles that the embedded weights know, in their order; read once, without the rest
/// of the file.
pub fn embedded_styles() -> &'static [String] {
    static STYLES: LazyLock<Vec<String>> =
        LazyLock::new(|| musicvae::weights::styles(EMBEDDED).unwrap_or_default());
    &STYLES
}

/// Names of the attributes that the embedded weights know directions for, likewise.
pub fn embedded_attributes() -> &'static [String] {
    static ATTRIBUTES: LazyLock<Vec<String>> =
        LazyLock::new(|| musicvae::weights::directions(EMBEDDED).unwrap_or_default());
    &ATTRIBUTES
}

/// What patterns are decoded with: the network, or what a test puts in its place.
pub(crate) trait Decode {
    /// The name by which projects remember what made their patterns.
    fn identity(&self) -> &str;

    /// The pattern of `recipe` in `cycle` around the cells of `locks`: always the same for the same four.
    fn decode(&self, recipe: &Recipe, cycle: i64, locks: &Locks, scratch: &mut Scratch) -> Pattern;

    /// The place of the style of this name, if the weights know it.
    fn style(&self, name: &str) -> Option<u16>;

    /// The latent vector that `recipe` draws in cycle 0.
    fn point(&self, recipe: &Recipe, scratch: &mut Scratch) -> Vec<f32>;

    /// The latent vector between `points`, each with its share.
    fn between(&self, points: &[(f32, &[f32])]) -> Vec<f32>;

    /// The latent vector of `pattern`.
    fn encode(&self, pattern: &Pattern) -> Vec<f32>;

    /// The pattern near `latent` that `recipe` draws in `cycle` around the cells of `locks`: always the same for
    /// the same five.
    fn decode_around(
        &self,
        latent: &[f32],
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        scratch: &mut Scratch,
    ) -> Pattern;
}

impl Decode for Weights {
    fn identity(&self) -> &str {
        &self.identity
    }

    fn decode(&self, recipe: &Recipe, cycle: i64, locks: &Locks, scratch: &mut Scratch) -> Pattern {
        let z = self.drummer.point(recipe, cycle, scratch);
        self.drummer.decode_around(&z, locks, recipe, cycle, scratch)
    }

    fn style(&self, name: &str) -> Option<u16> {
        let styles = self.drummer.latent_map().styles();
        let place = styles.iter().position(|style| style.name == name)?;
        u16::try_from(place).ok()
    }

    fn point(&self, recipe: &Recipe, scratch: &mut Scratch) -> Vec<f32> {
        self.drummer.point(recipe, 0, scratch)
    }

    fn between(&self, points: &[(f32, &[f32])]) -> Vec<f32> {
        self.drummer.latent_map().between(points)
    }

    fn encode(&self, pattern: &Pattern) -> Vec<f32> {
        self.drummer.encode(pattern).0
    }

    fn decode_around(
        &self,
        latent: &[f32],
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        scratch: &mut Scratch,
    ) -> Pattern {
        let z = self.drummer.point_around(latent, recipe, cycle, scratch);
        self.drummer.decode_around(&z, locks, recipe, cycle, scratch)
    }
}

/// A network to test with: each recipe and cycle has its own pattern, and one seed breaks it.
#[cfg(test)]
pub(crate) struct Fake(pub(crate) &'static str);

#[cfg(test)]
impl Fake {
    /// The seed of which decoding panics.
    pub(crate) const BREAKING_SEED: u64 = 666;

    /// The pattern of `recipe` in `cycle`.
    pub(crate) fn pattern(&self, recipe: &Recipe, cycle: i64) -> Pattern {
        let cycle = if recipe.variation == 0.0 { 0 } else { cycle };
        let mut pattern = Pattern::EMPTY;
        for (place, number) in
            [self.0.len() as i64, recipe.seed as i64, cycle].into_iter().enumerate()
        {
            let step = number.rem_euclid(groove::STEPS as i64) as usize;
            let hit = groove::Hit::new(0.5, 0.0);
            pattern.set(step, groove::Instrument::ALL[place], Some(hit));
        }
        pattern
    }

    /// `pattern` around `locks`: with what is in them, and a crash where nobody asked for one.
    pub(crate) fn around(&self, mut pattern: Pattern, locks: &Locks) -> Pattern {
        if locks.is_empty() {
            return pattern;
        }
        let step = locks.pattern().count() % groove::STEPS;
        pattern.set(step, groove::Instrument::Crash, Some(groove::Hit::new(0.5, 0.0)));
        for (step, instrument, hit) in locks.pattern().iter() {
            pattern.set(step, instrument, Some(hit));
        }
        pattern
    }
}

#[cfg(test)]
impl Decode for Fake {
    fn identity(&self) -> &str {
        self.0
    }

    fn decode(
        &self,
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        _scratch: &mut Scratch,
    ) -> Pattern {
        assert_ne!(recipe.seed, Self::BREAKING_SEED, "made to break");
        self.around(self.pattern(recipe, cycle), locks)
    }

    fn style(&self, name: &str) -> Option<u16> {
        u16::try_from(name.len()).ok()
    }

    fn point(&self, recipe: &Recipe, _scratch: &mut Scratch) -> Vec<f32> {
        vec![(recipe.seed / 10_000) as f32 + 10.0 * f32::from(recipe.style.unwrap_or(0))]
    }

    fn between(&self, points: &[(f32, &[f32])]) -> Vec<f32> {
        vec![points.iter().map(|(share, point)| share * point[0]).sum()]
    }

    fn encode(&self, pattern: &Pattern) -> Vec<f32> {
        vec![pattern.count() as f32]
    }

    /// The recipe's pattern and a ride for the anchor.
    fn decode_around(
        &self,
        latent: &[f32],
        recipe: &Recipe,
        cycle: i64,
        locks: &Locks,
        scratch: &mut Scratch,
    ) -> Pattern {
        let mut pattern = self.decode(recipe, cycle, locks, scratch);
        let step = latent[0] as usize % groove::STEPS;
        pattern.set(step, groove::Instrument::Ride, Some(groove::Hit::new(0.5, 0.0)));
        pattern
    }
}
