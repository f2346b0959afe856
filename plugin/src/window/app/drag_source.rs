//! Files that are dragged out of the window, to the host or a file manager.
//!
//! baseview 0.4.2 can be the target of a drag, not its source. Under X11 a thread of ours is the source while a drag lasts,
//! with its own connection to the X server; on Windows OLE is, on macOS AppKit, on the window's thread.

#[cfg(target_os = "macos")]
mod appkit;
#[cfg(windows)]
mod ole;
#[cfg(target_os = "linux")]
mod x11;
#[cfg(target_os = "linux")]
mod xdnd;

use std::path::Path;

#[cfg(target_os = "macos")]
use appkit::Source;
use egui::Context;
use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
#[cfg(windows)]
use ole::Source;
#[cfg(target_os = "linux")]
use x11::Source;

/// What is under the pointer that drags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "the system shapes the pointer"))]
pub(crate) enum Aim {
    /// Nothing is dragged.
    #[default]
    Idle,
    /// Nothing that takes the file.
    Nothing,
    /// A window that takes it.
    Taker,
}

/// Lets files be dragged out of `window` until `ctx`, the window's, is dropped. `repaint` has it drawn when the
/// [pointer](point) needs another shape.
pub(crate) fn listen(ctx: &Context, window: &WindowContext, repaint: RepaintNotifier) {
    if let Some(source) = Source::new(window, repaint) {
        ctx.data_mut(|data| data.insert_temp(id(), std::sync::Arc::new(source)));
    }
}

/// Begins to drag the file `path`, if the button is still held.
pub(crate) fn start(ctx: &Context, path: &Path) {
    if let Some(source) = source(ctx) {
        source.start(path);
    }
}

/// Shapes the pointer by what would take the file, while one is dragged.
pub(crate) fn point(ctx: &Context) {
    match source(ctx).map(|source| source.aim()).unwrap_or_default() {
        Aim::Idle => {}
        Aim::Nothing => ctx.set_cursor_icon(egui::CursorIcon::NoDrop),
        Aim::Taker => ctx.set_cursor_icon(egui::CursorIcon::Copy),
    }
}

fn id() -> egui::Id {
    egui::Id::unique("drag source")
}

fn source(ctx: &Context) -> Option<std::sync::Arc<Source>> {
    ctx.data(|data| data.get_temp(id()))
}
