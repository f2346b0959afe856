//! A new row for one instrument.

use std::panic::{AssertUnwindSafe, catch_unwind};

use groove::{Instrument, Pattern, STEPS};
use musicvae::infer::{Locks, Scratch};

use super::Composer;
use crate::files::jobs::Outcome;
use crate::generation::weights::Decode;
use crate::state::choice::Choice;
use crate::state::request::Recipe;
use crate::state::rerolled_row::Diced;

/// How far the groove wanders for the row: without wandering its latent vector gives the very row away (measured with the
/// shipped weights over 24 grooves: .93 of the row's onsets stay, F1), with all of it the row is another groove's, and a third
/// fuller (.43); .7 gives .73.
const WANDERING: f32 = 0.8;

impl Composer {
    /// Throws a new row for `instrument` in the groove of `choice` as it is in `cycle`, around the hits of all others.
    pub(crate) fn throw(
        &mut self,
        choice: Choice,
        cycle: i64,
        instrument: Instrument,
        seed: u64,
        weights: &impl Decode,
    ) -> Outcome {
        let Some(track) = self.answer().map(|answer| answer.shown(choice)) else {
            return Outcome::Failed("there is no groove yet".to_owned());
        };
        let (ask, shown) = (track.ask, *track.score.pattern(cycle));
        let knobs = ask.map_or_else(Recipe::default, |ask| ask.recipe);
        // What the sliders have done to the groove is in it already.
        let (latent, attributes) = Default::default();
        let recipe = Recipe { seed, variation: WANDERING, latent, attributes, ..knobs };
        let scratch = &mut self.bench.scratch;
        let throw = AssertUnwindSafe(|| {
            let latent = weights.encode(&shown);
            weights.decode(Some(&latent), &recipe, 1, &others(&shown, instrument), scratch)
        });
        match catch_unwind(throw) {
            Ok(pattern) => {
                Outcome::Diced(Box::new(Diced { choice, ask, shown, instrument, pattern }))
            }
            Err(_panic) => {
                self.bench.scratch = Scratch::new(); // it may be torn
                Outcome::Failed("the network failed on this groove".to_owned())
            }
        }
    }
}

/// All of `shown` but the row of `instrument`.
fn others(shown: &Pattern, instrument: Instrument) -> Locks {
    let mut locks = Locks::default();
    for step in 0..STEPS {
        for other in Instrument::ALL.into_iter().filter(|&other| other != instrument) {
            locks.lock(step, other, shown.hit(step, other));
        }
    }
    locks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editing::commands::put_row;
    use crate::editing::history::History;
    use crate::generation::scheduler::tests::{finish, played, recipe, want};
    use crate::generation::weights::{Fake, Weights};
    use crate::params::JangdanParams;

    #[test]
    fn a_new_row_leaves_all_others_as_they_are_and_is_one_step_for_undo() {
        let weights = Weights::load(None).unwrap();
        let mut composer = Composer::default();
        let params = JangdanParams::default();
        let wanted = want(params.recipe(), 0);
        while composer.turn(&wanted, Some(weights.as_ref()))
            != crate::generation::scheduler::Turn::Idle
        {}
        let before = played(&composer, 0);
        let mut rows = Vec::new();
        for seed in 0..8 {
            let choice = Choice::default();
            let outcome = composer.throw(choice, 0, Instrument::Kick, seed, weights.as_ref());
            assert_eq!(
                composer.throw(choice, 0, Instrument::Kick, seed, weights.as_ref()),
                outcome,
                "the same throw, the same row"
            );
            let Outcome::Diced(diced) = outcome else { panic!("{outcome:?}") };
            for (step, instrument, hit) in before.iter() {
                if instrument != Instrument::Kick {
                    assert_eq!(diced.pattern.hit(step, instrument), Some(hit));
                }
            }
            let is_kick = |(step, instrument, _)| (instrument == Instrument::Kick).then_some(step);
            let row: Vec<usize> = diced.pattern.iter().filter_map(is_kick).collect();
            rows.push(row);
            let history = History::default();
            put_row(&params, &history, &diced);
            composer.edit(params.edits.get(), seed + 1);
            while composer.turn(&wanted, Some(weights.as_ref()))
                != crate::generation::scheduler::Turn::Idle
            {}
            assert_eq!(played(&composer, 0), diced.pattern);
            history.undo(&params, &crate::headless::Host::default());
            composer.edit(params.edits.get(), 0);
            while composer.turn(&wanted, Some(weights.as_ref()))
                != crate::generation::scheduler::Turn::Idle
            {}
            assert_eq!(played(&composer, 0), before);
        }
        rows.sort();
        rows.dedup();
        assert!(rows.len() > 4 && rows.iter().any(|row| !row.is_empty()), "{rows:?}");
    }

    #[test]
    fn a_network_that_breaks_is_told() {
        let network = Fake("trained");
        let mut composer = Composer::default();
        finish(&mut composer, &want(recipe(5, 0.0), 0), Some(&network));
        let seed = Fake::BREAKING_SEED;
        let outcome = composer.throw(Choice::default(), 0, Instrument::Kick, seed, &network);
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        let outcome = composer.throw(Choice::default(), 0, Instrument::Kick, 6, &network);
        assert!(matches!(outcome, Outcome::Diced(_)), "the next throw: {outcome:?}");
    }
}
