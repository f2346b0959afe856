//! The files of an archive that were read and those that were not, and why.

use std::collections::BTreeMap;

use groove::NoteMap;
use groove::midi::{ClipReport, GridFit, LeftOut};

/// Counts of the files in an archive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// MIDI files read.
    pub(crate) files: usize,
    /// MIDI files that could not be read, and why, in order.
    pub(crate) skipped: Vec<Skipped>,
    /// MIDI files that were read but hold no window, and why, in order.
    pub(crate) without_window: Vec<Skipped>,
    /// Entries of the folder that were skipped (links, pipes), and why.
    pub(crate) skipped_entries: Vec<Skipped>,
    /// Number of metadata files of macOS (`._*`, `__MACOSX`).
    pub(crate) shadows: usize,
    /// MIDI files in the archive that its info.csv does not list.
    pub(crate) unlisted: usize,
    /// True if there is an info.csv.
    pub(crate) has_info: bool,
    /// Number of notes and bars that were left out of all files, by reason.
    pub(crate) left_out: BTreeMap<LeftOut, usize>,
    /// Number of files that were read although they break the file format.
    pub(crate) repaired: usize,
    /// Number of files by their note map, General MIDI excepted.
    pub(crate) note_maps: BTreeMap<NoteMap, usize>,
    /// Files that were not read as they are, and how.
    pub(crate) readings: Vec<Skipped>,
    /// SHA-256 over names and contents of the files read, in hexadecimal; identifies the data.
    pub(crate) sha256: String,
}

/// A file that was skipped, or not read as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl Report {
    /// Adds how the file `name` was read.
    pub(super) fn add(&mut self, name: &str, report: &ClipReport) {
        for (&reason, count) in &report.left_out {
            *self.left_out.entry(reason).or_default() += count;
        }
        self.repaired += usize::from(!report.repairs.is_empty());
        if let Some(map) = report.note_map.filter(|map| *map != NoteMap::GeneralMidi) {
            *self.note_maps.entry(map).or_default() += 1;
        }
        let summary = summary(report, true);
        if !summary.is_empty() {
            self.readings.push(Skipped { name: name.to_owned(), reason: summary });
        }
    }

    /// Prints to stderr how many files were skipped and what was left out of the others; each file if `verbose`.
    pub(crate) fn print(&self, verbose: bool) {
        if !self.has_info {
            eprintln!("note: no info.csv: all MIDI files are used, a tenth of them for validation");
        }
        if self.unlisted > 0 {
            eprintln!("note: {} not listed in info.csv: of no style", files(self.unlisted));
        }
        if self.shadows > 0 {
            eprintln!("note: {} that macOS keeps beside others skipped", files(self.shadows));
        }
        let hint = if verbose { ":" } else { " (-v lists them)" };
        let list = |listed: &[Skipped]| {
            for file in listed.iter().filter(|_| verbose) {
                eprintln!("  {}: {}", file.name.escape_debug(), file.reason);
            }
        };
        for (level, useless, thing, what) in [
            ("warning", &self.skipped, "MIDI file", "could not be used"),
            ("note", &self.without_window, "MIDI file", "without a window"),
            ("note", &self.skipped_entries, "other file", "skipped"),
        ] {
            if !useless.is_empty() {
                let (count, reasons) = (counted(useless.len(), thing), by_reason(useless));
                eprintln!("{level}: {count} {what}: {reasons}{hint}");
            }
            list(useless);
        }
        let summary = self.summary();
        if !summary.is_empty() {
            eprintln!("note: {summary}{hint}");
        } else if verbose && !self.readings.is_empty() {
            eprintln!("note: how each file was read:");
        }
        list(&self.readings);
    }

    /// One line on how the files were read; empty if all were read as they are.
    fn summary(&self) -> String {
        let maps = self.note_maps.iter();
        let mut parts: Vec<String> =
            maps.map(|(map, &count)| format!("{} read as {}", files(count), map.name())).collect();
        if self.repaired > 0 {
            parts.push(format!("{} read in spite of errors", files(self.repaired)));
        }
        if !self.left_out.is_empty() {
            parts.push(format!("left out: {}", left_out(&self.left_out)));
        }
        parts.join("; ")
    }
}

