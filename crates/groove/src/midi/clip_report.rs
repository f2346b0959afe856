//! Options for reading a file as a clip, the report of how it was read, and why it may have none.

use std::collections::{BTreeMap, BTreeSet};

use super::{GridFit, LeftOut, Repair};
use crate::note_map::{KeyMap, NoteMap};
use crate::step_sequence::SequenceTooLong;

/// Options for reading a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClipOptions {
    /// The channel of the drums, `0..16`; `None`: the one that looks like drums.
    pub channel: Option<u8>,
    /// By which note map keys are read.
    pub key_map: KeyMap,
    /// Whether only windows are of use, as for the autoencoder: all hits are put on 16ths, and bars that are not in 4/4 are
    /// left out.
    pub only_windows: bool,
}

/// How a file was read, and what was left out of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClipReport {
    /// The channel of the drums, `0..16`.
    pub channel: Option<u8>,
    /// The note map by which keys were read; `None` for one of the user's own.
    pub note_map: Option<NoteMap>,
    /// Bars that were read, before they were played over.
    pub bars: usize,
    /// Whether they were played over.
    pub is_loop: bool,
    /// Of each stretch in one metre, how it fits the grids.
    pub grids: Vec<GridFit>,
    /// What was left out, and how much of it.
    pub left_out: BTreeMap<LeftOut, usize>,
    /// Errors of the file that were repaired.
    pub repairs: BTreeSet<Repair>,
}

/// Why there are no drums in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDrums {
    /// There are no notes.
    #[error("no notes in it")]
    NoNotes,
    /// There are none on the channel (`0..16`) that was asked for.
    #[error("no notes on channel {}", .0 + 1)]
    Channel(u8),
    /// No channel is the drums'.
    #[error("no channel looks like drums: it has {0}")]
    Melody(String),
    /// No instrument stands for any of the keys.
    #[error("no drum hit: it has {0}")]
    NoHits(String),
    /// Nothing is in 4/4, and only that was asked for.
    #[error("not in 4/4: it has {0}")]
    NoFourFour(String),
    /// All is in metres that a pattern cannot hold.
    #[error("not in a metre that patterns can have: it has {0}")]
    Metre(String),
    /// The bars that were asked for are empty.
    #[error("no drum hit in the bars from bar {bar} on (it has {bars} bars)")]
    Bar {
        /// The first of them, counted from 1.
        bar: usize,
        /// Bars that there are.
        bars: usize,
    },
    /// It lasts for days.
    #[error(transparent)]
    TooLong(#[from] SequenceTooLong),
}
