//! Drops under macOS. baseview makes a class for the view of each window, whose methods AppKit calls while something is dragged
//! over it: in that class, of this window alone, ours take their place.

#![expect(unsafe_code, reason = "AppKit is only to be had by foreign functions")]
#![expect(deprecated, reason = "baseview has registered its view for this type of data")]

use std::mem::transmute;
use std::path::PathBuf;
use std::ptr;

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
use objc2::ffi::{class_replaceMethod, method_getTypeEncoding};
use objc2::rc::Retained;
use objc2::runtime::{Bool, Imp, ProtocolObject, Sel};
use objc2::sel;
use objc2_app_kit::{NSDragOperation, NSDraggingInfo, NSFilenamesPboardType, NSView};
use objc2_foundation::{NSArray, NSString};
use parking_lot::Mutex;

use super::{DragEvent, DragEvents};
use crate::window::app::appkit::view;

/// The most files that are read of one drag.
const MAX_FILES: usize = 1000;

/// What is told of drags over each window.
static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());

#[derive(Clone)]
struct Listener {
    /// The address of the window's view.
    view: usize,
    events: DragEvents,
    repaint: RepaintNotifier,
}

type Dragging<'a> = Option<&'a ProtocolObject<dyn NSDraggingInfo>>;
type Method<R> = extern "C-unwind" fn(&NSView, Sel, Dragging<'_>) -> R;

/// The window's target, until it is dropped.
pub(crate) struct Target {
    view: usize,
}

impl Target {
    /// Called by the main thread, which makes the window.
    pub(crate) fn new(
        window: &WindowContext,
        events: DragEvents,
        repaint: RepaintNotifier,
    ) -> Option<Self> {
        let view = view(window)?;
        let class = view.class();
        // SAFETY: AppKit calls these methods so (NSDraggingDestination).
        let methods = unsafe {
            [
                (sel!(draggingEntered:), transmute::<Method<NSDragOperation>, Imp>(over)),
                (sel!(draggingUpdated:), transmute::<Method<NSDragOperation>, Imp>(over)),
                (sel!(draggingExited:), transmute::<Method<()>, Imp>(left)),
                (sel!(performDragOperation:), transmute::<Method<Bool>, Imp>(dropped)),
            ]
        };
        for (name, method) in methods {
            let replaced = class.instance_method(name)?;
            // SAFETY: the class is this window's, and the method has the types of the one that it replaces.
            unsafe {
                let types = method_getTypeEncoding(replaced);
                class_replaceMethod(ptr::from_ref(class).cast_mut(), name, method, types);
            }
        }
        let view = Retained::as_ptr(&view).addr();
        LISTENERS.lock().push(Listener { view, events, repaint });
        Some(Self { view })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        LISTENERS.lock().retain(|listener| listener.view != self.view);
    }
}

impl Listener {
    /// That of the window with this view.
    fn of(view: &NSView) -> Option<Self> {
        let address = ptr::from_ref(view).addr();
        LISTENERS.lock().iter().find(|listener| listener.view == address).cloned()
    }

    fn push(&self, event: DragEvent) {
        self.events.push(event);
        self.repaint.request_repaint();
    }
}

extern "C-unwind" fn over(view: &NSView, _: Sel, dragging: Dragging<'_>) -> NSDragOperation {
    let files = dragging.filter(|dragging| !paths(dragging).is_empty());
    let (Some(listener), Some(dragging)) = (Listener::of(view), files) else {
        return NSDragOperation::None;
    };
    listener.push(DragEvent::Over(place(view, dragging)));
    NSDragOperation::Copy
}

extern "C-unwind" fn left(view: &NSView, _: Sel, _: Dragging<'_>) {
    if let Some(listener) = Listener::of(view) {
        listener.push(DragEvent::Left);
    }
}

extern "C-unwind" fn dropped(view: &NSView, _: Sel, dragging: Dragging<'_>) -> Bool {
    let (Some(listener), Some(dragging)) = (Listener::of(view), dragging) else {
        return Bool::NO;
    };
    let paths = paths(dragging);
    let is_empty = paths.is_empty();
    let dropped = || DragEvent::Dropped(paths, place(view, dragging));
    listener.push(if is_empty { DragEvent::Left } else { dropped() });
    Bool::new(!is_empty)
}

/// Where the pointer is, in pixels from the view's upper left corner; baseview's view is flipped.
fn place(view: &NSView, dragging: &ProtocolObject<dyn NSDraggingInfo>) -> [f32; 2] {
    let at = view.convertPoint_fromView(dragging.draggingLocation(), None);
    let scale = view.window().map_or(1.0, |window| window.backingScaleFactor());
    [at.x * scale, at.y * scale].map(|x| x as f32)
}

/// The files that are dragged.
fn paths(dragging: &ProtocolObject<dyn NSDraggingInfo>) -> Vec<PathBuf> {
    // SAFETY: the name is a constant.
    let names = dragging.draggingPasteboard().propertyListForType(unsafe { NSFilenamesPboardType });
    let names = names.and_then(|names| names.downcast::<NSArray>().ok());
    let names = names.iter().flat_map(|names| names.iter().take(MAX_FILES));
    names.filter_map(|name| Some(name.downcast::<NSString>().ok()?.to_string().into())).collect()
}
