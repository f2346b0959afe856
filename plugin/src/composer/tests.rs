//! The composer with a network that can be foretold.

use std::sync::Arc;

use engine::Score;
use groove::{Hit, Instrument, Pattern};

use super::sketchbook::KEPT_CYCLES;
use super::{Composer, Turn, Want};
use crate::answer::Choice;
use crate::edits::Edits;
use crate::handoff::Heard;
use crate::recipe::{Ask, Recipe, fingerprint};
use crate::saved::{Groove, SAVED_CYCLES};
use crate::slots::SlotGrooves;
use crate::weights::Fake;
use crate::window::edit::Edit;

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

/// Slots with these grooves from the first on.
fn slots(grooves: impl IntoIterator<Item = Groove>) -> SlotGrooves {
    let mut slots = SlotGrooves::default();
    for (slot, groove) in slots.iter_mut().zip(grooves) {
        *slot = Some(groove.into());
    }
    slots
}

fn choice(slot: u8, take: Option<i64>) -> Choice {
    Choice { slot: Some(slot), take }
}

/// The pattern that the newest answer plays in `cycle` of `choice`.
fn chosen(composer: &Composer, choice: Choice, cycle: i64) -> Pattern {
    let answer = composer.answer().expect("there is an answer");
    *answer.track(choice).expect("it can be chosen").score.pattern(cycle)
}

#[test]
fn every_slot_is_ready_for_the_cycle_that_plays_and_what_plays_comes_first() {
    let (steady, varied) = (recipe(1, 0.0), recipe(2, 0.5));
    let unmade = |recipe| Groove { recipe: Some(recipe), ..Groove::default() };
    let mut composer = Composer::default();
    composer.load_slots(slots([unmade(steady), unmade(varied)]), 1);
    let want = Want { choice: choice(1, None), ..want(recipe(5, 0.0), 9) };
    assert_eq!(composer.turn(&want, Some(&NETWORK)), Turn::Answered);
    assert!(composer.answer().unwrap().track(choice(1, None)).unwrap().score.has(9));
    assert_eq!(composer.answer().unwrap().track(choice(0, None)), None);
    assert_eq!(composer.answer().unwrap().filled, 0b11, "made or not");
    finish(&mut composer, &want, Some(&NETWORK));
    assert_eq!(chosen(&composer, choice(0, None), 9), NETWORK.pattern(&steady, 0));
    assert_eq!(chosen(&composer, choice(1, None), 9), NETWORK.pattern(&varied, 9));
    assert_eq!(chosen(&composer, choice(1, None), 10), NETWORK.pattern(&varied, 10));
    assert_eq!(composer.answer().unwrap().slot_changes, 1);
}

#[test]
fn a_slot_without_patterns_is_completed_once_and_then_keeps_them_under_other_weights() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let steady = recipe(1, 0.0);
    let mut composer = Composer::default();
    let unmade = Groove { recipe: Some(steady), ..Groove::default() };
    composer.load_slots(slots([unmade]), 1);
    let want = want(recipe(5, 0.0), 0);
    finish(&mut composer, &want, Some(&old));
    let (slot, complete) = composer.take_completed_slot(&old).expect("it is complete");
    assert_eq!((slot, composer.take_completed_slot(&old)), (0, None));
    assert_eq!(complete.cycles, [old.pattern(&steady, 0)]);
    let mut composer = Composer::default();
    composer.load_slots(slots([(*complete).clone()]), 1);
    finish(&mut composer, &want, Some(&new));
    assert_eq!(chosen(&composer, choice(0, None), 0), old.pattern(&steady, 0));
}

#[test]
fn patterns_that_no_recipe_made_repeat_and_are_their_own_variations() {
    let cycles = vec![NETWORK.pattern(&recipe(1, 0.0), 0), NETWORK.pattern(&recipe(2, 0.0), 0)];
    let mut composer = Composer::default();
    composer.load_slots(slots([Groove::of_patterns(cycles.clone())]), 1);
    let take = choice(0, Some(4));
    let want = Want { choice: take, ..want(recipe(5, 0.0), 7) };
    for network in [None, Some(&NETWORK)] {
        finish(&mut composer, &want, network);
        for choice in [choice(0, None), take] {
            let played = [7, 8].map(|cycle| chosen(&composer, choice, cycle));
            assert_eq!(played, [cycles[1], cycles[0]]);
        }
    }
    assert_eq!(composer.take_completed_slot(&NETWORK), None);
}

#[test]
fn a_slot_that_is_filled_anew_is_another_groove_and_the_others_stay_the_same() {
    let groove = |seed| saved_from(recipe(seed, 0.0), &NETWORK);
    let mut composer = Composer::default();
    let want = want(recipe(5, 0.0), 0);
    composer.load_slots(slots([groove(1), groove(2)]), 1);
    finish(&mut composer, &want, Some(&NETWORK));
    let before = composer.answer().unwrap().clone();
    composer.load_slots(slots([groove(1), groove(3)]), 2);
    finish(&mut composer, &want, Some(&NETWORK));
    let after = composer.answer().unwrap();
    let is_same = |slot: usize| {
        let [before, after] = [&before, after].map(|answer| answer.slots[slot].clone().unwrap());
        before.is_same_groove(&after)
    };
    assert_eq!([is_same(0), is_same(1)], [true, false]);
    composer.load_slots(slots([groove(1)]), 3);
    finish(&mut composer, &want, Some(&NETWORK));
    assert_eq!(composer.answer().unwrap().track(choice(1, None)), None);
}

