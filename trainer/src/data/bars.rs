//! The `bars` windowing: musically aligned, hits with velocity and micro-offset.

use groove::{STEPS, StepSequence};

/// Where windows begin: every `hop` steps from the first bar line on, as long as four bars are left and
/// at least one hit is in them.
pub(super) fn starts(sequence: &StepSequence, hop: usize) -> impl Iterator<Item = u32> + '_ {
    let starts = 0..(sequence.len() + 1).saturating_sub(STEPS);
    starts
        .step_by(hop)
        .filter(|&start| !sequence.hits_between(start, start + STEPS).is_empty())
        .map(|start| start as u32)
}
