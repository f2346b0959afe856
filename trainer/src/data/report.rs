//! The files of an archive that were read and those that were not, and why.

/// Counts of the files in an archive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// MIDI files read.
    pub(crate) files: usize,
    /// MIDI files that could not be read, and why, in order.
    pub(crate) skipped: Vec<Skipped>,
    /// MIDI files that were read but hold no window, and why, in order.
    pub(crate) without_window: Vec<Skipped>,
    /// MIDI files in the archive that its info.csv does not list.
    pub(crate) unlisted: usize,
    /// True if there is an info.csv.
    pub(crate) has_info: bool,
    /// SHA-256 over names and contents of the files read, in hexadecimal; identifies the data.
    pub(crate) sha256: String,
}

/// A MIDI file that was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl Report {
    /// Prints to stderr how many files were skipped; each of them if `verbose`.
    pub(crate) fn print(&self, verbose: bool) {
        if !self.has_info {
            eprintln!("note: no info.csv: all MIDI files are used, a tenth of them for validation");
        }
        if self.unlisted > 0 {
            eprintln!("note: {} not listed in info.csv and skipped", files(self.unlisted));
        }
        let hint = if verbose { ":" } else { " (-v lists them)" };
        for (level, useless, what) in [
            ("warning", &self.skipped, "could not be used"),
            ("note", &self.without_window, "shorter than four bars or without drums"),
        ] {
            if !useless.is_empty() {
                eprintln!("{level}: {} {what}{hint}", files(useless.len()));
            }
            for file in useless.iter().filter(|_| verbose) {
                eprintln!("  {}: {}", file.name, file.reason);
            }
        }
    }
}

/// `count` MIDI files in words.
fn files(count: usize) -> String {
    if count == 1 { "1 MIDI file".into() } else { format!("{count} MIDI files") }
}
