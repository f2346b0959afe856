//! The plugin's own window, inside one of its owner's: X11 only, which is what a virtual display
//! offers.

use std::ffi::c_ulong;

use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window};

use crate::error::HostError;
use crate::handlers::Requests;
use crate::host::Host;

impl Host {
    /// Opens the plugin's window inside the X11 window `parent`, and returns its size in pixels.
    ///
    /// Call [`answer_requests`](Self::answer_requests) many times a second while it is open.
    ///
    /// # Errors
    /// If the plugin has no window, or refuses to open it there.
    #[allow(unsafe_code)]
    pub fn open_window(&mut self, parent: u32) -> Result<(u32, u32), HostError> {
        let gui = self.gui_extension()?;
        let plugin = self.instance.plugin_handle();
        gui.create(&plugin, GuiConfiguration { api_type: GuiApiType::X11, is_floating: false })?;
        let size = gui.get_size(&plugin).unwrap_or(GuiSize { width: 0, height: 0 });
        // SAFETY: an X11 window is named by a number; the server answers a wrong one with an error.
        unsafe { gui.set_parent(&plugin, Window::from_x11_handle(c_ulong::from(parent))) }?;
        gui.show(&plugin)?;
        Ok((size.width, size.height))
    }

    /// Closes the plugin's window.
    ///
    /// # Errors
    /// If the plugin has no window.
    pub fn close_window(&mut self) -> Result<(), HostError> {
        self.gui_extension()?.destroy(&self.instance.plugin_handle());
        Ok(())
    }

    /// Tells the plugin's window that it now has `width` x `height` pixels.
    ///
    /// # Errors
    /// If the plugin has no window, or refuses.
    pub fn resize_window(&mut self, width: u32, height: u32) -> Result<(), HostError> {
        let size = GuiSize { width, height };
        Ok(self.gui_extension()?.set_size(&self.instance.plugin_handle(), size)?)
    }

    /// The size in pixels that the plugin's window has asked for since the last call.
    pub fn take_window_request(&mut self) -> Option<(u32, u32)> {
        self.instance.access_shared_handler(Requests::take_window_size)
    }

    fn gui_extension(&self) -> Result<PluginGui, HostError> {
        self.instance.plugin_shared_handle().get_extension().ok_or(HostError::NoExtension("gui"))
    }
}
