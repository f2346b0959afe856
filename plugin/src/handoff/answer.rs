//! Answers: what the worker has made of what was asked, for the audio thread and the window.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use engine::Score;
use groove::Pattern;

use crate::factory;
use crate::state::choice::Choice;
use crate::state::choice::SLOTS;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::Pad;
use crate::state::request::{Ask, Recipe};

/// A groove, as far as it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// What was asked for; `None` for patterns that no recipe made.
    pub ask: Option<Ask>,
    /// The pattern that it stays near, if there is one.
    pub anchor: Option<Pattern>,
    /// Where it is between landmarks, if it is.
    pub pad: Option<Arc<Pad>>,
    /// What hands have put into it.
    pub edits: Arc<Edits>,
    /// Changes when a slot is filled with something else, and the groove of the controls is made with other
    /// weights.
    pub version: u64,
    /// The patterns.
    pub score: Score,
}

impl Track {
    /// What tells it from other grooves: the same with other cycles of it or other edits.
    pub fn identity(&self) -> (Option<Ask>, u64) {
        (self.ask.map(|ask| ask.groove()), self.version)
    }

    /// This groove as it can be put into a slot, where the worker adds its patterns; `None` if no recipe
    /// made it.
    pub fn groove(&self) -> Option<Groove> {
        let Ask { recipe, take, .. } = self.ask?;
        let (recipe, edits) = (Some(recipe), (*self.edits).clone());
        let pad = self.pad.as_deref().cloned().map(Box::new);
        Some(Groove { recipe, anchor: self.anchor, pad, take, edits, ..Groove::default() })
    }
}

/// All that the worker has made.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The groove that the controls make.
    pub live: Arc<Track>,
    /// The variation that was asked for last, and of what.
    pub take: Option<(Choice, Arc<Track>)>,
    /// What is in the slots, as far as it is made.
    pub slots: [Option<Arc<Track>>; SLOTS],
    /// A bit for each slot that has something in it, made or not.
    pub filled: u16,
    /// [`SavedGroove::loads`](crate::state::groove::SavedGroove::loads) when the worker made the live groove.
    pub loads: u64,
    /// [`Slots::changes`](crate::state::slots::Slots::changes) when the worker looked.
    pub slot_changes: u64,
    /// The [`changes`](crate::state::versioned::Versioned::changes) of the edits when the worker looked.
    pub edit_changes: u64,
    /// The [`changes`](crate::state::versioned::Versioned::changes) of the corners when the worker looked.
    pub corner_changes: u64,
    /// The [`changes`](crate::state::versioned::Versioned::changes) of the chosen weights that the worker has followed.
    pub weight_changes: u64,
}

impl Answer {
    /// The factory pattern, played until there is an answer to anything.
    pub fn factory() -> Self {
        let score = Score::steady(factory::pattern());
        Self {
            live: Arc::new(Track {
                ask: None,
                anchor: None,
                pad: None,
                edits: Arc::default(),
                version: 0,
                score,
            }),
            take: None,
            slots: Default::default(),
            filled: 0,
            loads: 0,
            slot_changes: 0,
            edit_changes: 0,
            corner_changes: 0,
            weight_changes: 0,
        }
    }

    /// The groove of `choice`, if it is there.
    pub fn track(&self, choice: Choice) -> Option<&Track> {
        if choice.take.is_some() {
            let (made, track) = self.take.as_ref()?;
            return (*made == choice).then_some(track);
        }
        match choice.slot {
            None => Some(&self.live),
            Some(slot) => self.slots.get(usize::from(slot))?.as_deref(),
        }
    }

    /// What to draw for `choice`: its groove, or what it is a variation of while that is made, or the groove
    /// of the controls.
    pub fn shown(&self, choice: Choice) -> &Track {
        self.track(choice)
            .or_else(|| self.track(Choice { take: None, ..choice }))
            .unwrap_or(&self.live)
    }

    /// Whether this is the answer to `wanted` with all of `cycles`, or nothing else will come: its slot is empty.
    pub fn answers(&self, wanted: &Wanted, cycles: &[i64]) -> bool {
        let is_empty = |slot: u8| self.filled & 1 << slot == 0;
        if self.slot_changes == wanted.slot_changes && wanted.choice.slot.is_some_and(is_empty) {
            return true;
        }
        let Some(track) = self.track(wanted.choice) else { return false };
        let is_asked = match (wanted.choice.slot, &track.ask) {
            (Some(_), _) => self.slot_changes == wanted.slot_changes,
            (None, Some(ask)) => {
                self.edit_changes == wanted.edit_changes
                    && self.weight_changes == wanted.weight_changes
                    && ask.recipe == wanted.recipe
                    && (wanted.anchor.is_none() || ask.anchor == wanted.anchor)
                    && self.is_between(wanted, ask)
            }
            (None, None) => false,
        };
        is_asked && cycles.iter().all(|&cycle| track.score.has(cycle))
    }

    /// Whether `ask` is where the pad is in `wanted`, between what its corners are now.
    fn is_between(&self, wanted: &Wanted, ask: &Ask) -> bool {
        ask.morph.map(|morph| morph.at) == wanted.pad
            && (wanted.pad.is_none()
                || (self.corner_changes, self.slot_changes)
                    == (wanted.corner_changes, wanted.slot_changes))
    }
}

/// What the audio thread waits for when it renders offline.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Which groove.
    pub choice: Choice,
    /// What the controls say.
    pub recipe: Recipe,
    /// The fingerprint of what is followed, if anything is.
    pub anchor: Option<u64>,
    /// [`Slots::changes`](crate::state::slots::Slots::changes).
    pub slot_changes: u64,
    /// The [`changes`](crate::state::versioned::Versioned::changes) of the edits.
    pub edit_changes: u64,
    /// Where the pad is, while it is on.
    pub pad: Option<[f32; 2]>,
    /// The [`changes`](crate::state::versioned::Versioned::changes) of the corners.
    pub corner_changes: u64,
    /// The [`changes`](crate::state::versioned::Versioned::changes) of the chosen weights.
    pub weight_changes: u64,
}

impl Wanted {
    /// A number, not 0, to know by what the worker has given up on. Allocates.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        hasher.finish().max(1)
    }
}