#[test]
fn a_variation_is_made_of_what_plays_and_the_same_take_is_always_the_same() {
    let (live, kept) = (recipe(5, 0.0), recipe(6, 0.0));
    let mut composer = Composer::default();
    composer.load_slots(slots([saved_from(kept, &NETWORK)]), 1);
    let made = |composer: &mut Composer, choice: Choice| {
        let want = Want { choice, ..want(live, 3) };
        finish(composer, &want, Some(&NETWORK));
        chosen(composer, choice, 3)
    };
    let first = Choice { slot: None, take: Some(1) };
    let one = made(&mut composer, first);
    let (drawn, cycle) = Ask { take: Some(1), ..Ask::of(live) }.drawn(3);
    assert_eq!(one, NETWORK.pattern(&drawn, cycle));
    let of_slot = made(&mut composer, choice(0, Some(1)));
    let (drawn, cycle) = Ask { take: Some(1), ..Ask::of(kept) }.drawn(3);
    assert_eq!(of_slot, NETWORK.pattern(&drawn, cycle));
    assert_eq!(made(&mut composer, first), one);
    assert_eq!(played(&composer, 3), NETWORK.pattern(&live, 0), "the groove itself is still there");
    // Put into a slot, it is the same.
    let kept = composer.answer().unwrap().track(first).unwrap().groove().unwrap();
    composer.load_slots(slots([kept]), 2);
    assert_eq!(made(&mut composer, choice(0, None)), one);
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

fn snare_at(step: usize) -> Edit {
    Edit::Put { step, instrument: Instrument::Snare, hit: Some(Hit::new(0.9, 0.0)) }
}

#[test]
fn an_edit_is_heard_over_the_groove_and_what_is_generated_next_is_made_around_it() {
    let (first, next) = (recipe(5, 0.0), recipe(6, 0.0));
    let mut composer = Composer::default();
    finish(&mut composer, &want(first, 0), Some(&NETWORK));
    let shown = played(&composer, 0);
    let groove = composer.answer().unwrap().live.identity();
    let mut edits = Edits::default();
    edits.apply(snare_at(40), &shown, Some(&Ask::of(first)));
    composer.edit(Arc::new(edits.clone()), 1);
    assert_eq!(composer.turn(&want(first, 0), Some(&NETWORK)), Turn::Answered);
    let mut expected = shown;
    expected.set(40, Instrument::Snare, Some(Hit::new(0.9, 0.0)));
    assert_eq!(played(&composer, 0), expected);
    let answer = composer.answer().unwrap();
    assert_eq!((answer.edit_changes, answer.live.identity()), (1, groove));
    finish(&mut composer, &want(next, 0), Some(&NETWORK));
    let around = NETWORK.around(NETWORK.pattern(&next, 0), edits.kept());
    assert_eq!(played(&composer, 0), around);
    finish(&mut composer, &want(first, 0), Some(&NETWORK));
    assert_eq!(played(&composer, 0), expected, "the same place, the same groove");
}

#[test]
fn an_edited_project_reopens_as_it_was_and_edits_keep_what_other_weights_made() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let varied = recipe(5, 0.5);
    let mut edits = Edits::default();
    edits.apply(snare_at(40), &Pattern::EMPTY, Some(&Ask::of(varied)));
    let edits = Arc::new(edits);
    let mut composer = Composer::default();
    composer.load(saved_from(varied, &old));
    composer.edit(edits.clone(), 1);
    for cycle in [2, 1] {
        finish(&mut composer, &want(varied, cycle), Some(&new));
        assert_eq!(played(&composer, cycle), edits.over(&old.pattern(&varied, cycle)));
    }
    let saved = composer.take_unsaved(&new).expect("the edits are new");
    assert_eq!((&saved.edits, saved.weights.as_str()), (&*edits, "old"));
    let mut reopened = Composer::default();
    reopened.load(saved);
    reopened.edit(edits.clone(), 1);
    finish(&mut reopened, &want(varied, 3), Some(&new));
    assert_eq!(played(&reopened, 3), edits.over(&old.pattern(&varied, 3)));
    assert_eq!(reopened.take_unsaved(&new), None);
}

#[test]
fn a_slot_that_is_edited_stays_the_same_groove() {
    let mut groove = saved_from(recipe(1, 0.0), &NETWORK);
    let mut composer = Composer::default();
    let want = want(recipe(5, 0.0), 0);
    composer.load_slots(slots([groove.clone()]), 1);
    finish(&mut composer, &want, Some(&NETWORK));
    let before = composer.answer().unwrap().slots[0].clone().unwrap();
    groove.edits.apply(snare_at(40), &groove.cycles[0], groove.ask().as_ref());
    composer.load_slots(slots([groove.clone()]), 2);
    finish(&mut composer, &want, Some(&NETWORK));
    let after = composer.answer().unwrap().slots[0].clone().unwrap();
    assert!(before.is_same_groove(&after));
    assert_eq!(*after.score.pattern(0), groove.heard(0).unwrap());
    assert_ne!(after.score, before.score);
}

#[test]
fn an_imported_clip_plays_exactly_until_a_knob_moves() {
    let steady = recipe(5, 0.0);
    let clip = NETWORK.pattern(&recipe(40, 0.0), 0);
    let mut composer = Composer::default();
    composer.edit(Arc::new(Edits::import(clip, steady)), 1);
    finish(&mut composer, &want(steady, 3), Some(&NETWORK));
    assert_eq!(played(&composer, 3), clip);
    let moved = Recipe { temperature: 0.2, ..steady };
    finish(&mut composer, &want(moved, 3), Some(&NETWORK));
    let near = played(&composer, 3);
    assert!(near.iter().any(|(_, instrument, _)| instrument == Instrument::Ride), "{near:?}");
    finish(&mut composer, &want(recipe(6, 0.0), 3), Some(&NETWORK));
    assert_eq!(played(&composer, 3), NETWORK.pattern(&recipe(6, 0.0), 0));
}
