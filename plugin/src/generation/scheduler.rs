//! The scheduler: it decides which pattern to decode next, and makes answers of those it has.
//!
//! The worker thread runs it. It knows no threads itself: each `step` does at most one decode, so that the worker can
//! look at the parameters between decodes and the newest request wins. First comes the groove that plays, then the live
//! groove, then the slots, so that a slot can be chosen at any moment and plays in time.

pub(crate) mod decode_scratch;
pub(crate) mod groove_cache;
pub(crate) mod redraw;
mod section_scores;
mod song_export;
pub(crate) mod wanted_grooves;

use std::sync::Arc;

use self::decode_scratch::DecodeScratch;
use self::groove_cache::GrooveCache;
use crate::generation::intensity::Intensities;
use crate::generation::weights::Decode;
use crate::handoff::answer::{Answer, ReadyGroove};
use crate::params::JangdanParams;
use crate::state::choice::{Choice, SLOTS};
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::{Corners, first_corners};
use crate::state::request::{GrooveKey, GrooveRequest, Revisions};
use crate::state::slots::SlotGrooves;
use crate::state::song::Song;
use engine::CYCLES;
use groove::Pattern;

/// The result of a step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StepResult {
    /// Nothing is left to do for this request.
    Idle,
    /// Work was done, and more may be left.
    Worked,
    /// As `Worked`, and [`Scheduler::answer`] is new.
    Answered,
    /// The network failed on the groove that plays, as the message says; it is not tried again.
    Failed(String),
}

/// The cache of a slot.
struct SlotCache {
    cache: GrooveCache,
    groove: Arc<Groove>,
    /// Different for each groove that was put into a slot.
    version: u64,
}

/// A live groove that the project has: its key, the weights that made it, how many cycles, and its fills.
struct Stored {
    key: Option<GrooveKey>,
    weights: String,
    cycles: usize,
    fills: Option<Pattern>,
}

impl Stored {
    fn of(key: Option<GrooveKey>, groove: &Groove) -> Self {
        let (cycles, fills) = (groove.cycles.len(), groove.fills);
        Self { key, weights: groove.weights.clone(), cycles, fills }
    }
}

/// Answers requests from what is saved, cached or decoded.
pub(crate) struct Scheduler {
    project: Option<Arc<Groove>>,
    live: Option<GrooveCache>,
    /// The variation that was wanted last.
    variation: Option<(Choice, GrooveCache)>,
    slots: [Option<SlotCache>; SLOTS],
    /// The version of the slot that was filled last.
    last_version: u64,
    /// The rhythm that is followed, and its hash.
    rhythm: Option<(u64, Pattern)>,
    edits: Arc<Edits>,
    corners: Arc<Corners>,
    song: Arc<Song>,
    /// The sections that the cycles which are played are of.
    needed_sections: [Option<usize>; CYCLES],
    /// The revisions of all that was loaded.
    revisions: Revisions,
    /// How often the user has chosen weights: the version of the live groove.
    live_version: u64,
    scratch: DecodeScratch,
    /// Of the sections of the song.
    intensities: Intensities,
    answer: Option<Answer>,
    /// The request that the caches are open for, and whether there were weights; `None` after a change.
    open_for: Option<(GrooveRequest, bool)>,
    /// The live groove that the project was given last, or came with.
    stored: Option<Stored>,
}

impl Default for Scheduler {
    fn default() -> Self {
        Self {
            project: None,
            live: None,
            variation: None,
            slots: Default::default(),
            last_version: 0,
            rhythm: None,
            edits: Arc::default(),
            corners: Arc::new(first_corners()),
            song: Arc::default(),
            needed_sections: [None; CYCLES],
            revisions: Revisions::default(),
            live_version: 0,
            scratch: DecodeScratch::default(),
            intensities: Intensities::default(),
            answer: None,
            open_for: None,
            stored: None,
        }
    }
}

impl Scheduler {
    /// Loads the saved values that have other revisions `now` than those that were loaded, but the weights.
    pub(crate) fn load_changed(&mut self, params: &JangdanParams, now: &Revisions) {
        let before = self.revisions;
        if before.groove != now.groove {
            self.load(params.groove.get(), now.groove);
        }
        if before.slots != now.slots {
            self.load_slots(params.slots.get(), now.slots);
        }
        if before.edits != now.edits {
            self.edit(params.edits.get(), now.edits);
        }
        if before.corners != now.corners {
            self.set_corners(params.corners.get(), now.corners);
        }
        if before.song != now.song {
            self.set_song(params.song.get(), now.song);
        }
    }

    /// Loads the project's groove, as the host has loaded it.
    pub(crate) fn load(&mut self, groove: Groove, revision: u64) {
        self.revisions.groove = revision;
        self.stored = Some(Stored::of(groove.key(), &groove));
        self.project = Some(Arc::new(groove));
        (self.live, self.open_for) = (None, None);
    }

