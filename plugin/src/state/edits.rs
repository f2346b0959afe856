//! The user's edits of a groove, and which cells are locked.
//!
//! An edited or locked cell is *kept*: it plays in every cycle, and the network plays around it. An
//! edit alone changes only its cell: the rest of the groove stays until a knob moves, and only then
//! the network is given the cell. For this the edits remember their *base*: the request when the
//! edit was made, and the cells that the network was given then. So the result depends only on the
//! request and the edits, not on what was played before.

mod cells;

use groove::{Bar, Hit, Instrument, Pattern};
use musicvae::infer::Locks;
use serde::{Deserialize, Serialize};

use crate::state::edit::{Edit, Part};
use crate::state::fingerprint::{fingerprint, fingerprint_locks};
use crate::state::morph::Morph;
use crate::state::request::{GrooveKey, Recipe};

/// Edits of one groove.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    /// The kept cells and their content.
    #[serde(default, with = "cells", skip_serializing_if = "Locks::is_empty")]
    kept: Locks,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Box<Base>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    import: Option<Box<Import>>,
    /// What is struck in a recording: the groove is played to it, whatever its seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<Box<Pattern>>,
}

/// The groove when the first edit was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Base {
    recipe: Recipe,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    morph: Option<Morph>,
    #[serde(default, rename = "take", skip_serializing_if = "Option::is_none")]
    variation_id: Option<i64>,
    /// The cells that the network had been given.
    #[serde(default, with = "cells", skip_serializing_if = "Locks::is_empty")]
    given: Locks,
}

/// An imported clip that the groove stays near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Import {
    pattern: Pattern,
    /// The recipe when it was imported.
    recipe: Recipe,
}

