//! A groove played softer and sparser, or louder and denser.

use groove::{Instrument, Pattern};

use super::INTENSITY;
use crate::context::{Context, Locks};
use crate::infer::recipe::{ATTRIBUTES, Recipe};
use crate::infer::{GrooveModel, Scratch};

impl GrooveModel {
    /// `pattern` at an intensity in `[-1, 1]`, from softer and sparser to louder and denser, as [`groove`](Self::groove) plays
    /// it by the last of the recipe's attributes; 0 is the pattern itself. `None` if the weights have no such direction.
    pub fn at_intensity(
        &self,
        pattern: &Pattern,
        intensity: f32,
        scratch: &mut Scratch,
    ) -> Option<Pattern> {
        self.latent_map.directions().get(ATTRIBUTES - 1)?;
        let mut attributes = [0.0; ATTRIBUTES];
        attributes[ATTRIBUTES - 1] = intensity;
        let recipe = Recipe { attributes, ..Recipe::default() };
        let latent = self.encode(&pattern.to_window()).0;
        let moved = self.point_around(&latent, &recipe, 0, scratch);
        let locks = Locks::of(pattern.bar());
        let [rest, moved] =
            [&latent, &moved].map(|z| self.decode_in_bars(z, &locks, &recipe, 0, scratch));
        let changed = changed(pattern, &rest, &moved);
        let known = Context::of(pattern.bar()).with_hits(pattern);
        Some(self.struck_at_intensity(&changed, &known, &locks, &recipe, INTENSITY))
    }

    /// `pattern` [struck](Self::struck) and, but for what `locks` hold, with cross-sticks as drummers play them at the recipe's
    /// intensity.
    pub(super) fn struck_at_intensity(
        &self,
        pattern: &Pattern,
        known: &Context,
        locks: &Locks,
        recipe: &Recipe,
        stream: u64,
    ) -> Pattern {
        let struck = self.struck(pattern, known, recipe, stream);
        let [.., intensity] = recipe.attribute_shifts();
        let Some(model) = &self.articulations else { return struck };
        model.at_intensity(self.isa, &struck, intensity, known.style, locks)
    }
}

/// `pattern` with the changes from `rest` to `moved`, of the same bars: hits appear, disappear, and change in velocity by as
/// much. So hits of other bars that a window cannot hold are not lost.
pub(super) fn changed(pattern: &Pattern, rest: &Pattern, moved: &Pattern) -> Pattern {
    let mut changed = *pattern;
    for step in 0..pattern.steps() {
        for instrument in Instrument::ALL {
            let of = |pattern: &Pattern| pattern.hit(step, instrument);
            let hit = match (of(pattern), of(rest), of(moved)) {
                (None, None, hit) | (Some(_), Some(_), hit @ None) => hit,
                (Some(own), Some(rest), Some(moved)) => {
                    let louder = moved.velocity() - rest.velocity();
                    Some(own.with_velocity(own.velocity() + louder))
                }
                (own, ..) => own,
            };
            changed.set(step, instrument, hit);
        }
    }
    changed
}
