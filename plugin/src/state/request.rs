//! Recipes as the plugin uses them: what a pattern is made from, apart from the weights.

pub use musicvae::recipe::{ATTRIBUTES, DEFAULT_TEMPERATURE, Recipe, SLIDERS};

use crate::state::morph::Morph;

/// How far a take wanders from its groove at least; see [`Recipe::variation`]. Enough to be told from it
/// and little enough to be known for it.
const TAKE_VARIATION: f32 = 0.35;

/// What is asked of the network for a groove.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// The knobs.
    pub recipe: Recipe,
    /// The [`fingerprint`](crate::state::fingerprint::fingerprint) of the pattern that the groove is to stay near, instead of a point drawn by
    /// the seed.
    pub anchor: Option<u64>,
    /// Where between the corners of the pad it is, while that is on; what is followed counts more.
    pub morph: Option<Morph>,
    /// Which variation of the groove that is; `None` is the groove itself.
    pub take: Option<i64>,
    /// The [`fingerprint_locks`](crate::state::fingerprint::fingerprint_locks) of the cells that the network plays around.
    pub given: Option<u64>,
    /// That of the cells that are kept, whatever the network plays; see [`Edits`](crate::state::edits::Edits).
    pub kept: Option<u64>,
    /// Whether it is the anchor itself, as it was imported.
    pub is_import: bool,
}

impl Ask {
    /// The groove that `recipe` makes by itself.
    pub const fn of(recipe: Recipe) -> Self {
        Self {
            recipe,
            anchor: None,
            morph: None,
            take: None,
            given: None,
            kept: None,
            is_import: false,
        }
    }

    /// What the network makes of it, before the kept cells are put over it.
    pub const fn source(&self) -> Self {
        Self { kept: None, ..*self }
    }

    /// Which groove it is, whatever hands have done to it.
    pub const fn groove(&self) -> Self {
        Self { given: None, kept: None, is_import: false, ..*self }
    }

    /// Whether every cycle has the same pattern.
    pub fn is_steady(&self) -> bool {
        self.recipe.variation == 0.0
    }

    /// The recipe and the cycle that the pattern of `cycle` is drawn by. A take is a far cycle of the
    /// same recipe, at no less than a certain variation.
    pub fn drawn(&self, cycle: i64) -> (Recipe, i64) {
        let Some(take) = self.take else { return (self.recipe, cycle) };
        let variation = self.recipe.variation.max(TAKE_VARIATION);
        // 2^32 cycles to a take, odd multiples of 2^31 apart from 0.
        let far = take.wrapping_mul(2).wrapping_add(1).wrapping_mul(1 << 31);
        let cycle = if self.is_steady() { 0 } else { cycle };
        (Recipe { variation, ..self.recipe }, far.wrapping_add(cycle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_of_a_steady_groove_are_steady_and_differ() {
        let ask = |take| Ask { take, ..Ask::of(Recipe::default()) };
        assert_eq!(ask(None).drawn(5), (Recipe::default(), 5));
        let (recipe, cycle) = ask(Some(0)).drawn(5);
        assert_eq!(ask(Some(0)).drawn(9), (recipe, cycle));
        assert_eq!(recipe.variation, TAKE_VARIATION);
        let cycles: Vec<i64> = (-3..4).map(|take| ask(Some(take)).drawn(0).1).collect();
        assert!(cycles.iter().all(|cycle| cycle.abs() >= 1 << 31));
        assert!(cycles.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn takes_of_a_varied_groove_go_on_varying_from_cycle_to_cycle() {
        let recipe = Recipe { variation: 0.8, ..Recipe::default() };
        let ask = Ask { take: Some(7), ..Ask::of(recipe) };
        assert_eq!(ask.drawn(3).0, recipe);
        assert_eq!(ask.drawn(3).1 + 1, ask.drawn(4).1);
        assert_ne!(ask.drawn(i64::MAX), ask.drawn(0)); // no overflow
    }
}
