//! Errands: files that the window has the worker write and read, so that neither it nor the audio thread waits
//! for a disk.

pub mod folder;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use groove::midi::{self, Performance};
use groove::{Pattern, STEPS, STEPS_PER_BAR, StepSequence};
use parking_lot::Mutex;

use crate::performance::{self, Played};

/// The largest file that is read as a clip.
const LARGEST_CLIP: u64 = 4 << 20;

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
    /// The last [`REMEMBERED`](performance::REMEMBERED) cycles that were played; the one that would, if none was.
    LastCycles,
}

/// What came of an errand.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The file was written.
    Exported(PathBuf),
    /// The clip, to be made the groove with [`Edits::import`](crate::edits::Edits::import).
    Imported(Box<Pattern>),
    /// The weights of this name are played with, from the next bar line on.
    Weights(String),
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

/// Does `errand`, of the cycle that plays and the `last` ones, at `bpm` quarter notes a minute.
pub(crate) fn run<'a>(
    errand: &Errand,
    now: &'a Played,
    last: impl Iterator<Item = &'a Played>,
    bpm: f64,
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
        Errand::Import(path) => import(path).map(|clip| Outcome::Imported(Box::new(clip))),
        Errand::UseWeights(_) => unreachable!("the worker itself changes what it plays with"),
    };
    done.unwrap_or_else(Outcome::Failed)
}

/// Writes whole files only: what is being written has another name until it is.
fn export<'a>(
    folder: &Path,
    name: &str,
    cycles: impl Iterator<Item = &'a Played>,
    bpm: f64,
) -> Result<PathBuf, String> {
    let (notes, length) = performance::notes(cycles);
    let bytes = midi::write_notes(&notes, length, bpm).map_err(|error| error.to_string())?;
    let not_written = |error: std::io::Error| format!("{}: {error}", folder.display());
    let name: String = name.chars().map(|c| if is_safe(c) { c } else { '-' }).collect();
    let mut number = 1_u32;
    let path = loop {
        let file = if number == 1 { format!("{name}.mid") } else { format!("{name} {number}.mid") };
        let path = folder.join(file);
        // Nobody else's file is written over, nor one of ours that is older.
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => break path,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(not_written(error)),
        }
    };
    let part = path.with_extension("mid.part");
    let written = std::fs::write(&part, &bytes).and_then(|()| std::fs::rename(&part, &path));
    written.map_err(|error| {
        _ = std::fs::remove_file(&part);
        _ = std::fs::remove_file(&path);
        not_written(error)
    })?;
    Ok(path)
}

/// Whether file names may have `c` on every system.
fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || " -_.,()".contains(c)
}

/// The first four bars of the clip at `path` in which there is something; a shorter clip repeats.
fn import(path: &Path) -> Result<Pattern, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let told = |error: &dyn std::fmt::Display| format!("{name}: {error}");
    let size = std::fs::metadata(path).map_err(|error| told(&error))?.len();
    if size > LARGEST_CLIP {
        return Err(told(&format_args!("{size} bytes are too many for a clip")));
    }
    let bytes = std::fs::read(path).map_err(|error| told(&error))?;
    let performance = Performance::read(&bytes).map_err(|error| told(&error))?;
    let sequence = StepSequence::from_clip(&performance).map_err(|error| told(&error))?;
    let bars = sequence.bars();
    let mut clip = sequence
        .patterns()
        .find(|pattern| pattern.count() > 0)
        .ok_or_else(|| told(&"there are no drums in it"))?;
    if bars == 1 || bars == 2 {
        let length = bars * STEPS_PER_BAR;
        for (step, instrument, hit) in Pattern::iter(&{ clip }) {
            for later in (step + length..STEPS).step_by(length) {
                clip.set(later, instrument, Some(hit));
            }
        }
    }
    Ok(clip)
}

#[cfg(test)]
mod tests;
