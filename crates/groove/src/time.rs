//! Musical time: beats, steps and half-open spans.
//!
//! Three kinds of time meet in this program: a MIDI file's [`Ticks`], the host's and the
//! sequencer's [`Beats`], and [`SampleOffset`]s within a block. Each has its type, so that none is taken for another.

use std::ops::{Add, Sub};

use crate::pattern::{STEPS, STEPS_PER_BEAT};

/// Length of a window in beats.
pub const BEATS_PER_CYCLE: f64 = (STEPS / STEPS_PER_BEAT) as f64;

/// A musical position or distance in quarter notes; negative before a song's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Beats(pub f64);

impl Beats {
    /// The time of the 16th `step` counted from beat 0 (negative before it).
    pub fn from_steps(step: f64) -> Self {
        Self(step / STEPS_PER_BEAT as f64)
    }
}

impl Add for Beats {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Beats {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// A position in a MIDI file, in its own units ([PPQ](crate::midi) to the quarter note).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub u64);

/// A sample's place within a block, `0..block length`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleOffset(pub u32);

/// The musical time `[start, end)`: what a block covers. Empty unless `start < end`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// First moment inside.
    pub start: Beats,
    /// First moment after.
    pub end: Beats,
}

impl Span {
    /// Whether `time` lies in `[start, end)`.
    pub fn contains(self, time: Beats) -> bool {
        self.start <= time && time < self.end
    }
}
