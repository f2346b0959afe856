//! Cells of a groove, as the network made them anew.

use groove::{Hit, Instrument, Pattern};

use crate::state::choice::Choice;
use crate::state::request::GrooveKey;

/// New content for some cells.
#[derive(Clone, Debug, PartialEq)]
pub struct RedrawnCells {
    /// The groove they belong to.
    pub choice: Choice,
    /// The request that made that groove.
    pub key: Option<GrooveKey>,
    /// The groove before, with its edits.
    pub shown: Pattern,
    /// Step, instrument and new content of each.
    pub cells: Vec<(usize, Instrument, Option<Hit>)>,
}
