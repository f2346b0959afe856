//! Commands of the panels, other than parameters and edits: collected while a frame is drawn, executed after it.

use std::path::PathBuf;

use groove::Instrument;

use crate::files::jobs::What;
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
    /// Imports a MIDI file as the groove.
    Import(PathBuf),
    /// Exports the groove that plays into a folder, which is remembered.
    Export {
        /// Which.
        folder: PathBuf,
        /// Which part.
        what: What,
    },
    /// Lists a folder.
    List {
        /// Which.
        folder: PathBuf,
        /// Extensions of the files to list.
        endings: &'static [&'static str],
    },
    /// Loads a factory groove, by its index.
    Begin(usize),
    /// Changes a corner of the pad.
    Corner {
        /// Its index in [`Corners`](crate::state::morph::Corners).
        place: usize,
        /// Its new content.
        corner: Corner,
    },
    /// Imports a MIDI file into a corner of the pad.
    CornerClip {
        /// Its index.
        place: usize,
        /// The file.
        path: PathBuf,
    },
    /// Generates a new row for an instrument that fits what the others play.
    Dice(Instrument),
    /// Chooses a slot, or the live groove, as its MIDI key does.
    Choose(Option<u8>),
    /// Lists the user's presets.
    ListPresets,
    /// Sets the folder of presets.
    PresetFolder(PathBuf),
    /// Loads a preset.
    LoadPreset(PathBuf),
    /// Saves everything as a preset.
    SavePreset {
        /// Its name.
        name: String,
        /// Whether to replace one of the same name.
        may_replace: bool,
    },
    /// Renames a preset.
    RenamePreset {
        /// Which.
        path: PathBuf,
        /// Its new name.
        name: String,
    },
    /// Deletes a preset.
    DeletePreset(PathBuf),
    /// Switches between sides A and B.
    Switch,
    /// Copies the current side to the other.
    Copy,
    /// Loads the weights in a file, or the built-in ones.
    UseWeights(Option<PathBuf>),
}
