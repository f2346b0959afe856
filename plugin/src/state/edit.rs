//! A change of the grid by hand.

use groove::{Hit, Instrument};

/// A change of the groove.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edit {
    /// Sets a cell.
    Put {
        /// The step.
        step: usize,
        /// The instrument.
        instrument: Instrument,
        /// The hit, or none.
        hit: Option<Hit>,
    },
    /// Locks or unlocks a part: what is generated next keeps locked cells.
    Lock {
        /// The part.
        part: Part,
        /// Whether it is locked.
        is_locked: bool,
    },
}

/// A part of the groove that can be locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One cell: its step, and its instrument.
    Cell(usize, Instrument),
    /// All steps of an instrument.
    Row(Instrument),
    /// All instruments of a bar, `0..4`.
    Bar(usize),
}

/// Applies edits.
///
/// All edits between [`begin`](Self::begin) and [`end`](Self::end) are one undo step. If the window
/// closes during a drag, `end` is missing until the next `begin`.
pub trait Pen {
    /// A drag begins.
    fn begin(&mut self);
    /// Applies `edit`, to be heard and drawn at once.
    fn edit(&mut self, edit: Edit);
    /// The drag ends.
    fn end(&mut self);
}