impl Edits {
    /// Whether there are no edits.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.import.is_none() && self.line.is_none()
    }

    /// The kept cells.
    pub fn kept(&self) -> &Locks {
        &self.kept
    }

    /// Applies `edit` to the groove of `ask` (if the network made it), which is displayed as
    /// `shown`, edits included.
    ///
    /// A locked cell keeps its displayed content. Unlocking a part also drops edits in it. Steps
    /// and bars that do not exist are ignored. Edits of a pattern of other bars are dropped.
    pub fn apply(&mut self, edit: Edit, shown: &Pattern, key: Option<&GrooveKey>) {
        if self.kept.pattern().bar() != shown.bar() {
            (self.kept, self.base) = (Locks::of(shown.bar()), None);
        }
        self.found(key);
        match edit {
            Edit::Put { step, instrument, hit } if step < shown.steps() => {
                self.kept.lock(step, instrument, hit);
            }
            Edit::Put { .. } => {}
            Edit::Lock { part, is_locked } => {
                for (step, instrument) in cells_of(part, shown.bar()) {
                    if !is_locked {
                        self.kept.unlock(step, instrument);
                    } else if !self.kept.is_locked(step, instrument) {
                        self.kept.lock(step, instrument, shown.hit(step, instrument));
                    }
                }
            }
        }
        if self.kept.is_empty() {
            self.base = None;
        }
    }

    /// Gives a cell back to the network.
    ///
    /// # Panics
    /// If there is no such step.
    pub fn free(&mut self, step: usize, instrument: Instrument) {
        self.kept.unlock(step, instrument);
        if self.kept.is_empty() {
            self.base = None;
        }
    }

    /// Gives all cells back to the network; an imported clip and a line stay.
    pub fn clear(&mut self) {
        (self.kept, self.base) = (Locks::default(), None);
    }

    /// An imported `pattern`: exactly that while the recipe is `recipe`, then grooves near it,
    /// until another seed or style is chosen.
    pub fn import(pattern: Pattern, recipe: Recipe) -> Self {
        Self { import: Some(Box::new(Import { pattern, recipe })), ..Self::default() }
    }

    /// All rows of `pattern` in which something is struck, kept as they are. The network is given them.
    pub fn around_rows(pattern: &Pattern) -> Self {
        let struck = pattern.iter().fold(0, |bits, (_, instrument, _)| bits | instrument.bit());
        let mut kept = Locks::of(pattern.bar());
        kept.keep(pattern, |_, instrument| struck & instrument.bit() != 0);
        Self { kept, ..Self::default() }
    }

    /// These edits of a groove that is played to `line` from now on.
    pub fn played_to(self, line: Pattern) -> Self {
        Self { line: Some(Box::new(line)), ..self }
    }

    /// The line that the groove is played to.
    pub fn line(&self) -> Option<&Pattern> {
        self.line.as_deref()
    }

    /// Plays to no line any longer.
    pub fn release(&mut self) {
        self.line = None;
    }

    /// The clip that grooves of `recipe` stay near.
    pub fn anchor(&self, recipe: &Recipe) -> Option<&Pattern> {
        let import = self.import.as_ref()?;
        let of = |recipe: &Recipe| (recipe.seed, recipe.style);
        (of(&import.recipe) == of(recipe)).then_some(&import.pattern)
    }

    /// `ask` extended by these edits.
    pub fn key(&self, key: GrooveKey) -> GrooveKey {
        let is_import = |import: &Import| {
            self.line.is_none()
                && import.recipe == key.recipe
                && key.anchor == Some(fingerprint(&import.pattern))
                && key.variation_id.is_none()
                && key.is_steady()
        };
        GrooveKey {
            given: fingerprint_locks(self.given(&key)),
            kept: fingerprint_locks(self.kept_in(key.bar)),
            is_import: self.import.as_deref().is_some_and(is_import),
            ..key
        }
    }

    /// The cells that the network is given for `ask`.
    pub fn given(&self, key: &GrooveKey) -> &Locks {
        match &self.base {
            Some(base) if base.is_of(key) && base.given.pattern().bar() == key.bar => &base.given,
            _ => self.kept_in(key.bar),
        }
    }

    /// The kept cells, if they are of such bars; else none.
    fn kept_in(&self, bar: Bar) -> &Locks {
        static NONE: Locks = Locks::of(Bar::COMMON);
        if self.kept.pattern().bar() == bar { &self.kept } else { &NONE }
    }

    /// `pattern`, made by the network, with the kept cells applied, if they are of its bars.
    pub fn over(&self, pattern: &Pattern) -> Pattern {
        let mut pattern = *pattern;
        if self.kept.is_empty() || self.kept.pattern().bar() != pattern.bar() {
            return pattern;
        }
        for step in 0..pattern.steps() {
            for instrument in Instrument::ALL {
                if self.kept.is_locked(step, instrument) {
                    pattern.set(step, instrument, self.kept.pattern().hit(step, instrument));
                }
            }
        }
        pattern
    }

    /// Drops edits that were undone by hand: those among `cells` that were free and hold what they
    /// held before.
    pub(crate) fn tidy(
        &mut self,
        cells: impl IntoIterator<Item = (usize, Instrument, Option<Hit>)>,
    ) {
        for (step, instrument, found) in cells {
            if step < self.kept.pattern().steps()
                && self.kept.is_locked(step, instrument)
                && self.kept.pattern().hit(step, instrument) == found
            {
                self.free(step, instrument);
            }
        }
    }

    /// Remembers `ask` as the base, before the first edit.
    fn found(&mut self, key: Option<&GrooveKey>) {
        let Some(key) = key else { return };
        if !self.base.as_ref().is_some_and(|base| base.is_of(key)) {
            let GrooveKey { recipe, anchor, morph, variation_id, .. } = *key;
            let given = self.kept.clone();
            self.base = Some(Box::new(Base { recipe, anchor, morph, variation_id, given }));
        }
    }
}

impl Base {
    fn is_of(&self, key: &GrooveKey) -> bool {
        (self.recipe, self.anchor, self.morph, self.variation_id)
            == (key.recipe, key.anchor, key.morph, key.variation_id)
    }
}

/// The existing cells of `part` in a pattern of `bar`s.
fn cells_of(part: Part, bar: Bar) -> impl Iterator<Item = (usize, Instrument)> {
    let (steps, only) = match part {
        Part::Cell(step, instrument) => (step..step.saturating_add(1), Some(instrument)),
        Part::Row(instrument) => (0..bar.pattern_steps(), Some(instrument)),
        Part::Bar(number) if number < bar.bars() => {
            (number * bar.steps()..(number + 1) * bar.steps(), None)
        }
        Part::Bar(_) => (0..0, None),
    };
    let steps = steps.filter(move |&step| step < bar.pattern_steps());
    steps.flat_map(move |step| {
        let all = Instrument::ALL.into_iter();
        all.filter(move |i| only.is_none_or(|only| only == *i)).map(move |i| (step, i))
    })
}

#[cfg(test)]
mod tests;
