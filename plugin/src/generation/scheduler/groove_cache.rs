//! The cache of one groove: its stored and its decoded patterns.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use engine::{CYCLES, Score};
use groove::Pattern;
use musicvae::infer::{Locks, Scratch, Start};

use crate::generation::scheduler::decode_scratch::{DecodeScratch, corner};
use crate::generation::weights::Decode;
use crate::handoff::answer::ReadyGroove;
use crate::state::edits::Edits;
use crate::state::groove::{Groove, SAVED_CYCLES};
use crate::state::morph::Pad;
use crate::state::request::{GrooveKey, Recipe};

/// The number of cycles at which those that are not needed are dropped; 7 kB each.
pub(super) const KEPT_CYCLES: usize = 64;

/// Fills, if the network draws them.
pub(super) type Fills = Option<Pattern>;

/// The patterns of one groove.
pub(super) struct GrooveCache {
    /// Its key; `None` if it has stored patterns alone.
    pub(super) key: Option<GrooveKey>,
    /// The pattern it stays near, or the rhythm it follows.
    pub(super) anchor: Option<Pattern>,
    /// The pad, if it is on and the groove stays near no pattern.
    pub(super) pad: Option<Arc<Pad>>,
    /// The latent vector of `anchor` or `pad`, once it was needed.
    latent: Option<Vec<f32>>,
    /// The edits.
    pub(super) edits: Arc<Edits>,
    /// Decoded patterns by cycle, without edits.
    pub(super) decoded: BTreeMap<i64, Pattern>,
    /// Its fills, one in each bar; `None` until they are drawn.
    fills: Option<Fills>,
    /// Stored patterns.
    pub(super) saved: Option<Arc<Groove>>,
    pub(super) failure: Option<String>,
    /// The groove for the answer, as it was made last.
    ready: Option<Arc<ReadyGroove>>,
    /// The cycles that [`ready`](Self::ready) was made for, and whether there were weights; `None` after a change.
    ready_for: Option<([i64; CYCLES], bool)>,
}

impl GrooveCache {
    /// An empty cache for `key`, which [includes](Edits::key) `edits`; the groove stays near `anchor` or `pad`. Patterns of
    /// `saved` are used before any are decoded.
    pub(super) fn new(
        key: Option<GrooveKey>,
        anchor: Option<Pattern>,
        pad: Option<Arc<Pad>>,
        edits: Arc<Edits>,
        saved: Option<Arc<Groove>>,
    ) -> Self {
        let saved = saved.filter(|groove| !groove.cycles.is_empty());
        let fills = saved.as_ref().and_then(|groove| groove.fills).map(Some);
        Self {
            key,
            anchor,
            pad,
            latent: None,
            edits,
            decoded: BTreeMap::new(),
            fills,
            saved,
            failure: None,
            ready: None,
            ready_for: None,
        }
    }

    /// The cache of a stored groove.
    pub(super) fn of(groove: Arc<Groove>) -> Self {
        let (key, anchor) = (groove.key(), groove.anchor);
        let pad = groove.pad.as_deref().cloned().map(Arc::new);
        Self::new(key, anchor, pad, Arc::new(groove.edits.clone()), Some(groove))
    }

    /// Changes key and edits, if the network makes the same patterns for the new key; returns whether it does.
    pub(super) fn edit(&mut self, key: Option<GrooveKey>, edits: &Arc<Edits>) -> bool {
        let is_same = self.key.map(|key| key.source()) == key.map(|key| key.source());
        if is_same && (self.key != key || !Arc::ptr_eq(&self.edits, edits)) {
            (self.key, self.edits) = (key, edits.clone());
            (self.fills, self.ready_for) = (None, None);
        }
        is_same
    }

    /// Whether every cycle has the same pattern, but in sections that vary.
    pub(super) fn is_steady(&self) -> bool {
        let is_one = || self.saved.as_ref().is_none_or(|saved| saved.cycles.len() == 1);
        self.key.as_ref().map_or_else(is_one, GrooveKey::is_steady)
    }

    /// The cycles whose patterns are played in `cycles`: the first, if it is steady.
    pub(super) fn played(&self, cycles: [i64; CYCLES]) -> [i64; CYCLES] {
        if self.is_steady() { [0; CYCLES] } else { cycles }
    }

    /// The pattern of `cycle`, if it is here; stored ones first.
    fn pattern(&self, cycle: i64, weights: Option<&impl Decode>) -> Option<&Pattern> {
        if let Some(saved) = &self.saved {
            let count = i64::try_from(saved.cycles.len()).unwrap_or(i64::MAX);
            let is_stored = (0..count).contains(&cycle);
            // With other weights than made them, stored patterns repeat.
            let has_changed = self.key.is_none()
                || weights.is_some_and(|weights| weights.identity() != saved.weights);
            if is_stored || has_changed {
                return saved.pattern(cycle).or_else(|| self.decoded.get(&cycle));
            }
        }
        self.decoded.get(&cycle)
    }

