//! Grooves in slots: ready when they are chosen, complete, and the same whatever becomes of the others.

use groove::Pattern;

use super::edits::snare_at;
use super::{NETWORK, Want, finish, played, recipe, saved_from, step, want};
use crate::generation::scheduler::{Scheduler, StepResult};
use crate::generation::weights::Fake;
use crate::state::choice::Choice;
use crate::state::groove::Groove;
use crate::state::request::GrooveKey;
use crate::state::slots::SlotGrooves;

/// Slots with these grooves from the first on.
fn slots(grooves: impl IntoIterator<Item = Groove>) -> SlotGrooves {
    let mut slots = SlotGrooves::default();
    for (slot, groove) in slots.iter_mut().zip(grooves) {
        *slot = Some(groove.into());
    }
    slots
}

fn choice(slot: u8, variation_id: Option<i64>) -> Choice {
    Choice { slot: Some(slot), variation_id }
}

fn choosing(choice: Choice, mut want: Want) -> Want {
    want.request.choice = choice;
    want
}

/// The pattern that the newest answer plays in `cycle` of `choice`.
fn chosen(scheduler: &Scheduler, choice: Choice, cycle: i64) -> Pattern {
    let answer = scheduler.answer().expect("there is an answer");
    *answer.groove(choice).expect("it can be chosen").score.pattern(cycle)
}

#[test]
fn every_slot_is_ready_for_the_cycle_that_plays_and_what_plays_comes_first() {
    let (steady, varied) = (recipe(1, 0.0), recipe(2, 0.5));
    let unmade = |recipe| Groove { recipe: Some(recipe), ..Groove::default() };
    let mut scheduler = Scheduler::default();
    scheduler.load_slots(slots([unmade(steady), unmade(varied)]), 1);
    let want = choosing(choice(1, None), want(recipe(5, 0.0), 9));
    assert_eq!(step(&mut scheduler, &want, Some(&NETWORK)), StepResult::Answered);
    assert!(scheduler.answer().unwrap().groove(choice(1, None)).unwrap().score.has(9));
    assert_eq!(scheduler.answer().unwrap().groove(choice(0, None)), None);
    assert_eq!(scheduler.answer().unwrap().filled, 0b11, "made or not");
    finish(&mut scheduler, &want, Some(&NETWORK));
    assert_eq!(chosen(&scheduler, choice(0, None), 9), NETWORK.pattern(&steady, 0));
    assert_eq!(chosen(&scheduler, choice(1, None), 9), NETWORK.pattern(&varied, 9));
    assert_eq!(chosen(&scheduler, choice(1, None), 10), NETWORK.pattern(&varied, 10));
    assert_eq!(scheduler.answer().unwrap().revisions.slots, 1);
}

#[test]
fn a_slot_without_patterns_is_completed_once_and_then_keeps_them_under_other_weights() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let steady = recipe(1, 0.0);
    let mut scheduler = Scheduler::default();
    let unmade = Groove { recipe: Some(steady), ..Groove::default() };
    scheduler.load_slots(slots([unmade]), 1);
    let want = want(recipe(5, 0.0), 0);
    finish(&mut scheduler, &want, Some(&old));
    let (slot, complete) = scheduler.take_completed_slot(&old).expect("it is complete");
    assert_eq!((slot, scheduler.take_completed_slot(&old)), (0, None));
    assert_eq!(complete.cycles, [old.pattern(&steady, 0)]);
    let mut scheduler = Scheduler::default();
    scheduler.load_slots(slots([(*complete).clone()]), 1);
    finish(&mut scheduler, &want, Some(&new));
    assert_eq!(chosen(&scheduler, choice(0, None), 0), old.pattern(&steady, 0));
}

#[test]
fn patterns_that_no_recipe_made_repeat_and_are_their_own_variations() {
    let cycles = vec![NETWORK.pattern(&recipe(1, 0.0), 0), NETWORK.pattern(&recipe(2, 0.0), 0)];
    let mut scheduler = Scheduler::default();
    scheduler.load_slots(slots([Groove::of_patterns(cycles.clone())]), 1);
    let variation = choice(0, Some(4));
    let want = choosing(variation, want(recipe(5, 0.0), 7));
    for network in [None, Some(&NETWORK)] {
        finish(&mut scheduler, &want, network);
        for choice in [choice(0, None), variation] {
            let played = [7, 8].map(|cycle| chosen(&scheduler, choice, cycle));
            assert_eq!(played, [cycles[1], cycles[0]]);
        }
    }
    assert_eq!(scheduler.take_completed_slot(&NETWORK), None);
}

