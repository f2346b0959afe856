//! The composer: which patterns answer the parameters, and which of them to decode next.
//!
//! The worker thread runs it. It knows no threads itself: each `turn` does at
//! most one decode, so that the worker can look at the parameters between decodes and the newest
//! wins.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::Score;
use groove::Pattern;
use musicvae::infer::Scratch;

use crate::handoff::Answer;
use crate::recipe::{Recipe, is_steady};
use crate::saved::{Groove, SAVED_CYCLES};
use crate::weights::Decode;

/// The most cycles kept beside those to be saved; 7 kB each.
const KEPT_CYCLES: usize = 64;

/// What is wanted: everything an answer depends on beside the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Want {
    /// What the parameters say.
    pub(crate) recipe: Recipe,
    /// The cycle that plays or will play first.
    pub(crate) cycle: i64,
    /// The cycle that the host's loop returns to.
    pub(crate) loop_cycle: i64,
}

impl Want {
    /// The cycles to answer with, the most urgent first.
    fn cycles(&self) -> impl Iterator<Item = i64> {
        let all = if is_steady(&self.recipe) {
            [0; 4]
        } else {
            let next = |cycle: i64| cycle.saturating_add(1);
            [self.cycle, next(self.cycle), self.loop_cycle, next(self.loop_cycle)]
        };
        (0..all.len()).filter(move |&i| !all[..i].contains(&all[i])).map(move |i| all[i])
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
    /// The network failed on this recipe, as the message says; it is not tried again.
    Failed(String),
}

/// The patterns of one recipe.
struct Sketchbook {
    recipe: Recipe,
    decoded: BTreeMap<i64, Pattern>,
    /// The project's own patterns, if they are for this recipe.
    saved: Option<Groove>,
    failure: Option<String>,
}

/// Answers wants, from what is saved, kept or decoded.
#[derive(Default)]
pub(crate) struct Composer {
    project: Option<Groove>,
    book: Option<Sketchbook>,
    scratch: Scratch,
    last: Option<Answer>,
    /// Recipe and weights of the groove that the project was given last, or came with.
    stored: Option<(Option<Recipe>, String)>,
}

impl Composer {
    /// The project's groove, which the host has loaded.
    pub(crate) fn load(&mut self, groove: Groove) {
        self.stored = Some((groove.recipe, groove.weights.clone()));
        self.project = Some(groove);
        self.book = None;
    }

    /// Does the most urgent piece of work for `want`, at most one decode. Without `weights` only
    /// the project's own patterns answer.
    pub(crate) fn turn(&mut self, want: &Want, weights: Option<&impl Decode>) -> Turn {
        let project = &self.project;
        if self.book.as_ref().is_none_or(|book| book.recipe != want.recipe) {
            let is_own =
                |groove: &&Groove| groove.recipe == Some(want.recipe) && !groove.cycles.is_empty();
            let saved = project.as_ref().filter(is_own).cloned();
            self.book = Some(Sketchbook {
                recipe: want.recipe,
                decoded: BTreeMap::new(),
                saved,
                failure: None,
            });
        }
        let Some(book) = &mut self.book else { return Turn::Idle };
        if let Some(failure) = &book.failure {
            return Turn::Failed(failure.clone());
        }
        let missing = want.cycles().find(|&cycle| book.pattern(cycle, weights).is_none());
        if let (Some(cycle), Some(weights)) = (missing, weights) {
            book.make_room(want);
            if let Err(message) = book.decode(cycle, weights, &mut self.scratch) {
                book.failure = Some(message.clone());
                return Turn::Failed(message);
            }
        }
        let answer = book.answer(want, weights);
        if answer.is_some() && answer != self.last {
            self.last = answer;
            return Turn::Answered;
        }
        let Some(weights) = weights else { return Turn::Idle };
        match book.first_to_save() {
            Some(cycle) => match book.decode(cycle, weights, &mut self.scratch) {
                Ok(()) => Turn::Worked,
                Err(message) => {
                    book.failure = Some(message.clone());
                    Turn::Failed(message)
                }
            },
            None => Turn::Idle,
        }
    }