    /// The pattern of cycle 0 with edits, if it is here.
    pub(super) fn first(&self, weights: Option<&impl Decode>) -> Option<Pattern> {
        Some(self.edits.over(self.pattern(0, weights)?))
    }

    /// The first of `cycles` that is not here.
    pub(super) fn missing(
        &self,
        cycles: [i64; CYCLES],
        weights: Option<&impl Decode>,
    ) -> Option<i64> {
        distinct(cycles).find(|&cycle| self.pattern(cycle, weights).is_none())
    }

    /// The groove for the answer, with its patterns of `cycles`; while the first of these is missing, with those of the
    /// last answer. The same one is returned until something changes.
    pub(super) fn ready(
        &mut self,
        cycles: [i64; CYCLES],
        weights: Option<&impl Decode>,
        version: u64,
    ) -> Option<Arc<ReadyGroove>> {
        let ready_for = (self.played(cycles), weights.is_some());
        if self.ready_for.replace(ready_for) != Some(ready_for)
            && let Some(score) = self.score_as(cycles, !self.is_steady(), weights, |p| *p)
        {
            let (key, anchor, pad) = (self.key, self.anchor, self.pad.clone());
            let edits = self.edits.clone();
            let has_fills = self.knows_fills(weights);
            let made = ReadyGroove { key, anchor, pad, edits, version, score, has_fills };
            if self.ready.as_deref() != Some(&made) {
                self.ready = Some(Arc::new(made));
            }
        }
        self.ready.clone()
    }

    /// The patterns of `cycles` that are here, once the first is; where it does not vary that of cycle 0 for all. Each
    /// pattern and the fills are as `played` makes them.
    pub(super) fn score_as(
        &self,
        cycles: [i64; CYCLES],
        varies: bool,
        weights: Option<&impl Decode>,
        mut played: impl FnMut(&Pattern) -> Pattern,
    ) -> Option<Score> {
        let fills = self.fills.flatten().map(|fills| played(&fills));
        let mut of_cycle = |cycle| Some(played(&self.edits.over(self.pattern(cycle, weights)?)));
        if !varies {
            return Some(Score::steady(of_cycle(0)?).with_fills(fills));
        }
        let mut score = Score::varied().with_fills(fills);
        for (place, cycle) in distinct(cycles).enumerate() {
            match of_cycle(cycle) {
                Some(pattern) => _ = score.insert(cycle, &pattern),
                None if place == 0 => return None,
                None => {}
            }
        }
        Some(score)
    }

    /// Identifies the groove, whatever its cycles and edits; see [`ReadyGroove::identity`].
    pub(super) fn identity(&self) -> Option<GrooveKey> {
        self.key.map(|key| key.groove())
    }

    /// Whether its fills are there, or none will come.
    pub(super) fn knows_fills(&self, weights: Option<&impl Decode>) -> bool {
        self.fills.is_some() || weights.is_some_and(|weights| !weights.draws_fills())
    }

    /// Decodes `cycle`; a failure is remembered.
    pub(super) fn decode(
        &mut self,
        cycle: i64,
        weights: &impl Decode,
        scratch: &mut DecodeScratch,
    ) {
        let Some(key) = self.key else {
            self.failure = Some("a stored groove has no patterns".to_owned());
            return;
        };
        let (recipe, drawn) = key.drawn(cycle);
        let (anchor, pad, latent) = (&self.anchor, &self.pad, &mut self.latent);
        let bar = key.bar;
        let nothing = Locks::of(bar);
        let given = Some(self.edits.given(&key)).filter(|given| given.pattern().bar() == bar);
        let given = given.unwrap_or(&nothing);
        // An anchor that was not imported is a rhythm that came in.
        let is_followed = self.edits.anchor(&key.recipe) != anchor.as_ref();
        let decode = AssertUnwindSafe(|| {
            let start = match (anchor, pad) {
                (Some(anchor), _) if key.is_import && cycle == 0 => {
                    return anchor.converted_to(bar);
                }
                (Some(anchor), _) if key.is_import => Start::Of(anchor),
                (Some(anchor), _) if is_followed => Start::Line(anchor),
                (Some(anchor), _) => {
                    Start::Near(latent.get_or_insert_with(|| weights.encode(anchor)))
                }
                (None, Some(pad)) if let Some(corner) = corner(pad, &recipe, weights) => {
                    let scratch = &mut scratch.kernel;
                    return weights.decode(Start::Seed, &corner, drawn, given, scratch);
                }
                (None, Some(pad)) => {
                    let between = || scratch.between(pad, &recipe, weights);
                    Start::Near(latent.get_or_insert_with(between))
                }
                (None, None) => Start::Seed,
            };
            let pattern = weights.decode(start, &recipe, drawn, given, &mut scratch.kernel);
            // What the latent vector does not hold of the pattern that it is of; what is given stays.
            let Some(anchor) = anchor.as_ref().filter(|_| !is_followed) else { return pattern };
            let mut pattern = pattern.struck_as(&anchor.converted_to(bar));
            given.express(&mut pattern);
            pattern
        });
        match catch_unwind(decode) {
            Ok(pattern) => {
                self.decoded.insert(cycle, pattern);
                self.ready_for = None;
            }
            Err(_panic) => {
                scratch.kernel = Scratch::new(); // it may be torn
                let message = "the network failed on these settings; the last groove plays on";
                self.failure = Some(message.to_owned());
            }
        }
    }

