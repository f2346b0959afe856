//! What a groove *is*: instruments, hits, patterns, musical time, MIDI files, and the pure
//! sequencer.
//!
//! This crate knows no tensors, no plugin host and no threads, and has no unsafe code. The audio
//! thread may call everything here except [`midi`], which allocates.
#![forbid(unsafe_code)]

mod instrument;
pub mod midi;
mod pattern;
pub mod sequencer;
mod step_sequence;
mod time;

pub use instrument::{INSTRUMENTS, Instrument};
pub use pattern::{
    BARS, BEATS_PER_BAR, Hit, NoSuchStep, Pattern, STEPS, STEPS_PER_BAR, STEPS_PER_BEAT, TOKENS,
    Token,
};
pub use step_sequence::{MAX_STEPS, SequenceTooLong, StepHit, StepSequence};
pub use time::{BEATS_PER_CYCLE, Beats, SampleOffset, Span, Ticks};
