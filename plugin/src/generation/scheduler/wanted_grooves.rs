//! Which sketchbook is open for what is wanted.

use std::sync::Arc;

use super::{Composer, Want};
use crate::generation::scheduler::groove_cache::Sketchbook;
use crate::generation::weights::Decode;
use crate::state::choice::Choice;
use crate::state::fingerprint::fingerprint;
use crate::state::groove::Groove;
use crate::state::morph::{Corner, Pad};
use crate::state::request::Ask;

impl Composer {
    /// The sketchbook of what plays.
    pub(super) fn playing(&self, want: &Want) -> Option<&Sketchbook> {
        if want.choice.take.is_some() {
            return self.take.as_ref().map(|(_, book)| book);
        }
        match want.choice.slot {
            None => self.live.as_ref(),
            Some(slot) => self.slots.get(usize::from(slot))?.as_ref().map(|slot| &slot.book),
        }
    }

    /// A slot that is a corner of the pad and of which nothing is made yet.
    pub(super) fn unmade_corner(&self, want: &Want, weights: &impl Decode) -> Option<usize> {
        want.pad?;
        let mut places = self.corners.iter().filter_map(|corner| match corner {
            Corner::Slot(slot) => Some(usize::from(*slot)),
            _ => None,
        });
        let is_unmade = |&place: &usize| {
            let slot = self.slots.get(place).and_then(Option::as_ref);
            slot.is_some_and(|slot| {
                slot.book.failure.is_none() && slot.book.first(Some(weights)).is_none()
            })
        };
        places.find(is_unmade)
    }

    /// Has a sketchbook for everything that `want` may play.
    pub(super) fn open_books(&mut self, want: &Want, weights: Option<&impl Decode>) {
        let project = self.project.as_ref();
        // A project that followed something goes on from what it followed until it hears again.
        let kept = project.filter(|groove| self.is_following && groove.recipe == Some(want.recipe));
        let kept = kept.and_then(|groove| groove.anchor);
        let imported = self.edits.anchor(&want.recipe).filter(|_| want.pad.is_none()).copied();
        let anchor = self.heard.map(|(_, pattern)| pattern).or(kept).or(imported);
        let id = match (self.heard, &anchor) {
            (Some((id, _)), _) => Some(id),
            (None, anchor) => anchor.as_ref().map(fingerprint),
        };
        let edits = self.edits.clone();
        let pad = want.pad.map(|at| {
            let in_slot = |slot: usize| self.slots[slot].as_ref()?.book.first(weights);
            Arc::new(Pad::new(at, &self.corners, in_slot))
        });
        let morph = pad.as_ref().map(|pad| pad.ask());
        let ask = Some(edits.ask(Ask { anchor: id, morph, ..Ask::of(want.recipe) }));
        if self.live.as_mut().is_none_or(|book| !book.edit(ask, &edits)) {
            let source = ask.map(|ask| ask.source());
            let is_own = |groove: &&Arc<Groove>| groove.ask().map(|ask| ask.source()) == source;
            let own = project.filter(is_own).cloned();
            self.live = Some(Sketchbook::new(ask, anchor, pad.clone(), edits.clone(), own));
        }
        let Choice { slot, take } = want.choice;
        if take.is_none() {
            self.take = None;
            return;
        }
        let (source, anchor, pad, edits) = match slot {
            None => (ask, anchor, pad, edits),
            Some(slot) => {
                let held = self.slots.get(usize::from(slot)).and_then(Option::as_ref);
                let groove = held.map(|held| &held.groove);
                let edits = groove.map(|groove| Arc::new(groove.edits.clone())).unwrap_or_default();
                let pad = groove.and_then(|groove| groove.pad.as_deref()).cloned().map(Arc::new);
                (groove.and_then(|g| g.ask()), groove.and_then(|g| g.anchor), pad, edits)
            }
        };
        let wanted = source.map(|ask| edits.ask(Ask { take, ..ask }));
        let is_open = |(choice, book): &mut (Choice, Sketchbook)| {
            *choice == want.choice && book.edit(wanted, &edits)
        };
        if !self.take.as_mut().is_some_and(is_open) {
            // What no recipe made has no variations.
            self.take = wanted
                .map(|ask| (want.choice, Sketchbook::new(Some(ask), anchor, pad, edits, None)));
        }
    }
}
