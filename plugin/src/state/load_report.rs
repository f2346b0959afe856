//! Problems found in the project that was loaded last.

use nice_plug::params::persist::PersistentField;
use parking_lot::RwLock;

/// Problems found in the project that was loaded last, in a line for the user. Never saved.
#[derive(Debug, Default)]
pub struct LoadReport(RwLock<Option<String>>);

impl LoadReport {
    /// The line, if there were problems.
    pub fn get(&self) -> Option<String> {
        self.0.read().clone()
    }
}

impl<'a> PersistentField<'a, Option<String>> for LoadReport {
    fn set(&self, found: Option<String>) {
        *self.0.write() = found;
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Option<String>) -> R,
    {
        f(&None)
    }
}
