//! The composer: which patterns answer what is wanted, and which of them to decode next.
//!
//! The worker thread runs it. It knows no threads itself: each `turn` does at
//! most one decode, so that the worker can look at the parameters between decodes and the newest
//! wins. What plays comes first, then what the controls make, then the slots, so that a slot can be
//! chosen at any moment and plays in time.

pub(crate) mod decode_scratch;
pub(crate) mod groove_cache;
pub(crate) mod reroll;
pub(crate) mod wanted_grooves;

use std::sync::Arc;

use self::decode_scratch::Bench;
use self::groove_cache::Sketchbook;
use crate::generation::weights::Decode;
use crate::handoff::Heard;
use crate::handoff::answer::{Answer, Track};
use crate::state::choice::Choice;
use crate::state::choice::SLOTS;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::{Corners, first_corners};
use crate::state::request::{Ask, Recipe};
use crate::state::slots::SlotGrooves;
use groove::Pattern;

/// What is wanted: everything an answer depends on beside the weights and what was loaded and heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Want {
    /// What the parameters say.
    pub(crate) recipe: Recipe,
    /// Where the pad is, while it is on.
    pub(crate) pad: Option<[f32; 2]>,
    /// Which groove plays.
    pub(crate) choice: Choice,
    /// The cycle that plays or will play first.
    pub(crate) cycle: i64,
    /// The cycle that the host's loop returns to.
    pub(crate) loop_cycle: i64,
}

impl Want {
    /// The cycles to answer with, the most urgent first.
    fn cycles(&self) -> [i64; 4] {
        let next = |cycle: i64| cycle.saturating_add(1);
        [self.cycle, next(self.cycle), self.loop_cycle, next(self.loop_cycle)]
    }
}

/// What a turn came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Turn {
    /// Nothing is left to do for this want.
    Idle,
    /// Work was done, and more may be left.
    Worked,
    /// As `Worked`, and [`Composer::answer`] is new.
    Answered,
    /// The network failed on what plays, as the message says; it is not tried again.
    Failed(String),
}

/// A slot's sketchbook, and a number that changes with what is in it.
struct SlotBook {
    book: Sketchbook,
    groove: Arc<Groove>,
    version: u64,
}

/// Answers wants, from what is saved, kept or decoded.
pub(crate) struct Composer {
    project: Option<Arc<Groove>>,
    /// How often a project's groove was loaded by then.
    pub(crate) loads: u64,
    live: Option<Sketchbook>,
    take: Option<(Choice, Sketchbook)>,
    slots: [Option<SlotBook>; SLOTS],
    slot_changes: u64,
    versions: u64,
    /// What is followed, if anything is.
    heard: Option<(u64, Pattern)>,
    is_following: bool,
    /// What hands have put into the groove of the controls.
    edits: Arc<Edits>,
    edit_changes: u64,
    corners: Arc<Corners>,
    corner_changes: u64,
    weight_changes: u64,
    /// How often weights were chosen by hand: the version of what they make.
    takings: u64,
    bench: Bench,
    last: Option<Answer>,
    /// What makes the groove that the project was given last, or came with, and of which weights.
    stored: Option<(Option<Ask>, String)>,
}

impl Default for Composer {
    fn default() -> Self {
        Self {
            project: None,
            loads: 0,
            live: None,
            take: None,
            slots: Default::default(),
            slot_changes: 0,
            versions: 0,
            heard: None,
            is_following: false,
            edits: Arc::default(),
            edit_changes: 0,
            corners: Arc::new(first_corners()),
            corner_changes: 0,
            weight_changes: 0,
            takings: 0,
            bench: Bench::default(),
            last: None,
            stored: None,
        }
    }
}

impl Composer {
    /// The project's groove, which the host has loaded.
    pub(crate) fn load(&mut self, groove: Groove) {
        self.stored = Some((groove.ask(), groove.weights.clone()));
        self.project = Some(Arc::new(groove));
        self.live = None;
    }

