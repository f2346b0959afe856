//! The corners of one instance: the window changes them, the host's thread saves and loads them, the worker plays
//! between them. The audio thread has no way to them, but learns that they have changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;

use super::{Corners, first_corners};

/// See the module.
#[derive(Debug)]
pub struct SavedCorners {
    corners: RwLock<Arc<Corners>>,
    changes: AtomicU64,
}

impl Default for SavedCorners {
    fn default() -> Self {
        Self { corners: RwLock::new(Arc::new(first_corners())), changes: AtomicU64::new(0) }
    }
}

impl SavedCorners {
    /// How often they were changed or loaded; changes when the worker has to look again.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// What is in each corner.
    pub fn get(&self) -> Arc<Corners> {
        self.corners.read().clone()
    }

    /// Puts `corners` in their place.
    pub fn set(&self, corners: Arc<Corners>) {
        let mut held = self.corners.write();
        if *held != corners {
            *held = corners;
            self.changes.fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl<'a> PersistentField<'a, Corners> for SavedCorners {
    fn set(&self, corners: Corners) {
        Self::set(self, Arc::new(corners));
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Corners) -> R,
    {
        f(&self.get())
    }
}
