//! The files of an archive that were read and those that were not, and why.

/// What was found in an archive.
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
    /// Whether there is an info.csv.
    pub(crate) has_info: bool,
    /// SHA-256 over names and contents of the files read, in hexadecimal: what the data was.
    pub(crate) sha256: String,
}

/// A MIDI file that is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl Report {
    /// Tells the user on stderr what was passed over; each file if `verbose`.
    pub(crate) fn print(&self, verbose: bool) {
        if !self.has_info {
            eprintln!("note: no info.csv: every MIDI file counts, a tenth of them for validation");
        }
        if self.unlisted > 0 {
            eprintln!("note: {} not listed in info.csv and of no account", files(self.unlisted));
        }
        let hint = if verbose { ":" } else { " (-v lists them)" };
        for (level, useless, what) in [
            ("warning", &self.skipped, "could not be used"),
            ("note", &self.without_window, "without four bars to learn from"),
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
