//! The scheduler with a network that can be foretold.

mod edits;
mod fills;
mod pad;
mod slots;
mod song;

use std::sync::Arc;

use engine::{CYCLES, Score};
use groove::Pattern;

use super::{Scheduler, StepResult};
use crate::generation::scheduler::groove_cache::KEPT_CYCLES;
use crate::generation::weights::{Decode, Fake};
use crate::state::edits::Edits;
use crate::state::fingerprint::fingerprint;
use crate::state::groove::{Groove, SAVED_CYCLES};
use crate::state::request::{GrooveKey, GrooveRequest, Recipe};

const NETWORK: Fake = Fake("trained");

pub(super) fn recipe(seed: u64, variation: f32) -> Recipe {
    Recipe { seed, variation, ..Recipe::default() }
}

/// A request, and the cycles to answer it with.
#[derive(Clone, Copy)]
pub(super) struct Want {
    pub(super) request: GrooveRequest,
    pub(super) cycles: [i64; CYCLES],
}

pub(super) fn want(recipe: Recipe, cycle: i64) -> Want {
    let request = GrooveRequest { recipe, ..GrooveRequest::default() };
    Want { request, cycles: [cycle, cycle + 1, cycle, cycle + 1] }
}

pub(super) fn step(
    scheduler: &mut Scheduler,
    want: &Want,
    network: Option<&impl Decode>,
) -> StepResult {
    scheduler.step(&want.request, want.cycles, network)
}

/// Takes steps until nothing is left to do, and counts those that worked.
pub(super) fn finish(scheduler: &mut Scheduler, want: &Want, network: Option<&Fake>) -> usize {
    let mut steps = 0;
    loop {
        match step(scheduler, want, network) {
            StepResult::Idle => return steps,
            StepResult::Failed(message) => panic!("{message}"),
            StepResult::Worked | StepResult::Answered => steps += 1,
        }
        assert!(steps < 1000, "it never ends");
    }
}

/// The pattern that the newest answer plays in `cycle`.
pub(super) fn played(scheduler: &Scheduler, cycle: i64) -> Pattern {
    *scheduler.answer().expect("there is an answer").live.score.pattern(cycle)
}

/// What a project stores once it has played `recipe` with `network`.
fn saved_from(recipe: Recipe, network: &Fake) -> Groove {
    let mut scheduler = Scheduler::default();
    finish(&mut scheduler, &want(recipe, 0), Some(network));
    scheduler.take_unsaved(network).expect("there is something to save")
}

#[test]
fn without_variation_one_pattern_answers_every_cycle() {
    let mut scheduler = Scheduler::default();
    let recipe = recipe(5, 0.0);
    assert_eq!(step(&mut scheduler, &want(recipe, 7), Some(&NETWORK)), StepResult::Answered);
    let live = &scheduler.answer().unwrap().live;
    assert_eq!(live.key, Some(GrooveKey::of(recipe)));
    assert_eq!(live.score, Score::steady(NETWORK.pattern(&recipe, 0)));
    assert_eq!(step(&mut scheduler, &want(recipe, 8), Some(&NETWORK)), StepResult::Idle);
}

#[test]
fn the_cycle_that_plays_is_answered_before_the_next_and_those_of_the_loop() {
    let mut scheduler = Scheduler::default();
    let recipe = recipe(5, 0.5);
    let want = Want { cycles: [40, 41, 20, 21], ..want(recipe, 40) };
    let mut held = Vec::new();
    for _ in 0..4 {
        assert_eq!(step(&mut scheduler, &want, Some(&NETWORK)), StepResult::Answered);
        let score = &scheduler.answer().unwrap().live.score;
        held.push([40, 41, 20, 21].map(|cycle| score.has(cycle)));
    }
    let expected: [[bool; 4]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| j <= i));
    assert_eq!(held, expected);
    for cycle in [40, 41, 20, 21] {
        assert_eq!(played(&scheduler, cycle), NETWORK.pattern(&recipe, cycle));
    }
    // Only the cycles to be saved are left.
    assert_eq!(finish(&mut scheduler, &want, Some(&NETWORK)), SAVED_CYCLES as usize);
}