    /// The newest answer, if there is one.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.last.as_ref()
    }

    /// What the project should store from now on; `None` if it stores that already, or not all is
    /// decoded.
    pub(crate) fn take_unsaved(&mut self, weights: &impl Decode) -> Option<Groove> {
        let book = self.book.as_ref()?;
        let made_with =
            book.saved.as_ref().map_or(weights.identity(), |saved| saved.weights.as_str());
        let is_stored = self.stored.as_ref().is_some_and(|(recipe, weights)| {
            *recipe == Some(book.recipe) && weights.as_str() == made_with
        });
        if is_stored || book.first_to_save().is_some() {
            return None;
        }
        let groove = match &book.saved {
            Some(saved) => saved.clone(),
            None => Groove {
                recipe: Some(book.recipe),
                weights: made_with.to_owned(),
                cycles: (0..book.cycles_to_save())
                    .map(|cycle| book.decoded.get(&cycle).copied())
                    .collect::<Option<_>>()?,
            },
        };
        self.stored = Some((groove.recipe, groove.weights.clone()));
        Some(groove)
    }
}

impl Sketchbook {
    /// The pattern of `cycle`, if it is here: the project's own before any other.
    fn pattern(&self, cycle: i64, weights: Option<&impl Decode>) -> Option<&Pattern> {
        if let Some(saved) = &self.saved {
            let count = i64::try_from(saved.cycles.len()).unwrap_or(i64::MAX);
            let is_stored = is_steady(&self.recipe) || (0..count).contains(&cycle);
            // Without the weights it was made with, an old song repeats what it has.
            let has_changed = weights.is_some_and(|weights| weights.identity() != saved.weights);
            if is_stored || has_changed {
                return saved.pattern(cycle).or_else(|| self.decoded.get(&cycle));
            }
        }
        self.decoded.get(&cycle)
    }

    /// The answer, once the most urgent cycle is here.
    fn answer(&self, want: &Want, weights: Option<&impl Decode>) -> Option<Answer> {
        let recipe = Some(self.recipe);
        if is_steady(&self.recipe) {
            let pattern = self.pattern(0, weights)?;
            return Some(Answer { recipe, score: Score::steady(*pattern) });
        }
        let mut score = Score::varied();
        for (place, cycle) in want.cycles().enumerate() {
            match self.pattern(cycle, weights) {
                Some(pattern) => _ = score.insert(cycle, pattern),
                None if place == 0 => return None,
                None => {}
            }
        }
        Some(Answer { recipe, score })
    }

    fn decode(
        &mut self,
        cycle: i64,
        weights: &impl Decode,
        scratch: &mut Scratch,
    ) -> Result<(), String> {
        let decode = AssertUnwindSafe(|| weights.decode(&self.recipe, cycle, scratch));
        match catch_unwind(decode) {
            Ok(pattern) => {
                self.decoded.insert(cycle, pattern);
                Ok(())
            }
            Err(_panic) => {
                *scratch = Scratch::new(); // it may be torn
                Err("the network failed on these settings; the last groove plays on".to_owned())
            }
        }
    }

    fn cycles_to_save(&self) -> i64 {
        if is_steady(&self.recipe) { 1 } else { SAVED_CYCLES }
    }

    fn first_to_save(&self) -> Option<i64> {
        if self.saved.is_some() {
            return None;
        }
        (0..self.cycles_to_save()).find(|cycle| !self.decoded.contains_key(cycle))
    }

    /// Forgets cycles that are neither wanted nor to be saved, once there are many.
    fn make_room(&mut self, want: &Want) {
        if self.decoded.len() >= KEPT_CYCLES {
            let to_save = self.cycles_to_save();
            self.decoded.retain(|&cycle, _| {
                (0..to_save).contains(&cycle) || want.cycles().any(|wanted| wanted == cycle)
            });
        }
    }
}

#[cfg(test)]
mod tests;
