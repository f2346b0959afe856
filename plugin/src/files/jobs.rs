//! Errands: files that the window has the worker write and read, so that neither it nor the audio thread waits
//! for a disk.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use groove::midi::{self, Clip, ClipOptions, ClipReport, LeftOut};
use groove::{Instrument, KeyMap, NoteMap, Pattern};
use parking_lot::Mutex;

use crate::files::display_text::file_name;
use crate::files::midi_export::Played;
use crate::files::presets::{PresetErrand, PresetOutcome};
use crate::files::whole_file::{create, read};
use crate::files::{folder, midi_export, presets};
use crate::state::morph::Corner;
use crate::state::rerolled_row::Diced;

/// The largest file that is read as a clip: as the trainer has it.
const LARGEST_CLIP: u64 = 16 << 20;

/// Reasons for what was left out of a clip that fit the line which tells it.
const REASONS_TOLD: usize = 3;

/// Something to be done with a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Errand {
    /// Writes the groove that plays, as it is heard, into a new file.
    Export {
        /// In which folder.
        folder: PathBuf,
        /// What the file is called, without `.mid`; a number is added if there is one.
        name: String,
        /// What of the groove.
        what: What,
    },
    /// Reads a clip.
    Import(PathBuf),
    /// Plays with the weights in a file, or with the embedded ones.
    UseWeights(Option<PathBuf>),
    /// Reads a clip for a corner of the pad.
    ImportCorner {
        /// For which one, `0..4`.
        place: usize,
        /// From where.
        path: PathBuf,
    },
    /// Makes a new row for one instrument of the groove that plays, one that fits all that the others play.
    Dice {
        /// Whose row.
        instrument: Instrument,
        /// Which row of all that fit.
        seed: u64,
    },
    /// Something with presets.
    Preset(PresetErrand),
    /// Looks into a folder.
    List {
        /// Which.
        folder: PathBuf,
        /// What names of files that are listed end in, in lower case, without the dot.
        endings: &'static [&'static str],
    },
}

/// What of a groove is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The cycle that plays or will play first.
    Pattern,
    /// The last [`REMEMBERED`](crate::files::midi_export::REMEMBERED) cycles that were played; the one that would, if none was.
    LastCycles,
}

/// What came of an errand.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The file was written.
    Exported(PathBuf),
    /// A clip was read.
    Imported {
        /// The clip, to be made the groove with [`Edits::import`](crate::state::edits::Edits::import).
        clip: Box<Pattern>,
        /// What was read of the file, and what was left out, for the user.
        told: String,
    },
    /// The weights of this name are played with, from the next bar line on.
    Weights(String),
    /// The clip, to be put at this place of the pad with [`set_corner`](crate::editing::commands::set_corner).
    Corner {
        /// Which one.
        place: usize,
        /// What it is now.
        corner: Corner,
    },
    /// The new row, to be put into the groove with [`put_row`](crate::editing::commands::put_row).
    Diced(Box<Diced>),
    /// What came of something with presets.
    Preset(PresetOutcome),
    /// What is in the folder.
    Listed(folder::Folder),
    /// It could not be done, and why, in a line for the user.
    Failed(String),
}

/// Errands on their way to the worker, and outcomes on the way back. No end of the audio thread's.
#[derive(Debug, Default)]
pub(crate) struct Errands {
    to_do: Mutex<VecDeque<Errand>>,
    done: Mutex<VecDeque<Outcome>>,
}

impl Errands {
    pub(crate) fn send(&self, errand: Errand) {
        self.to_do.lock().push_back(errand);
    }

    pub(crate) fn next(&self) -> Option<Errand> {
        self.to_do.lock().pop_front()
    }

    pub(crate) fn report(&self, outcome: Outcome) {
        self.done.lock().push_back(outcome);
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.done.lock().pop_front()
    }
}

