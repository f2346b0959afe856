//! Segments: parts of a block in which musical time runs on, and where in them moments fall.

use groove::Beats;

use crate::SLACK;

/// The longest a note lasts, in samples, however slow the tempo: five seconds at 48 kHz.
const LONGEST_NOTE_SAMPLES: u64 = 5 * 48_000;

/// A part of a block in which musical time runs on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    /// Musical time of the sample `origin`.
    pub(crate) position: Beats,
    /// The sample of the block at which `position` holds.
    pub(crate) origin: u64,
    pub(crate) beats_per_sample: f64,
    /// The samples `first..end` of the block, none before `origin`.
    pub(crate) first: u64,
    pub(crate) end: u64,
    /// Whether a start here sounds the early hits of the steps that begin here.
    pub(crate) pulls_early_hits: bool,
}

impl Segment {
    /// Musical time of sample `at` of the block.
    pub(crate) fn time_at(&self, at: u64) -> Beats {
        self.position + Beats((at - self.origin) as f64 * self.beats_per_sample)
    }

    /// The sample that `time` falls on, counted from `origin`.
    fn samples_to(&self, time: Beats) -> f64 {
        ((time - self.position).0 / self.beats_per_sample - SLACK).ceil()
    }

    /// The first sample at or after `time`, if some of this segment lie before it, but not all do.
    pub(crate) fn sample_reaching(&self, time: Beats) -> Option<u64> {
        let samples = self.samples_to(time);
        // NaN, too, when time stands still.
        let is_inside = samples >= 1.0 && samples < (self.end - self.origin) as f64;
        let sample = self.origin + if is_inside { samples as u64 } else { return None };
        (sample >= self.first).then_some(sample)
    }

    /// Hits from here on sound at the first sample or later.
    pub(crate) fn covered_from(&self) -> Beats {
        self.time_at(self.first) - Beats((1.0 - SLACK) * self.beats_per_sample)
    }

    /// Hits from here on sound after the last sample.
    pub(crate) fn covered_until(&self) -> Beats {
        self.time_at(self.end) - Beats((1.0 - SLACK) * self.beats_per_sample)
    }

    /// The first sample at or after `time`, of those there are.
    pub(crate) fn sample_of(&self, time: Beats) -> u64 {
        // A cast of NaN or a negative number is 0, and of one too large the largest.
        let sample = self.origin.saturating_add(self.samples_to(time) as u64);
        sample.clamp(self.first, self.end - 1)
    }

    /// How many samples a note of `length` lasts.
    pub(crate) fn note_length(&self, length: Beats) -> u64 {
        let samples = (length.0 / self.beats_per_sample).round();
        (samples as u64).clamp(1, LONGEST_NOTE_SAMPLES)
    }
}
