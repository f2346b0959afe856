//! What lies on the desk: what the window has open beside its controls, what it has to say, and what it asks for.

use std::path::PathBuf;

use crate::files::folder::{Folder, home};
use crate::window::panels::browser::Browser;
use crate::window::panels::command::Command;
use crate::window::panels::dialog::{Dialog, Purpose};
use crate::window::panels::footer::Message;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desk {
    /// What is to be done after this frame.
    pub(crate) commands: Vec<Command>,
    /// The file that is being looked for.
    pub(crate) dialog: Option<Dialog>,
    /// The last thing to tell.
    pub(crate) message: Message,
    /// The list of grooves.
    pub(crate) browser: Browser,
    /// Where a file was looked for last.
    last_folder: Option<PathBuf>,
}

impl Desk {
    /// Opens the dialog that finds a file or folder for `purpose`, where `remembered` says or where one was found last.
    pub(crate) fn look_for(&mut self, purpose: Purpose, remembered: Option<PathBuf>) {
        let folder = remembered
            .or_else(|| self.last_folder.clone())
            .or_else(home)
            .unwrap_or_else(|| PathBuf::from("/"));
        self.look_into(folder.clone(), &purpose);
        self.dialog = Some(Dialog::new(purpose, folder));
    }

    /// Asks what is in `folder`.
    pub(crate) fn look_into(&mut self, folder: PathBuf, purpose: &Purpose) {
        self.last_folder = Some(folder.clone());
        self.commands.push(Command::List { folder, endings: purpose.endings() });
    }

    /// Hands the dialog what is in a folder.
    pub(crate) fn listed(&mut self, folder: Folder) {
        if let Some(dialog) = &mut self.dialog {
            dialog.take(folder);
        }
    }
}
