//! Answers: the grooves that the worker has made, for the audio thread and the window.

use std::sync::Arc;

use engine::Score;
use groove::Pattern;

use crate::factory;
use crate::handoff::AudioState;
use crate::state::choice::Choice;
use crate::state::choice::SLOTS;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::Pad;
use crate::state::request::{GrooveKey, GrooveRequest, Revisions};
use crate::state::song::Song;

/// A groove with the patterns that are decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadyGroove {
    /// Its key; `None` for patterns without a recipe.
    pub key: Option<GrooveKey>,
    /// The pattern that it stays near, if there is one.
    pub anchor: Option<Pattern>,
    /// The pad, if it is on.
    pub pad: Option<Arc<Pad>>,
    /// The edits.
    pub edits: Arc<Edits>,
    /// Changes when a slot is filled with another groove, and when the user chooses other weights for the live groove.
    pub version: u64,
    /// The patterns, and the fills.
    pub score: Score,
    /// Whether its fills are there, or none will come.
    pub has_fills: bool,
}

impl ReadyGroove {
    /// Identifies the groove, whatever its cycles and edits.
    pub fn identity(&self) -> (Option<GrooveKey>, u64) {
        (self.key.map(|key| key.groove()), self.version)
    }

    /// The groove as stored in a slot, where the worker adds its patterns; `None` without a recipe.
    pub fn to_stored(&self) -> Option<Groove> {
        let GrooveKey { recipe, bar, variation_id, .. } = self.key?;
        let (recipe, edits) = (Some(recipe), (*self.edits).clone());
        let pad = self.pad.as_deref().cloned().map(Box::new);
        let anchor = self.anchor;
        Some(Groove { recipe, bar, anchor, pad, variation_id, edits, ..Groove::default() })
    }
}

/// The song as the audio thread plays it.
#[derive(Debug)]
pub struct ReadySong {
    /// Its sections, with their scores.
    pub song: engine::Song,
    /// What it was made of.
    pub plan: Arc<Song>,
    /// What is known of each section.
    pub sections: Vec<ReadySection>,
    /// Changes with anything in it.
    pub version: u64,
    /// Changes unless it is the same song with other patterns.
    pub change: u64,
}

impl PartialEq for ReadySong {
    fn eq(&self, other: &Self) -> bool {
        (self.version, &self.plan) == (other.version, &other.plan)
    }
}

/// What is known of a section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadySection {
    /// The slot that it plays; `None` for the live groove.
    pub slot: Option<u8>,
    /// [`ReadyGroove::identity`] of its groove.
    pub identity: Option<GrooveKey>,
    /// Whether its score has patterns.
    pub is_made: bool,
    /// Whether its fills are there, or none will come.
    pub has_fills: bool,
}

/// All grooves that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The live groove.
    pub live: Arc<ReadyGroove>,
    /// The variation that was wanted last.
    pub variation: Option<(Choice, Arc<ReadyGroove>)>,
    /// The grooves in the slots that have patterns.
    pub slots: [Option<Arc<ReadyGroove>>; SLOTS],
    /// The song, while it is played.
    pub song: Option<Arc<ReadySong>>,
    /// A bit for each slot that is filled, with patterns or not.
    pub filled: u16,
    /// The revisions of the saved values it was made from.
    pub revisions: Revisions,
}

impl Answer {
    /// The answer until the worker has one: the factory pattern.
    pub fn factory() -> Self {
        let score = Score::steady(factory::pattern());
        Self {
            live: Arc::new(ReadyGroove {
                key: None,
                anchor: None,
                pad: None,
                edits: Arc::default(),
                version: 0,
                score,
                has_fills: false,
            }),
            variation: None,
            slots: Default::default(),
            song: None,
            filled: 0,
            revisions: Revisions::default(),
        }
    }

    /// The groove of `choice`, if it is there.
    pub fn groove(&self, choice: Choice) -> Option<&ReadyGroove> {
        if choice.variation_id.is_some() {
            let (made, track) = self.variation.as_ref()?;
            return (*made == choice).then_some(track);
        }
        match choice.slot {
            None => Some(&self.live),
            Some(slot) => self.slots.get(usize::from(slot))?.as_deref(),
        }
    }

