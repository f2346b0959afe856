//! MIDI files read as clips, and recordings: what may be taken of them, and the line that says what was taken and what was left out.

use std::path::Path;

use groove::midi::{self, Bar, Clip, ClipOptions, ClipReport};
use groove::{Grid, KeyMap, Metre, NoteMap, Pattern};
use sample_kit::RECORDING_ENDINGS;

use crate::files::folder::stem;
use crate::files::recording::Recording;

/// The largest file that is read as a clip, in bytes; the same as the trainer's.
const LARGEST_CLIP: u64 = 16 << 20;

/// Maximum number of reasons in the line on what was left out of a clip.
const MAX_REASONS: usize = 3;

/// Endings of the names of MIDI files, in lower case.
pub const MIDI_ENDINGS: &[&str] = &["mid", "midi", "smf", "kar", "rmi"];

/// Endings of the names of files that are imported: those, and of recordings.
pub const IMPORTED_ENDINGS: &[&str] = &{
    let midi = MIDI_ENDINGS.len();
    let mut all = [""; MIDI_ENDINGS.len() + RECORDING_ENDINGS.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = if i < midi { MIDI_ENDINGS[i] } else { RECORDING_ENDINGS[i - midi] };
        i += 1;
    }
    all
};

/// Where a clip goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipTarget {
    /// It becomes the live groove.
    Live,
    /// The slot, `0..12`.
    Slot(usize),
    /// The corner of the pad, `0..4`.
    Corner(usize),
}

/// A MIDI file or a recording, read.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipFile {
    /// The name of the file without its ending.
    pub name: String,
    /// Where it is to go.
    pub target: ClipTarget,
    /// Its drums, of which there are some.
    pub clip: Clip,
    /// Its bars, in order.
    pub bars: Vec<Bar>,
    /// What the clip is of, if it is no MIDI file: what is struck is a line to play to.
    pub(crate) recording: Option<Recording>,
}

/// What was taken of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The name of the file without its ending.
    pub name: String,
    /// Where it is to go.
    pub target: ClipTarget,
    /// The pattern.
    pub pattern: Box<Pattern>,
    /// Whether it is a line to play to, not a groove.
    pub is_line: bool,
    /// One line on what was read and what was left out, for the user.
    pub report: String,
}

/// All patterns of a pack, to fill slots with.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// The name of the file without its ending.
    pub name: String,
    /// The first slot to fill; `None`: the empty ones.
    pub first: Option<usize>,
    /// The patterns, in order.
    pub patterns: Vec<Pattern>,
    /// One line on how the file was read.
    pub report: String,
}

