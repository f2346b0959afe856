//! Files that are dropped onto the window.
//!
//! baseview 0.4.2 can be the target of a drag, but egui-baseview 0.9.0 does not hand its events on. So something of ours takes
//! baseview's place. On macOS nothing is taken yet.

#[cfg(not(any(target_os = "linux", windows)))]
mod nowhere;
#[cfg(windows)]
mod ole;
#[cfg(target_os = "linux")]
mod x11;

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;
use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
#[cfg(not(any(target_os = "linux", windows)))]
use nowhere::Target;
#[cfg(windows)]
use ole::Target;
use parking_lot::Mutex;
#[cfg(target_os = "linux")]
use x11::Target;

/// Something that happens to files which are dragged; positions are in pixels from the window's corner.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    not(any(target_os = "linux", windows)),
    allow(dead_code, reason = "nothing is taken there yet")
)]
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

    #[cfg(any(target_os = "linux", windows))]
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
