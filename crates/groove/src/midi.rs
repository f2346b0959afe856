//! Standard MIDI Files: reading performances, writing patterns.
//!
//! A file is read in two stages. [`Performance::read`] keeps what was played, in the file's own
//! time: notes, tempo, time signatures. [`StepSequence`](crate::StepSequence) brings it onto the
//! step grid. [`write()`] goes the other way, and [`write_notes`] with what has sounded.
//!
//! Everything here allocates, and so is not for the audio thread.

mod performance;
mod quantise;
mod read;
mod tempo;
mod write;
mod write_notes;

pub use performance::{DRUM_CHANNEL, Note, Performance, TimeSignature, Track};
pub use read::ReadMidiError;
pub use tempo::TempoMap;
pub use write::{TICKS_PER_BEAT, WriteMidiError, write};
pub use write_notes::{SoundedNote, write_notes};
