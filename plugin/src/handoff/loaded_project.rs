//! Hands a loaded project to the audio thread, past the worker.

use std::sync::Arc;

use triple_buffer::Input;

use super::Shared;
use crate::handoff::answer::Answer;

/// How many cycles each of [`Loaded::answers`] begins after the one before.
const STRIDE: i64 = 2;

/// What a project's own patterns answer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loaded {
    /// The answers from cycle 0, 2, 4 and so on, each with four cycles where these differ; none if nothing was loaded that
    /// can play without the network.
    answers: Vec<Answer>,
}

impl Loaded {
    /// The cycles that the answers of a project with `stored` cycles begin at.
    pub(crate) fn first_cycles(stored: i64) -> impl Iterator<Item = i64> {
        (0..stored.max(1)).step_by(STRIDE as usize)
    }

    /// With one answer for each of [`first_cycles`](Self::first_cycles).
    pub(crate) fn new(answers: Vec<Answer>) -> Self {
        Self { answers }
    }

    /// The answer to play `cycle` with.
    pub(super) fn answer(&self, cycle: i64) -> Option<&Answer> {
        let last = self.answers.len().checked_sub(1)?;
        let index = usize::try_from(cycle / STRIDE).unwrap_or(0);
        self.answers.get(index.min(last))
    }
}

/// The end of the thread that loads projects.
pub(crate) struct LoadEnd {
    pub(super) loaded: Input<Loaded>,
    pub(super) shared: Arc<Shared>,
}

impl LoadEnd {
    /// Hands the audio thread what was loaded: the next block plays it, until the worker has looked at the project.
    pub(crate) fn publish(&mut self, loaded: Loaded) {
        *self.loaded.input_buffer_mut() = loaded;
        self.loaded.publish();
        self.shared.nudge.set();
    }
}
