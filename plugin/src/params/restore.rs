//! A state that is being restored: its patterns are there at once, its parameters only when the host has set them.
//!
//! A preset, undo and A/B ask the host to set parameters, and the host does so in its next block. Until then the
//! worker must not look: it would decode old parameters with new patterns.

use std::time::{Duration, Instant};

use nice_plug::prelude::ParamPtr;
use parking_lot::Mutex;

/// The longest that the worker waits for the host: it may hold a parameter, as automation does.
const TIMEOUT: Duration = Duration::from_millis(500);

/// How near a normalised value is to the one that was asked for, if it is that one: hosts round.
const TOLERANCE: f32 = 1e-5;

/// The parameters that the host has yet to set.
#[derive(Debug, Default)]
pub struct Restore(Mutex<Option<Pending>>);

#[derive(Debug)]
struct Pending {
    /// Parameters and their normalised values.
    knobs: Vec<(ParamPtr, f32)>,
    since: Instant,
}

impl Restore {
    /// The host is about to be asked to set `knobs` to these normalised values.
    pub(crate) fn begin(&self, knobs: &[(ParamPtr, f32)]) {
        *self.0.lock() = Some(Pending { knobs: knobs.to_vec(), since: Instant::now() });
    }

    /// Whether the host has yet to set a parameter. Ends after half a second, set or not.
    pub fn is_pending(&self) -> bool {
        let mut pending = self.0.lock();
        let is_over = pending.as_ref().is_none_or(|pending| {
            pending.since.elapsed() > TIMEOUT || pending.knobs.iter().all(|&knob| is_set(knob))
        });
        if is_over {
            *pending = None;
        }
        !is_over
    }
}

#[expect(unsafe_code, reason = "the framework names parameters by pointers")]
fn is_set((param, normalized): (ParamPtr, f32)) -> bool {
    // SAFETY: the pointer is into the parameters that hold the `Restore`.
    unsafe {
        let snapped = param.preview_normalized(param.preview_plain(normalized));
        (param.unmodulated_normalized_value() - snapped).abs() <= TOLERANCE
    }
}