    /// Draws the fills, if they are missing and the first cycle is here; returns whether it did.
    pub(super) fn draw_fills(&mut self, weights: &impl Decode) -> bool {
        if self.fills.is_some() || !weights.draws_fills() {
            return false;
        }
        let Some(pattern) = self.first(Some(weights)) else { return false };
        let recipe = self.key.map_or_else(Recipe::default, |key| key.recipe);
        let draw = AssertUnwindSafe(|| weights.fills(&pattern, &recipe));
        // A network that fails on them has none.
        self.fills = Some(catch_unwind(draw).unwrap_or_default());
        self.ready_for = None;
        true
    }

    /// Whether `fills` are those that are here, if they have been drawn.
    pub(super) fn has_fills(&self, fills: Fills) -> bool {
        self.fills.is_none_or(|own| own == fills)
    }

    /// How many cycles a project stores of it, where some section of the song `varies` it or none does: no more than there
    /// are of what other weights than these have made.
    pub(super) fn cycles_to_save(&self, varies: bool, weights: &impl Decode) -> i64 {
        let wanted = if varies || !self.is_steady() { SAVED_CYCLES } else { 1 };
        let Some(saved) = &self.saved else { return wanted };
        let stored = i64::try_from(saved.cycles.len()).unwrap_or(i64::MAX);
        let is_ours = self.key.is_some() && weights.identity() == saved.weights;
        if is_ours { wanted.max(stored) } else { stored }
    }

    /// The first missing cycle of those that a project stores.
    pub(super) fn first_to_save(&self, varies: bool, weights: &impl Decode) -> Option<i64> {
        let mut cycles = 0..self.cycles_to_save(varies, weights);
        let is_missing = |cycle: &i64| self.pattern(*cycle, Some(weights)).is_none();
        cycles.find(is_missing).filter(|_| self.failure.is_none())
    }

    /// The groove for a project to store; `None` while cycles are missing. `weights` have decoded them.
    pub(super) fn to_stored(&self, varies: bool, weights: &impl Decode) -> Option<Groove> {
        let cycles = 0..self.cycles_to_save(varies, weights);
        let cycles = cycles
            .map(|cycle| self.pattern(cycle, Some(weights)).copied())
            .collect::<Option<_>>()?;
        if let Some(saved) = &self.saved {
            let (edits, fills) = ((*self.edits).clone(), self.fills.flatten());
            return Some(Groove { cycles, edits, fills, ..(**saved).clone() });
        }
        let key = self.key?;
        Some(Groove {
            recipe: Some(key.recipe),
            bar: key.bar,
            weights: weights.identity().to_owned(),
            cycles,
            anchor: self.anchor,
            pad: self.pad.as_deref().cloned().map(Box::new),
            variation_id: key.variation_id,
            fills: self.fills.flatten(),
            edits: (*self.edits).clone(),
        })
    }

    /// Drops cycles that are neither in `wanted` nor to be saved, once there are many.
    pub(super) fn make_room(&mut self, wanted: [i64; CYCLES]) {
        if self.decoded.len() >= KEPT_CYCLES {
            let to_save = 0..SAVED_CYCLES;
            self.decoded.retain(|cycle, _| to_save.contains(cycle) || wanted.contains(cycle));
        }
    }
}

/// `cycles` without repetitions.
fn distinct(cycles: [i64; CYCLES]) -> impl Iterator<Item = i64> {
    (0..CYCLES).filter(move |&i| !cycles[..i].contains(&cycles[i])).map(move |i| cycles[i])
}
