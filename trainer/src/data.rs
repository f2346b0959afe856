//! From an archive of MIDI files to the windows that a network is trained on and measured with.
//!
//! ```text
//! zip or folder -> MIDI files (info.csv says which, and their split) -> step sequences -> windows
//! ```
//!
//! Files are read in small batches and forgotten; what stays is their hits on the step grid
//! (16 bytes each). A [`Window`] is a place in such a sequence; [`Dataset::pattern`] cuts it out.

mod bars;
mod catalog;
mod seed;
mod source;
mod windows_command;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use groove::midi::Performance;
use groove::{Pattern, STEPS, STEPS_PER_BEAT, StepSequence, Token};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(crate) use catalog::PerformanceInfo;
pub(crate) use windows_command::windows;

use catalog::Catalog;
use source::{MAX_MIDI_BYTES, Source};

/// How performances are cut into windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Windowing {
    /// The published procedure, for comparison: from the first onset, in order, 90 % train
    Seed,
    /// On bar lines, with velocity and timing; info.csv decides the split
    Bars,
}

/// What a window is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Split {
    /// To learn from
    #[default]
    Train,
    /// To choose by
    Validation,
    /// To measure once, at the end
    Test,
}

impl Split {
    /// Every split, in order.
    pub(crate) const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The name in info.csv and on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|split| split.name() == name)
    }
}

/// What to load, and how.
#[derive(Clone, Debug)]
pub(crate) struct DataOptions {
    /// A zip archive or a folder.
    pub(crate) path: PathBuf,
    pub(crate) windowing: Windowing,
    /// Beats between the starts of training windows, at least 1; `None`: as the windowing has it (`bars`
    /// 4, a bar; `seed` 16, no overlap). Validation and test windows always are as the windowing has them.
    pub(crate) train_hop_beats: Option<u32>,
    /// Draws the split of an archive that states none.
    pub(crate) split_seed: u64,
}

/// 64 steps of a performance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Index of the sequence it is cut from.
    sequence: u32,
    /// Its first step there.
    start: u32,
}

/// The windows of an archive.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) train: Vec<Window>,
    pub(crate) validation: Vec<Window>,
    pub(crate) test: Vec<Window>,
    pub(crate) report: Report,
    sequences: Vec<Sequence>,
    performances: Vec<PerformanceInfo>,
}

#[derive(Debug)]
struct Sequence {
    performance: usize,
    steps: StepSequence,
}

/// What was found in an archive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// MIDI files read.
    pub(crate) files: usize,
    /// MIDI files that could not be used, and why, in order.
    pub(crate) skipped: Vec<Skipped>,
    /// MIDI files in the archive that its info.csv does not list.
    pub(crate) unlisted: usize,
    /// Whether there is an info.csv.
    pub(crate) has_info: bool,
    /// SHA-256 over names and contents of the files read, in hexadecimal: what the data was.
    pub(crate) sha256: String,
}

/// A MIDI file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl Dataset {
    /// The windows of `split`.
    pub(crate) fn split(&self, split: Split) -> &[Window] {
        match split {
            Split::Train => &self.train,
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }

    /// The pattern in `window`.
    pub(crate) fn pattern(&self, window: Window) -> Pattern {
        self.sequences[window.sequence as usize].steps.pattern(window.start as usize)
    }

    /// The tokens of `window`.
    pub(crate) fn tokens(&self, window: Window) -> [Token; STEPS] {
        self.pattern(window).tokens()
    }

    /// The performance `window` comes from.
    pub(crate) fn info(&self, window: Window) -> &PerformanceInfo {
        &self.performances[self.sequences[window.sequence as usize].performance]
    }
}

/// Reads the archive or folder and cuts it into windows.
///
/// # Errors
/// If it cannot be read, holds no MIDI file, or no window is left. A file that cannot be used is
/// not an error but counted in the [`Report`].
pub(crate) fn load(options: &DataOptions) -> Result<Dataset> {
    let named = || options.path.display().to_string();
    let mut source = Source::open(&options.path)?;
    let catalog = Catalog::of(&mut source, options.split_seed).with_context(named)?;
    let mut report =
        Report { unlisted: catalog.unlisted, has_info: catalog.has_info, ..Report::default() };
    let sequences = read_all(&mut source, &catalog.performances, options.windowing, &mut report);
    let mut data = Dataset {
        train: Vec::new(),
        validation: Vec::new(),
        test: Vec::new(),
        report,
        sequences,
        performances: catalog.performances,
    };
    data.cut(options);
    if data.train.is_empty() && data.validation.is_empty() && data.test.is_empty() {
        return Err(nothing_left(&options.path, &data.report));
    }
    Ok(data)
}

