//! A drag under Windows, by OLE: the shell offers the file.
//!
//! OLE drags in a loop of its own, which hands out the window's messages and returns when the file is dropped. It must not
//! run inside a frame, which those messages would enter again. So a timer of this thread begins it, from the host's loop.

#![expect(unsafe_code, reason = "OLE and the shell are only to be had by foreign functions")]

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use windows::Win32::Foundation::{
    DRAGDROP_S_CANCEL, DRAGDROP_S_DROP, DRAGDROP_S_USEDEFAULTCURSORS, HWND, LPARAM, S_OK, WPARAM,
};
use windows::Win32::System::Com::IDataObject;
use windows::Win32::System::Ole::{
    DROPEFFECT, DROPEFFECT_COPY, DROPEFFECT_NONE, DoDragDrop, IDropSource, IDropSource_Impl,
    OleInitialize, OleUninitialize,
};
use windows::Win32::System::SystemServices::{MK_LBUTTON, MODIFIERKEYS_FLAGS};
use windows::Win32::UI::Input::KeyboardAndMouse::{GetKeyState, VK_LBUTTON};
use windows::Win32::UI::Shell::{BHID_DataObject, IShellItem, SHCreateItemFromParsingName};
use windows::Win32::UI::WindowsAndMessaging::{
    KillTimer, PostMessageW, SetTimer, USER_TIMER_MINIMUM, WM_LBUTTONUP,
};
use windows::core::{BOOL, HRESULT, HSTRING, Result, implement};

use super::Aim;

thread_local! {
    /// What the timer of this thread is to drag.
    static WAITING: RefCell<Option<Waiting>> = const { RefCell::new(None) };
}

struct Waiting {
    window: isize,
    path: PathBuf,
    timer: usize,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // SAFETY: the timer is this thread's. If it is gone, the call fails and changes nothing.
        _ = unsafe { KillTimer(None, self.timer) };
    }
}

/// The drags of one window.
pub(crate) struct Source {
    window: isize,
}

impl Source {
    pub(crate) fn new(window: &WindowContext, _: RepaintNotifier) -> Option<Self> {
        let handle = window.platform_handle();
        let RawWindowHandle::Win32(window) = handle.window_handle().ok()?.as_raw() else {
            return None;
        };
        Some(Self { window: window.hwnd.get() })
    }

    /// Drags the file `path` as soon as this thread, the window's, is back in its loop.
    pub(crate) fn start(&self, path: &Path) {
        // SAFETY: the function lives as long as this library, and the timer at most as long as this window.
        let timer = unsafe { SetTimer(None, 0, USER_TIMER_MINIMUM, Some(begin)) };
        if timer != 0 {
            let waiting = Waiting { window: self.window, path: path.to_owned(), timer };
            WAITING.with(|place| *place.borrow_mut() = Some(waiting));
        }
    }

    /// OLE shapes the pointer itself.
    pub(crate) fn aim(&self) -> Aim {
        Aim::Idle
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        // What has not begun does not begin any more. At the thread's end there is nothing left.
        _ = WAITING.try_with(|place| {
            place.borrow_mut().take_if(|waiting| waiting.window == self.window);
        });
    }
}

/// The timer's function.
unsafe extern "system" fn begin(_: HWND, _: u32, _: usize, _: u32) {
    let Some(waiting) = WAITING.with(|place| place.borrow_mut().take()) else { return };
    let (window, path) = (HWND(waiting.window as *mut _), waiting.path.clone());
    drop(waiting);
    // SAFETY: it takes no pointer.
    let is_held = unsafe { GetKeyState(VK_LBUTTON.0.into()) } < 0;
    if is_held {
        // Where it fails, nothing is dragged.
        _ = drag(&path);
        // OLE has kept this from the window, for which the button would be held for ever.
        // SAFETY: no pointer is passed, and a window that is gone gets nothing.
        _ = unsafe { PostMessageW(Some(window), WM_LBUTTONUP, WPARAM(0), LPARAM(0)) };
    }
}

/// Drags the file until it is dropped or let go.
fn drag(path: &Path) -> Result<()> {
    // SAFETY: the host's thread of windows is such a thread already; if it is not, this fails.
    unsafe { OleInitialize(None) }?;
    let result = (|| {
        let mut effect = DROPEFFECT_NONE;
        // SAFETY: all that is passed lives until the calls return.
        unsafe {
            let item: IShellItem =
                SHCreateItemFromParsingName(&HSTRING::from(path.as_os_str()), None)?;
            let data: IDataObject = item.BindToHandler(None, &BHID_DataObject)?;
            let source: IDropSource = ButtonWatch.into();
            DoDragDrop(&data, &source, DROPEFFECT_COPY, &mut effect).ok()
        }
    })();
    // SAFETY: it was initialised above, by this thread.
    unsafe { OleUninitialize() };
    result
}

/// Says when the drag ends.
#[implement(IDropSource)]
struct ButtonWatch;

impl IDropSource_Impl for ButtonWatch_Impl {
    fn QueryContinueDrag(&self, is_escaped: BOOL, keys: MODIFIERKEYS_FLAGS) -> HRESULT {
        if is_escaped.as_bool() {
            DRAGDROP_S_CANCEL
        } else if keys.0 & MK_LBUTTON.0 == 0 {
            DRAGDROP_S_DROP
        } else {
            S_OK
        }
    }

    fn GiveFeedback(&self, _: DROPEFFECT) -> HRESULT {
        DRAGDROP_S_USEDEFAULTCURSORS
    }
}
