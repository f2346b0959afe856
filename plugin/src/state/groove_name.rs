//! The name that a groove came with: a file's or a preset's.

use serde::{Deserialize, Serialize};

/// The most characters of a name that are read from a project: file names are shorter.
const MAX_LENGTH: usize = 255;

/// The values of the parameters `style` and `seed`. A groove keeps its name until one of them changes.
pub(crate) type Source = (i32, i32);

/// A name that a groove came with. The window sets it; a project keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrooveName {
    name: String,
    source: Source,
    /// Whether the groove is an imported clip. Its name goes when the import is undone.
    is_clip: bool,
}

impl GrooveName {
    /// The name `name` for the groove that `source` makes.
    pub(crate) fn new(name: String, source: Source, is_clip: bool) -> Self {
        Self { name, source, is_clip }
    }

    /// The name, if it still belongs to the groove of `source`. `has_clip` tells whether that is an imported clip.
    pub(crate) fn get(&self, source: Source, has_clip: impl FnOnce() -> bool) -> Option<&str> {
        let is_current = self.source == source && (!self.is_clip || has_clip());
        is_current.then(|| match self.name.char_indices().nth(MAX_LENGTH) {
            Some((end, _)) => &self.name[..end],
            None => &self.name,
        })
    }

    /// Changes the name to `name`, if it is `before`.
    pub(crate) fn rename(&mut self, before: &str, name: &str) {
        if self.name == before {
            name.clone_into(&mut self.name);
        }
    }
}
