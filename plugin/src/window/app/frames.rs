//! X11 only: makes sure that the window is drawn, however late the host shows it.
//!
//! baseview 0.4.2 draws a frame when the X server says that the one before is over (`PresentCompleteNotify`). It
//! begins to listen for that when the window is shown, but it asks for the first as soon as anything wants a frame,
//! and egui-baseview 0.9.0 does so 16 ms after the window is made. If the host shows it later, nobody receives the
//! answer, baseview waits for it for ever, and the window stays blank. So this module asks for the answers too, on
//! baseview's connection and from the beginning. baseview ignores an answer that comes twice.

use egui::Context;
use nice_plug_egui::baseview::WindowContext;

/// Listens until `ctx`, the window's, is dropped. Call it right after `window` is made. If it fails, the window works as
/// without it.
#[cfg(target_os = "linux")]
pub(crate) fn listen(ctx: &Context, window: &WindowContext) {
    if let Some(listener) = x11::Listener::new(window) {
        let listener = std::sync::Arc::new(listener);
        ctx.data_mut(|data| data.insert_temp(egui::Id::unique("frames"), listener));
    }
}

/// Nothing needs to be done here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn listen(_ctx: &Context, _window: &WindowContext) {}

#[cfg(target_os = "linux")]
mod x11 {
    use nice_plug_egui::baseview::{PlatformHandle, WindowContext};
    use raw_window_handle::{HasDisplayHandle, HasWindowHandle, RawDisplayHandle, RawWindowHandle};
    use x11rb::connection::Connection;
    use x11rb::protocol::present::{ConnectionExt, EventMask};
    use x11rb::xcb_ffi::XCBConnection;

    /// Has the X server send `PresentCompleteNotify` of a window to baseview's connection.
    pub(crate) struct Listener {
        /// Declared, and so dropped, before what keeps it open.
        connection: XCBConnection,
        window: u32,
        event: u32,
        _handle: PlatformHandle,
    }

    impl Listener {
        #[expect(unsafe_code, reason = "baseview's connection is only to be had as a pointer")]
        pub(crate) fn new(window: &WindowContext) -> Option<Self> {
            let handle = window.platform_handle();
            let RawDisplayHandle::Xcb(display) = handle.display_handle().ok()?.as_raw() else {
                return None;
            };
            let RawWindowHandle::Xcb(xcb_window) = handle.window_handle().ok()?.as_raw() else {
                return None;
            };
            let pointer = display.connection?.as_ptr();
            // SAFETY: the pointer is to the open libxcb connection that `handle` shares the ownership of. It
            // lives in the same struct and is dropped last; `false` leaves closing the connection to it.
            let connection =
                unsafe { XCBConnection::from_raw_xcb_connection(pointer, false) }.ok()?;
            let event = connection.generate_id().ok()?;
            let window = xcb_window.window.get();
            let asked =
                connection.present_select_input(event, window, EventMask::COMPLETE_NOTIFY).ok()?;
            asked.check().ok()?;
            Some(Self { connection, window, event, _handle: handle })
        }
    }

    impl Drop for Listener {
        fn drop(&mut self) {
            let Self { connection, window, event, .. } = self;
            // An error means that the window is gone, and its listeners with it.
            if let Ok(asked) = connection.present_select_input(*event, *window, EventMask::NO_EVENT)
            {
                asked.ignore_error();
            }
        }
    }
}