    /// The groove to draw for `choice`: its own; or, while a variation is decoded, the groove it varies; or the live groove.
    pub fn shown(&self, choice: Choice) -> &ReadyGroove {
        self.groove(choice)
            .or_else(|| self.groove(Choice { variation_id: None, ..choice }))
            .unwrap_or(&self.live)
    }

    /// Whether this is the answer to `request` with all of `cycles`, and with fills if they are needed, or nothing else will
    /// come: its slot is empty.
    pub fn answers(&self, request: &GrooveRequest, cycles: &[i64], needs_fills: bool) -> bool {
        let (own, wanted) = (&self.revisions, &request.revisions);
        let is_empty = |slot: u8| self.filled & 1 << slot == 0;
        if own.slots == wanted.slots && request.choice.slot.is_some_and(is_empty) {
            return true;
        }
        let Some(groove) = self.groove(request.choice) else { return false };
        let is_current = match (request.choice.slot, &groove.key) {
            (Some(_), _) => own.slots == wanted.slots,
            (None, Some(key)) => {
                (own.edits, own.weights) == (wanted.edits, wanted.weights)
                    && (key.recipe, key.bar) == (request.recipe, request.bar)
                    && (request.rhythm.is_none() || key.anchor == request.rhythm)
                    && key.morph.map(|morph| morph.at) == request.pad
                    // Between the corners as they are now.
                    && (request.pad.is_none()
                        || (own.corners, own.slots) == (wanted.corners, wanted.slots))
            }
            (None, None) => false,
        };
        is_current
            && cycles.iter().all(|&cycle| groove.score.has(cycle))
            && (groove.has_fills || !needs_fills)
    }

    /// What sounds: of the song, or of a choice.
    pub(crate) fn sounding(&self, state: &AudioState) -> &Score {
        let passage = state.now.filter(|now| !now.is_chosen).and_then(|now| now.passage);
        let section =
            passage.and_then(|passage| self.song.as_ref()?.song.sections().get(passage.section?));
        section.map_or_else(|| &self.shown(state.sounding()).score, |section| &section.score)
    }

    /// Whether the song is there as it is at the revisions of `request`, with what `needed` plays of it: cycles, and the
    /// sections that they are of. Fills are there, too.
    pub fn answers_song(
        &self,
        request: &GrooveRequest,
        needed: impl IntoIterator<Item = (i64, Option<usize>)>,
    ) -> bool {
        if self.revisions.song != request.revisions.song {
            return false;
        }
        let Some(song) = &self.song else { return true };
        needed.into_iter().all(|(cycle, place)| {
            let section = place.and_then(|place| {
                Some((song.sections.get(place)?, song.song.sections().get(place)?))
            });
            let Some((ready, played)) = section else { return true };
            let choice = Choice { slot: ready.slot, variation_id: None };
            let of_groove = GrooveRequest { choice, ..*request };
            self.answers(&of_groove, &[], true)
                && (ready.is_made && ready.has_fills && played.score.has(cycle))
        })
    }

    /// Whether `other` has the very same grooves: not copies.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_same = |one: Option<&Arc<ReadyGroove>>, other: Option<&Arc<ReadyGroove>>| {
            one.map(Arc::as_ptr) == other.map(Arc::as_ptr)
        };
        let variation = |answer: &Self| answer.variation.as_ref().map(|(choice, _)| *choice);
        let made = |answer: &Self| (answer.revisions, answer.filled, variation(answer));
        let variations =
            [self, other].map(|answer| answer.variation.as_ref().map(|(_, made)| made));
        made(self) == made(other)
            && self.song.as_ref().map(Arc::as_ptr) == other.song.as_ref().map(Arc::as_ptr)
            && Arc::ptr_eq(&self.live, &other.live)
            && is_same(variations[0], variations[1])
            && self.slots.iter().zip(&other.slots).all(|(a, b)| is_same(a.as_ref(), b.as_ref()))
    }
}
