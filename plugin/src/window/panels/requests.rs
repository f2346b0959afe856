//! Requests of the panels: filled while a frame is drawn, served by the view that owns the panels.

use std::path::PathBuf;

use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::Purpose;

/// The requests of a frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct PanelRequests {
    /// Commands, in order.
    pub(crate) commands: Vec<Command>,
    /// The file dialog to open: its purpose, and the folder to start in (`None`: the last one).
    pub(crate) dialog: Option<(Purpose, Option<PathBuf>)>,
}

impl PanelRequests {
    /// Asks for the file dialog for `purpose`, starting in `folder`.
    pub(crate) fn look_for(&mut self, purpose: Purpose, folder: Option<PathBuf>) {
        self.dialog = Some((purpose, folder));
    }
}
