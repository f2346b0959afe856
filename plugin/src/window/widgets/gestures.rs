//! Open parameter gestures of the host: makes sure that every one ends.
//!
//! A control begins a gesture when it is first moved and keeps it from frame to frame. A gesture not kept in a frame ends
//! with it: the button was released, or the control is no longer drawn. Open gestures end with the window.

use std::sync::Arc;

use egui::Id;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{GuiContextInner, Param, ParamPtr, ParamSetter};
use parking_lot::Mutex;

/// The open gestures. Clones share one list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gestures {
    open: Arc<Mutex<Vec<Open>>>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    param: ParamPtr,
    /// Whether it was kept in this frame.
    is_kept: bool,
}

impl Gestures {
    /// Begins a gesture of `param` if none is open, and keeps it for this frame. Returns whether it began here.
    pub(crate) fn begin<P: Param>(&self, setter: &ParamSetter<'_>, param: &P) -> bool {
        let begins = !self.keep(param);
        if begins {
            setter.begin_set_parameter(param);
            self.open.lock().push(Open { param: param.as_ptr(), is_kept: true });
        }
        begins
    }

    /// Keeps the gesture of `param` for this frame. Returns whether there is one.
    pub(crate) fn keep<P: Param>(&self, param: &P) -> bool {
        let param = param.as_ptr();
        let mut open = self.open.lock();
        let gesture = open.iter_mut().find(|open| open.param == param);
        gesture.map(|gesture| gesture.is_kept = true).is_some()
    }

    /// Whether a gesture of `param` is open.
    pub(crate) fn is_open<P: Param>(&self, param: &P) -> bool {
        let param = param.as_ptr();
        self.open.lock().iter().any(|open| open.param == param)
    }

    /// Ends the gestures that were not kept in this frame; returns how many.
    pub(crate) fn end_frame(&self, setter: &ParamSetter<'_>) -> usize {
        self.end(setter.raw_context, |open| !std::mem::take(&mut open.is_kept))
    }

    fn end(&self, host: &dyn GuiContextInner, mut is_over: impl FnMut(&mut Open) -> bool) -> usize {
        // Not under the lock: a host may answer by closing the window.
        let mut over = Vec::new();
        self.open.lock().retain_mut(|open| {
            let is_over = is_over(open);
            if is_over {
                over.push(open.param);
            }
            !is_over
        });
        let count = over.len();
        for param in over {
            end_one(host, param);
        }
        count
    }

    /// Ends all open gestures when `ctx`, the window's, is dropped.
    pub(crate) fn end_with(&self, ctx: &egui::Context, host: GuiContext) {
        let guard = Arc::new(EndWithWindow { gestures: self.clone(), host });
        ctx.data_mut(|data| data.insert_temp(Id::unique("gestures"), guard));
    }
}

#[expect(unsafe_code, reason = "the framework's way to name a parameter of any type")]
fn end_one(host: &dyn GuiContextInner, param: ParamPtr) {
    // SAFETY: the pointer was taken from a parameter of the instance whose host this is, and that
    // host's context keeps the instance's parameters alive.
    unsafe { host.raw_end_set_parameter(param) };
}

/// Stored in the context's memory, which only the window holds.
struct EndWithWindow {
    gestures: Gestures,
    host: GuiContext,
}

impl Drop for EndWithWindow {
    fn drop(&mut self) {
        self.gestures.end(self.host.param_setter().raw_context, |_| true);
    }
}
