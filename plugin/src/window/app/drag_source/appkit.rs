//! A drag under macOS: AppKit drags the file, and the window's view is the source. baseview makes a class for the view of each
//! window, which gets the two methods that a source needs.

#![expect(unsafe_code, reason = "AppKit is only to be had by foreign functions")]

use std::ffi::CStr;
use std::mem::transmute;
use std::path::Path;
use std::ptr;

use nice_plug_egui::RepaintNotifier;
use nice_plug_egui::baseview::WindowContext;
use objc2::ffi::{class_addMethod, class_addProtocol};
use objc2::rc::Retained;
use objc2::runtime::{AnyProtocol, Imp, ProtocolObject, Sel};
use objc2::{AllocAnyThread, sel};
use objc2_app_kit::{
    NSDragOperation, NSDraggingContext, NSDraggingItem, NSDraggingSession, NSDraggingSource,
    NSEvent, NSEventModifierFlags, NSEventType, NSView, NSWindow, NSWorkspace,
};
use objc2_foundation::{NSArray, NSPoint, NSRect, NSSize, NSString, NSURL};

use super::Aim;
use crate::window::app::appkit::view;

/// The edge of the picture that is dragged, in points.
const PICTURE: f64 = 32.0;

/// The types of the two methods, as the Objective-C runtime writes them.
const MAY_DO_TYPES: &CStr = c"Q@:@q";
const ENDED_TYPES: &CStr = c"v@:@{CGPoint=dd}Q";

type MayDo =
    extern "C-unwind" fn(&NSView, Sel, &NSDraggingSession, NSDraggingContext) -> NSDragOperation;
type Ended = extern "C-unwind" fn(&NSView, Sel, &NSDraggingSession, NSPoint, NSDragOperation);

/// The drags of one window.
pub(crate) struct Source {
    /// The address of its view.
    view: usize,
}

impl Source {
    /// Called by the main thread, which makes the window.
    pub(crate) fn new(window: &WindowContext, _: RepaintNotifier) -> Option<Self> {
        let view = view(window)?;
        let class = ptr::from_ref(view.class()).cast_mut();
        // SAFETY: AppKit calls the methods so (NSDraggingSource), and the class is this window's.
        let is_added = unsafe {
            if let Some(protocol) = AnyProtocol::get(c"NSDraggingSource") {
                class_addProtocol(class, protocol);
            }
            let may_do = transmute::<MayDo, Imp>(may_do);
            let ended = transmute::<Ended, Imp>(ended);
            let name = sel!(draggingSession:sourceOperationMaskForDraggingContext:);
            class_addMethod(class, name, may_do, MAY_DO_TYPES.as_ptr()).as_bool()
                && class_addMethod(
                    class,
                    sel!(draggingSession:endedAtPoint:operation:),
                    ended,
                    ENDED_TYPES.as_ptr(),
                )
                .as_bool()
        };
        is_added.then_some(Self { view: Retained::as_ptr(&view).expose_provenance() })
    }

    /// Drags the file `path`, if the button is still held. Called in a frame of the window.
    pub(crate) fn start(&self, path: &Path) {
        // SAFETY: while the window draws a frame its view lives.
        let view = unsafe { &*ptr::with_exposed_provenance::<NSView>(self.view) };
        let is_held = NSEvent::pressedMouseButtons() & 1 == 1;
        // If the drag cannot begin, nothing is dragged.
        _ = is_held.then(|| drag(view, path));
    }

    /// AppKit shapes the pointer itself.
    pub(crate) fn aim(&self) -> Aim {
        Aim::Idle
    }
}

/// Begins to drag the file from where the pointer is.
fn drag(view: &NSView, path: &Path) -> Option<()> {
    let window = view.window()?;
    let event = event(&window, NSEventType::LeftMouseDragged)?;
    let file = NSURL::from_file_path(path)?;
    let file = ProtocolObject::from_ref(&*file);
    let item = NSDraggingItem::initWithPasteboardWriter(NSDraggingItem::alloc(), file);
    let icon = NSWorkspace::sharedWorkspace().iconForFile(&NSString::from_str(path.to_str()?));
    let at = view.convertPoint_fromView(window.mouseLocationOutsideOfEventStream(), None);
    let corner = NSPoint::new(at.x - PICTURE / 2.0, at.y - PICTURE / 2.0);
    let frame = NSRect::new(corner, NSSize::new(PICTURE, PICTURE));
    // SAFETY: a picture may stand for an item.
    unsafe { item.setDraggingFrame_contents(frame, Some(&icon)) };
    // SAFETY: its class has the protocol's methods.
    let source = unsafe { &*ptr::from_ref(view).cast::<ProtocolObject<dyn NSDraggingSource>>() };
    let items = NSArray::from_retained_slice(&[item]);
    view.beginDraggingSessionWithItems_event_source(&items, &event, source);
    Some(())
}

/// An event of the left button where the pointer is.
fn event(window: &NSWindow, kind: NSEventType) -> Option<Retained<NSEvent>> {
    let (at, number) = (window.mouseLocationOutsideOfEventStream(), window.windowNumber());
    let none = NSEventModifierFlags::empty();
    NSEvent::mouseEventWithType_location_modifierFlags_timestamp_windowNumber_context_eventNumber_clickCount_pressure(
        kind, at, none, 0.0, number, None, 0, 1, 1.0,
    )
}

/// Any target may copy the file.
extern "C-unwind" fn may_do(
    _: &NSView,
    _: Sel,
    _: &NSDraggingSession,
    _: NSDraggingContext,
) -> NSDragOperation {
    NSDragOperation::Copy
}

/// The window must be told that the button was released: AppKit does not report it.
extern "C-unwind" fn ended(
    view: &NSView,
    _: Sel,
    _: &NSDraggingSession,
    _: NSPoint,
    _: NSDragOperation,
) {
    if let Some(up) = view.window().and_then(|window| event(&window, NSEventType::LeftMouseUp)) {
        view.mouseUp(&up);
    }
}
