//! Standard MIDI Files: reading performances, writing patterns.
//!
//! A file is read in two stages. [`Performance::read`] keeps what was played, in the file's own
//! time: notes, tempo, time signatures. [`Clip::of`] finds the drums in it and brings them onto the
//! step grid; [`Clip::read`] does both. [`write()`] goes the other way, and [`write_notes`] with what has sounded.
//!
//! Everything here allocates, and so is not for the audio thread.

mod channel;
mod clip;
mod clip_report;
mod grid_fit;
mod left_out;
mod metre;
mod pack;
mod performance;
mod read;
mod repair;
mod stretches;
mod strokes;
mod tempo;
mod write;
mod write_notes;

pub use clip::Clip;
pub use clip_report::{ClipOptions, ClipReport, NoDrums};
pub use grid_fit::GridFit;
pub use left_out::LeftOut;
pub use pack::Part;
pub use performance::{DRUM_CHANNEL, Note, Performance, TimeSignature, Track};
pub use read::ReadMidiError;
pub use repair::Repair;
pub use stretches::{Bar, likeliest};
pub use strokes::{FOOT_CONTROLLER, openness};
pub use tempo::TempoMap;
pub use write::{TICKS_PER_BEAT, WriteMidiError, write};
pub use write_notes::{SoundedNote, write_notes, write_song};
