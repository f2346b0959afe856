//! The progress bar with the time left, on stderr; hidden if stderr is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `length` training steps with `done` of them done.
pub(crate) fn bar(length: u64, done: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} step {pos}/{len}, {eta} left")
        .expect("the template is right");
    let bar = ProgressBar::new(length).with_style(style);
    // The speed of an earlier process does not count.
    bar.set_position(done);
    bar.reset_eta();
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}
