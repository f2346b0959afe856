//! The `bars` windowing: musically aligned, hits with velocity and micro-offset.

use groove::StepSequence;

/// Where windows begin: every `hop` steps, or every bar, from the first bar line on, as long as a pattern's bars are left
/// and at least one hit is in them.
pub(super) fn starts(
    sequence: &StepSequence,
    hop: Option<usize>,
) -> impl Iterator<Item = u32> + '_ {
    let steps = sequence.bar().pattern_steps();
    let starts = 0..(sequence.len() + 1).saturating_sub(steps);
    starts
        .step_by(hop.unwrap_or(sequence.bar().steps()))
        .filter(move |&start| !sequence.hits_between(start, start + steps).is_empty())
        .map(|start| start as u32)
}
