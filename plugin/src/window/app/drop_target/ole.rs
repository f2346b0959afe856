//! Drops under Windows, by OLE: a target of ours takes the place of baseview's, which tells egui-baseview of the files in vain.

#![expect(unsafe_code, reason = "OLE and the shell are only to be had by foreign functions")]

use std::cell::Cell;
use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use windows::Win32::Foundation::{HWND, POINT, POINTL};
use windows::Win32::Graphics::Gdi::ScreenToClient;
use windows::Win32::System::Com::{DVASPECT_CONTENT, FORMATETC, IDataObject, TYMED_HGLOBAL};
use windows::Win32::System::Ole::{
    CF_HDROP, DROPEFFECT, DROPEFFECT_COPY, DROPEFFECT_NONE, IDropTarget, IDropTarget_Impl,
    RegisterDragDrop, ReleaseStgMedium, RevokeDragDrop,
};
use windows::Win32::System::SystemServices::MODIFIERKEYS_FLAGS;
use windows::Win32::UI::Shell::{DragQueryFileW, HDROP};
use windows::core::{Ref, Result, implement};

use super::{DragEvent, DragEvents};

/// The most files that are read of one drag.
const MAX_FILES: u32 = 1000;

/// The window's target. OLE holds it until baseview gives the window's up, as it does before the window goes.
pub(crate) struct Target;

impl Target {
    /// Called by the window's thread, which has initialised OLE.
    pub(crate) fn new(
        window: &WindowContext,
        events: DragEvents,
        repaint: RepaintNotifier,
    ) -> Option<Self> {
        let handle = window.platform_handle();
        let RawWindowHandle::Win32(window) = handle.window_handle().ok()?.as_raw() else {
            return None;
        };
        let window = HWND(window.hwnd.get() as *mut _);
        let files: IDropTarget =
            Files { window, events, repaint, has_files: Cell::new(false) }.into();
        // SAFETY: the window is this thread's, and OLE counts a reference to the target.
        unsafe {
            RevokeDragDrop(window).ok()?;
            RegisterDragDrop(window, &files).ok()?;
        }
        Some(Self)
    }
}

/// What OLE asks and tells while something is dragged over the window.
#[implement(IDropTarget)]
struct Files {
    window: HWND,
    events: DragEvents,
    repaint: RepaintNotifier,
    /// Whether what is dragged holds files.
    has_files: Cell<bool>,
}

impl Files_Impl {
    fn push(&self, event: DragEvent) {
        self.events.push(event);
        self.repaint.request_repaint();
    }

    /// A place of the screen, in the window.
    fn place(&self, at: &POINTL) -> [f32; 2] {
        let mut at = POINT { x: at.x, y: at.y };
        // SAFETY: the point lives until the call returns. A window that is gone leaves it as it is.
        _ = unsafe { ScreenToClient(self.window, &mut at) };
        [at.x as f32, at.y as f32]
    }

    /// Says what would become of the files at `at`: a copy, wherever it is.
    fn over(&self, at: &POINTL, effect: *mut DROPEFFECT) {
        let has_files = self.has_files.get();
        // SAFETY: OLE has the target write to what it passes.
        unsafe { *effect = if has_files { DROPEFFECT_COPY } else { DROPEFFECT_NONE } };
        if has_files {
            self.push(DragEvent::Over(self.place(at)));
        }
    }
}

impl IDropTarget_Impl for Files_Impl {
    fn DragEnter(
        &self,
        data: Ref<IDataObject>,
        _: MODIFIERKEYS_FLAGS,
        at: &POINTL,
        effect: *mut DROPEFFECT,
    ) -> Result<()> {
        // SAFETY: the format lives until the call returns.
        let has_files =
            data.as_ref().is_some_and(|data| unsafe { data.QueryGetData(&FILES) }.is_ok());
        self.has_files.set(has_files);
        self.over(at, effect);
        Ok(())
    }

    fn DragOver(&self, _: MODIFIERKEYS_FLAGS, at: &POINTL, effect: *mut DROPEFFECT) -> Result<()> {
        self.over(at, effect);
        Ok(())
    }

    fn DragLeave(&self) -> Result<()> {
        self.push(DragEvent::Left);
        Ok(())
    }

    fn Drop(
        &self,
        data: Ref<IDataObject>,
        _: MODIFIERKEYS_FLAGS,
        at: &POINTL,
        effect: *mut DROPEFFECT,
    ) -> Result<()> {
        let paths = data.as_ref().and_then(|data| paths(data).ok()).unwrap_or_default();
        let is_empty = paths.is_empty();
        // SAFETY: as in `over`.
        unsafe { *effect = if is_empty { DROPEFFECT_NONE } else { DROPEFFECT_COPY } };
        let dropped = || DragEvent::Dropped(paths, self.place(at));
        self.push(if is_empty { DragEvent::Left } else { dropped() });
        Ok(())
    }
}

/// The format in which the shell hands files over.
const FILES: FORMATETC = FORMATETC {
    cfFormat: CF_HDROP.0,
    ptd: std::ptr::null_mut(),
    dwAspect: DVASPECT_CONTENT.0,
    lindex: -1,
    tymed: TYMED_HGLOBAL.0 as u32,
};

/// The files in `data`.
fn paths(data: &IDataObject) -> Result<Vec<PathBuf>> {
    // SAFETY: the medium is of the kind that was asked for, and it is freed once its names are copied, by buffers of their
    // length and a final zero.
    unsafe {
        let mut medium = data.GetData(&FILES)?;
        let drop = HDROP(medium.u.hGlobal.0);
        let count = DragQueryFileW(drop, u32::MAX, None).min(MAX_FILES);
        let paths = (0..count).map(|i| {
            let mut name = vec![0; DragQueryFileW(drop, i, None) as usize + 1];
            let length = DragQueryFileW(drop, i, Some(&mut name)) as usize;
            OsString::from_wide(&name[..length]).into()
        });
        let paths = paths.collect();
        ReleaseStgMedium(&mut medium);
        Ok(paths)
    }
}
