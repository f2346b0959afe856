//! A change of the grid by hand.

use groove::{Hit, Instrument};

/// A change of the groove by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edit {
    /// A cell holds this from now on: a hit, or nothing.
    Put {
        /// The step, `0..64`.
        step: usize,
        /// The instrument.
        instrument: Instrument,
        /// What it holds.
        hit: Option<Hit>,
    },
    /// Whether a part of the groove is kept by whatever is generated next.
    Lock {
        /// The part.
        part: Part,
        /// Whether it is.
        is_locked: bool,
    },
}

/// What can be locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One cell: its step, `0..64`, and its instrument.
    Cell(usize, Instrument),
    /// All steps of an instrument.
    Row(Instrument),
    /// All instruments of a bar, `0..4`.
    Bar(usize),
}

/// Who carries out what is edited.
///
/// Everything between [`begin`](Self::begin) and [`end`](Self::end) is one step for undo. Both are called in this
/// order; only of a hand that is on the grid while the window closes there is no end, until the next begins.
pub trait Pen {
    /// A hand goes down on the groove.
    fn begin(&mut self);
    /// It changes something; to be heard and drawn at once.
    fn edit(&mut self, edit: Edit);
    /// It lets go.
    fn end(&mut self);
}