fn nothing_left(path: &Path, report: &Report) -> anyhow::Error {
    let files = report.files + report.skipped.len();
    let skipped = match report.skipped.first() {
        None => String::new(),
        Some(first) => format!(
            "; {} of them could not be used, the first being {} ({})",
            report.skipped.len(),
            first.name,
            first.reason
        ),
    };
    anyhow::anyhow!(
        "{}: no window is left: none of {files} MIDI files holds four bars of 4/4 with drums on channel 10{skipped}",
        path.display()
    )
}

/// Bytes of MIDI files held at once: enough to keep all cores busy, whatever the archive's size.
const BATCH_BYTES: usize = 4 << 20;

fn read_all(
    source: &mut Source,
    performances: &[PerformanceInfo],
    windowing: Windowing,
    report: &mut Report,
) -> Vec<Sequence> {
    let mut hash = Sha256::new();
    let mut sequences = Vec::new();
    let mut next = 0;
    while next < performances.len() {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while next < performances.len() && bytes < BATCH_BYTES {
            let name = &performances[next].name;
            let content = source.read(name, MAX_MIDI_BYTES);
            if let Ok(content) = &content {
                bytes += content.len();
                hash.update(name.as_bytes());
                hash.update((content.len() as u64).to_le_bytes());
                hash.update(content);
            }
            batch.push((next, content));
            next += 1;
        }
        let read: Vec<_> = batch
            .into_par_iter()
            .map(|(i, content)| (i, content.and_then(|bytes| sequences_of(&bytes, windowing))))
            .collect();
        for (performance, result) in read {
            match result {
                Ok(found) => {
                    report.files += 1;
                    sequences
                        .extend(found.into_iter().map(|steps| Sequence { performance, steps }));
                }
                Err(error) => report.skipped.push(Skipped {
                    name: performances[performance].name.clone(),
                    reason: format!("{error:#}"),
                }),
            }
        }
    }
    report.sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    sequences
}

fn sequences_of(bytes: &[u8], windowing: Windowing) -> Result<Vec<StepSequence>> {
    let performance = Performance::read(bytes)?;
    Ok(match windowing {
        Windowing::Seed => seed::sequences(&performance)?,
        Windowing::Bars => bars::sequence(&performance)?.into_iter().collect(),
    })
}

impl Dataset {
    fn cut(&mut self, options: &DataOptions) {
        let train_hop = options.train_hop_beats.map(|beats| beats.max(1) as usize * STEPS_PER_BEAT);
        match options.windowing {
            Windowing::Bars => self.cut_bars(train_hop.unwrap_or(groove::STEPS_PER_BAR)),
            Windowing::Seed => self.cut_seed(train_hop.unwrap_or(STEPS)),
        }
    }

    fn cut_bars(&mut self, train_hop: usize) {
        for (i, sequence) in self.sequences.iter().enumerate() {
            let (windows, hop) = match self.performances[sequence.performance].split {
                Split::Train => (&mut self.train, train_hop),
                Split::Validation => (&mut self.validation, groove::STEPS_PER_BAR),
                Split::Test => (&mut self.test, groove::STEPS_PER_BAR),
            };
            let starts = bars::starts(&sequence.steps, hop);
            windows.extend(starts.map(|start| Window { sequence: i as u32, start }));
        }
    }

    /// The first 90 % of the windows train. With another hop than the published one the training windows
    /// come from the files that lie wholly within them, so that validation sees none of them.
    fn cut_seed(&mut self, train_hop: usize) {
        let cut = |sequences: &[Sequence], i: usize, hop| -> Vec<Window> {
            let starts = seed::starts(&sequences[i].steps, hop);
            starts.map(|start| Window { sequence: i as u32, start }).collect()
        };
        let mut all = Vec::new();
        let mut ends = Vec::with_capacity(self.sequences.len());
        for i in 0..self.sequences.len() {
            all.extend(cut(&self.sequences, i, STEPS));
            ends.push(all.len());
        }
        self.validation = all.split_off(all.len() * 9 / 10);
        self.train = all;
        if train_hop == STEPS {
            return;
        }
        let published = std::mem::take(&mut self.train).len();
        let mut first = 0;
        while first < self.sequences.len() {
            // The drum tracks of one file stand next to each other.
            let file = self.sequences[first].performance;
            let same = self.sequences[first..].iter().take_while(|s| s.performance == file).count();
            let before = first.checked_sub(1).map_or(0, |last| ends[last]);
            let end = ends[first + same - 1];
            if before < end && end <= published {
                for i in first..first + same {
                    self.train.extend(cut(&self.sequences, i, train_hop));
                }
            }
            first += same;
        }
    }
}

/// Writes the tokens of `windows` to `out`: 64 little-endian u16 each.
///
/// # Errors
/// If writing fails.
pub(crate) fn write_tokens(
    data: &Dataset,
    windows: impl IntoIterator<Item = Window>,
    out: &mut impl std::io::Write,
) -> Result<()> {
    for window in windows {
        let bytes: Vec<u8> =
            data.tokens(window).iter().flat_map(|token| token.value().to_le_bytes()).collect();
        out.write_all(&bytes)?;
    }
    Ok(())
}
