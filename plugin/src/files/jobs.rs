//! Jobs: work that the window hands over, so that neither it nor the audio thread waits for a disk or for the network.

use std::path::{Path, PathBuf};

use groove::midi::{self, Clip, ClipOptions, ClipReport};
use groove::{Instrument, KeyMap, NoteMap, Pattern};

use crate::files::display_text::file_name;
use crate::files::midi_export::PlayedCycle;
use crate::files::presets::Preset;
use crate::files::{folder, midi_export, presets};
use crate::params::snapshot::State;
use crate::state::morph::Corner;
use crate::state::redrawn_cells::RedrawnCells;

/// The largest file that is read as a clip, in bytes; the same as the trainer's.
const LARGEST_CLIP: u64 = 16 << 20;

/// Maximum number of reasons in the line on what was left out of a clip.
const MAX_REASONS: usize = 3;

/// Work for the file thread, or for the worker where no file is needed.
///
/// Where a folder of presets is `None`, it is [`presets::default_folder`].
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Writes cycles, as they were or will be played, into a new MIDI file.
    Export {
        /// The folder of the file.
        folder: PathBuf,
        /// The name of the file without `.mid`; a number is added if there is one.
        name: String,
        /// The cycles, one after another.
        cycles: Vec<PlayedCycle>,
        /// The tempo of the file in quarter notes a minute.
        bpm: f64,
    },
    /// Reads a clip.
    Import(PathBuf),
    /// Reads a clip for a corner of the pad.
    ImportCorner {
        /// The corner, `0..4`.
        place: usize,
        /// The file.
        path: PathBuf,
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
            Self::Reroll { .. } | Self::Perform { .. } | Self::ReadWeights { path: None, .. }
        )
    }
}

/// The cycles that an export writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportScope {
    /// The cycle that plays or will play first.
    Pattern,
    /// The last [`REMEMBERED`](crate::files::midi_export::REMEMBERED) cycles that were played; the one that would, if none was.
    LastCycles,
}

/// The result of a job, with everything that the window needs to know of the job.
#[derive(Clone, Debug, PartialEq)]
pub enum JobResult {
    /// The file was written.
    Exported(PathBuf),
    /// A clip, for [`Edits::import`](crate::state::edits::Edits::import).
    Imported {
        /// The name of its file.
        name: String,
        /// The clip.
        clip: Box<Pattern>,
        /// One line on what was read and what was left out, for the user.
        report: String,
    },
    /// A clip for [`set_corner`](crate::editing::commands::set_corner).
    Corner {
        /// The corner, `0..4`.
        place: usize,
        /// Its new content.
        corner: Corner,
    },
    /// The weights of this name play from the next bar line on.
    Weights(String),
    /// The new row, for [`put_row`](crate::editing::commands::put_row).
    Redrawn(Box<RedrawnCells>),
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
        Job::Export { folder, name, cycles, bpm } => {
            export(folder, name, cycles, *bpm).map(JobResult::Exported)
        }
        Job::Import(path) => import(path, key_map).map(|(clip, report)| JobResult::Imported {
            name: stem(path),
            clip: Box::new(clip),
            report,
        }),
        Job::ImportCorner { place, path } => import(path, key_map).map(|(clip, _)| {
            let corner = Corner::Clip { name: stem(path), pattern: Box::new(clip) };
            JobResult::Corner { place: *place, corner }
        }),
        Job::List { folder, endings } => Ok(JobResult::Listed(folder::list(folder, endings))),
        Job::ListPresets(folder) => presets::list(folder.as_deref()),
        Job::SavePreset { folder, name, state, may_replace } => {
            presets::save(folder.as_deref(), name, state, *may_replace)
        }
        Job::LoadPreset(path) => presets::load(path),
        Job::RenamePreset { path, name } => presets::rename(path, name),
        Job::DeletePreset(path) => presets::delete(path),
        Job::ReadWeights { .. } | Job::Reroll { .. } | Job::Perform { .. } => {
            unreachable!("these are not files alone")
        }
    };
    result.unwrap_or_else(JobResult::Failed)
}

/// The name of the file at `path` without its ending.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Writes the notes of `cycles`.
fn export(folder: &Path, name: &str, cycles: &[PlayedCycle], bpm: f64) -> Result<PathBuf, String> {
    let (notes, length) = midi_export::notes(cycles);
    let bytes = midi::write_notes(&notes, length, bpm).map_err(|error| error.to_string())?;
    let not_written = |error: std::io::Error| format!("{}: {error}", folder.display());
    let (name, mut number) = (file_name(name), 1_u32);
    loop {
        let file = if number == 1 { format!("{name}.mid") } else { format!("{name} {number}.mid") };
        let path = folder.join(file);
        // No file is overwritten, not even an older one of ours.
        if whole_files::create(&path, &bytes).map_err(not_written)? {
            return Ok(path);
        }
        number += 1;
    }
}

/// The first four bars of the clip at `path`, and one line on how it was read.
fn import(path: &Path, key_map: KeyMap) -> Result<(Pattern, String), String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let told = |error: &dyn std::fmt::Display| format!("{name}: {error}");
    let bytes = whole_files::read(path, LARGEST_CLIP, "a clip").map_err(|error| told(&error))?;
    let options = ClipOptions { channel: None, key_map };
    let clip = Clip::read(&bytes, options).map_err(|error| told(&error))?;
    let pattern = clip.pattern(1).map_err(|error| told(&error))?;
    Ok((pattern, report_line(&clip.report)))
}

/// One line on what was read of a clip and what was left out, such as `2 bars, repeated; left out: 3 hits on key 27 (high Q)`.
fn report_line(report: &ClipReport) -> String {
    let mut line = match (report.bars, report.is_loop) {
        (1, _) => "1 bar, repeated".to_owned(),
        (bars, true) => format!("{bars} bars, repeated"),
        (bars @ 0..=4, false) => format!("{bars} bars"),
        (bars, false) => format!("the first 4 of {bars} bars"),
    };
    if let Some(map) = report.note_map.filter(|map| *map != NoteMap::GeneralMidi) {
        line += &format!(", read as {}", map.name());
    }
    if let Some(channel) = report.channel.filter(|&channel| channel != midi::DRUM_CHANNEL) {
        line += &format!(", channel {}", channel + 1);
    }
    let reasons = report.left_out.iter().map(|(reason, &count)| reason.describe(count));
    let faults = report.repairs.iter().map(ToString::to_string);
    for (what, parts) in [("left out: ", reasons.collect::<Vec<_>>()), ("", faults.collect())] {
        if !parts.is_empty() {
            let more = if parts.len() > MAX_REASONS { " and more" } else { "" };
            line += &format!("; {what}{}{more}", parts[..parts.len().min(MAX_REASONS)].join(", "));
        }
    }
    line
}

#[cfg(test)]
mod tests;
