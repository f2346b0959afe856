//! Jobs: work that the window hands over, so that neither it nor the audio thread waits for a disk or for the network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::Playing;
use groove::midi;
use groove::{Bar, Instrument, KeyMap};

use crate::files::clip_file::{ClipFile, ClipTarget};
use crate::files::display_text::file_name;
use crate::files::midi_export::{PlayedCycle, SongNotes};
use crate::files::presets::Preset;
use crate::files::{dragged, folder, midi_export, presets};
use crate::params::snapshot::State;
use crate::state::edits::Edits;
use crate::state::redrawn_cells::RedrawnCells;

/// Work for the file thread, or for the worker where no file is needed.
///
/// Where a folder of presets is `None`, it is [`presets::default_folder`].
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Writes cycles, as they were or will be played, into a new MIDI file.
    Export {
        /// Where it goes.
        to: Destination,
        /// The name of the file without `.mid`; a number is added if there is one.
        name: String,
        /// The cycles, one after another.
        cycles: Vec<PlayedCycle>,
        /// The tempo of the file in quarter notes a minute.
        bpm: f64,
    },
    /// Plays the whole song, for [`WriteSong`](Self::WriteSong).
    RenderSong {
        /// Where it goes.
        to: Destination,
        /// The name of the file without `.mid`.
        name: String,
        /// How it is played.
        playing: Box<Playing>,
        /// The tempo of the file in quarter notes a minute.
        bpm: f64,
    },
    /// Writes the notes of a song into a new MIDI file.
    WriteSong {
        /// Where it goes.
        to: Destination,
        /// The name of the file without `.mid`; a number is added if there is one.
        name: String,
        /// The notes.
        notes: Box<SongNotes>,
        /// The tempo of the file in quarter notes a minute.
        bpm: f64,
    },
    /// Reads a clip.
    Import {
        /// The file.
        path: PathBuf,
        /// Where it is to go.
        target: ClipTarget,
    },
    /// Hears a recording.
    Hear {
        /// The file.
        path: PathBuf,
        /// Where it is to go.
        target: ClipTarget,
        /// The tempo that it is played at, in quarter notes a minute.
        bpm: f64,
        /// The bars that it is in.
        bar: Bar,
    },
    /// Reads weights for the worker to play with.
    ReadWeights {
        /// The file; `None` is the embedded weights.
        path: Option<PathBuf>,
        /// The revision of the project's weights that names them; `None` if the user chooses them now.
        revision: Option<u64>,
    },
    /// Makes a new row for one instrument of the groove that plays, around the hits of all others.
    Reroll {
        /// The instrument.
        instrument: Instrument,
        /// The seed of the row.
        seed: u64,
    },
    /// Draws the velocities and the timing of the hits that hands have set, of all hits if there are none.
    Perform {
        /// The seed of the performance.
        seed: u64,
    },
    /// Plays a kit of the user's own, a file or a folder; `None` for the built-in one.
    ChooseKit(Option<PathBuf>),
    /// Plays the kit that the project names, if it is another than before.
    FollowKit,
    /// Lists a folder.
    List {
        /// The folder.
        folder: PathBuf,
        /// The endings of the files that are listed, in lower case, without the dot.
        endings: &'static [&'static str],
    },
    /// Lists the presets of a folder.
    ListPresets(Option<PathBuf>),
    /// Writes a preset.
    SavePreset {
        /// The folder; made if it is missing.
        folder: Option<PathBuf>,
        /// The name.
        name: String,
        /// The content.
        state: Box<State>,
        /// Whether it may replace another of that name.
        may_replace: bool,
    },
    /// Reads a preset.
    LoadPreset(PathBuf),
    /// Renames a preset.
    RenamePreset {
        /// The file.
        path: PathBuf,
        /// The new name.
        name: String,
    },
    /// Removes a preset from the disk.
    DeletePreset(PathBuf),
}

impl Job {
    /// Whether it is one for the file thread; the worker does the others.
    pub(crate) fn needs_files(&self) -> bool {
        !matches!(
            self,
            Self::Reroll { .. }
                | Self::Perform { .. }
                | Self::RenderSong { .. }
                | Self::ReadWeights { path: None, .. }
        )
    }
}

/// Where an export goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Into this folder.
    Folder(PathBuf),
    /// Into a temporary file, for another program to take by a drag.
    Drag,
}

/// The cycles that an export writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportScope {
    /// The cycle that plays or will play first.
    Pattern,
    /// The last [`REMEMBERED`](crate::files::midi_export::REMEMBERED) cycles that were played; the one that would, if none was.
    LastCycles,
    /// The whole song.
    Song,
}