    /// Other weights will answer, after the project's `changes`: what they are to make is made anew; what is stored plays
    /// on as it is.
    pub(crate) fn change_weights(&mut self, changes: u64) {
        self.weight_changes = changes;
        (self.live, self.take) = (None, None);
        for slot in self.slots.iter_mut().flatten() {
            slot.book = Sketchbook::of(slot.groove.clone());
        }
    }

    /// These weights were chosen by hand: the groove of the controls is another one from now on, and no longer what the
    /// project came with, though they say the same.
    pub(crate) fn take_weights(&mut self, changes: u64) {
        self.change_weights(changes);
        self.project = None;
        self.takings += 1;
    }

    /// What is in the slots, after `changes` changes.
    pub(crate) fn load_slots(&mut self, grooves: SlotGrooves, changes: u64) {
        self.slot_changes = changes;
        for (slot, groove) in self.slots.iter_mut().zip(grooves) {
            let is_same = match (slot.as_ref(), groove.as_ref()) {
                (Some(held), Some(groove)) => held.groove == *groove,
                (None, None) => true,
                _ => false,
            };
            if is_same {
                continue;
            }
            if let (Some(held), Some(groove)) = (slot.as_mut(), groove.as_ref())
                && groove.is_same_but_for_edits(&held.groove)
                && held.book.edit(groove.ask(), &Arc::new(groove.edits.clone()))
            {
                held.groove = groove.clone();
                continue;
            }
            *slot = groove.map(|groove| {
                self.versions += 1;
                SlotBook { book: Sketchbook::of(groove.clone()), groove, version: self.versions }
            });
        }
        self.take = None;
    }

    /// What hands have put into the groove of the controls, after `changes` changes.
    pub(crate) fn edit(&mut self, edits: Arc<Edits>, changes: u64) {
        (self.edits, self.edit_changes) = (edits, changes);
    }

    /// What the pad's corners are, after `changes` changes.
    pub(crate) fn set_corners(&mut self, corners: Arc<Corners>, changes: u64) {
        (self.corners, self.corner_changes) = (corners, changes);
    }

    /// What was heard last; nothing is followed unless `is_following`.
    pub(crate) fn hear(&mut self, heard: &Heard, is_following: bool) {
        self.is_following = is_following;
        self.heard = heard.id.filter(|_| is_following).map(|id| (id, heard.pattern));
    }

    /// Does the most urgent piece of work for `want`, at most one decode. Without `weights` only
    /// the project's own patterns answer.
    pub(crate) fn turn(&mut self, want: &Want, weights: Option<&impl Decode>) -> Turn {
        if let Some(weights) = weights
            && let Some(place) = self.unmade_corner(want, weights)
            && let Some(slot) = &mut self.slots[place]
        {
            slot.book.decode(0, weights, &mut self.bench);
            return Turn::Worked;
        }
        self.open_books(want, weights);
        let cycles = want.cycles();
        let mut has_decoded = false;
        if let Some(weights) = weights {
            let bench = &mut self.bench;
            let playing = want.choice.slot.map(usize::from);
            let take = self.take.as_mut().map(|(_, book)| book);
            // What plays, what the controls make, and the rest.
            let (mut first, mut others) = (None, Vec::new());
            for (place, slot) in self.slots.iter_mut().enumerate() {
                let book = slot.as_mut().map(|slot| &mut slot.book);
                if playing == Some(place) { first = book } else { others.extend(book) }
            }
            let books = take.into_iter().chain(first).chain(&mut self.live).chain(others);
            for book in books.filter(|book| book.failure.is_none()) {
                if let Some(cycle) = book.missing(cycles, Some(weights)) {
                    book.make_room(cycles);
                    book.decode(cycle, weights, bench);
                    has_decoded = true;
                    break;
                }
            }
        }
        let answer = self.compose(want, weights);
        if answer.is_some() && answer != self.last {
            self.last = answer;
            return Turn::Answered;
        }
        if let Some(failure) = self.playing(want).and_then(|book| book.failure.clone()) {
            return Turn::Failed(failure);
        }
        if has_decoded {
            return Turn::Worked;
        }
        let Some(weights) = weights else { return Turn::Idle };
        let slots = self.slots.iter_mut().flatten().map(|slot| &mut slot.book);
        for book in self.live.iter_mut().chain(slots) {
            if let Some(cycle) = book.first_to_save() {
                book.decode(cycle, weights, &mut self.bench);
                return Turn::Worked;
            }
        }
        Turn::Idle
    }

