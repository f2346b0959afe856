//! The slots that a step has changed.

use std::sync::Arc;

use crate::state::groove::Groove;
use crate::state::slots::{SlotGrooves, Slots};

/// Some slots with their content.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Difference(Vec<(usize, Option<Arc<Groove>>)>);

impl Difference {
    /// The slots that differ, as they are in `before` and in `after`.
    pub(super) fn between(before: &SlotGrooves, after: &SlotGrooves) -> (Self, Self) {
        let changed: Vec<usize> = (0..before.len()).filter(|&i| before[i] != after[i]).collect();
        let of =
            |slots: &SlotGrooves| Self(changed.iter().map(|&i| (i, slots[i].clone())).collect());
        (of(before), of(after))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn apply(&self, slots: &Slots) {
        for (slot, groove) in &self.0 {
            slots.store(*slot, groove.as_deref().cloned());
        }
    }
}