/// The result of a job, with everything that the window needs to know of the job.
#[derive(Clone, Debug, PartialEq)]
pub enum JobResult {
    /// The file was written.
    Exported(PathBuf),
    /// The file that is to be dragged was written.
    ReadyToDrag(PathBuf),
    /// A clip, of which all is taken or some is chosen.
    ClipRead(Box<ClipFile>),
    /// The weights of this name play from the next bar line on.
    Weights(String),
    /// Another kit plays; a line about it.
    Kit(String),
    /// New content of some cells, for [`put_cells`](crate::editing::commands::put_cells).
    Redrawn(Box<RedrawnCells>),
    /// What was tapped is the live groove; its edits before and now.
    Tapped {
        /// Before.
        before: Arc<Edits>,
        /// Now.
        after: Arc<Edits>,
    },
    /// The content of the folder.
    Listed(folder::Folder),
    /// The presets of the folder, by name.
    PresetsListed(Vec<Preset>),
    /// The preset was written.
    PresetSaved(Preset),
    /// There is a preset of that name. It stays, unless the job is sent again with `may_replace`.
    PresetExists(Preset),
    /// A preset, for [`History::place`](crate::editing::history::History::place).
    PresetLoaded(Preset, Box<State>),
    /// The preset has another name.
    PresetRenamed {
        /// Its name before.
        before: String,
        /// The preset now.
        preset: Preset,
    },
    /// The preset of this name was removed.
    PresetDeleted(String),
    /// The job failed and has changed nothing; why, in a line for the user.
    Failed(String),
}

/// Runs a job that needs files alone. The keys of clips are read by `key_map`.
pub(crate) fn run(job: &Job, key_map: KeyMap) -> JobResult {
    let result = match job {
        Job::Export { to, name, cycles, bpm } => export(to, name, cycles, *bpm),
        Job::WriteSong { to, name, notes, bpm } => {
            let SongNotes { notes, metres, markers, length } = &**notes;
            let bytes = midi::write_song(notes, metres, markers, *length, *bpm);
            let bytes = bytes.map_err(|error| error.to_string());
            bytes.and_then(|bytes| exported(to, name, &bytes))
        }
        Job::Import { path, target } => {
            ClipFile::read(path, *target, key_map).map(|file| JobResult::ClipRead(Box::new(file)))
        }
        Job::Hear { path, target, bpm, bar } => ClipFile::hear(path, *target, *bpm, *bar)
            .map(|file| JobResult::ClipRead(Box::new(file))),
        Job::List { folder, endings } => Ok(JobResult::Listed(folder::list(folder, endings))),
        Job::ListPresets(folder) => presets::list(folder.as_deref()),
        Job::SavePreset { folder, name, state, may_replace } => {
            presets::save(folder.as_deref(), name, state, *may_replace)
        }
        Job::LoadPreset(path) => presets::load(path),
        Job::RenamePreset { path, name } => presets::rename(path, name),
        Job::DeletePreset(path) => presets::delete(path),
        Job::ReadWeights { .. }
        | Job::RenderSong { .. }
        | Job::ChooseKit(_)
        | Job::FollowKit
        | Job::Reroll { .. }
        | Job::Perform { .. } => {
            unreachable!("these are not files alone")
        }
    };
    result.unwrap_or_else(JobResult::Failed)
}

/// Writes the notes of `cycles`.
fn export(
    to: &Destination,
    name: &str,
    cycles: &[PlayedCycle],
    bpm: f64,
) -> Result<JobResult, String> {
    let (notes, metres, length) = midi_export::notes(cycles);
    let bytes =
        midi::write_notes(&notes, &metres, length, bpm).map_err(|error| error.to_string())?;
    exported(to, name, &bytes)
}

/// Writes `bytes` into a new file of this name.
fn exported(to: &Destination, name: &str, bytes: &[u8]) -> Result<JobResult, String> {
    match to {
        Destination::Folder(folder) => new_file(folder, name, bytes).map(JobResult::Exported),
        Destination::Drag => {
            let folder = dragged::folder()?;
            let file = match dragged::again(&folder, &file_name(name), bytes) {
                Some(path) => Ok(path),
                None => new_file(&folder, name, bytes),
            };
            file.map(JobResult::ReadyToDrag)
        }
    }
}

/// Writes `bytes` into a new file of this name, or with a number after it.
fn new_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    let not_written = |error: std::io::Error| format!("{}: {error}", folder.display());
    let (name, mut number) = (file_name(name), 1_u32);
    loop {
        let file = if number == 1 { format!("{name}.mid") } else { format!("{name} {number}.mid") };
        let path = folder.join(file);
        // No file is overwritten, not even an older one of ours.
        if whole_files::create(&path, bytes).map_err(not_written)? {
            return Ok(path);
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests;
