//! A stored groove: patterns, with the recipe and the weights that made them.
//!
//! With [variation](musicvae::Recipe::variation) 0 a project stores one pattern. Otherwise every
//! cycle has its own and the first [`SAVED_CYCLES`] are stored. Opened with the same weights,
//! further cycles are decoded again, to the same notes. With other weights the stored cycles
//! repeat, so that an old song keeps its own patterns until a parameter of the recipe changes.

use std::sync::atomic::{AtomicU64, Ordering};

use groove::{Bar, Pattern};
use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::state::bounded_list;
use crate::state::edits::Edits;
use crate::state::fingerprint::fingerprint;
use crate::state::morph::Pad;
use crate::state::request::{GrooveKey, Recipe};

/// Cycles that a project with variation stores: two minutes at 64 BPM, about 50 kB.
pub const SAVED_CYCLES: i64 = 8;

/// The most cycles that are read. A later version may store more than this one.
const MOST_CYCLES: usize = 64;

/// A recipe and the patterns made from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Groove {
    /// The recipe of the patterns; `None` if the project was saved before the first decode.
    pub recipe: Option<Recipe>,
    /// SHA-256 of the weights file that made them, in hexadecimal.
    pub weights: String,
    /// The pattern of cycle 0, 1 and so on; one if every cycle is the same.
    #[serde(deserialize_with = "bounded_list::list::<_, _, MOST_CYCLES>")]
    pub cycles: Vec<Pattern>,
    /// The bars of the patterns.
    #[serde(default, skip_serializing_if = "is_common")]
    pub bar: Bar,
    /// The pattern that the groove stays near, if it was not drawn by the seed alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Pattern>,
    /// The morph pad, if it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pad: Option<Box<Pad>>,
    /// The id of the variation; `None` for the groove itself.
    #[serde(default, rename = "take", skip_serializing_if = "Option::is_none")]
    pub variation_id: Option<i64>,
    /// The fills drawn for it, one in each bar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fills: Option<Pattern>,
    /// The edits; not applied in [`cycles`](Self::cycles).
    #[serde(default, skip_serializing_if = "Edits::is_empty")]
    pub edits: Edits,
}

fn is_common(bar: &Bar) -> bool {
    *bar == Bar::COMMON
}

impl Groove {
    /// A groove without a recipe: these patterns in a loop.
    pub fn of_patterns(cycles: Vec<Pattern>) -> Self {
        Self { cycles, ..Self::default() }
    }

    /// The request that makes it; `None` without a recipe.
    pub fn key(&self) -> Option<GrooveKey> {
        let anchor = self.anchor.as_ref().map(fingerprint);
        let morph = self.pad.as_ref().map(|pad| pad.morph());
        let key = GrooveKey {
            anchor,
            morph,
            variation_id: self.variation_id,
            bar: self.bar,
            ..GrooveKey::of(self.recipe?)
        };
        Some(self.edits.key(key))
    }

    /// Whether `other` is the same groove, edits aside.
    pub(crate) fn is_same_but_for_edits(&self, other: &Self) -> bool {
        let of = |groove: &Self| (groove.recipe, groove.bar, groove.anchor, groove.variation_id);
        of(self) == of(other)
            && self.pad == other.pad
            && self.weights == other.weights
            && self.cycles == other.cycles
    }

    /// The stored pattern for `cycle`, without edits; stored cycles repeat. `None` if nothing is
    /// stored.
    pub fn pattern(&self, cycle: i64) -> Option<&Pattern> {
        let len = i64::try_from(self.cycles.len()).unwrap_or(i64::MAX);
        let index = cycle.checked_rem_euclid(len)?;
        self.cycles.get(usize::try_from(index).ok()?)
    }

    /// The pattern for `cycle` with the edits applied.
    pub fn heard(&self, cycle: i64) -> Option<Pattern> {
        Some(self.edits.over(self.pattern(cycle)?))
    }
}

/// The groove of one instance. The worker writes it; the host's thread saves and loads it. The
/// audio thread never reads it.
#[derive(Debug, Default)]
pub struct SavedGroove {
    groove: RwLock<Groove>,
    loads: AtomicU64,
    /// Loads by the host.
    projects: AtomicU64,
}

impl SavedGroove {
    /// How often a groove was loaded by the host or restored by the user. The worker looks again
    /// when it changes.
    pub fn loads(&self) -> u64 {
        self.loads.load(Ordering::Acquire)
    }

    /// How often the host has loaded a groove: changes with the project.
    pub fn projects(&self) -> u64 {
        self.projects.load(Ordering::Acquire)
    }

    /// Replaces the groove.
    pub(crate) fn put(&self, groove: Groove) {
        let mut held = self.groove.write();
        *held = groove;
        self.loads.fetch_add(1, Ordering::AcqRel);
    }

    /// Its bars.
    pub fn bar(&self) -> Bar {
        self.groove.read().bar
    }

    /// A copy of the groove.
    pub fn get(&self) -> Groove {
        self.groove.read().clone()
    }

    /// Stores a groove made by the worker, unless another was loaded since `loads` was read.
    pub fn store(&self, groove: Groove, loads: u64) {
        let mut held = self.groove.write();
        if self.loads() == loads {
            *held = groove;
        }
    }
}

impl<'a> PersistentField<'a, Groove> for SavedGroove {
    fn set(&self, groove: Groove) {
        self.put(groove);
        self.projects.fetch_add(1, Ordering::AcqRel);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Groove) -> R,
    {
        f(&self.groove.read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_cycles_repeat() {
        let mut groove = Groove::default();
        assert_eq!(groove.pattern(0), None);
        let mut other = Pattern::EMPTY;
        other.set(0, groove::Instrument::Kick, Some(groove::Hit::new(1.0, 0.0)));
        groove.cycles = vec![Pattern::EMPTY, other];
        assert_eq!(groove.pattern(-1), Some(&other));
        assert_eq!(groove.pattern(4), Some(&Pattern::EMPTY));
    }

    #[test]
    fn what_the_worker_made_before_a_load_does_not_overwrite_what_was_loaded() {
        let saved = SavedGroove::default();
        let loads = saved.loads();
        let loaded = Groove { weights: "loaded".into(), ..Groove::default() };
        saved.set(loaded.clone());
        saved.store(Groove { weights: "late".into(), ..Groove::default() }, loads);
        assert_eq!(saved.get(), loaded);
    }
}
