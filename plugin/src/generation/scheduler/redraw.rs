//! Some cells of a groove, drawn anew around the others: a row, or the velocity and timing of hits.

use std::panic::{AssertUnwindSafe, catch_unwind};

use groove::{Hit, Instrument, Pattern};
use musicvae::infer::{Locks, Scratch, Start};

use super::Scheduler;
use crate::files::jobs::JobResult;
use crate::generation::weights::Decode;
use crate::state::choice::Choice;
use crate::state::redrawn_cells::RedrawnCells;
use crate::state::request::Recipe;

/// [`Recipe::variation`] for the row. Measured with the shipped weights over 24 grooves, as the share of the row's onsets
/// that stay (F1): .93 at 0, .73 at .7, and .43 at 1, where the row is a third fuller.
const WANDERING: f32 = 0.8;

/// Step, instrument and content of a cell.
type Cell = (usize, Instrument, Option<Hit>);

impl Scheduler {
    /// Makes a new row for `instrument` in the groove of `choice` as it is in `cycle`, around the hits of all others.
    pub(crate) fn reroll(
        &mut self,
        choice: Choice,
        cycle: i64,
        instrument: Instrument,
        seed: u64,
        weights: &impl Decode,
    ) -> JobResult {
        self.redraw(choice, cycle, |shown, _, knobs, scratch| {
            // The shown pattern has the effect of the sliders already.
            let (latent, attributes) = Default::default();
            let recipe = Recipe { seed, variation: WANDERING, latent, attributes, ..knobs };
            let latent = weights.encode(shown);
            let others = others(shown, instrument);
            let drawn = weights.decode(Start::Near(&latent), &recipe, 1, &others, scratch);
            let drawn = drawn.struck_as(shown);
            let steps = 0..shown.steps();
            Ok(steps.map(|step| (step, instrument, drawn.hit(step, instrument))).collect())
        })
    }

    /// Plays the hits of the groove of `choice` as it is in `cycle` as a drummer would: draws their velocities and timing
    /// anew. If hands have set cells, only the hits in these.
    pub(crate) fn perform(
        &mut self,
        choice: Choice,
        cycle: i64,
        seed: u64,
        weights: &impl Decode,
    ) -> JobResult {
        self.redraw(choice, cycle, |shown, kept, knobs, _| {
            let by_hand = |step, instrument| kept.is_locked(step, instrument);
            let has_own = shown.iter().any(|(step, instrument, _)| by_hand(step, instrument));
            let is_wanted = |step, instrument| !has_own || by_hand(step, instrument);
            let mut others = Locks::of(shown.bar());
            others.keep(shown, |step, instrument| !is_wanted(step, instrument));
            let drawn = weights.perform(shown, &others, &Recipe { seed, ..knobs });
            let drawn = drawn.ok_or("these weights have no step model, which plays hits")?;
            let drawn = drawn.struck_as(shown);
            let wanted = shown.iter().filter(|&(step, instrument, _)| is_wanted(step, instrument));
            let played = |(step, instrument, _)| (step, instrument, drawn.hit(step, instrument));
            Ok(wanted.map(played).collect())
        })
    }

    /// The cells that `draw` makes of the groove of `choice` in `cycle`, the cells that hands have set, and its recipe.
    fn redraw(
        &mut self,
        choice: Choice,
        cycle: i64,
        draw: impl FnOnce(&Pattern, &Locks, Recipe, &mut Scratch) -> Result<Vec<Cell>, &'static str>,
    ) -> JobResult {
        let Some(track) = self.answer().map(|answer| answer.shown(choice)) else {
            return JobResult::Failed("there is no groove yet".to_owned());
        };
        let (key, shown, edits) = (track.key, *track.score.pattern(cycle), track.edits.clone());
        let knobs = key.map_or_else(Recipe::default, |key| key.recipe);
        let scratch = &mut self.scratch.kernel;
        let draw = AssertUnwindSafe(|| draw(&shown, edits.kept(), knobs, scratch));
        match catch_unwind(draw) {
            Ok(Ok(cells)) => {
                JobResult::Redrawn(Box::new(RedrawnCells { choice, key, shown, cells }))
            }
            Ok(Err(trouble)) => JobResult::Failed(trouble.to_owned()),
            Err(_panic) => {
                self.scratch.kernel = Scratch::new(); // it may be torn
                JobResult::Failed("the network failed on this groove".to_owned())
            }
        }
    }
}

