//! Undo and redo: a hundred steps over all changes made in the window. Automation is no step and is
//! left alone.
//!
//! A step holds what changed between [`begin`](History::begin) and [`end`](History::end): edits,
//! slots, corners and the song by comparison, parameters as the window reports them. Nested steps, such as
//! the two parameters of the pad, are one.

use std::collections::VecDeque;
use std::sync::Arc;

use nice_plug::prelude::{GuiContextInner, Param, ParamPtr};
use parking_lot::Mutex;

use crate::params::JangdanParams;
use crate::params::snapshot::State;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::Corners;
use crate::state::slots::SlotGrooves;
use crate::state::song::Song;
use setting::{Setting, set, value};
use slots::Difference;

mod setting;
mod slots;

/// The number of steps that can be undone.
pub const STEPS: usize = 100;

/// The undo history of one instance. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct History(Arc<Mutex<Past<ParamPtr>>>);

impl History {
    /// Begins a step.
    pub fn begin(&self, params: &JangdanParams) {
        self.0.lock().begin(|| Moment::of(params));
    }

    /// Records that a parameter went from one normalised value to another; a step of its own if
    /// none is open.
    pub fn turn(&self, params: &JangdanParams, param: ParamPtr, from: f32, to: f32) {
        let mut past = self.0.lock();
        past.begin(|| Moment::of(params));
        past.turn(param, from, to);
        past.end(|| Moment::of(params));
    }

    /// Ends a step.
    pub fn end(&self, params: &JangdanParams) {
        self.0.lock().end(|| Moment::of(params));
    }

    /// Ends all open steps: the window has closed.
    pub fn let_go(&self, params: &JangdanParams) {
        self.0.lock().close(Moment::of(params));
    }

    /// Runs `change` as one step.
    pub fn step<T>(&self, params: &JangdanParams, change: impl FnOnce() -> T) -> T {
        self.begin(params);
        let result = change();
        self.end(params);
        result
    }

    /// Records, as a step of its own, that the edits of the live groove were `before` until now.
    pub(crate) fn edited(&self, params: &JangdanParams, before: Arc<Edits>) {
        let mut past = self.0.lock();
        past.begin(|| Moment { edits: before, ..Moment::of(params) });
        past.end(|| Moment::of(params));
    }

    /// Sets a parameter through the host, to a normalised value, as one step.
    pub fn set<P: Param>(
        &self,
        params: &JangdanParams,
        host: &dyn GuiContextInner,
        param: &P,
        normalized: f32,
    ) {
        self.set_all(params, host, &[(param.as_ptr(), normalized)]);
    }

    /// Sets those of `knobs` that have another value yet, as one step.
    pub(crate) fn set_all(
        &self,
        params: &JangdanParams,
        host: &dyn GuiContextInner,
        knobs: &[(ParamPtr, f32)],
    ) {
        self.step(params, || {
            for &(param, to) in knobs {
                let from = value(param);
                if from != to {
                    set(host, param, to);
                    self.turn(params, param, from, to);
                }
            }
        });
    }

    /// Restores `state`, as one step.
    pub fn place(&self, params: &JangdanParams, host: &dyn GuiContextInner, state: &State) {
        self.step(params, || {
            let grooves = (Arc::new(params.groove.get()), Arc::new(state.groove.clone()));
            if let Some(open) = &mut self.0.lock().open {
                // Of two within one step, the first found what was there.
                let found = open.grooves.take().map_or(grooves.0, |(found, _)| found);
                open.grooves = Some((found, grooves.1));
            }
            let knobs = state.knobs(params);
            params.restore.begin(&knobs);
            state.put_patterns(params);
            self.set_all(params, host, &knobs);
        });
    }

    /// Swaps this history with `other`.
    pub fn swap(&self, other: &Self) {
        if !Arc::ptr_eq(&self.0, &other.0) {
            let theirs = std::mem::take(&mut *other.0.lock());
            let ours = std::mem::replace(&mut *self.0.lock(), theirs);
            *other.0.lock() = ours;
        }
    }

    /// Whether there is a step to undo, and one to redo.
    pub fn can(&self) -> (bool, bool) {
        let past = self.0.lock();
        (!past.done.is_empty(), !past.undone.is_empty())
    }

    /// Undoes the last step, even one that is still open; returns whether there was one.
    pub fn undo(&self, params: &JangdanParams, host: &dyn GuiContextInner) -> bool {
        let back = self.0.lock().undo(|| Moment::of(params));
        back.inspect(|back| back.apply(params, host)).is_some()
    }

    /// Redoes the step that was undone last; returns whether there was one.
    pub fn redo(&self, params: &JangdanParams, host: &dyn GuiContextInner) -> bool {
        let forth = self.0.lock().redo();
        forth.inspect(|forth| forth.apply(params, host)).is_some()
    }