/// Does `errand`, one that needs no network, of the cycle that plays and the `last` ones, at `bpm` quarter notes a minute.
/// Clips are read by `key_map`.
pub(crate) fn run<'a>(
    errand: &Errand,
    now: &'a Played,
    last: impl Iterator<Item = &'a Played>,
    bpm: f64,
    key_map: KeyMap,
) -> Outcome {
    let done = match errand {
        Errand::Export { folder, name, what } => {
            let mut cycles: Vec<&Played> = last.collect();
            if *what == What::Pattern || cycles.is_empty() {
                cycles = vec![now];
            }
            export(folder, name, cycles.into_iter(), bpm).map(Outcome::Exported)
        }
        Errand::List { folder, endings } => Ok(Outcome::Listed(folder::list(folder, endings))),
        Errand::ImportCorner { place, path } => import(path, key_map).map(|(clip, _)| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let corner = Corner::Clip { name, pattern: Box::new(clip) };
            Outcome::Corner { place: *place, corner }
        }),
        Errand::Dice { .. } => Err("there is no network to throw with".to_owned()),
        Errand::Preset(errand) => presets::run(errand).map(Outcome::Preset),
        Errand::Import(path) => import(path, key_map)
            .map(|(clip, told)| Outcome::Imported { clip: Box::new(clip), told }),
        Errand::UseWeights(_) => unreachable!("the worker itself changes what it plays with"),
    };
    done.unwrap_or_else(Outcome::Failed)
}

/// Writes the notes of `cycles`.
fn export<'a>(
    folder: &Path,
    name: &str,
    cycles: impl Iterator<Item = &'a Played>,
    bpm: f64,
) -> Result<PathBuf, String> {
    let (notes, length) = midi_export::notes(cycles);
    let bytes = midi::write_notes(&notes, length, bpm).map_err(|error| error.to_string())?;
    let not_written = |error: std::io::Error| format!("{}: {error}", folder.display());
    let (name, mut number) = (file_name(name), 1_u32);
    loop {
        let file = if number == 1 { format!("{name}.mid") } else { format!("{name} {number}.mid") };
        let path = folder.join(file);
        // Nobody else's file is written over, nor one of ours that is older.
        if create(&path, &bytes).map_err(not_written)? {
            return Ok(path);
        }
        number += 1;
    }
}

/// The first four bars of the clip at `path`, and what was read of it in a line.
fn import(path: &Path, key_map: KeyMap) -> Result<(Pattern, String), String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let told = |error: &dyn std::fmt::Display| format!("{name}: {error}");
    let bytes = read(path, LARGEST_CLIP, "a clip").map_err(|error| told(&error))?;
    let options = ClipOptions { channel: None, key_map };
    let clip = Clip::read(&bytes, options).map_err(|error| told(&error))?;
    let pattern = clip.pattern(1).map_err(|error| told(&error))?;
    Ok((pattern, report_told(&clip.report)))
}

/// What was read of a clip and what was left out, such as `2 bars, repeated; left out: 3 hits on key 27 (high Q)`.
fn report_told(report: &ClipReport) -> String {
    let mut told = match (report.bars, report.is_loop) {
        (1, _) => "1 bar, repeated".to_owned(),
        (bars, true) => format!("{bars} bars, repeated"),
        (bars @ 0..=4, false) => format!("{bars} bars"),
        (bars, false) => format!("the first 4 of {bars} bars"),
    };
    if let Some(map) = report.note_map.filter(|map| *map != NoteMap::GeneralMidi) {
        told += &format!(", read as {}", map.name());
    }
    if let Some(channel) = report.channel.filter(|&channel| channel != midi::DRUM_CHANNEL) {
        told += &format!(", channel {}", channel + 1);
    }
    let reasons =
        report.left_out.iter().map(|(reason, &count): (&LeftOut, _)| reason.describe(count));
    let faults = report.repairs.iter().map(ToString::to_string);
    for (what, parts) in [("left out: ", reasons.collect::<Vec<_>>()), ("", faults.collect())] {
        if !parts.is_empty() {
            let more = if parts.len() > REASONS_TOLD { " and more" } else { "" };
            told += &format!("; {what}{}{more}", parts[..parts.len().min(REASONS_TOLD)].join(", "));
        }
    }
    told
}

#[cfg(test)]
mod tests;
