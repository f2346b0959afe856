//! What a project saves that others than its host change too: a value, and the number of its changes.
//!
//! The window or the worker changes it, the host's thread saves and loads it, the worker looks again when the number is
//! another. The audio thread has no way to the value, but learns from the number that it has changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Debug, Default)]
pub struct Versioned<T> {
    value: RwLock<Arc<T>>,
    changes: AtomicU64,
}

impl<T: PartialEq> Versioned<T> {
    /// With `value` in a new instance.
    pub fn new(value: T) -> Self {
        Self { value: RwLock::new(Arc::new(value)), changes: AtomicU64::new(0) }
    }

    /// How often another value was put in its place, or loaded.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// What it is now.
    pub fn get(&self) -> Arc<T> {
        self.value.read().clone()
    }

    /// Puts `value` in its place, and returns the number of changes, which is as it was if nothing is another.
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
