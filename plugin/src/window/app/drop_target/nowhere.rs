//! No drops, on other systems.

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;

use super::DragEvents;

/// There is none.
pub(crate) enum Target {}

impl Target {
    pub(crate) fn new(_: &WindowContext, _: DragEvents, _: RepaintNotifier) -> Option<Self> {
        None
    }
}
