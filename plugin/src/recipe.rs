//! Recipes as the plugin uses them: what a pattern is made from, apart from the weights.

pub use musicvae::recipe::{DEFAULT_TEMPERATURE, Recipe, SLIDERS};

/// Whether `recipe` gives every cycle the same pattern.
pub(crate) fn is_steady(recipe: &Recipe) -> bool {
    recipe.variation == 0.0
}
