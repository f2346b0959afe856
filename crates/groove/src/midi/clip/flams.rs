//! Flams among the hits of a clip: two strokes, and one hit on the grid.

use super::Struck;
use crate::articulation::Articulation;
use crate::midi::{Performance, strokes};

/// Turns plain strokes of `hits`, which are sorted by step, into flams where a softer stroke of the same instrument on the
/// same step comes just before.
pub(super) fn find(hits: &mut [Struck], performance: &Performance) {
    for on_step in hits.chunk_by_mut(|a, b| a.step == b.step) {
        for i in 0..on_step.len() {
            let second = on_step[i];
            let is_first = |first: &Struck| {
                first.instrument == second.instrument
                    && first.velocity < second.velocity
                    && strokes::is_flam(first.start, second.start, performance)
            };
            let has_flams = second
                .instrument
                .is_some_and(|i| Articulation::of(i).contains(&Articulation::Flam));
            let is_plain = second.articulation == Articulation::Plain;
            if has_flams && is_plain && on_step.iter().any(is_first) {
                on_step[i].articulation = Articulation::Flam;
            }
        }
    }
}
