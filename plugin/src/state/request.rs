//! Requests for grooves, and the keys that grooves are known by.

use std::hash::{DefaultHasher, Hash, Hasher};

use groove::Bar;

pub use musicvae::recipe::{ATTRIBUTES, DEFAULT_TEMPERATURE, Recipe, SLIDERS};

use crate::state::choice::Choice;
use crate::state::morph::Morph;

/// The least [`Recipe::variation`] of a variation that the player asks for, and of cycles that a section varies: enough to
/// sound different, little enough to be recognised.
const LEAST_VARIATION: f32 = 0.35;

/// A request to the worker: which groove plays, and what the live groove is made from. An answer depends on this and on the
/// cycles alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GrooveRequest {
    /// The groove that plays.
    pub choice: Choice,
    /// The recipe of the live groove.
    pub recipe: Recipe,
    /// The bars of the live groove.
    pub bar: Bar,
    /// The position of the pad, while it is on.
    pub pad: Option<[f32; 2]>,
    /// Whether rhythms that come in are followed.
    pub is_following: bool,
    /// The hash of the rhythm that is followed, once one has come in.
    pub rhythm: Option<u64>,
    /// Which versions of the saved values count.
    pub revisions: Revisions,
}

/// Revisions of the saved values that grooves are made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    /// Of the live groove as it was loaded.
    pub groove: u64,
    /// Of the slots.
    pub slots: u64,
    /// Of the edits of the live groove.
    pub edits: u64,
    /// Of the corners of the pad.
    pub corners: u64,
    /// Of the chosen weights.
    pub weights: u64,
    /// Of the song.
    pub song: u64,
}

impl GrooveRequest {
    /// A hash, never 0, by which the worker names the request that it has given up on. Allocates.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        hasher.finish().max(1)
    }
}

/// The key of a groove: everything that its patterns are made from apart from the weights, patterns and locks as hashes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrooveKey {
    /// The knobs.
    pub recipe: Recipe,
    /// The bars, to which the network's windows are converted.
    pub bar: Bar,
    /// The [`fingerprint`](crate::state::fingerprint::fingerprint) of the pattern that the groove is to stay near, instead of a point drawn by
    /// the seed.
    pub anchor: Option<u64>,
    /// The place between the corners of the pad, while that is on; a followed rhythm takes precedence.
    pub morph: Option<Morph>,
    /// Which variation of the groove that is; `None` is the groove itself.
    pub variation_id: Option<i64>,
    /// The [`fingerprint_locks`](crate::state::fingerprint::fingerprint_locks) of the cells that the network plays around.
    pub given: Option<u64>,
    /// The same hash of the kept cells, which play whatever the network draws; see [`Edits`](crate::state::edits::Edits).
    pub kept: Option<u64>,
    /// Whether it is the anchor itself, as it was imported.
    pub is_import: bool,
}

impl GrooveKey {
    /// The groove that `recipe` makes by itself.
    pub const fn of(recipe: Recipe) -> Self {
        Self {
            recipe,
            bar: Bar::COMMON,
            anchor: None,
            morph: None,
            variation_id: None,
            given: None,
            kept: None,
            is_import: false,
        }
    }

    /// What the network makes of it, before the kept cells are put over it.
    pub const fn source(&self) -> Self {
        Self { kept: None, ..*self }
    }

    /// The key of the same groove without edits.
    pub const fn groove(&self) -> Self {
        Self { given: None, kept: None, is_import: false, ..*self }
    }

    /// Whether every cycle has the same pattern.
    pub fn is_steady(&self) -> bool {
        self.recipe.variation == 0.0
    }

    /// The recipe and the cycle that the pattern of `cycle` is drawn by. A variation is a far cycle of the
    /// same recipe, with at least a certain variation. A steady groove plays its first cycle in every cycle, except in
    /// sections that vary: there the other cycles have that variation, too.
    pub fn drawn(&self, cycle: i64) -> (Recipe, i64) {
        let variation = self.recipe.variation.max(LEAST_VARIATION);
        let Some(variation_id) = self.variation_id else {
            let is_own = cycle == 0 || !self.is_steady();
            let varied = Recipe { variation, ..self.recipe };
            return (if is_own { self.recipe } else { varied }, cycle);
        };
        // 2^32 cycles to a variation, odd multiples of 2^31 apart from 0.
        let far = variation_id.wrapping_mul(2).wrapping_add(1).wrapping_mul(1 << 31);
        let cycle = if self.is_steady() { 0 } else { cycle };
        (Recipe { variation, ..self.recipe }, far.wrapping_add(cycle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variations_of_a_steady_groove_are_steady_and_differ() {
        let key = |variation_id| GrooveKey { variation_id, ..GrooveKey::of(Recipe::default()) };
        let (recipe, cycle) = key(Some(0)).drawn(5);
        assert_eq!(key(Some(0)).drawn(9), (recipe, cycle));
        assert_eq!(recipe.variation, LEAST_VARIATION);
        let cycles: Vec<i64> =
            (-3..4).map(|variation_id| key(Some(variation_id)).drawn(0).1).collect();
        assert!(cycles.iter().all(|cycle| cycle.abs() >= 1 << 31));
        assert!(cycles.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn of_a_steady_groove_the_first_cycle_is_itself_and_the_others_vary() {
        let (steady, varied) = (Recipe::default(), Recipe { variation: 0.1, ..Recipe::default() });
        let least = Recipe { variation: LEAST_VARIATION, ..steady };
        assert_eq!([0, 5].map(|i| GrooveKey::of(steady).drawn(i)), [(steady, 0), (least, 5)]);
        assert_eq!([0, 5].map(|i| GrooveKey::of(varied).drawn(i)), [(varied, 0), (varied, 5)]);
    }

    #[test]
    fn variations_of_a_varied_groove_go_on_varying_from_cycle_to_cycle() {
        let recipe = Recipe { variation: 0.8, ..Recipe::default() };
        let key = GrooveKey { variation_id: Some(7), ..GrooveKey::of(recipe) };
        assert_eq!(key.drawn(3).0, recipe);
        assert_eq!(key.drawn(3).1 + 1, key.drawn(4).1);
        assert_ne!(key.drawn(i64::MAX), key.drawn(0)); // no overflow
    }
}
