//! Commands of the panels, other than parameters and edits: collected while a frame is drawn, executed after it.

use std::path::PathBuf;

use groove::Instrument;

use crate::files::clip_file::{ClipTarget, Pack, Taken};
use crate::files::jobs::{ExportScope, Job};
use crate::state::morph::Corner;

/// A command.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Undoes the last step.
    Undo,
    /// Redoes the step undone last.
    Redo,
    /// Removes all edits and locks of the groove that plays.
    Clear,
    /// Sends a job that needs nothing of the window.
    Job(Job),
    /// Hears a recording, at the host's tempo.
    Hear {
        /// The file.
        path: PathBuf,
        /// Where it is to go.
        target: ClipTarget,
    },
    /// Has the groove that plays let go of the line that it is played to.
    Release,
    /// Exports the groove that plays into a folder, which is remembered.
    Export {
        /// Which.
        folder: PathBuf,
        /// Which part.
        scope: ExportScope,
    },
    /// Writes a part of what plays, or the song, into a file that the pointer drags.
    DragOut(ExportScope),
    /// Loads a factory groove, by its index.
    Begin(usize),
    /// Changes a corner of the pad.
    Corner {
        /// Its index in [`Corners`](crate::state::morph::Corners).
        place: usize,
        /// Its new content.
        corner: Corner,
    },
    /// Takes a clip.
    Take(Taken),
    /// Fills slots with a pack.
    FillSlots(Pack),
    /// Chooses a slot, or the live groove, as its MIDI key does.
    Choose(Option<u8>),
    /// Lays the feel of a slot's groove over the groove that plays.
    LayFeel {
        /// The slot, `0..12`.
        slot: usize,
        /// How much of it, `[0, 1]`.
        amount: f32,
    },
    /// Taps an instrument, as its MIDI key does.
    Tap(Instrument),
    /// Lists the user's presets.
    ListPresets,
    /// Sets the folder of presets.
    PresetFolder(PathBuf),
    /// Saves everything as a preset.
    SavePreset {
        /// Its name.
        name: String,
        /// Whether to replace one of the same name.
        may_replace: bool,
    },
    /// Switches between sides A and B.
    Switch,
    /// Copies the current side to the other.
    Copy,
}