#[test]
fn a_decode_that_panics_is_told_and_the_last_pattern_and_the_next_recipe_play() {
    let mut scheduler = Scheduler::default();
    let (good, next) = (recipe(5, 0.0), recipe(6, 0.0));
    finish(&mut scheduler, &want(good, 0), Some(&NETWORK));
    let breaking = want(recipe(Fake::BREAKING_SEED, 0.0), 0);
    for _ in 0..3 {
        let step = step(&mut scheduler, &breaking, Some(&NETWORK));
        assert!(matches!(step, StepResult::Failed(_)), "{step:?}");
        assert_eq!(played(&scheduler, 0), NETWORK.pattern(&good, 0));
    }
    assert_eq!(step(&mut scheduler, &want(next, 0), Some(&NETWORK)), StepResult::Answered);
    assert_eq!(played(&scheduler, 0), NETWORK.pattern(&next, 0));
}

#[test]
fn other_weights_leave_a_saved_pattern_as_it_was_until_the_recipe_moves() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let steady = recipe(5, 0.0);
    let mut scheduler = Scheduler::default();
    scheduler.load(saved_from(steady, &old), 1);
    finish(&mut scheduler, &want(steady, 3), Some(&new));
    assert_eq!(played(&scheduler, 3), old.pattern(&steady, 0));
    assert_eq!(scheduler.take_unsaved(&new), None, "the project has it already");
    let moved = recipe(6, 0.0);
    finish(&mut scheduler, &want(moved, 3), Some(&new));
    assert_eq!(played(&scheduler, 3), new.pattern(&moved, 0));
    assert_eq!(scheduler.take_unsaved(&new).unwrap().weights, new.0);
}

#[test]
fn back_at_the_projects_recipe_its_own_patterns_play_and_are_saved_again() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let (steady, moved) = (recipe(5, 0.0), recipe(6, 0.0));
    let project = saved_from(steady, &old);
    let mut scheduler = Scheduler::default();
    scheduler.load(project.clone(), 1);
    finish(&mut scheduler, &want(moved, 0), Some(&new));
    assert_eq!(scheduler.take_unsaved(&new).unwrap().recipe, Some(moved));
    finish(&mut scheduler, &want(steady, 0), Some(&new));
    assert_eq!(played(&scheduler, 0), old.pattern(&steady, 0));
    assert_eq!(scheduler.take_unsaved(&new), Some(project));
    assert_eq!(scheduler.take_unsaved(&new), None);
}

#[test]
fn with_other_weights_the_saved_cycles_repeat_and_with_the_same_ones_the_song_goes_on() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let varied = recipe(5, 0.5);
    let project = saved_from(varied, &old);
    assert_eq!(project.cycles.len() as i64, SAVED_CYCLES);
    for cycle in [-1, 2, SAVED_CYCLES, SAVED_CYCLES * 3 + 1] {
        for network in [&old, &new] {
            let mut scheduler = Scheduler::default();
            scheduler.load(project.clone(), 1);
            finish(&mut scheduler, &want(varied, cycle), Some(network));
            let same = network.0 == old.0;
            let source = if same { cycle } else { cycle.rem_euclid(SAVED_CYCLES) };
            assert_eq!(played(&scheduler, cycle), old.pattern(&varied, source), "{cycle} {same}");
        }
    }
}

#[test]
fn a_damaged_project_without_its_patterns_is_decoded_again() {
    let steady = recipe(5, 0.0);
    let mut scheduler = Scheduler::default();
    scheduler.load(Groove { cycles: Vec::new(), ..saved_from(steady, &Fake("old")) }, 1);
    finish(&mut scheduler, &want(steady, 0), Some(&NETWORK));
    assert_eq!(played(&scheduler, 0), NETWORK.pattern(&steady, 0));
    assert_eq!(scheduler.take_unsaved(&NETWORK).unwrap().cycles.len(), 1);
}

#[test]
fn without_a_network_only_the_projects_own_patterns_answer() {
    let steady = recipe(5, 0.0);
    let mut scheduler = Scheduler::default();
    assert_eq!(step(&mut scheduler, &want(steady, 0), None::<&Fake>), StepResult::Idle);
    assert_eq!(scheduler.answer(), None);
    scheduler.load(saved_from(steady, &NETWORK), 1);
    assert_eq!(step(&mut scheduler, &want(steady, 0), None::<&Fake>), StepResult::Answered);
    assert_eq!(played(&scheduler, 0), NETWORK.pattern(&steady, 0));
    assert_eq!(step(&mut scheduler, &want(recipe(6, 0.0), 0), None::<&Fake>), StepResult::Idle);
}

