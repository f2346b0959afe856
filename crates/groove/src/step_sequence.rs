//! Hits on the step grid over any length of music, from which patterns are cut.

use crate::bar::Bar;
use crate::instrument::Instrument;
use crate::pattern::{Hit, Pattern};

/// The longest sequence in steps: 34 hours at 120 BPM. A file that claims to be longer is damaged, and must
/// not cost memory for its silence.
pub const MAX_STEPS: u64 = 1_000_000;

/// A hit at a step of a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepHit {
    /// Steps from the sequence's beginning.
    pub step: u32,
    /// What is struck.
    pub instrument: Instrument,
    /// How it is struck.
    pub hit: Hit,
}

/// A performance on the step grid, of any length: at most one hit of each instrument at each step.
///
/// It keeps only the hits (16 bytes each), so that overlapping windows cost nothing until
/// [`pattern`](Self::pattern) cuts one out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepSequence {
    bar: Bar,
    len: u32,
    /// By step, then kick first; none twice.
    hits: Vec<StepHit>,
}

impl StepSequence {
    /// The sequence of `len` 16ths in 4/4 with these hits; see [`in_bars`](Self::in_bars).
    ///
    /// # Errors
    /// If it would be longer than [`MAX_STEPS`].
    ///
    /// # Panics
    /// If a hit's step is `len` or more.
    pub fn new(len: u64, hits: Vec<StepHit>) -> Result<Self, SequenceTooLong> {
        Self::in_bars(Bar::COMMON, len, hits)
    }

    /// The sequence of `len` steps in such bars with these hits, in any order. Of several hits of one instrument at one
    /// step the loudest is kept, of equally loud ones the first.
    ///
    /// # Errors
    /// If it would be longer than [`MAX_STEPS`].
    ///
    /// # Panics
    /// If a hit's step is `len` or more.
    pub fn in_bars(bar: Bar, len: u64, mut hits: Vec<StepHit>) -> Result<Self, SequenceTooLong> {
        let len = match u32::try_from(len) {
            Ok(short) if len <= MAX_STEPS => short,
            _ => return Err(SequenceTooLong { steps: len }),
        };
        assert!(hits.iter().all(|hit| hit.step < len), "a hit lies beyond the last of {len} steps");
        hits.sort_by(|a, b| {
            let place = |hit: &StepHit| (hit.step, hit.instrument);
            place(a).cmp(&place(b)).then(b.hit.velocity().total_cmp(&a.hit.velocity()))
        });
        hits.dedup_by_key(|hit| (hit.step, hit.instrument));
        hits.shrink_to_fit();
        Ok(Self { bar, len, hits })
    }

    /// What its bars are.
    pub const fn bar(&self) -> Bar {
        self.bar
    }

    /// Length in steps.
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether it has no steps.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Length in bars, the last of which may be incomplete.
    pub const fn bars(&self) -> usize {
        self.len().div_ceil(self.bar.steps())
    }

    /// Every hit, by step, kick first within a step.
    pub fn hits(&self) -> &[StepHit] {
        &self.hits
    }

    /// The hits from step `start` up to, and excluding, step `end`.
    pub fn hits_between(&self, start: usize, end: usize) -> &[StepHit] {
        let first = self.hits.partition_point(|hit| (hit.step as usize) < start);
        let after = self.hits.partition_point(|hit| (hit.step as usize) < end);
        &self.hits[first..after.max(first)]
    }

    /// The pattern that begins at step `start`, on a bar line; beyond the end there is silence.
    pub fn pattern(&self, start: usize) -> Pattern {
        let mut pattern = Pattern::empty(self.bar);
        for hit in self.hits_between(start, start.saturating_add(pattern.steps())) {
            pattern.set(hit.step as usize - start, hit.instrument, Some(hit.hit));
        }
        pattern
    }

    /// The sequence cut into patterns from its beginning on; the last is filled up with silence.
    pub fn patterns(&self) -> impl Iterator<Item = Pattern> + '_ {
        (0..self.len()).step_by(self.bar.pattern_steps()).map(|start| self.pattern(start))
    }
}

/// A performance is too long to be music.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it lasts {steps} steps; more than {MAX_STEPS} are not accepted")]
pub struct SequenceTooLong {
    /// Its length in steps.
    pub steps: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(step: u32, instrument: Instrument, velocity: f32) -> StepHit {
        StepHit { step, instrument, hit: Hit::new(velocity, 0.0) }
    }

    #[test]
    fn of_two_hits_at_one_step_the_louder_stays() {
        let hits = vec![
            hit(3, Instrument::Snare, 0.2),
            hit(3, Instrument::Kick, 0.1),
            hit(3, Instrument::Snare, 0.7),
        ];
        let sequence = StepSequence::new(16, hits).unwrap();
        let expected = [hit(3, Instrument::Kick, 0.1), hit(3, Instrument::Snare, 0.7)];
        assert_eq!(sequence.hits(), expected);
    }

    #[test]
    fn patterns_are_cut_anywhere_and_end_in_silence() {
        let hits = (0..100).map(|step| hit(step, Instrument::Ride, 0.5)).collect();
        let sequence = StepSequence::new(100, hits).unwrap();
        assert_eq!(sequence.pattern(7).count(), 64);
        assert_eq!(sequence.pattern(90).count(), 10);
        assert_eq!(sequence.pattern(usize::MAX).count(), 0);
        assert_eq!(sequence.patterns().map(|p| p.count()).collect::<Vec<_>>(), [64, 36]);
        assert_eq!(sequence.bars(), 7);
    }

    #[test]
    fn a_sequence_of_absurd_length_is_refused() {
        let error = StepSequence::new(MAX_STEPS + 1, Vec::new()).unwrap_err();
        assert!(error.to_string().starts_with("it lasts 1000001 steps"), "{error}");
    }
}
