//! Names that grooves came with: a file's.

use serde::{Deserialize, Serialize};

use crate::params::JangdanParams;
use crate::params::snapshot::State;

/// The most characters of a name that are read from a project: file names are shorter.
const LONGEST: usize = 255;

/// A name that a groove came with. The window gives it; a project keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Named {
    name: String,
    /// It goes on being called so until another style or seed is chosen.
    source: (i32, i32),
    /// Whether it is a clip, and no longer called so once that is taken back.
    is_clip: bool,
}

impl Named {
    /// The groove of `params` as it is now, called `name`.
    pub(crate) fn new(name: String, params: &JangdanParams, is_clip: bool) -> Self {
        Self { name, source: source(params), is_clip }
    }

    /// That of `state`, which `params` are about to be in.
    pub(crate) fn of_state(name: String, params: &JangdanParams, state: &State) -> Self {
        let choice = |param| state.choice(params, param);
        let source = (choice(&params.character.style), choice(&params.generate.seed));
        Self { name, source, is_clip: false }
    }

    /// The name, if the groove is still called so.
    pub fn of(&self, params: &JangdanParams) -> Option<&str> {
        let has_clip = || params.edits.get().anchor(&params.recipe()).is_some();
        let is_here = self.source == source(params) && (!self.is_clip || has_clip());
        is_here.then(|| match self.name.char_indices().nth(LONGEST) {
            Some((end, _)) => &self.name[..end],
            None => &self.name,
        })
    }

    /// The same groove, called otherwise, if it was called `before`.
    pub(crate) fn rename(&mut self, before: &str, name: &str) {
        if self.name == before {
            name.clone_into(&mut self.name);
        }
    }
}

/// The style and the seed.
fn source(params: &JangdanParams) -> (i32, i32) {
    (params.character.style.value(), params.generate.seed.value())
}
