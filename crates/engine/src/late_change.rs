//! Choices that come a little late: which boundary they still count for, and which hits are caught up on.

use groove::Beats;
use groove::sequencer::{GRID_PER_BEAT, Shape, SoundingHit};

/// How late a choice may be for a boundary: half a 16th, 62 ms at 120 BPM. Notes in a clip lie on the
/// bar line itself, fingers about it.
const LATE: Beats = Beats(1.0 / 8.0);

/// How many steps can have begun within [`LATE`] and the earliest hits to come: in double time the
/// most, one and three quarters, begun or not.
pub(crate) const LATE_STEPS: usize = 4;

/// Steps that something else has been chosen for when a part of their hits had sounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LateChange {
    /// The grid time from which on something else plays.
    pub(crate) boundary: i64,
    /// The first played step from there on.
    pub(crate) first: i64,
    /// For this step and those after it, the bits of the instruments that have been struck.
    pub(crate) struck: [u16; LATE_STEPS],
}

impl LateChange {
    /// Whether `hit` has not been heard, and nothing in its place.
    pub(crate) fn contains(&self, hit: &SoundingHit, shape: &Shape) -> bool {
        let place = usize::try_from(hit.step - self.first).ok();
        let struck = place.and_then(|place| self.struck.get(place));
        shape.grid(hit.step) >= self.boundary
            && struck.is_some_and(|struck| struck & hit.instrument.bit() == 0)
    }
}

/// The first grid time that a choice made at `frontier` can still be heard from.
pub(crate) fn still_open(frontier: Beats) -> i64 {
    ((frontier - LATE).0 * GRID_PER_BEAT as f64).ceil() as i64
}
