//! Which weights an instance plays with instead of the embedded ones: what a project remembers of them.

use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

/// A weights file that the user has chosen. It is only ever read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenWeights {
    /// Where it is.
    pub path: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// The choice of one instance: the worker makes it, the host's thread saves and loads it.
#[derive(Debug, Default)]
pub struct SavedWeights {
    chosen: RwLock<Option<ChosenWeights>>,
    changes: AtomicU64,
}

impl SavedWeights {
    /// How often it was changed or loaded.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// The file; `None` for the embedded weights.
    pub fn get(&self) -> Option<ChosenWeights> {
        self.chosen.read().clone()
    }

    /// Puts `chosen` in its place, and returns the new number of changes.
    pub fn set(&self, chosen: Option<ChosenWeights>) -> u64 {
        let mut held = self.chosen.write();
        if *held != chosen {
            *held = chosen;
            self.changes.fetch_add(1, Ordering::AcqRel);
        }
        self.changes()
    }
}

impl<'a> PersistentField<'a, Option<ChosenWeights>> for SavedWeights {
    fn set(&self, chosen: Option<ChosenWeights>) {
        Self::set(self, chosen);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Option<ChosenWeights>) -> R,
    {
        f(&self.chosen.read())
    }
}
