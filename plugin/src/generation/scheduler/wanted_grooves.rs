//! Which caches are open for a request.

use std::sync::Arc;

use super::Scheduler;
use crate::generation::scheduler::groove_cache::GrooveCache;
use crate::generation::weights::Decode;
use crate::state::choice::{Choice, SLOTS};
use crate::state::fingerprint::fingerprint;
use crate::state::groove::Groove;
use crate::state::morph::{Corner, Pad};
use crate::state::request::{GrooveKey, GrooveRequest};

impl Scheduler {
    /// The cache of the groove that plays.
    pub(super) fn playing(&self, choice: Choice) -> Option<&GrooveCache> {
        if choice.variation_id.is_some() {
            return self.variation.as_ref().map(|(_, cache)| cache);
        }
        match choice.slot {
            None => self.live.as_ref(),
            Some(slot) => self.slots.get(usize::from(slot))?.as_ref().map(|slot| &slot.cache),
        }
    }

    /// Decodes a cycle that a project is to store, if one is missing; returns whether it did.
    pub(super) fn decode_to_save(&mut self, weights: &impl Decode) -> bool {
        for slot in std::iter::once(None).chain((0..SLOTS as u8).map(Some)) {
            let is_varied = self.is_varied(slot);
            let cache = match slot {
                None => self.live.as_mut(),
                Some(slot) => self.slots[usize::from(slot)].as_mut().map(|slot| &mut slot.cache),
            };
            let Some(cache) = cache else { continue };
            if let Some(cycle) = cache.first_to_save(is_varied, weights) {
                cache.decode(cycle, weights, &mut self.scratch);
                return true;
            }
        }
        false
    }

    /// A slot that is a corner of the pad and has no pattern yet.
    pub(super) fn unmade_corner(
        &self,
        request: &GrooveRequest,
        weights: &impl Decode,
    ) -> Option<usize> {
        request.pad?;
        let mut places = self.corners.iter().filter_map(|corner| match corner {
            Corner::Slot(slot) => Some(usize::from(*slot)),
            _ => None,
        });
        let is_unmade = |&place: &usize| {
            let slot = self.slots.get(place).and_then(Option::as_ref);
            slot.is_some_and(|slot| {
                slot.cache.failure.is_none() && slot.cache.first(Some(weights)).is_none()
            })
        };
        places.find(is_unmade)
    }

    /// Opens the caches of the live groove and of the variation.
    pub(super) fn open_caches(&mut self, request: &GrooveRequest, weights: Option<&impl Decode>) {
        let project = self.project.as_ref();
        // A project that followed something goes on from what it followed until another rhythm comes in.
        let kept = project.filter(|groove| {
            request.is_following
                && groove.recipe == Some(request.recipe)
                && groove.edits.line() == self.edits.line()
        });
        let kept = kept.and_then(|groove| groove.anchor);
        let line = self.edits.line().copied();
        let imported =
            self.edits.anchor(&request.recipe).filter(|_| request.pad.is_none()).copied();
        let anchor = self.rhythm.map(|(_, pattern)| pattern).or(kept).or(line).or(imported);
        let id = match (self.rhythm, &anchor) {
            (Some((id, _)), _) => Some(id),
            (None, anchor) => anchor.as_ref().map(fingerprint),
        };
        let edits = self.edits.clone();
        let pad = request.pad.map(|at| {
            let in_slot = |slot: usize| self.slots[slot].as_ref()?.cache.first(weights);
            Arc::new(Pad::new(at, &self.corners, in_slot))
        });
        let morph = pad.as_ref().map(|pad| pad.morph());
        let (of, bar) = (GrooveKey::of(request.recipe), request.bar);
        let key = Some(edits.key(GrooveKey { bar, anchor: id, morph, ..of }));
        if self.live.as_mut().is_none_or(|cache| !cache.edit(key, &edits)) {
            let source = key.map(|key| key.source());
            let is_own = |groove: &&Arc<Groove>| groove.key().map(|key| key.source()) == source;
            let own = project.filter(is_own).cloned();
            self.live = Some(GrooveCache::new(key, anchor, pad.clone(), edits.clone(), own));
        }
        let Choice { slot, variation_id } = request.choice;
        if variation_id.is_none() {
            self.variation = None;
            return;
        }
        let (source, anchor, pad, edits) = match slot {
            None => (key, anchor, pad, edits),
            Some(slot) => {
                let held = self.slots.get(usize::from(slot)).and_then(Option::as_ref);
                let groove = held.map(|held| &held.groove);
                let edits = groove.map(|groove| Arc::new(groove.edits.clone())).unwrap_or_default();
                let pad = groove.and_then(|groove| groove.pad.as_deref()).cloned().map(Arc::new);
                (groove.and_then(|g| g.key()), groove.and_then(|g| g.anchor), pad, edits)
            }
        };
        let wanted = source.map(|key| edits.key(GrooveKey { variation_id, ..key }));
        let is_open = |(choice, cache): &mut (Choice, GrooveCache)| {
            *choice == request.choice && cache.edit(wanted, &edits)
        };
        if !self.variation.as_mut().is_some_and(is_open) {
            // A groove without a recipe has no variations.
            self.variation = wanted
                .map(|key| (request.choice, GrooveCache::new(Some(key), anchor, pad, edits, None)));
        }
    }
}
