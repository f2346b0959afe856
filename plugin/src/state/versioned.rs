//! A saved value with a revision number.
//!
//! The window or the worker changes it; the host's thread saves and loads it. The worker compares
//! revisions to see whether it has changed. The audio thread reads only the revision.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

/// A value and its revision.
#[derive(Debug, Default)]
pub struct Versioned<T> {
    value: RwLock<Arc<T>>,
    changes: AtomicU64,
}

impl<T: PartialEq> Versioned<T> {
    /// Starts with `value`.
    pub fn new(value: T) -> Self {
        Self { value: RwLock::new(Arc::new(value)), changes: AtomicU64::new(0) }
    }

    /// The revision: how often the value was changed or loaded.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// The current value.
    pub fn get(&self) -> Arc<T> {
        self.value.read().clone()
    }

    /// Stores `value`; returns the revision, unchanged if the value is equal.
    pub fn set(&self, value: impl Into<Arc<T>>) -> u64 {
        let value = value.into();
        let mut held = self.value.write();
        if *held != value {
            *held = value;
            self.changes.fetch_add(1, Ordering::AcqRel);
        }
        self.changes()
    }
}

impl<'a, T> PersistentField<'a, T> for Versioned<T>
where
    T: PartialEq + Serialize + Deserialize<'a> + Send + Sync,
{
    fn set(&self, value: T) {
        Self::set(self, value);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&T) -> R,
    {
        f(&self.get())
    }
}
