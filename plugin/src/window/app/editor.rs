//! The framework's editor, with two additions: closing the window waits for the end of its thread, and the thread of the
//! host that opened the window is known.
//!
//! Under X11, baseview 0.4.2 runs each window on a thread of its own. Closing stops the thread without waiting for its end.
//! Its last work, above all freeing OpenGL's objects, crashes in a host that ends or unloads the plugin at once.

use std::error::Error;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{
    Editor, EditorHandle, HostMethods, Modifiers, ParentWindowHandle, ResizeHint, SpawnedEditor,
    VirtualKeyCode,
};
use nice_plug_egui::{EguiEditor, EguiEditorHandle, baseview};

use crate::params::JangdanParams;
use crate::window::app::Window;
use crate::window::app::window_thread::WindowThread;

/// The editor type that the framework opens windows with.
pub struct WindowEditor {
    inner: EguiEditor<Window>,
    params: Arc<JangdanParams>,
    thread: WindowThread,
}

impl WindowEditor {
    /// `inner` with a window that [enters](WindowThread::enter) `thread`.
    pub(crate) fn new(
        inner: EguiEditor<Window>,
        params: Arc<JangdanParams>,
        thread: WindowThread,
    ) -> Self {
        Self { inner, params, thread }
    }
}

/// An open window.
pub struct OpenWindow {
    window: baseview::Window,
    /// Dropped, and so waited for, after the window.
    _thread: EndOfThread,
}

/// Waits for the thread when it is dropped.
struct EndOfThread(WindowThread);

impl Drop for EndOfThread {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl Editor for WindowEditor {
    type Handle = WindowHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<WindowHandle>, Box<dyn Error>> {
        self.params.host_offers.open_window();
        let SpawnedEditor { handle, window } =
            self.inner.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)?;
        let window = OpenWindow { window, _thread: EndOfThread(self.thread.clone()) };
        Ok(SpawnedEditor { handle: WindowHandle(handle), window })
    }

    fn size(&self) -> NativeSize<u32> {
        self.inner.size()
    }

    fn resize_hint(&self) -> ResizeHint {
        self.inner.resize_hint()
    }
}

/// The framework's handle of a window.
pub struct WindowHandle(EguiEditorHandle);

impl EditorHandle for WindowHandle {
    type Window = OpenWindow;
    type Error = baseview::Error;

    fn run_until_closed(window: OpenWindow) -> Result<(), baseview::Error> {
        EguiEditorHandle::run_until_closed(window.window)
    }

    fn set_parent(
        &self,
        parent: ParentWindowHandle,
        window: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        self.0.set_parent(parent, &window.window)
    }

    fn show(&self, window: &OpenWindow) -> Result<(), baseview::Error> {
        self.0.show(&window.window)
    }

    fn hide(&self, window: &OpenWindow) -> Result<(), baseview::Error> {
        self.0.hide(&window.window)
    }

    fn set_size(
        &self,
        new_size: NativeSize<u32>,
        window: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        self.0.set_size(new_size, &window.window)
    }

    fn host_main_thread_callback(&self, window: &OpenWindow) {
        self.0.host_main_thread_callback(&window.window);
    }

    fn adjust_size(
        &self,
        new_size: NativeSize<u32>,
        window: &OpenWindow,
    ) -> Option<NativeSize<u32>> {
        self.0.adjust_size(new_size, &window.window)
    }

    fn set_fallback_scale_factor(
        &self,
        scale_factor: f64,
        window: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        self.0.set_fallback_scale_factor(scale_factor, &window.window)
    }

    fn on_virtual_key_from_host(
        &self,
        key_code: VirtualKeyCode,
        is_down: bool,
        modifiers: Modifiers,
    ) -> bool {
        self.0.on_virtual_key_from_host(key_code, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, normalized_value: f32) {
        self.0.param_value_changed(id, normalized_value);
    }

    fn param_modulation_changed(&self, id: &str, modulation_offset: f32) {
        self.0.param_modulation_changed(id, modulation_offset);
    }
}
