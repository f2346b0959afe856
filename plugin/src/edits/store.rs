//! The edits of one instance: the window changes them, the host's thread saves and loads them, the worker
//! plays around them. The audio thread has no way to them, but learns that they have changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;

use super::Edits;

/// See the module.
#[derive(Debug, Default)]
pub struct SavedEdits {
    edits: RwLock<Arc<Edits>>,
    changes: AtomicU64,
}

impl SavedEdits {
    /// How often they were changed or loaded; changes when the worker has to look again.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// The edits of the live groove.
    pub fn get(&self) -> Arc<Edits> {
        self.edits.read().clone()
    }

    /// Puts `edits` in their place.
    pub fn set(&self, edits: Arc<Edits>) {
        let mut held = self.edits.write();
        if *held != edits {
            *held = edits;
            self.changes.fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl<'a> PersistentField<'a, Edits> for SavedEdits {
    fn set(&self, edits: Edits) {
        Self::set(self, Arc::new(edits));
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Edits) -> R,
    {
        f(&self.get())
    }
}
