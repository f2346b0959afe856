//! The twelve slots: stored grooves, chosen by keys.
//!
//! The host's thread saves and loads them, the window fills and clears them, the worker adds
//! missing patterns. The audio thread never reads them; it plays the tracks that the worker makes
//! of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::state::bounded_list;
use crate::state::choice::SLOTS;
use crate::state::groove::Groove;

/// The groove in each slot.
pub type SlotGrooves = [Option<Arc<Groove>>; SLOTS];

/// The slots of one instance.
#[derive(Debug, Default)]
pub struct Slots {
    grooves: RwLock<SlotGrooves>,
    /// Changes by anybody but the worker.
    changes: AtomicU64,
}

impl Slots {
    /// The revision: how often slots were stored, cleared or loaded. The worker looks again when it
    /// changes.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// The groove in each slot.
    pub fn get(&self) -> SlotGrooves {
        self.grooves.read().clone()
    }

    /// Stores `groove` in slot `slot`; `None` empties it. A groove with a recipe may lack patterns:
    /// the worker adds them.
    ///
    /// # Panics
    /// If `slot` is 12 or more.
    pub fn store(&self, slot: usize, groove: Option<Groove>) {
        let mut held = self.grooves.write();
        held[slot] = groove.map(Arc::new);
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Completes slot `slot`, unless anything was changed since `changes` was read.
    pub(crate) fn complete(&self, slot: usize, groove: Arc<Groove>, changes: u64) {
        let mut held = self.grooves.write();
        if self.changes() == changes {
            held[slot] = Some(groove);
        }
    }
}

/// The most slots that are read. A later version may have more than this one.
const MOST_SLOTS: usize = 64;

/// Slots as projects and presets store them: pairs of slot number and groove. The order of the pair
/// never changes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SavedSlots(
    #[serde(deserialize_with = "bounded_list::list::<_, _, MOST_SLOTS>")] Vec<(usize, Groove)>,
);

impl SavedSlots {
    fn of(grooves: &SlotGrooves) -> Self {
        let filled = grooves.iter().cloned().enumerate();
        Self(filled.filter_map(|(slot, groove)| Some((slot, (*groove?).clone()))).collect())
    }

    /// The groove in each slot. Slots beyond the twelfth are left out.
    pub(crate) fn grooves(self) -> SlotGrooves {
        let mut grooves = SlotGrooves::default();
        for (slot, groove) in self.0.into_iter().filter(|(slot, _)| *slot < SLOTS) {
            grooves[slot] = Some(Arc::new(groove));
        }
        grooves
    }
}

impl<'a> PersistentField<'a, SavedSlots> for Slots {
    fn set(&self, saved: SavedSlots) {
        let mut held = self.grooves.write();
        *held = saved.grooves();
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&SavedSlots) -> R,
    {
        f(&SavedSlots::of(&self.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::Pattern;

    fn groove(weights: &str) -> Groove {
        Groove { weights: weights.to_owned(), ..Groove::of_patterns(vec![Pattern::EMPTY]) }
    }

    #[test]
    fn slots_are_saved_and_loaded_where_they_were() {
        let slots = Slots::default();
        slots.store(0, Some(groove("a")));
        slots.store(11, Some(groove("b")));
        slots.store(5, Some(groove("c")));
        slots.store(5, None);
        let json = slots.map(|saved| serde_json::to_string(saved).unwrap());
        let loaded = Slots::default();
        let before = loaded.changes();
        loaded.set(serde_json::from_str(&json).unwrap());
        assert_ne!(loaded.changes(), before);
        assert_eq!(loaded.get(), slots.get());
        assert_eq!(loaded.get().iter().flatten().count(), 2);
    }

    #[test]
    fn a_slot_too_many_in_a_project_is_left_out() {
        let slots = Slots::default();
        slots.set(SavedSlots(vec![(12, groove("a")), (3, groove("b"))]));
        assert_eq!(slots.get()[3].as_ref().unwrap().weights, "b");
    }

    #[test]
    fn what_the_worker_completes_late_does_not_overwrite_what_was_stored() {
        let slots = Slots::default();
        slots.store(1, Some(groove("first")));
        let changes = slots.changes();
        slots.complete(1, Arc::new(groove("complete")), changes);
        assert_eq!(slots.get()[1].as_ref().unwrap().weights, "complete");
        slots.store(1, Some(groove("second")));
        slots.complete(1, Arc::new(groove("late")), changes);
        assert_eq!(slots.get()[1].as_ref().unwrap().weights, "second");
    }
}
