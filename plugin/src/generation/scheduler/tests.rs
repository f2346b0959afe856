//! The composer with a network that can be foretold.

mod edits;
mod pad;
mod slots;

use engine::Score;
use groove::Pattern;

use super::{Composer, Turn, Want};
use crate::generation::scheduler::groove_cache::KEPT_CYCLES;
use crate::generation::weights::Fake;
use crate::handoff::Heard;
use crate::state::choice::Choice;
use crate::state::fingerprint::fingerprint;
use crate::state::groove::{Groove, SAVED_CYCLES};
use crate::state::request::{Ask, Recipe};

const NETWORK: Fake = Fake("trained");

pub(super) fn recipe(seed: u64, variation: f32) -> Recipe {
    Recipe { seed, variation, ..Recipe::default() }
}

pub(super) fn want(recipe: Recipe, cycle: i64) -> Want {
    Want { recipe, pad: None, choice: Choice::default(), cycle, loop_cycle: cycle }
}

/// Takes turns until nothing is left to do, and counts those that worked.
pub(super) fn finish(composer: &mut Composer, want: &Want, network: Option<&Fake>) -> usize {
    let mut turns = 0;
    loop {
        match composer.turn(want, network) {
            Turn::Idle => return turns,
            Turn::Failed(message) => panic!("{message}"),
            Turn::Worked | Turn::Answered => turns += 1,
        }
        assert!(turns < 1000, "it never ends");
    }
}

/// The pattern that the newest answer plays in `cycle`.
pub(super) fn played(composer: &Composer, cycle: i64) -> Pattern {
    *composer.answer().expect("there is an answer").live.score.pattern(cycle)
}

/// What a project stores once it has played `recipe` with `network`.
fn saved_from(recipe: Recipe, network: &Fake) -> Groove {
    let mut composer = Composer::default();
    finish(&mut composer, &want(recipe, 0), Some(network));
    composer.take_unsaved(network).expect("there is something to save")
}

#[test]
fn without_variation_one_pattern_answers_every_cycle() {
    let mut composer = Composer::default();
    let recipe = recipe(5, 0.0);
    assert_eq!(composer.turn(&want(recipe, 7), Some(&NETWORK)), Turn::Answered);
    let live = &composer.answer().unwrap().live;
    assert_eq!(live.ask, Some(Ask::of(recipe)));
    assert_eq!(live.score, Score::steady(NETWORK.pattern(&recipe, 0)));
    assert_eq!(composer.turn(&want(recipe, 8), Some(&NETWORK)), Turn::Idle);
}

#[test]
fn the_cycle_that_plays_is_answered_before_the_next_and_those_of_the_loop() {
    let mut composer = Composer::default();
    let recipe = recipe(5, 0.5);
    let want = Want { loop_cycle: 20, ..want(recipe, 40) };
    let mut held = Vec::new();
    for _ in 0..4 {
        assert_eq!(composer.turn(&want, Some(&NETWORK)), Turn::Answered);
        let score = &composer.answer().unwrap().live.score;
        held.push([40, 41, 20, 21].map(|cycle| score.has(cycle)));
    }
    let expected: [[bool; 4]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| j <= i));
    assert_eq!(held, expected);
    for cycle in [40, 41, 20, 21] {
        assert_eq!(played(&composer, cycle), NETWORK.pattern(&recipe, cycle));
    }
    // Only the cycles to be saved are left.
    assert_eq!(finish(&mut composer, &want, Some(&NETWORK)), SAVED_CYCLES as usize);
}

#[test]
fn a_decode_that_panics_is_told_and_the_last_pattern_and_the_next_recipe_play() {
    let mut composer = Composer::default();
    let (good, next) = (recipe(5, 0.0), recipe(6, 0.0));
    finish(&mut composer, &want(good, 0), Some(&NETWORK));
    let breaking = want(recipe(Fake::BREAKING_SEED, 0.0), 0);
    for _ in 0..3 {
        let turn = composer.turn(&breaking, Some(&NETWORK));
        assert!(matches!(turn, Turn::Failed(_)), "{turn:?}");
        assert_eq!(played(&composer, 0), NETWORK.pattern(&good, 0));
    }
    assert_eq!(composer.turn(&want(next, 0), Some(&NETWORK)), Turn::Answered);
    assert_eq!(played(&composer, 0), NETWORK.pattern(&next, 0));
}

#[test]
fn other_weights_leave_a_saved_pattern_as_it_was_until_the_recipe_moves() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let steady = recipe(5, 0.0);
    let mut composer = Composer::default();
    composer.load(saved_from(steady, &old));
    finish(&mut composer, &want(steady, 3), Some(&new));
    assert_eq!(played(&composer, 3), old.pattern(&steady, 0));
    assert_eq!(composer.take_unsaved(&new), None, "the project has it already");
    let moved = recipe(6, 0.0);
    finish(&mut composer, &want(moved, 3), Some(&new));
    assert_eq!(played(&composer, 3), new.pattern(&moved, 0));
    assert_eq!(composer.take_unsaved(&new).unwrap().weights, new.0);
}

