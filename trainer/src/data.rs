//! From an archive of MIDI files to the windows that a network is trained on and measured with.
//!
//! ```text
//! zip or folder -> MIDI files (info.csv says their styles and splits) -> step sequences -> windows
//! ```
//!
//! Files are read in small batches and forgotten; what stays is their hits on the step grid
//! (16 bytes each). A window is a place in such a sequence, cut out when [`Windows::pattern`] asks.

mod bars;
mod catalog;
pub(crate) mod clip;
mod cut;
#[cfg(test)]
mod hostile_tests;
mod info;
mod load;
mod reading;
mod report;
mod seed;
mod source;
#[cfg(test)]
pub(crate) mod tests;
mod windows;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use catalog::PerformanceInfo;
pub(crate) use load::{load, load_in_all_bars};
pub(crate) use reading::ReadArgs;
pub(crate) use report::{Report, Skipped, counted};
pub(crate) use windows::Windows;

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
    /// How the notes of files are read.
    pub(crate) reading: ReadArgs,
    /// Whether windows are of the file's own metre and of the grid that fits it, not of 4/4 in 16ths alone; only with
    /// [`Windowing::Bars`].
    pub(crate) any_bar: bool,
}

impl DataOptions {
    /// Windows of bars of 4/4 in 16ths; the split of an archive that states none is drawn by seed 0.
    pub(crate) fn bars(path: &Path, reading: &ReadArgs) -> Self {
        Self {
            path: path.to_owned(),
            windowing: Windowing::Bars,
            train_hop_beats: None,
            split_seed: 0,
            reading: reading.clone(),
            any_bar: false,
        }
    }
}

/// The windows of an archive.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) train: Windows,
    pub(crate) validation: Windows,
    pub(crate) test: Windows,
    pub(crate) report: Report,
}

impl Dataset {
    /// The windows of `split`.
    pub(crate) const fn split(&self, split: Split) -> &Windows {
        match split {
            Split::Train => &self.train,
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }
}
