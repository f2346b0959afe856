//! Applies one side of an undo step.

use std::sync::Arc;

use nice_plug::prelude::{GuiContextInner, ParamPtr};

use super::slots::Difference;
use crate::params::JangdanParams;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::Corners;
use crate::state::song::Song;

/// The changed parts of one step, as they were before or after it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting<K> {
    pub(super) edits: Option<Arc<Edits>>,
    pub(super) slots: Difference,
    pub(super) corners: Option<Arc<Corners>>,
    pub(super) song: Option<Arc<Song>>,
    /// The project's patterns.
    pub(super) groove: Option<Arc<Groove>>,
    pub(super) knobs: Vec<(K, f32)>,
}

impl Setting<ParamPtr> {
    pub(super) fn apply(&self, params: &JangdanParams, host: &dyn GuiContextInner) {
        params.restore.begin(&self.knobs);
        if let Some(groove) = &self.groove {
            params.groove.put((**groove).clone());
        }
        if let Some(edits) = &self.edits {
            params.edits.set(edits.clone());
        }
        self.slots.apply(&params.slots);
        if let Some(corners) = &self.corners {
            params.corners.set(corners.clone());
        }
        if let Some(song) = &self.song {
            params.song.set(song.clone());
        }
        // Also where it seems to be there: a host takes its time, and may be about to set something else.
        for &(param, normalized) in &self.knobs {
            set(host, param, normalized);
        }
    }
}

/// Sets a parameter through the host.
#[expect(unsafe_code, reason = "the framework's way to name a parameter of any type")]
pub(super) fn set(host: &dyn GuiContextInner, param: ParamPtr, to: f32) {
    // SAFETY: the pointer was taken from a parameter of the instance whose host this is; whoever calls this holds those
    // parameters.
    unsafe {
        host.raw_begin_set_parameter(param);
        host.raw_set_parameter_normalized(param, to);
        host.raw_end_set_parameter(param);
    }
}

/// The normalised value of a parameter.
#[expect(unsafe_code, reason = "the framework's way to name a parameter of any type")]
pub(super) fn value(param: ParamPtr) -> f32 {
    // SAFETY: as above.
    unsafe { param.unmodulated_normalized_value() }
}
