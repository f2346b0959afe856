//! Files that are dropped onto the window.
//!
//! baseview 0.4.2 can be the target of a drag, but egui-baseview 0.9.0 does not hand its events on. So something of ours takes
//! baseview's place.

#[cfg(target_os = "macos")]
mod appkit;
#[cfg(windows)]
mod ole;
#[cfg(target_os = "linux")]
mod x11;

use std::path::PathBuf;
use std::sync::Arc;

#[cfg(target_os = "macos")]
use appkit::Target;
use egui::Context;
use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
#[cfg(windows)]
use ole::Target;
use parking_lot::Mutex;
#[cfg(target_os = "linux")]
use x11::Target;

/// Something that happens to files which are dragged; positions are in pixels from the window's corner.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DragEvent {
    /// They are over the window.
    Over([f32; 2]),
    /// They have left.
    Left,
    /// They were dropped.
    Dropped(Vec<PathBuf>, [f32; 2]),
}

/// The events since they were last taken. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct DragEvents {
    events: Arc<Mutex<Vec<DragEvent>>>,
}

impl DragEvents {
    /// The events since the last call, in order.
    pub(crate) fn take(&self) -> Vec<DragEvent> {
        std::mem::take(&mut *self.events.lock())
    }

    fn push(&self, event: DragEvent) {
        self.events.lock().push(event);
    }
}

/// Takes drops on `window` until `ctx`, the window's, is dropped. If it fails, the window works without it.
pub(crate) fn listen(
    ctx: &Context,
    window: &WindowContext,
    events: &DragEvents,
    repaint: RepaintNotifier,
) {
    if let Some(target) = Target::new(window, events.clone(), repaint) {
        let target = Arc::new(target);
        ctx.data_mut(|data| data.insert_temp(egui::Id::unique("drop target"), target));
    }
}
