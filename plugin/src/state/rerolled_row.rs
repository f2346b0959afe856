//! A new row for one instrument, as the network made it.

use groove::{Instrument, Pattern};

use crate::state::choice::Choice;
use crate::state::request::GrooveKey;

/// A new row for one instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct RerolledRow {
    /// The groove it belongs to.
    pub choice: Choice,
    /// The request that made that groove.
    pub key: Option<GrooveKey>,
    /// The groove before, with its edits.
    pub shown: Pattern,
    /// The instrument.
    pub instrument: Instrument,
    /// The groove with the new row.
    pub pattern: Pattern,
}
