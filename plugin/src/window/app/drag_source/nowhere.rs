//! No drags, on other systems.

use std::path::Path;

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;

use super::Aim;

/// There is none.
pub(crate) enum Source {}

impl Source {
    pub(crate) fn new(_: &WindowContext, _: RepaintNotifier) -> Option<Self> {
        None
    }

    pub(crate) fn start(&self, _: &Path) {
        match *self {}
    }

    pub(crate) fn aim(&self) -> Aim {
        match *self {}
    }
}
