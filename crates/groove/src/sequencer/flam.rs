//! Flams and chokes: strokes of more than one event.

use crate::articulation::Articulation;
use crate::pattern::Hit;
use crate::time::Beats;

/// How loud the first stroke of a flam is beside the second: the median of pairs on a snare 10 to 20 ms apart in the Groove MIDI
/// Dataset is .60.
const GRACE: f32 = 0.6;

/// How long before the second stroke the first comes: 25 ms at 120 BPM.
const LEAD: Beats = Beats(0.05);

/// The most of a step that it comes before it, where steps are short.
const LEAD_STEPS: f64 = 0.2;

/// How long a cymbal that is grabbed rings before: an 8th.
pub const CHOKE: Beats = Beats(0.5);

/// The soft stroke before a flam's `hit`, and how many steps, which last `step`, before it it comes; `None` of other hits.
///
/// It never leaves its step's half, however early the hit is: one at the half itself has none.
pub fn grace(hit: Hit, step: Beats) -> Option<(Hit, f64)> {
    if hit.articulation() != Articulation::Flam {
        return None;
    }
    let room = f64::from(hit.micro_offset()) + 0.5;
    let steps = (LEAD.0 / step.0).min(LEAD_STEPS).min(room);
    let plain = hit.struck_as(Articulation::Plain).with_velocity(GRACE * hit.velocity());
    (steps > 0.0).then_some((plain, steps))
}