#[test]
fn back_at_the_projects_recipe_its_own_patterns_play_and_are_saved_again() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let (steady, moved) = (recipe(5, 0.0), recipe(6, 0.0));
    let project = saved_from(steady, &old);
    let mut composer = Composer::default();
    composer.load(project.clone());
    finish(&mut composer, &want(moved, 0), Some(&new));
    assert_eq!(composer.take_unsaved(&new).unwrap().recipe, Some(moved));
    finish(&mut composer, &want(steady, 0), Some(&new));
    assert_eq!(played(&composer, 0), old.pattern(&steady, 0));
    assert_eq!(composer.take_unsaved(&new), Some(project));
    assert_eq!(composer.take_unsaved(&new), None);
}

#[test]
fn with_other_weights_the_saved_cycles_repeat_and_with_the_same_ones_the_song_goes_on() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let varied = recipe(5, 0.5);
    let project = saved_from(varied, &old);
    assert_eq!(project.cycles.len() as i64, SAVED_CYCLES);
    for cycle in [-1, 2, SAVED_CYCLES, SAVED_CYCLES * 3 + 1] {
        for network in [&old, &new] {
            let mut composer = Composer::default();
            composer.load(project.clone());
            finish(&mut composer, &want(varied, cycle), Some(network));
            let same = network.0 == old.0;
            let source = if same { cycle } else { cycle.rem_euclid(SAVED_CYCLES) };
            assert_eq!(played(&composer, cycle), old.pattern(&varied, source), "{cycle} {same}");
        }
    }
}

#[test]
fn a_damaged_project_without_its_patterns_is_decoded_again() {
    let steady = recipe(5, 0.0);
    let mut composer = Composer::default();
    composer.load(Groove { cycles: Vec::new(), ..saved_from(steady, &Fake("old")) });
    finish(&mut composer, &want(steady, 0), Some(&NETWORK));
    assert_eq!(played(&composer, 0), NETWORK.pattern(&steady, 0));
    assert_eq!(composer.take_unsaved(&NETWORK).unwrap().cycles.len(), 1);
}

#[test]
fn without_a_network_only_the_projects_own_patterns_answer() {
    let steady = recipe(5, 0.0);
    let mut composer = Composer::default();
    assert_eq!(composer.turn(&want(steady, 0), None::<&Fake>), Turn::Idle);
    assert_eq!(composer.answer(), None);
    composer.load(saved_from(steady, &NETWORK));
    assert_eq!(composer.turn(&want(steady, 0), None::<&Fake>), Turn::Answered);
    assert_eq!(played(&composer, 0), NETWORK.pattern(&steady, 0));
    assert_eq!(composer.turn(&want(recipe(6, 0.0), 0), None::<&Fake>), Turn::Idle);
}

#[test]
fn a_long_song_does_not_keep_every_cycle_but_those_it_saves() {
    let varied = recipe(5, 0.5);
    let mut composer = Composer::default();
    for cycle in 0..1000 {
        finish(&mut composer, &want(varied, cycle), Some(&NETWORK));
        assert_eq!(played(&composer, cycle), NETWORK.pattern(&varied, cycle));
        let kept = composer.live.as_ref().unwrap().decoded.len();
        assert!(kept <= KEPT_CYCLES + 1, "{kept} cycles kept");
    }
    let groove = composer.take_unsaved(&NETWORK).unwrap();
    let expected: Vec<_> = (0..SAVED_CYCLES).map(|cycle| NETWORK.pattern(&varied, cycle)).collect();
    assert_eq!(groove.cycles, expected);
}

#[test]
fn what_is_followed_shapes_the_groove_until_it_is_followed_no_longer() {
    let steady = recipe(5, 0.0);
    let pattern = NETWORK.pattern(&recipe(9, 0.0), 0);
    let heard = Heard { id: Some(fingerprint(&pattern)), pattern };
    let mut composer = Composer::default();
    let want = want(steady, 0);
    composer.hear(&heard, true);
    finish(&mut composer, &want, Some(&NETWORK));
    let ask = composer.answer().unwrap().live.ask.unwrap();
    assert_eq!(ask.anchor, heard.id);
    let joined = played(&composer, 0);
    assert_ne!(joined, NETWORK.pattern(&steady, 0));
    // It is saved with what it followed, and goes on from there when the project is opened again.
    let saved = composer.take_unsaved(&NETWORK).unwrap();
    assert_eq!(saved.anchor, Some(pattern));
    let mut reopened = Composer::default();
    reopened.load(saved);
    reopened.hear(&Heard::default(), true);
    finish(&mut reopened, &want, Some(&NETWORK));
    assert_eq!(played(&reopened, 0), joined);
    composer.hear(&heard, false);
    finish(&mut composer, &want, Some(&NETWORK));
    assert_eq!(played(&composer, 0), NETWORK.pattern(&steady, 0));
}