/// All of `shown` but the row of `instrument`.
fn others(shown: &Pattern, instrument: Instrument) -> Locks {
    let mut locks = Locks::of(shown.bar());
    locks.keep(shown, |_, other| other != instrument);
    locks
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::Articulation;

    use crate::editing::commands::put_cells;
    use crate::editing::history::History;
    use crate::generation::scheduler::StepResult;
    use crate::generation::scheduler::tests::{finish, played, recipe, step, want};
    use crate::generation::weights::{Fake, Weights};
    use crate::params::JangdanParams;
    use crate::state::edit::Edit;
    use crate::state::edits::Edits;

    #[test]
    fn a_new_row_leaves_all_others_as_they_are_and_is_one_step_for_undo() {
        let weights = Weights::load(None).unwrap();
        let mut scheduler = Scheduler::default();
        let params = JangdanParams::default();
        let wanted = want(params.recipe(), 0);
        while step(&mut scheduler, &wanted, Some(weights.as_ref())) != StepResult::Idle {}
        let before = played(&scheduler, 0);
        let mut rows = Vec::new();
        for seed in 0..8 {
            let choice = Choice::default();
            let result = scheduler.reroll(choice, 0, Instrument::Kick, seed, weights.as_ref());
            assert_eq!(
                scheduler.reroll(choice, 0, Instrument::Kick, seed, weights.as_ref()),
                result,
                "the same reroll, the same row"
            );
            let JobResult::Redrawn(diced) = result else { panic!("{result:?}") };
            let mut expected = before;
            for (step, instrument, hit) in &diced.cells {
                assert_eq!(*instrument, Instrument::Kick);
                expected.set(*step, *instrument, *hit);
            }
            let is_hit = |&(step, _, hit): &Cell| hit.map(|_| step);
            let row: Vec<usize> = diced.cells.iter().filter_map(is_hit).collect();
            rows.push(row);
            let history = History::default();
            put_cells(&params, &history, &diced);
            scheduler.edit(params.edits.get(), seed + 1);
            while step(&mut scheduler, &wanted, Some(weights.as_ref())) != StepResult::Idle {}
            assert_eq!(played(&scheduler, 0), expected);
            history.undo(&params, &crate::headless::Host::default());
            scheduler.edit(params.edits.get(), 0);
            while step(&mut scheduler, &wanted, Some(weights.as_ref())) != StepResult::Idle {}
            assert_eq!(played(&scheduler, 0), before);
        }
        rows.sort();
        rows.dedup();
        assert!(rows.len() > 4 && rows.iter().any(|row| !row.is_empty()), "{rows:?}");
    }

    #[test]
    fn hits_set_by_hand_are_played_as_a_drummer_would_and_the_others_stay() {
        let weights = Weights::load(None).unwrap();
        let mut scheduler = Scheduler::default();
        let wanted = want(recipe(4, 0.0), 0);
        let finish = |scheduler: &mut Scheduler| {
            while step(scheduler, &wanted, Some(weights.as_ref())) != StepResult::Idle {}
        };
        finish(&mut scheduler);
        let choice = Choice::default();
        let perform = |scheduler: &mut Scheduler, seed| match scheduler.perform(
            choice,
            0,
            seed,
            weights.as_ref(),
        ) {
            JobResult::Redrawn(redrawn) => redrawn.cells,
            other => panic!("{other:?}"),
        };
        let before = played(&scheduler, 0);
        let all = perform(&mut scheduler, 1);
        let onsets = |cells: &[Cell]| {
            cells.iter().map(|&(step, instrument, _)| (step, instrument)).collect::<Vec<_>>()
        };
        assert_eq!(
            onsets(&all),
            before.iter().map(|(step, instrument, _)| (step, instrument)).collect::<Vec<_>>()
        );
        assert_eq!(perform(&mut scheduler, 1), all);
        assert_ne!(perform(&mut scheduler, 2), all);

        let by_hand = [(3, Instrument::Crash), (7, Instrument::Kick)];
        let mut edits = Edits::default();
        for (step, instrument) in by_hand {
            let hit = Some(Hit::new(0.99, 0.4).struck_as(Articulation::Choke));
            edits.apply(Edit::Put { step, instrument, hit }, &before, None);
        }
        edits.apply(Edit::Put { step: 9, instrument: Instrument::Ride, hit: None }, &before, None);
        scheduler.edit(std::sync::Arc::new(edits), 1);
        finish(&mut scheduler);
        let own = perform(&mut scheduler, 1);
        assert_eq!(onsets(&own), by_hand);
        assert!(own.iter().all(|(.., hit)| hit.is_some_and(|hit| hit.micro_offset() != 0.4)));
        let articulations = own.iter().map(|(.., hit)| hit.unwrap().articulation());
        assert!(
            articulations.eq([Articulation::Choke, Articulation::Plain]),
            "a kick has no choke"
        );
    }

    #[test]
    fn a_network_that_breaks_is_told() {
        let network = Fake("trained");
        let mut scheduler = Scheduler::default();
        finish(&mut scheduler, &want(recipe(5, 0.0), 0), Some(&network));
        let seed = Fake::BREAKING_SEED;
        let result = scheduler.reroll(Choice::default(), 0, Instrument::Kick, seed, &network);
        assert!(matches!(result, JobResult::Failed(_)), "{result:?}");
        let result = scheduler.reroll(Choice::default(), 0, Instrument::Kick, 6, &network);
        assert!(matches!(result, JobResult::Redrawn(_)), "the next reroll: {result:?}");
    }
}
