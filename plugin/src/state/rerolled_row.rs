//! A new row for one instrument, as the network made it.

use groove::{Instrument, Pattern};

use crate::state::choice::Choice;
use crate::state::request::Ask;

/// A new row for one instrument: what the worker made of an [`Errand::Dice`](crate::files::jobs::Errand::Dice).
#[derive(Clone, Debug, PartialEq)]
pub struct Diced {
    /// Which groove it is for.
    pub choice: Choice,
    /// What had made that.
    pub ask: Option<Ask>,
    /// How it was, edits and all.
    pub shown: Pattern,
    /// Whose row it is.
    pub instrument: Instrument,
    /// The groove with the new row.
    pub pattern: Pattern,
}
