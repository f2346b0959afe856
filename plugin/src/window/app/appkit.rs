//! The view of a window under macOS, whose class gets methods of ours.

use nice_plug_egui::baseview::WindowContext;
use objc2::ClassType;
use objc2::rc::Retained;
use objc2_app_kit::NSView;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};

/// The view of `window`, which is being made. baseview makes a class for each; `None` if it is of AppKit's own, to which
/// nothing must be added.
pub(crate) fn view(window: &WindowContext) -> Option<Retained<NSView>> {
    let handle = window.platform_handle();
    let RawWindowHandle::AppKit(window) = handle.window_handle().ok()?.as_raw() else {
        return None;
    };
    // SAFETY: the handle is of a view, and the window holds it.
    #[expect(unsafe_code, reason = "a handle is a pointer")]
    let view = unsafe { Retained::retain(window.ns_view.cast::<NSView>().as_ptr()) }?;
    (view.class() != NSView::class()).then_some(view)
}
