//! What the window asks for that is no parameter and no edit: collected while a frame is drawn, carried out after it.

use std::path::PathBuf;

use groove::Instrument;

use crate::files::jobs::What;
use crate::state::morph::Corner;

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Takes back what was done last.
    Undo,
    /// Does again what was taken back.
    Redo,
    /// Leaves all cells of the groove that plays to the network again.
    Clear,
    /// Makes a MIDI file the groove.
    Import(PathBuf),
    /// Writes the groove that plays into a folder, which is remembered.
    Export {
        /// Which.
        folder: PathBuf,
        /// What of the groove.
        what: What,
    },
    /// Looks into a folder.
    List {
        /// Which.
        folder: PathBuf,
        /// What names of files that are listed end in.
        endings: &'static [&'static str],
    },
    /// Takes up a factory groove, by its place among them.
    Begin(usize),
    /// Puts something else into a corner of the pad.
    Corner {
        /// Which, as in [`Corners`](crate::state::morph::Corners).
        place: usize,
        /// What.
        corner: Corner,
    },
    /// Reads a MIDI file for a corner of the pad.
    CornerClip {
        /// Which, likewise.
        place: usize,
        /// From where.
        path: PathBuf,
    },
    /// Has the network play a new row for an instrument, around all that the others play.
    Dice(Instrument),
    /// Chooses a slot, or the groove of the controls, as its key does.
    Choose(Option<u8>),
    /// Looks for the user's presets.
    ListPresets,
    /// Looks for them in this folder, from now on.
    PresetFolder(PathBuf),
    /// Takes up a preset.
    LoadPreset(PathBuf),
    /// Keeps everything as it is as a preset.
    SavePreset {
        /// What it is called.
        name: String,
        /// Whether one of that name is written over.
        may_replace: bool,
    },
    /// Calls the preset in a file otherwise.
    RenamePreset {
        /// Which.
        path: PathBuf,
        /// How.
        name: String,
    },
    /// Removes a preset from the disk.
    DeletePreset(PathBuf),
    /// Goes to the other of the two sides that are compared.
    Switch,
    /// Makes the other side as the one that is heard.
    Copy,
    /// Has the network play with the weights in a file, or with those that it came with.
    UseWeights(Option<PathBuf>),
}
