//! The parameters as the framework loads them: a project's own patterns go to the audio thread before the host can process
//! another block.

use std::collections::BTreeMap;
use std::sync::Arc;

use nice_plug::prelude::{ParamPtr, Params};
use parking_lot::Mutex;

use crate::generation::scheduler::Scheduler;
use crate::generation::weights::Weights;
use crate::handoff::answer::Answer;
use crate::handoff::{LoadEnd, Loaded};
use crate::params::JangdanParams;
use crate::state::choice::Choice;
use crate::state::groove::SAVED_CYCLES;

/// The parameters, with the way to the audio thread.
pub(super) struct LoadedParams {
    params: Arc<JangdanParams>,
    end: Mutex<LoadEnd>,
}

impl LoadedParams {
    pub(super) fn new(params: Arc<JangdanParams>, end: LoadEnd) -> Self {
        Self { params, end: Mutex::new(end) }
    }
}

#[expect(unsafe_code, reason = "the framework's parameter map holds raw pointers")]
// SAFETY: the map's pointers are into `params`, which live as long as this.
unsafe impl Params for LoadedParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        self.params.param_map()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        self.params.serialize_fields()
    }

    /// The framework has set the parameters by then.
    fn deserialize_fields(&self, fields: &BTreeMap<String, String>) {
        self.params.deserialize_fields(fields);
        if let Some(loaded) = loaded(&self.params) {
            self.end.lock().publish(loaded);
        }
    }
}

/// The answers of the project's own patterns, if they are what the parameters ask for.
///
/// Not inlined: the host's stack, a megabyte on Windows, holds it or what reads the fields, but not both.
#[inline(never)]
fn loaded(params: &JangdanParams) -> Option<Loaded> {
    let mut scheduler = scheduler();
    let request = params.request(Choice::default(), None);
    scheduler.load_changed(params, &request.revisions);
    scheduler.change_weights(request.revisions.weights);
    let answer = |cycle: i64| {
        // Four cycles in a row.
        scheduler.step(&request, [0, 1, 2, 3].map(|i| cycle + i), None::<&Weights>);
        scheduler.answer().filter(|answer| *answer.live != *Answer::factory().live).cloned()
    };
    let answers: Option<Vec<Answer>> = Loaded::first_cycles(SAVED_CYCLES).map(answer).collect();
    answers.map(Loaded::new)
}

/// Not inlined, for the same reason.
#[inline(never)]
fn scheduler() -> Box<Scheduler> {
    Box::default()
}
