//! The sketchbook of one groove: what is saved of it, what has been decoded, and what is missing.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use engine::Score;
use groove::Pattern;
use musicvae::infer::Scratch;

use crate::generation::scheduler::decode_scratch::Bench;
use crate::generation::weights::Decode;
use crate::state::edits::Edits;
use crate::state::groove::{Groove, SAVED_CYCLES};
use crate::state::morph::Pad;
use crate::state::request::Ask;

/// The most cycles kept beside those to be saved; 7 kB each.
pub(super) const KEPT_CYCLES: usize = 64;

/// The patterns of one groove.
pub(super) struct Sketchbook {
    /// What makes it; `None` if all there is of it is saved.
    pub(super) ask: Option<Ask>,
    /// The pattern it stays near.
    pub(super) anchor: Option<Pattern>,
    /// Where it is between landmarks, if it is and stays near no pattern.
    pub(super) pad: Option<Arc<Pad>>,
    /// The latent vector of either, once it was needed.
    latent: Option<Vec<f32>>,
    /// What hands have put in.
    pub(super) edits: Arc<Edits>,
    /// What the network made, without the cells that are kept.
    pub(super) decoded: BTreeMap<i64, Pattern>,
    /// The project's own patterns of it.
    pub(super) saved: Option<Arc<Groove>>,
    pub(super) failure: Option<String>,
}

impl Sketchbook {
    /// An empty one for `ask`, which is [of](Edits::ask) `edits` and stays near `anchor` or where `pad` is, unless
    /// `saved` has its patterns.
    pub(super) fn new(
        ask: Option<Ask>,
        anchor: Option<Pattern>,
        pad: Option<Arc<Pad>>,
        edits: Arc<Edits>,
        saved: Option<Arc<Groove>>,
    ) -> Self {
        let saved = saved.filter(|groove| !groove.cycles.is_empty());
        let (decoded, latent, failure) = (BTreeMap::new(), None, None);
        Self { ask, anchor, pad, latent, edits, decoded, saved, failure }
    }

    /// The one for a groove that is kept.
    pub(super) fn of(groove: Arc<Groove>) -> Self {
        let (ask, anchor) = (groove.ask(), groove.anchor);
        let pad = groove.pad.as_deref().cloned().map(Arc::new);
        Self::new(ask, anchor, pad, Arc::new(groove.edits.clone()), Some(groove))
    }

    /// Becomes that for `ask` with `edits`, if the network makes the same of it; returns whether it does.
    pub(super) fn edit(&mut self, ask: Option<Ask>, edits: &Arc<Edits>) -> bool {
        let is_same = self.ask.map(|ask| ask.source()) == ask.map(|ask| ask.source());
        if is_same {
            (self.ask, self.edits) = (ask, edits.clone());
        }
        is_same
    }

    /// Whether every cycle has the same pattern.
    fn is_steady(&self) -> bool {
        let is_one = || self.saved.as_ref().is_none_or(|saved| saved.cycles.len() == 1);
        self.ask.as_ref().map_or_else(is_one, Ask::is_steady)
    }

    /// Of `cycles` those that differ from each other.
    fn distinct(&self, cycles: [i64; 4]) -> impl Iterator<Item = i64> + use<> {
        let all = if self.is_steady() { [0; 4] } else { cycles };
        (0..all.len()).filter(move |&i| !all[..i].contains(&all[i])).map(move |i| all[i])
    }

    /// The pattern of `cycle`, if it is here: the project's own before any other.
    fn pattern(&self, cycle: i64, weights: Option<&impl Decode>) -> Option<&Pattern> {
        if let Some(saved) = &self.saved {
            let count = i64::try_from(saved.cycles.len()).unwrap_or(i64::MAX);
            let is_stored = self.is_steady() || (0..count).contains(&cycle);
            // Without the weights it was made with, an old song repeats what it has.
            let has_changed = self.ask.is_none()
                || weights.is_some_and(|weights| weights.identity() != saved.weights);
            if is_stored || has_changed {
                return saved.pattern(cycle).or_else(|| self.decoded.get(&cycle));
            }
        }
        self.decoded.get(&cycle)
    }

