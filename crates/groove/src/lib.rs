//! What a groove *is*: instruments, hits, patterns, musical time, MIDI files, and the pure
//! sequencer.
//!
//! # From the smallest to the largest
//!
//! A drummer has nine [`Instrument`]s, kick to ride. Striking one is a [`Hit`]: how loud (its velocity),
//! how early or late (its micro-offset) and in which way (its [`Articulation`]). Music is counted in steps, of which a [`Bar`] says how long they are and how
//! many make a bar, by its [`Metre`] and [`Grid`]: in 4/4 and 16ths four to the beat, 16 to the bar. Which instruments
//! are struck at a step is its [`Token`], the word that the network reads and writes. Bars of hits, four if they are not
//! long, are a [`Pattern`], the hinge of the whole program: plain `Copy` data that is decoded, played, drawn, edited and
//! saved. The network's are four bars of 4/4 in 16ths: a window. Music of any length on the same grid is a [`StepSequence`],
//! and an [`OnsetGrid`] is what is left of a pattern when only its onsets count: how alike are two of them?
//!
//! ```
//! use groove::{Hit, Instrument, Pattern};
//!
//! let mut pattern = Pattern::EMPTY;
//! for beat in 0..16 {
//!     let instrument = if beat % 2 == 0 { Instrument::Kick } else { Instrument::Snare };
//!     pattern.set(beat * 4, instrument, Some(Hit::new(0.8, 0.0)));
//! }
//! assert_eq!(pattern.token(4).value(), 128); // the snare's bit
//! ```
//!
//! # Patterns in time
//!
//! A pattern repeats for ever in cycles of its bars, before beat 0 too. [`sequencer::hits`] says what
//! sounds in a half-open [`Span`] of musical time: which part of the pattern, how fast, with which feel. Whoever plays (the
//! engine of the plugin) cuts the timeline into spans as it likes: each hit is in exactly one.
//!
//! # Patterns and files
//!
//! [`midi::write()`] writes patterns as a Standard MIDI File. [`midi::Clip::read`] reads the drums of any file
//! onto the grid, for training and for a musician's import alike, and says what it leaves out:
//!
//! ```
//! # use groove::{Hit, Instrument, Pattern, midi};
//! # let mut pattern = Pattern::EMPTY;
//! # pattern.set(0, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
//! let file = midi::write(&[pattern], 120.0)?;
//! let clip = midi::Clip::read(&file, midi::ClipOptions::default())?;
//! assert_eq!(clip.pattern(1)?, pattern);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it leaves to others
//!
//! This crate knows no tensors, no plugin host and no threads, and has no unsafe code. The audio
//! thread may call everything here except [`midi`] and [`StepSequence`], which allocate.
#![forbid(unsafe_code)]

mod articulation;
mod bar;
mod bar_conversion;
mod instrument;
pub mod midi;
mod note_map;
mod onset_grid;
mod pattern;
pub mod sequencer;
mod step_sequence;
mod time;

pub use articulation::Articulation;
pub use bar::{Bar, CLOCKS_PER_QUARTER, Grid, Metre};
pub use bar_conversion::PlaceInBar;
pub use instrument::{INSTRUMENTS, Instrument, percussion_name};
pub use note_map::{KeyMap, NoteMap, instrument_meant};
pub use onset_grid::OnsetGrid;
pub use pattern::{
    BARS, BEATS_PER_BAR, Hit, Pattern, STEPS, STEPS_PER_BAR, STEPS_PER_BEAT, TOKENS, Token,
};
pub use step_sequence::{MAX_STEPS, SequenceTooLong, StepHit, StepSequence};
pub use time::{BEATS_PER_CYCLE, Beats, SampleOffset, Span, Ticks};
