//! The `bars` windowing: musically aligned, hits with velocity and micro-offset.

use groove::midi::Performance;
use groove::{STEPS, SequenceTooLong, StepSequence};

/// The performance on the grid; none if it is not in 4/4, the only metre patterns have.
pub(super) fn sequence(performance: &Performance) -> Result<Option<StepSequence>, SequenceTooLong> {
    if !performance.begins_in_four_four() {
        return Ok(None);
    }
    StepSequence::from_performance(performance).map(Some)
}

/// Where windows begin: every `hop` steps from the first bar line on, as long as four bars are left and
/// at least one hit is in them.
pub(super) fn starts(sequence: &StepSequence, hop: usize) -> impl Iterator<Item = u32> + '_ {
    let starts = 0..(sequence.len() + 1).saturating_sub(STEPS);
    starts
        .step_by(hop)
        .filter(|&start| !sequence.hits_between(start, start + STEPS).is_empty())
        .map(|start| start as u32)
}