#[test]
fn a_long_song_does_not_keep_every_cycle_but_those_it_saves() {
    let varied = recipe(5, 0.5);
    let mut scheduler = Scheduler::default();
    for cycle in 0..1000 {
        finish(&mut scheduler, &want(varied, cycle), Some(&NETWORK));
        assert_eq!(played(&scheduler, cycle), NETWORK.pattern(&varied, cycle));
        let kept = scheduler.live.as_ref().unwrap().decoded.len();
        assert!(kept <= KEPT_CYCLES + 1, "{kept} cycles kept");
    }
    let groove = scheduler.take_unsaved(&NETWORK).unwrap();
    let expected: Vec<_> = (0..SAVED_CYCLES).map(|cycle| NETWORK.pattern(&varied, cycle)).collect();
    assert_eq!(groove.cycles, expected);
}

#[test]
fn a_line_is_played_to_until_it_is_let_go_of_and_what_comes_in_counts_more() {
    let steady = recipe(5, 0.0);
    let lines = [9, 11].map(|seed| NETWORK.pattern(&recipe(seed, 0.0), 0));
    let edits = |line: Pattern| Arc::new(Edits::default().played_to(line));
    let mut scheduler = Scheduler::default();
    let mut want = want(steady, 0);
    scheduler.edit(edits(lines[0]), 1);
    finish(&mut scheduler, &want, Some(&NETWORK));
    let key = scheduler.answer().unwrap().live.key.unwrap();
    assert_eq!((key.anchor, key.is_import), (Some(fingerprint(&lines[0])), false));
    let joined = played(&scheduler, 0);
    assert_ne!(joined, NETWORK.pattern(&steady, 0));
    // Another seed plays to it, too; the pad does not count.
    want.request.recipe.seed = 6;
    want.request.pad = Some([0.5, 0.5]);
    finish(&mut scheduler, &want, Some(&NETWORK));
    let anchor = scheduler.answer().unwrap().live.anchor;
    assert_eq!(anchor, Some(lines[0]));
    (want.request.recipe, want.request.pad) = (steady, None);
    finish(&mut scheduler, &want, Some(&NETWORK));

    let saved = scheduler.take_unsaved(&NETWORK).unwrap();
    assert_eq!((saved.anchor, saved.edits.line()), (Some(lines[0]), Some(&lines[0])));
    let mut reopened = Scheduler::default();
    reopened.edit(Arc::new(saved.edits.clone()), 1);
    reopened.load(saved, 1);
    assert_eq!(finish(&mut reopened, &want, None), 1, "what was stored plays");
    assert_eq!(played(&reopened, 0), joined);
    // Another line counts at once, though a project that follows keeps what it followed.
    want.request.is_following = true;
    reopened.edit(edits(lines[1]), 2);
    finish(&mut reopened, &want, Some(&NETWORK));
    assert_eq!(reopened.answer().unwrap().live.anchor, Some(lines[1]));
    reopened.follow(Some((fingerprint(&lines[0]), lines[0])));
    finish(&mut reopened, &want, Some(&NETWORK));
    assert_eq!(played(&reopened, 0), joined, "what comes in counts more");
    reopened.follow(None);
    reopened.edit(Arc::default(), 3);
    want.request.is_following = false;
    finish(&mut reopened, &want, Some(&NETWORK));
    assert_eq!(played(&reopened, 0), NETWORK.pattern(&steady, 0));
}

#[test]
fn what_is_followed_shapes_the_groove_until_it_is_followed_no_longer() {
    let steady = recipe(5, 0.0);
    let pattern = NETWORK.pattern(&recipe(9, 0.0), 0);
    let id = fingerprint(&pattern);
    let mut scheduler = Scheduler::default();
    let mut want = want(steady, 0);
    want.request.is_following = true;
    scheduler.follow(Some((id, pattern)));
    finish(&mut scheduler, &want, Some(&NETWORK));
    let key = scheduler.answer().unwrap().live.key.unwrap();
    assert_eq!(key.anchor, Some(id));
    let joined = played(&scheduler, 0);
    assert_ne!(joined, NETWORK.pattern(&steady, 0));
    // It is saved with what it followed, and goes on from there when the project is opened again.
    let saved = scheduler.take_unsaved(&NETWORK).unwrap();
    assert_eq!(saved.anchor, Some(pattern));
    let mut reopened = Scheduler::default();
    reopened.load(saved, 1);
    finish(&mut reopened, &want, Some(&NETWORK));
    assert_eq!(played(&reopened, 0), joined);
    want.request.is_following = false;
    scheduler.follow(None);
    finish(&mut scheduler, &want, Some(&NETWORK));
    assert_eq!(played(&scheduler, 0), NETWORK.pattern(&steady, 0));
}
