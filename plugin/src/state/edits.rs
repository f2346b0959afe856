//! Edits: what the hand has put into a groove, and what of it must stay.
//!
//! A cell that was edited, or locked as it was, is *kept*: it sounds so in every cycle, and the network plays around it.
//! An edit alone changes nothing but its cell, though: the groove it was made in stays, with the cell over it,
//! until a knob moves; only then is the network given the cell. For this the edits know their *base*: what the groove was asked
//! for with when the hand came, and what the network was given then. So what is heard is a
//! function of what is asked and of the edits, whatever was heard before.

mod cells;

use groove::{BARS, Hit, Instrument, Pattern, STEPS, STEPS_PER_BAR};
use musicvae::infer::Locks;
use serde::{Deserialize, Serialize};

use crate::state::edit::{Edit, Part};
use crate::state::fingerprint::{fingerprint, fingerprint_locks};
use crate::state::morph::Morph;
use crate::state::request::{Ask, Recipe};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    /// The cells that are kept, and what is in them.
    #[serde(default, with = "cells", skip_serializing_if = "Locks::is_empty")]
    kept: Locks,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Box<Base>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    import: Option<Box<Import>>,
}

/// What the hand found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Base {
    recipe: Recipe,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    morph: Option<Morph>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    take: Option<i64>,
    /// What the network had been given.
    #[serde(default, with = "cells", skip_serializing_if = "Locks::is_empty")]
    given: Locks,
}

/// A clip that the groove stays near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Import {
    pattern: Pattern,
    /// What the knobs said when it came.
    recipe: Recipe,
}

impl Edits {
    /// Whether the hand has put in nothing.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.import.is_none()
    }

    /// The cells that are kept.
    pub fn kept(&self) -> &Locks {
        &self.kept
    }

    /// Edits the groove that `ask` has made, if the network made it, and that is `shown`: edits and all.
    ///
    /// A locked cell keeps what is shown in it, a part that is unlocked is left to the network, what was put there too.
    /// Steps and bars that do not exist are ignored.
    pub fn apply(&mut self, edit: Edit, shown: &Pattern, ask: Option<&Ask>) {
        self.found(ask);
        match edit {
            Edit::Put { step, instrument, hit } if step < STEPS => {
                self.kept.lock(step, instrument, hit);
            }
            Edit::Put { .. } => {}
            Edit::Lock { part, is_locked } => {
                for (step, instrument) in cells_of(part) {
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

    /// Leaves a cell to the network again.
    ///
    /// # Panics
    /// If `step` is 64 or more.
    pub fn free(&mut self, step: usize, instrument: Instrument) {
        self.kept.unlock(step, instrument);
        if self.kept.is_empty() {
            self.base = None;
        }
    }

    /// Leaves all cells to the network; a clip that was imported stays.
    pub fn clear(&mut self) {
        (self.kept, self.base) = (Locks::default(), None);
    }

    /// `pattern` alone, and while the knobs say `recipe`, exactly that; from then on what is near it, until
    /// another seed or style is chosen.
    pub fn import(pattern: Pattern, recipe: Recipe) -> Self {
        Self { import: Some(Box::new(Import { pattern, recipe })), ..Self::default() }
    }

    /// The clip that grooves of `recipe` stay near.
    pub fn anchor(&self, recipe: &Recipe) -> Option<&Pattern> {
        let import = self.import.as_ref()?;
        let of = |recipe: &Recipe| (recipe.seed, recipe.style);
        (of(&import.recipe) == of(recipe)).then_some(&import.pattern)
    }

    /// `ask`, for the groove with these edits.
    pub fn ask(&self, ask: Ask) -> Ask {
        let is_import = |import: &Import| {
            import.recipe == ask.recipe
                && ask.anchor == Some(fingerprint(&import.pattern))
                && ask.take.is_none()
                && ask.is_steady()
        };
        Ask {
            given: fingerprint_locks(self.given(&ask)),
            kept: fingerprint_locks(&self.kept),
            is_import: self.import.as_deref().is_some_and(is_import),
            ..ask
        }
    }

    /// What the network is given for `ask`.
    pub fn given(&self, ask: &Ask) -> &Locks {
        match &self.base {
            Some(base) if base.is_of(ask) => &base.given,
            _ => &self.kept,
        }
    }

    /// `pattern`, which the network made, with the cells that are kept.
    pub fn over(&self, pattern: &Pattern) -> Pattern {
        let mut pattern = *pattern;
        if self.kept.is_empty() {
            return pattern;
        }
        for step in 0..STEPS {
            for instrument in Instrument::ALL {
                if self.kept.is_locked(step, instrument) {
                    pattern.set(step, instrument, self.kept.pattern().hit(step, instrument));
                }
            }
        }
        pattern
    }

    /// Takes leave of the cells that a hand has put back: those among `cells` that it had found free, with the
    /// same in them as now.
    pub(crate) fn tidy(
        &mut self,
        cells: impl IntoIterator<Item = (usize, Instrument, Option<Hit>)>,
    ) {
        for (step, instrument, found) in cells {
            if self.kept.is_locked(step, instrument)
                && self.kept.pattern().hit(step, instrument) == found
            {
                self.free(step, instrument);
            }
        }
    }

    /// The hand has come to what `ask` has made.
    fn found(&mut self, ask: Option<&Ask>) {
        let Some(ask) = ask else { return };
        if !self.base.as_ref().is_some_and(|base| base.is_of(ask)) {
            let Ask { recipe, anchor, morph, take, .. } = *ask;
            let given = self.kept.clone();
            self.base = Some(Box::new(Base { recipe, anchor, morph, take, given }));
        }
    }
}

impl Base {
    fn is_of(&self, ask: &Ask) -> bool {
        (self.recipe, self.anchor, self.morph, self.take)
            == (ask.recipe, ask.anchor, ask.morph, ask.take)
    }
}

/// The cells of `part`, as far as they exist.
fn cells_of(part: Part) -> impl Iterator<Item = (usize, Instrument)> {
    let (steps, only) = match part {
        Part::Cell(step, instrument) => (step..step.saturating_add(1), Some(instrument)),
        Part::Row(instrument) => (0..STEPS, Some(instrument)),
        Part::Bar(bar) if bar < BARS => (bar * STEPS_PER_BAR..(bar + 1) * STEPS_PER_BAR, None),
        Part::Bar(_) => (0..0, None),
    };
    let steps = steps.filter(|&step| step < STEPS);
    steps.flat_map(move |step| {
        let all = Instrument::ALL.into_iter();
        all.filter(move |i| only.is_none_or(|only| only == *i)).map(move |i| (step, i))
    })
}

#[cfg(test)]
mod tests;