    /// The newest answer, if there is one.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.last.as_ref()
    }

    /// What the project should store from now on as the groove of the controls; `None` if it stores that
    /// already, or not all is decoded.
    pub(crate) fn take_unsaved(&mut self, weights: &impl Decode) -> Option<Groove> {
        let book = self.live.as_ref()?;
        let made_with =
            book.saved.as_ref().map_or(weights.identity(), |saved| saved.weights.as_str());
        let is_stored = self
            .stored
            .as_ref()
            .is_some_and(|(ask, weights)| *ask == book.ask && weights.as_str() == made_with);
        if is_stored {
            return None;
        }
        let groove = book.groove(weights)?;
        self.stored = Some((book.ask, groove.weights.clone()));
        Some(groove)
    }

    /// A slot whose groove lacked patterns and has them now.
    pub(crate) fn take_completed_slot(
        &mut self,
        weights: &impl Decode,
    ) -> Option<(usize, Arc<Groove>)> {
        for (place, slot) in self.slots.iter_mut().enumerate() {
            let Some(slot) = slot.as_mut().filter(|slot| slot.groove.cycles.is_empty()) else {
                continue;
            };
            if let Some(groove) = slot.book.groove(weights) {
                slot.groove = Arc::new(groove);
                return Some((place, slot.groove.clone()));
            }
        }
        None
    }

    /// The slot changes that the slots were loaded after.
    pub(crate) fn slot_changes(&self) -> u64 {
        self.slot_changes
    }

    /// The answer; `None` while it says no more than the factory's.
    fn compose(&self, want: &Want, weights: Option<&impl Decode>) -> Option<Answer> {
        let cycles = want.cycles();
        let track = |book: &Sketchbook, version: u64| {
            let score = book.score(cycles, weights)?;
            let edits = book.edits.clone();
            let (ask, anchor, pad) = (book.ask, book.anchor, book.pad.clone());
            Some(Arc::new(Track { ask, anchor, pad, edits, version, score }))
        };
        // What is not made yet in these cycles plays on in those it was made in.
        let last = self.last.as_ref();
        let live = self.live.as_ref().and_then(|book| track(book, self.takings));
        let (weight_changes, loads) = match (&live, last) {
            (None, last) => last.map_or((self.weight_changes, 0), |l| (l.weight_changes, l.loads)),
            _ => (self.weight_changes, self.loads),
        };
        let live = live
            .or_else(|| last.map(|last| last.live.clone()))
            .unwrap_or_else(|| Answer::factory().live);
        let take = self
            .take
            .as_ref()
            .and_then(|(choice, book)| Some((*choice, track(book, self.takings)?)))
            .or_else(|| last.and_then(|last| last.take.clone()).filter(|(c, _)| *c == want.choice));
        let slots: [Option<Arc<Track>>; SLOTS] = std::array::from_fn(|place| {
            let SlotBook { book, version, .. } = self.slots[place].as_ref()?;
            track(book, *version).or_else(|| {
                let last = last.and_then(|last| last.slots[place].clone());
                last.filter(|last| last.version == *version)
            })
        });
        // What no recipe made has no variations but itself.
        let take = take.or_else(|| {
            let slot = usize::from(want.choice.slot?);
            want.choice.take?;
            self.take.is_none().then_some((want.choice, slots.get(slot)?.clone()?))
        });
        let places = self.slots.iter().enumerate();
        let filled = places.fold(0, |bits, (i, slot)| bits | u16::from(slot.is_some()) << i);
        let Self { slot_changes, edit_changes, corner_changes, .. } = *self;
        let answer = Answer {
            live,
            take,
            slots,
            filled,
            loads,
            slot_changes,
            edit_changes,
            corner_changes,
            weight_changes,
        };
        (last.is_some() || answer != Answer::factory()).then_some(answer)
    }
}

#[cfg(test)]
mod tests;
