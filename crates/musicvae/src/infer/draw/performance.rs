//! Onsets as a drummer would play them: their velocities and timing.

use groove::Pattern;

use super::{PERFORMANCE, settings};
use crate::context::{Context, Locks};
use crate::infer::GrooveModel;
use crate::recipe::Recipe;

/// Performances of the same onsets that one is chosen among.
const PERFORMANCES: usize = 8;

impl GrooveModel {
    /// `pattern` as a drummer would play it: its onsets, each with a velocity and a micro-offset drawn given those before it
    /// and the hits of `locks`, which stay; of eight such performances the one that is most like the others. Of `recipe`,
    /// seed and style count. `None` without a step model.
    ///
    /// The same weights and arguments give the same performance to the bit, on every machine.
    pub fn perform(&self, pattern: &Pattern, locks: &Locks, recipe: &Recipe) -> Option<Pattern> {
        let style = self.style_shares.style(recipe.style, recipe.seed);
        let context = Context { locks: locks.clone(), style, ..Context::default() };
        // Softer noise would draw ever softer hits, each given the soft ones before it.
        let settings = settings(&Recipe { temperature: 1.0, ..*recipe }, PERFORMANCE);
        let Some(model) = self.model_of(pattern.bar()) else {
            let window = pattern.to_window();
            self.step_model.as_ref()?;
            let performed = self.perform(&window, &locks.to_window(), recipe)?;
            return Some(with_expression_of(pattern, &performed.in_bars(pattern.bar())));
        };
        let drawn = model.draw(self.isa, &context, Some(pattern), &settings, PERFORMANCES);
        let far = |place: usize| -> f32 {
            drawn.iter().map(|(other, _)| difference(&drawn[place].0, other)).sum()
        };
        let nearest = (0..drawn.len()).min_by(|&a, &b| far(a).total_cmp(&far(b)))?;
        Some(drawn[nearest].0)
    }
}

/// `pattern` with the velocities and micro-offsets of those hits that `performed`, of the same bars, has as well.
fn with_expression_of(pattern: &Pattern, performed: &Pattern) -> Pattern {
    let mut played = *pattern;
    for (step, instrument, hit) in pattern.iter() {
        let hit = performed.hit(step, instrument).unwrap_or(hit);
        played.set(step, instrument, Some(hit));
    }
    played
}

/// The sum of the differences between the velocities of two performances of the same onsets.
fn difference(one: &Pattern, other: &Pattern) -> f32 {
    let hits = one.iter().zip(other.iter());
    hits.map(|((.., a), (.., b))| (a.velocity() - b.velocity()).abs()).sum()
}