    /// What it is known by: the pattern of cycle 0 with edits, if it is here.
    pub(super) fn first(&self, weights: Option<&impl Decode>) -> Option<Pattern> {
        Some(self.edits.over(self.pattern(0, weights)?))
    }

    /// The first of `cycles` that is not here.
    pub(super) fn missing(&self, cycles: [i64; 4], weights: Option<&impl Decode>) -> Option<i64> {
        self.distinct(cycles).find(|&cycle| self.pattern(cycle, weights).is_none())
    }

    /// What can be played of it in `cycles`, once the first of them is here.
    pub(super) fn score(&self, cycles: [i64; 4], weights: Option<&impl Decode>) -> Option<Score> {
        if self.is_steady() {
            return Some(Score::steady(self.edits.over(self.pattern(0, weights)?)));
        }
        let mut score = Score::varied();
        for (place, cycle) in self.distinct(cycles).enumerate() {
            match self.pattern(cycle, weights) {
                Some(pattern) => _ = score.insert(cycle, &self.edits.over(pattern)),
                None if place == 0 => return None,
                None => {}
            }
        }
        Some(score)
    }

    /// Decodes `cycle`; a failure is remembered.
    pub(super) fn decode(&mut self, cycle: i64, weights: &impl Decode, bench: &mut Bench) {
        let Some(ask) = self.ask else {
            self.failure = Some("a stored groove has no patterns".to_owned());
            return;
        };
        let (recipe, drawn) = ask.drawn(cycle);
        let (anchor, pad, latent) = (&self.anchor, &self.pad, &mut self.latent);
        let given = self.edits.given(&ask);
        let decode = AssertUnwindSafe(|| {
            let near = match (anchor, pad) {
                (Some(anchor), _) if ask.is_import => return *anchor,
                (Some(anchor), _) => Some(latent.get_or_insert_with(|| weights.encode(anchor))),
                (None, Some(pad)) => {
                    Some(latent.get_or_insert_with(|| bench.between(pad, &recipe, weights)))
                }
                (None, None) => None,
            };
            let near = near.map(|latent| &latent[..]);
            weights.decode(near, &recipe, drawn, given, &mut bench.scratch)
        });
        match catch_unwind(decode) {
            Ok(pattern) => _ = self.decoded.insert(cycle, pattern),
            Err(_panic) => {
                bench.scratch = Scratch::new(); // it may be torn
                let message = "the network failed on these settings; the last groove plays on";
                self.failure = Some(message.to_owned());
            }
        }
    }

    fn cycles_to_save(&self) -> i64 {
        if self.is_steady() { 1 } else { SAVED_CYCLES }
    }

    /// The first cycle that a project stores and that is not here.
    pub(super) fn first_to_save(&self) -> Option<i64> {
        if self.saved.is_some() || self.failure.is_some() {
            return None;
        }
        (0..self.cycles_to_save()).find(|cycle| !self.decoded.contains_key(cycle))
    }

    /// What a project stores of it; `None` while not all is here. Patterns decoded here were made with
    /// `weights`.
    pub(super) fn groove(&self, weights: &impl Decode) -> Option<Groove> {
        if let Some(saved) = &self.saved {
            return Some(Groove { edits: (*self.edits).clone(), ..(**saved).clone() });
        }
        let ask = self.ask?;
        Some(Groove {
            recipe: Some(ask.recipe),
            weights: weights.identity().to_owned(),
            cycles: (0..self.cycles_to_save())
                .map(|cycle| self.decoded.get(&cycle).copied())
                .collect::<Option<_>>()?,
            anchor: self.anchor,
            pad: self.pad.as_deref().cloned().map(Box::new),
            take: ask.take,
            edits: (*self.edits).clone(),
        })
    }

    /// Forgets cycles that are neither in `wanted` nor to be saved, once there are many.
    pub(super) fn make_room(&mut self, wanted: [i64; 4]) {
        if self.decoded.len() >= KEPT_CYCLES {
            let to_save = self.cycles_to_save();
            self.decoded.retain(|cycle, _| (0..to_save).contains(cycle) || wanted.contains(cycle));
        }
    }
}
