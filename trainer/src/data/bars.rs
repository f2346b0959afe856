//! The `bars` windowing: musically aligned, hits with velocity and micro-offset.

use groove::midi::Performance;
use groove::{BARS, STEPS, STEPS_PER_BAR, SequenceTooLong, StepHit, StepSequence};

/// The performance on the grid; none if it is not in 4/4, the only metre patterns have.
pub(super) fn sequence(performance: &Performance) -> Result<Option<StepSequence>, SequenceTooLong> {
    if !performance.begins_in_four_four() {
        return Ok(None);
    }
    StepSequence::from_performance(performance).map(Some)
}

/// A musician's own file on the grid: every General MIDI drum counts, on channel 1 too if nothing is on 10,
/// and a loop of one or two bars is played over until it fills a window.
pub(super) fn own_sequence(
    performance: &Performance,
) -> Result<Option<StepSequence>, SequenceTooLong> {
    if !performance.begins_in_four_four() {
        return Ok(None);
    }
    let sequence = StepSequence::from_clip(performance)?;
    let bars = sequence.bars();
    // Three bars are no loop that four are made of.
    if bars == 0 || bars >= BARS || !BARS.is_multiple_of(bars) {
        return Ok(Some(sequence));
    }
    let again = (0..STEPS).step_by(bars * STEPS_PER_BAR).flat_map(|start| {
        sequence.hits().iter().map(move |hit| StepHit { step: hit.step + start as u32, ..*hit })
    });
    StepSequence::new(STEPS as u64, again.collect()).map(Some)
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