/// The reasons without their details, each with its count if there are several.
fn by_reason(skipped: &[Skipped]) -> String {
    let mut counts = BTreeMap::new();
    for file in skipped {
        let reason = file.reason.split([':', ';']).next().unwrap_or_default();
        let reason = reason.split(" at byte ").next().unwrap_or_default();
        *counts.entry(reason).or_insert(0_usize) += 1;
    }
    if let [reason] = counts.keys().collect::<Vec<_>>()[..] {
        return (*reason).to_owned();
    }
    let reasons: Vec<String> =
        counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    reasons.join(", ")
}

/// One line on how a file was read. Empty if it was read completely, by General MIDI, on channel 10, and (unless
/// `all_grids`) in 4/4 and 16ths.
pub(super) fn summary(report: &ClipReport, all_grids: bool) -> String {
    let mut parts = Vec::new();
    if let Some(map) = report.note_map.filter(|map| *map != NoteMap::GeneralMidi) {
        parts.push(format!("read as {}", map.name()));
    }
    if let Some(channel) = report.channel.filter(|&channel| channel != groove::midi::DRUM_CHANNEL) {
        parts.push(format!("drums on channel {}", channel + 1));
    }
    if report.is_loop {
        parts.push(format!("a loop of {}", counted(report.bars, "bar")));
    }
    // A file of many stretches says the same thing once.
    let mut fits: Vec<String> = Vec::new();
    for fit in report.grids.iter().filter(|fit| all_grids || fit.is_special()) {
        let GridFit { metre, best, sixteenths, triplets } = fit;
        let triplets = match metre.denominator() {
            8 => String::new(),
            _ => format!(", {triplets:.2} off triplets"),
        };
        let best = best.id();
        let fit = format!(
            "{metre}, fits steps of {best} best (hits {sixteenths:.2} of a 16th off 16ths{triplets})"
        );
        if !fits.contains(&fit) {
            fits.push(fit);
        }
    }
    parts.extend(fits);
    parts.extend(report.repairs.iter().map(ToString::to_string));
    if !report.left_out.is_empty() {
        parts.push(format!("left out: {}", left_out(&report.left_out)));
    }
    parts.join("; ")
}

/// The reasons and their counts in words.
fn left_out(reasons: &BTreeMap<LeftOut, usize>) -> String {
    let words: Vec<_> = reasons.iter().map(|(reason, &count)| reason.describe(count)).collect();
    words.join(", ")
}

/// `count` MIDI files in words.
fn files(count: usize) -> String {
    counted(count, "MIDI file")
}

pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use groove::{Grid, Metre};

    use super::*;

    #[test]
    fn the_errors_of_both_grids_are_told_once_of_what_fits_alike() {
        let fit = GridFit {
            metre: Metre::FOUR_FOUR,
            best: Grid::Triplets,
            sixteenths: 0.25,
            triplets: 0.125,
        };
        let straight = GridFit { best: Grid::Sixteenths, sixteenths: 0.1, triplets: 0.3, ..fit };
        let in_8ths = GridFit { metre: Metre::new(6, 8).unwrap(), best: Grid::Eighths, ..straight };
        let grids = vec![straight, fit, fit, in_8ths];
        let report = ClipReport { grids, ..ClipReport::default() };
        let told = [
            "4/4, fits steps of 16 best (hits 0.10 of a 16th off 16ths, 0.30 off triplets)",
            "4/4, fits steps of 8t best (hits 0.25 of a 16th off 16ths, 0.12 off triplets)",
            "6/8, fits steps of 8 best (hits 0.10 of a 16th off 16ths)",
        ];
        assert_eq!(summary(&report, true), told.join("; "));
        assert_eq!(summary(&report, false), told[1..].join("; "));
    }
}
