//! The purposes of the file dialog.

use std::path::PathBuf;

use crate::files::clip_file::{ClipTarget, IMPORTED_ENDINGS, MIDI_ENDINGS};
use crate::files::jobs::{ExportScope, Job};
use crate::params::preset;
use crate::window::panels::command::Command;

/// The purpose of a file or folder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Purpose {
    /// A MIDI file or a recording to import.
    Import,
    /// A folder to export into.
    Export(ExportScope),
    /// A weights file to load.
    Weights,
    /// A MIDI file for a corner of the pad.
    Corner(usize),
    /// A folder of presets.
    Presets,
    /// A kit: a file, or a folder of recordings.
    Kit,
}

impl Purpose {
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Import => "Import a MIDI file, or a recording to play to",
            Self::Export(_) => "Choose a folder to export to",
            Self::Weights => "Load other weights",
            Self::Corner(_) => "A MIDI file for a corner of the pad",
            Self::Presets => "Choose a folder for presets",
            Self::Kit => "Load a kit: SFZ, Hydrogen, SF2, SF3, or a folder of recordings",
        }
    }

    pub(crate) fn verb(&self) -> &'static str {
        match self {
            Self::Import => "Import",
            Self::Export(_) => "Export here",
            Self::Weights | Self::Kit => "Load",
            Self::Corner(_) => "Use",
            Self::Presets => "Use this folder",
        }
    }

    /// Extensions of the files to list.
    pub(crate) fn endings(&self) -> &'static [&'static str] {
        match self {
            Self::Import => IMPORTED_ENDINGS,
            Self::Export(_) | Self::Corner(_) => MIDI_ENDINGS,
            Self::Weights => &["safetensors"],
            Self::Presets => &[preset::ENDING],
            Self::Kit => &["sfz", "xml", "sf2", "sf3"],
        }
    }

    pub(crate) fn wants_folder(&self) -> bool {
        matches!(self, Self::Export(_) | Self::Presets)
    }

    /// Whether the folder that is shown may be taken instead of a file.
    pub(crate) fn takes_folder(&self) -> bool {
        *self == Self::Kit
    }

    pub(crate) fn command(&self, path: PathBuf) -> Command {
        match self {
            Self::Import => import(path, ClipTarget::Live),
            Self::Export(scope) => Command::Export { folder: path, scope: *scope },
            Self::Weights => Command::Job(Job::ReadWeights { path: Some(path), revision: None }),
            Self::Corner(place) => {
                Command::Job(Job::Import { path, target: ClipTarget::Corner(*place) })
            }
            Self::Presets => Command::PresetFolder(path),
            Self::Kit => Command::Job(Job::ChooseKit(Some(path))),
        }
    }
}

/// The command that reads a MIDI file or hears a recording, by the ending of its name.
pub(crate) fn import(path: PathBuf, target: ClipTarget) -> Command {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match MIDI_ENDINGS.contains(&&*ending) {
        true => Command::Job(Job::Import { path, target }),
        false => Command::Hear { path, target },
    }
}
