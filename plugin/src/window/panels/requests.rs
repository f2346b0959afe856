//! What the panels ask for in a frame; the view that owns them sees to it.

use std::path::PathBuf;

use crate::window::panels::command::Command;
use crate::window::panels::purpose::Purpose;

/// What is to be done after the frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct PanelRequests {
    /// In order.
    pub(crate) commands: Vec<Command>,
    /// What the dialog is to find, and the folder to begin in; without one, where something was found last.
    pub(crate) dialog: Option<(Purpose, Option<PathBuf>)>,
}

impl PanelRequests {
    /// Asks for the dialog that finds a file or folder for `purpose`, beginning in `folder`.
    pub(crate) fn look_for(&mut self, purpose: Purpose, folder: Option<PathBuf>) {
        self.dialog = Some((purpose, folder));
    }
}
