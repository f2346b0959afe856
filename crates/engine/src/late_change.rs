//! Choices that come a little late: which boundary they still count for, and which hits are caught up on.

use groove::Beats;
use groove::sequencer::{Shape, SoundingHit};

use crate::scheduled_change::first_thirty_second;

/// How late a choice may be for a boundary: half a 16th, 62 ms at 120 BPM. Notes in a clip lie on the
/// bar line itself, fingers about it.
const LATE: Beats = Beats(1.0 / 8.0);

/// How many steps can have begun within [`LATE`] and the earliest hits to come: of 16th triplets in double time the
/// most, two and a quarter, begun or not.
pub(crate) const LATE_STEPS: usize = 4;

/// Steps that something else has been chosen for when a part of their hits had sounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LateChange {
    /// The grid time from which on something else plays.
    pub(crate) boundary: i64,
    /// The grid time from which on yet another thing may: the end of the song's section.
    pub(crate) until: i64,
    /// The grid time of the first step from there on, and the length of that and the next ones, as they were played.
    pub(crate) first: i64,
    pub(crate) step: i64,
    /// For these steps, the bits of the instruments that have been struck.
    pub(crate) struck: [u16; LATE_STEPS],
}

impl LateChange {
    /// Whether `hit` has not been heard, and nothing in its place.
    pub(crate) fn contains(&self, hit: &SoundingHit, shape: &Shape) -> bool {
        let grid = shape.grid(hit.step);
        let place = usize::try_from((grid - self.first).div_euclid(self.step)).ok();
        // Where no step was, or none had begun, nothing was struck.
        let struck = place.and_then(|place| self.struck.get(place)).copied().unwrap_or(0);
        (self.boundary..self.until).contains(&grid) && struck & hit.instrument.bit() == 0
    }
}

/// The first grid time that a choice made at `frontier` can still be heard from.
pub(crate) fn still_open(frontier: Beats) -> i64 {
    first_thirty_second(frontier - LATE)
}
