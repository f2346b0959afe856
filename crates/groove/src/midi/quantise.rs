//! From a performance in ticks to hits on the step grid.

use super::{DRUM_CHANNEL, Note, Performance};
use crate::instrument::Instrument;
use crate::pattern::{Hit, STEPS_PER_BAR, STEPS_PER_BEAT};
use crate::step_sequence::{SequenceTooLong, StepHit, StepSequence};

impl StepSequence {
    /// The drums of a training file: its channel 10, keys outside the instruments' table ignored.
    ///
    /// The grid begins at tick 0, the first bar line of recordings played to a click. An onset goes to its
    /// nearest step (the later of two equally near ones), which its micro-offset is counted from. Of
    /// several hits of an instrument on one step the loudest is kept. The sequence ends with the bar
    /// of the last hit, and is empty without one.
    ///
    /// # Errors
    /// If the performance is longer than [`MAX_STEPS`](crate::MAX_STEPS).
    pub fn from_performance(performance: &Performance) -> Result<Self, SequenceTooLong> {
        let is_drum = |note: &Note| note.channel == DRUM_CHANNEL;
        quantise(performance, is_drum, Instrument::from_key)
    }

    /// The drums of a user's own clip, likewise, but understood as generously as possible: every General
    /// MIDI drum becomes the nearest instrument, and if nothing is on channel 10, all channels count,
    /// since many programs export a drum track on channel 1.
    ///
    /// # Errors
    /// As [`from_performance`](Self::from_performance).
    pub fn from_clip(performance: &Performance) -> Result<Self, SequenceTooLong> {
        let has_drums = performance.notes().any(|note| note.channel == DRUM_CHANNEL);
        let is_drum = |note: &Note| !has_drums || note.channel == DRUM_CHANNEL;
        quantise(performance, is_drum, Instrument::nearest_to_key)
    }
}

fn quantise(
    performance: &Performance,
    is_drum: impl Fn(&Note) -> bool,
    instrument_of: impl Fn(u8) -> Option<Instrument>,
) -> Result<StepSequence, SequenceTooLong> {
    let ticks_per_beat = u64::from(performance.ticks_per_beat);
    let mut hits = Vec::new();
    let mut last_step = None;
    for note in performance.notes().filter(|note| is_drum(note)) {
        let Some(instrument) = instrument_of(note.key) else { continue };
        let (step, micro_offset) = nearest_step(note.start.0, ticks_per_beat);
        last_step = last_step.max(Some(step));
        // A step that does not fit is beyond the longest sequence, which is refused below.
        let step = u32::try_from(step).unwrap_or(u32::MAX);
        let hit = Hit::new(f32::from(note.velocity) / 127.0, micro_offset);
        hits.push(StepHit { step, instrument, hit });
    }
    let bar = STEPS_PER_BAR as u64;
    StepSequence::new(last_step.map_or(0, |step| (step / bar + 1) * bar), hits)
}

/// The step nearest to `ticks`, and how many steps after it `ticks` is, in `[-0.5, 0.5)`.
fn nearest_step(ticks: u64, ticks_per_beat: u64) -> (u64, f32) {
    let steps_per_beat = STEPS_PER_BEAT as u64;
    // In units of a tick times a step, everything is a whole number.
    let position = ticks * steps_per_beat;
    let step = (2 * position + ticks_per_beat) / (2 * ticks_per_beat);
    let distance = position as f64 - (step * ticks_per_beat) as f64;
    (step, (distance / ticks_per_beat as f64) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_onset_goes_to_its_nearest_step_and_keeps_its_distance() {
        assert_eq!(nearest_step(0, 480), (0, 0.0));
        assert_eq!(nearest_step(120, 480), (1, 0.0));
        assert_eq!(nearest_step(150, 480), (1, 0.25));
        assert_eq!(nearest_step(179, 480), (1, 59.0 / 120.0));
        assert_eq!(nearest_step(180, 480), (2, -0.5));
        // A division that no step divides: steps at 1.25, 2.5, 3.75 ticks.
        assert_eq!(nearest_step(3, 5), (2, 0.4));
        assert_eq!(nearest_step(1, 1), (4, 0.0));
    }
}
