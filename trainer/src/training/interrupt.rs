//! Ctrl-C: the first asks the training to save and stop, the second ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// Exit status of a program ended by Ctrl-C, as shells report it: 128 + SIGINT.
pub(crate) const EXIT_STATUS: u8 = 130;

/// Installs the handler of Ctrl-C and of the termination signal.
pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if IS_REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(EXIT_STATUS.into());
        }
    })
    .context("cannot listen for Ctrl-C")
}

/// True once Ctrl-C was pressed.
pub(crate) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed)
}