    /// Clears the history: the host has loaded another project.
    pub fn forget(&self) {
        *self.0.lock() = Past::default();
    }
}

/// The state that a step may change, parameters aside.
#[derive(Clone, Debug, Default, PartialEq)]
struct Moment {
    edits: Arc<Edits>,
    slots: SlotGrooves,
    corners: Option<Arc<Corners>>,
    song: Arc<Song>,
}

impl Moment {
    fn of(params: &JangdanParams) -> Self {
        Self {
            edits: params.edits.get(),
            slots: params.slots.get(),
            corners: Some(params.corners.get()),
            song: params.song.get(),
        }
    }
}

/// Undo and redo stacks; `K` identifies a parameter.
#[derive(Debug)]
struct Past<K> {
    /// Undo stack; newest at the back.
    done: VecDeque<Step<K>>,
    /// Redo stack; the next at the back.
    undone: Vec<Step<K>>,
    open: Option<Open<K>>,
}

impl<K> Default for Past<K> {
    fn default() -> Self {
        Self { done: VecDeque::new(), undone: Vec::new(), open: None }
    }
}

/// One step: the state before and after it.
#[derive(Clone, Debug)]
struct Step<K> {
    before: Setting<K>,
    after: Setting<K>,
}

/// An open step.
#[derive(Debug)]
struct Open<K> {
    hands: usize,
    before: Moment,
    /// Parameter, first value, last value.
    knobs: Vec<(K, f32, f32)>,
    /// The stored groove before and after, if the step replaced it.
    grooves: Option<(Arc<Groove>, Arc<Groove>)>,
}

impl<K: Copy + PartialEq> Past<K> {
    fn begin(&mut self, now: impl FnOnce() -> Moment) {
        match &mut self.open {
            Some(open) => open.hands += 1,
            None => {
                self.open = Some(Open { hands: 1, before: now(), knobs: Vec::new(), grooves: None })
            }
        }
    }

    fn turn(&mut self, knob: K, from: f32, to: f32) {
        let Some(open) = &mut self.open else { return };
        match open.knobs.iter_mut().find(|(known, ..)| *known == knob) {
            Some((.., last)) => *last = to,
            None => open.knobs.push((knob, from, to)),
        }
    }

    fn end(&mut self, now: impl FnOnce() -> Moment) {
        if let Some(open) = &mut self.open {
            open.hands -= 1;
            if open.hands == 0 {
                self.close(now());
            }
        }
    }

    /// Closes the open step, however deeply nested.
    fn close(&mut self, now: Moment) {
        let Some(Open { before, mut knobs, grooves, .. }) = self.open.take() else { return };
        knobs.retain(|(_, from, to)| from != to);
        let (slots_before, slots_after) = Difference::between(&before.slots, &now.slots);
        let has_edited = before.edits != now.edits;
        let has_turned = before.corners != now.corners;
        let grooves = grooves.filter(|(before, now)| before != now);
        let has_song = before.song != now.song;
        let has_changed = has_edited || has_turned || has_song || grooves.is_some();
        if knobs.is_empty() && !has_changed && slots_before.is_empty() {
            return;
        }
        let edits = |edits| has_edited.then_some(edits);
        let corners = |corners: Option<Arc<Corners>>| corners.filter(|_| has_turned);
        let song = |song| has_song.then_some(song);
        let (groove_before, groove_after) = grooves.unzip();
        self.undone.clear();
        if self.done.len() == STEPS {
            self.done.pop_front();
        }
        self.done.push_back(Step {
            before: Setting {
                edits: edits(before.edits),
                slots: slots_before,
                corners: corners(before.corners),
                song: song(before.song),
                groove: groove_before,
                knobs: knobs.iter().map(|&(knob, from, _)| (knob, from)).collect(),
            },
            after: Setting {
                edits: edits(now.edits),
                slots: slots_after,
                corners: corners(now.corners),
                song: song(now.song),
                groove: groove_after,
                knobs: knobs.iter().map(|&(knob, _, to)| (knob, to)).collect(),
            },
        });
    }

    /// Pops the last step; returns the state before it.
    fn undo(&mut self, now: impl FnOnce() -> Moment) -> Option<Setting<K>> {
        if self.open.is_some() {
            self.close(now());
        }
        let step = self.done.pop_back()?;
        let before = step.before.clone();
        self.undone.push(step);
        Some(before)
    }

    /// Pops the step that was undone last; returns the state after it. `None` while a step is open.
    fn redo(&mut self) -> Option<Setting<K>> {
        if self.open.is_some() {
            return None;
        }
        let step = self.undone.pop()?;
        let after = step.after.clone();
        self.done.push_back(step);
        Some(after)
    }
}

#[cfg(test)]
mod tests;