    /// Grooves are decoded anew, with other weights; stored patterns play on.
    pub(crate) fn change_weights(&mut self, revision: u64) {
        self.revisions.weights = revision;
        (self.live, self.variation, self.open_for) = (None, None, None);
        for slot in self.slots.iter_mut().flatten() {
            slot.cache = GrooveCache::of(slot.groove.clone());
        }
    }

    /// As [`change_weights`](Self::change_weights), for weights that the user has chosen: the live groove is another one
    /// from now on, and no longer the project's, though the parameters are the same.
    pub(crate) fn choose_weights(&mut self, revision: u64) {
        self.change_weights(revision);
        self.project = None;
        self.live_version += 1;
    }

    /// Loads the slots.
    pub(crate) fn load_slots(&mut self, grooves: SlotGrooves, revision: u64) {
        self.revisions.slots = revision;
        for (slot, groove) in self.slots.iter_mut().zip(grooves) {
            let held = slot.as_ref().map(|slot| &slot.groove);
            if held == groove.as_ref() {
                continue;
            }
            if let (Some(held), Some(groove)) = (slot.as_mut(), groove.as_ref())
                && groove.is_same_but_for_edits(&held.groove)
                && held.cache.edit(groove.key(), &Arc::new(groove.edits.clone()))
            {
                held.groove = groove.clone();
                continue;
            }
            *slot = groove.map(|groove| {
                self.last_version += 1;
                let (cache, version) = (GrooveCache::of(groove.clone()), self.last_version);
                SlotCache { cache, groove, version }
            });
        }
        (self.variation, self.open_for) = (None, None);
    }

    /// Loads the edits of the live groove.
    pub(crate) fn edit(&mut self, edits: Arc<Edits>, revision: u64) {
        (self.edits, self.revisions.edits, self.open_for) = (edits, revision, None);
    }

    /// Loads the corners of the pad.
    pub(crate) fn set_corners(&mut self, corners: Arc<Corners>, revision: u64) {
        (self.corners, self.revisions.corners, self.open_for) = (corners, revision, None);
    }

    /// Follows this rhythm, given with its hash, from now on.
    pub(crate) fn follow(&mut self, rhythm: Option<(u64, Pattern)>) {
        (self.rhythm, self.open_for) = (rhythm, None);
    }

    /// Does the most urgent piece of work for `request`, at most one decode, in `cycles`, the most urgent first (see
    /// [`Engine::cycles`](engine::Engine::cycles)). Without `weights` only stored patterns answer.
    pub(crate) fn step(
        &mut self,
        request: &GrooveRequest,
        cycles: [i64; CYCLES],
        weights: Option<&impl Decode>,
    ) -> StepResult {
        if let Some(weights) = weights
            && let Some(place) = self.unmade_corner(request, weights)
            && let Some(slot) = &mut self.slots[place]
        {
            slot.cache.decode(0, weights, &mut self.scratch);
            self.open_for = None;
            return StepResult::Worked;
        }
        if self.open_for != Some((*request, weights.is_some())) {
            self.open_caches(request, weights);
            self.open_for = Some((*request, weights.is_some()));
        }
        let has_decoded =
            weights.is_some_and(|weights| self.decode_missing(request.choice, cycles, weights));
        let answer = self.compose(request.choice, cycles, weights);
        let is_new = match &self.answer {
            Some(last) => !last.is_same(&answer),
            None => answer != Answer::factory(),
        };
        if is_new {
            self.answer = Some(answer);
            return StepResult::Answered;
        }
        if let Some(failure) = self.playing(request.choice).and_then(|cache| cache.failure.clone())
        {
            return StepResult::Failed(failure);
        }
        if has_decoded {
            return StepResult::Worked;
        }
        let Some(weights) = weights else { return StepResult::Idle };
        if self.decode_to_save(weights) { StepResult::Worked } else { StepResult::Idle }
    }

    /// Decodes the most urgent pattern that is missing in `cycles`, or draws missing fills if none is; returns whether there
    /// was something to do.
    fn decode_missing(
        &mut self,
        choice: Choice,
        cycles: [i64; CYCLES],
        weights: &impl Decode,
    ) -> bool {
        for (slot, wanted) in self.cycles_of_song(cycles) {
            let held = slot.map(|slot| self.slots[usize::from(slot)].as_mut());
            let cache = match held {
                Some(held) => held.map(|held| &mut held.cache),
                None => self.live.as_mut(),
            };
            let Some(cache) = cache.filter(|cache| cache.failure.is_none()) else { continue };
            if let Some(cycle) = cache.missing(wanted, Some(weights)) {
                cache.make_room(wanted);
                cache.decode(cycle, weights, &mut self.scratch);
                return true;
            }
        }
        let playing = choice.slot.map(usize::from);
        let variation = self.variation.as_mut().map(|(_, cache)| cache);
        let (mut first, mut others) = (None, Vec::new());
        for (place, slot) in self.slots.iter_mut().enumerate() {
            let cache = slot.as_mut().map(|slot| &mut slot.cache);
            if playing == Some(place) { first = cache } else { others.extend(cache) }
        }
        let caches = variation.into_iter().chain(first).chain(&mut self.live).chain(others);
        let mut caches: Vec<_> = caches.filter(|cache| cache.failure.is_none()).collect();
        for cache in &mut caches {
            if let Some(cycle) = cache.missing(cache.played(cycles), Some(weights)) {
                cache.make_room(cycles);
                cache.decode(cycle, weights, &mut self.scratch);
                return true;
            }
        }
        caches.into_iter().any(|cache| cache.draw_fills(weights))
    }