#[test]
fn a_slot_that_is_filled_anew_is_another_groove_and_the_others_stay_the_same() {
    let groove = |seed| saved_from(recipe(seed, 0.0), &NETWORK);
    let mut scheduler = Scheduler::default();
    let want = want(recipe(5, 0.0), 0);
    scheduler.load_slots(slots([groove(1), groove(2)]), 1);
    finish(&mut scheduler, &want, Some(&NETWORK));
    let before = scheduler.answer().unwrap().clone();
    scheduler.load_slots(slots([groove(1), groove(3)]), 2);
    finish(&mut scheduler, &want, Some(&NETWORK));
    let after = scheduler.answer().unwrap();
    let is_same = |slot: usize| {
        let [before, after] = [&before, after].map(|answer| answer.slots[slot].clone().unwrap());
        before.identity() == after.identity()
    };
    assert_eq!([is_same(0), is_same(1)], [true, false]);
    scheduler.load_slots(slots([groove(1)]), 3);
    finish(&mut scheduler, &want, Some(&NETWORK));
    assert_eq!(scheduler.answer().unwrap().groove(choice(1, None)), None);
}

#[test]
fn a_variation_is_made_of_what_plays_and_the_same_take_is_always_the_same() {
    let (live, kept) = (recipe(5, 0.0), recipe(6, 0.0));
    let mut scheduler = Scheduler::default();
    scheduler.load_slots(slots([saved_from(kept, &NETWORK)]), 1);
    let made = |scheduler: &mut Scheduler, choice: Choice| {
        let want = choosing(choice, want(live, 3));
        finish(scheduler, &want, Some(&NETWORK));
        chosen(scheduler, choice, 3)
    };
    let first = Choice { slot: None, variation_id: Some(1) };
    let one = made(&mut scheduler, first);
    let (drawn, cycle) = GrooveKey { variation_id: Some(1), ..GrooveKey::of(live) }.drawn(3);
    assert_eq!(one, NETWORK.pattern(&drawn, cycle));
    let of_slot = made(&mut scheduler, choice(0, Some(1)));
    let (drawn, cycle) = GrooveKey { variation_id: Some(1), ..GrooveKey::of(kept) }.drawn(3);
    assert_eq!(of_slot, NETWORK.pattern(&drawn, cycle));
    assert_eq!(made(&mut scheduler, first), one);
    assert_eq!(
        played(&scheduler, 3),
        NETWORK.pattern(&live, 0),
        "the groove itself is still there"
    );
    // Put into a slot, it is the same.
    let kept = scheduler.answer().unwrap().groove(first).unwrap().to_stored().unwrap();
    scheduler.load_slots(slots([kept]), 2);
    assert_eq!(made(&mut scheduler, choice(0, None)), one);
}

#[test]
fn a_slot_that_is_edited_stays_the_same_groove() {
    let mut groove = saved_from(recipe(1, 0.0), &NETWORK);
    let mut scheduler = Scheduler::default();
    let want = want(recipe(5, 0.0), 0);
    scheduler.load_slots(slots([groove.clone()]), 1);
    finish(&mut scheduler, &want, Some(&NETWORK));
    let before = scheduler.answer().unwrap().slots[0].clone().unwrap();
    groove.edits.apply(snare_at(40), &groove.cycles[0], groove.key().as_ref());
    scheduler.load_slots(slots([groove.clone()]), 2);
    finish(&mut scheduler, &want, Some(&NETWORK));
    let after = scheduler.answer().unwrap().slots[0].clone().unwrap();
    assert_eq!(before.identity(), after.identity());
    assert_eq!(*after.score.pattern(0), groove.heard(0).unwrap());
    assert_ne!(after.score, before.score);
}