impl ClipFile {
    /// Reads the file at `path`, for `target`; keys are read by `key_map`.
    ///
    /// # Errors
    /// A line for the user, if it is no MIDI file with drums.
    pub(crate) fn read(path: &Path, target: ClipTarget, key_map: KeyMap) -> Result<Self, String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let told = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let bytes =
            whole_files::read(path, LARGEST_CLIP, "a clip").map_err(|error| told(&error))?;
        let options = ClipOptions { key_map, ..ClipOptions::default() };
        let clip = Clip::read(&bytes, options).map_err(|error| told(&error))?;
        if let Some(reason) = &clip.no_drums {
            return Err(told(reason));
        }
        Ok(Self::of_clip(stem(path), target, clip))
    }

    /// A MIDI file of this name that holds `clip`.
    pub fn of_clip(name: String, target: ClipTarget, clip: Clip) -> Self {
        let bars = clip.bars();
        Self { name, target, clip, bars, recording: None }
    }

    /// Hears the recording at `path`, for `target`, which is played in such bars at `bpm` quarter notes a minute.
    ///
    /// # Errors
    /// A line for the user, if it cannot be read, or nothing is struck in it.
    pub fn hear(
        path: &Path,
        target: ClipTarget,
        bpm: f64,
        bar: groove::Bar,
    ) -> Result<Self, String> {
        let recording = Recording::hear(path, bpm, bar)?;
        let file = Self::of_clip(stem(path), target, recording.clip()?);
        Ok(Self { recording: Some(recording), ..file })
    }

    /// Moves the one of a recording by so many steps, later or earlier.
    pub(crate) fn shift(&mut self, steps: isize) {
        let Some(recording) = &mut self.recording else { return };
        recording.shift(steps);
        if let Ok(clip) = recording.clip() {
            (self.bars, self.clip) = (clip.bars(), clip);
        }
    }

    /// Whether something is to be chosen: there is more in it than one pattern, or where the one of a recording is.
    pub fn has_choice(&self) -> bool {
        self.recording.is_some() || self.is_longer()
    }

    fn is_longer(&self) -> bool {
        let patterns = self.clip.sequences.iter().map(|sequence| sequence.patterns().count());
        patterns.sum::<usize>() > 1
    }

    /// The first, counted from 1, of the bars that are likeliest to be meant.
    pub fn likeliest(&self) -> usize {
        midi::likeliest(&self.bars)
    }

    /// Up to four `bars` from bar `bar` on, counted from 1.
    ///
    /// # Errors
    /// A line for the user, if there are no drums in them.
    pub fn take(&self, bar: usize, bars: usize) -> Result<Taken, String> {
        let pattern = self.clip.stretch(bar, bars);
        let pattern = pattern.map_err(|reason| format!("{}: {reason}", self.name))?;
        let (name, target) = (self.name.clone(), self.target);
        let (pattern, is_line) = (Box::new(pattern), self.recording.is_some());
        if let Some(recording) = &self.recording {
            let all = self.bars.len();
            let report = recording.report(all, Some(bars.min(all + 1 - bar)));
            return Ok(Taken { name, target, pattern, is_line, report });
        }
        let what = match (self.is_longer(), bars) {
            (false, _) => bars_read(&self.clip.report),
            (true, 1) => format!("bar {bar} of {}, repeated", self.bars.len()),
            (true, _) => {
                let repeated = if bars == 2 { ", repeated" } else { "" };
                format!("bars {bar} to {} of {}{repeated}", bar + bars - 1, self.bars.len())
            }
        };
        let report = what + &read_as(&self.clip.report);
        Ok(Taken { name, target, pattern, is_line, report })
    }

    /// The patterns of a pack, for slots from the one that the file was meant for on.
    pub fn pack(&self) -> Pack {
        let patterns = self.clip.parts.iter().filter_map(|part| {
            // Of five bars and more the first four.
            self.clip.stretch(part.bar, part.bars).ok()
        });
        let first = match self.target {
            ClipTarget::Slot(slot) => Some(slot),
            _ => None,
        };
        let report = read_as(&self.clip.report);
        Pack { name: self.name.clone(), first, patterns: patterns.collect(), report }
    }

    /// One line on how it was read, for the user.
    pub fn report(&self) -> String {
        if let Some(recording) = &self.recording {
            return recording.report(self.bars.len(), None);
        }
        bars_read(&self.clip.report) + &read_as(&self.clip.report)
    }
}

/// How many bars were read, such as `2 bars, repeated`.
fn bars_read(report: &ClipReport) -> String {
    match (report.bars, report.is_loop) {
        (1, _) => "1 bar, repeated".to_owned(),
        (bars, true) => format!("{bars} bars, repeated"),
        (bars, false) => format!("{bars} bars"),
    }
}

/// How a clip was read and what was left out, such as `; left out: 3 hits on key 27 (high Q)`.
fn read_as(report: &ClipReport) -> String {
    let mut line = String::new();
    let mut told = Vec::new();
    for fit in report.grids.iter().filter(|fit| fit.is_special()) {
        let metre = (fit.metre != Metre::FOUR_FOUR).then(|| fit.metre.to_string());
        let grid = matches!(fit.best, Grid::Triplets | Grid::Sextuplets).then_some("triplets");
        for word in metre.into_iter().chain(grid.map(str::to_owned)) {
            if !told.contains(&word) {
                line += &format!(", {word}");
                told.push(word);
            }
        }
    }
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