    /// The newest answer, if there is one.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// The revisions of all that was loaded.
    pub(crate) fn revisions(&self) -> Revisions {
        self.revisions
    }

    /// The live groove for the project to store; `None` if it stores that already, or not all is decoded.
    pub(crate) fn take_unsaved(&mut self, weights: &impl Decode) -> Option<Groove> {
        let cache = self.live.as_ref()?;
        let made_with =
            cache.saved.as_ref().map_or(weights.identity(), |saved| saved.weights.as_str());
        let is_varied = self.is_varied(None);
        let is_stored = self.stored.as_ref().is_some_and(|stored| {
            stored.key == cache.key
                && stored.weights == made_with
                && stored.cycles as i64 >= cache.cycles_to_save(is_varied, weights)
                && cache.has_fills(stored.fills)
        });
        if is_stored {
            return None;
        }
        let groove = cache.to_stored(is_varied, weights)?;
        self.stored = Some(Stored::of(cache.key, &groove));
        Some(groove)
    }

    /// A slot whose missing patterns have all been decoded, with its groove.
    pub(crate) fn take_completed_slot(
        &mut self,
        weights: &impl Decode,
    ) -> Option<(usize, Arc<Groove>)> {
        for place in 0..SLOTS {
            let is_varied = self.is_varied(Some(place as u8));
            let Some(slot) = &mut self.slots[place] else { continue };
            let has_cycles = slot.groove.cycles.len() as i64;
            if has_cycles >= slot.cache.cycles_to_save(is_varied, weights)
                && slot.cache.has_fills(slot.groove.fills)
            {
                continue;
            }
            if let Some(groove) = slot.cache.to_stored(is_varied, weights) {
                slot.groove = Arc::new(groove);
                return Some((place, slot.groove.clone()));
            }
        }
        None
    }

    /// Makes the answer of the patterns that are there. It shares each groove that has not changed with the last answer.
    fn compose(
        &mut self,
        choice: Choice,
        cycles: [i64; CYCLES],
        weights: Option<&impl Decode>,
    ) -> Answer {
        // A groove without patterns yet is taken from the last answer.
        let last = self.answer.as_ref();
        let version = self.live_version;
        let live = self.live.as_mut().and_then(|cache| cache.ready(cycles, weights, version));
        let mut revisions = self.revisions;
        // The live groove is of the last answer, or the factory's.
        if live.is_none() {
            revisions.groove = last.map_or(0, |last| last.revisions.groove);
            revisions.weights = last.map_or(revisions.weights, |last| last.revisions.weights);
        }
        let live = live.or_else(|| last.map(|last| last.live.clone()));
        let slots: [Option<Arc<ReadyGroove>>; SLOTS] = std::array::from_fn(|place| {
            let SlotCache { cache, version, .. } = self.slots[place].as_mut()?;
            cache
                .ready(cycles, weights, *version)
                .or_else(|| last?.slots[place].clone().filter(|last| last.version == *version))
        });
        let variation = match &mut self.variation {
            Some((choice, cache)) => {
                cache.ready(cycles, weights, version).map(|ready| (*choice, ready))
            }
            // A groove without a recipe is its own variation.
            None => choice
                .slot
                .filter(|_| choice.variation_id.is_some())
                .and_then(|slot| Some((choice, slots.get(usize::from(slot))?.clone()?))),
        };
        let mut intensities = std::mem::take(&mut self.intensities);
        let song_of_last = last.and_then(|last| last.song.as_ref());
        let song = self.ready_song(cycles, weights, &mut intensities, song_of_last);
        self.intensities = intensities;
        let of_last = || last?.variation.clone().filter(|(made, _)| *made == choice);
        let places = self.slots.iter().enumerate();
        Answer {
            live: live.unwrap_or_else(|| Answer::factory().live),
            variation: variation.or_else(of_last),
            slots,
            song,
            filled: places.fold(0, |bits, (i, slot)| bits | u16::from(slot.is_some()) << i),
            revisions,
        }
    }
}

#[cfg(test)]
mod tests;
