//! Fills that the network draws for a groove.

use std::sync::Arc;

use super::{recipe, step, want};
use crate::generation::scheduler::{Scheduler, StepResult};
use crate::generation::weights::Fake;
use crate::state::edit::Edit;
use crate::state::edits::Edits;
use crate::state::groove::Groove;

const NETWORK: Fake = Fake::WITH_FILLS;

#[test]
fn fills_come_after_the_pattern_and_are_stored_and_played_from_there() {
    let (mut scheduler, recipe) = (Scheduler::default(), recipe(5, 0.0));
    let want = want(recipe, 0);
    let expected = Fake::drawn_fills(&NETWORK.pattern(&recipe, 0), &recipe);
    assert_eq!(step(&mut scheduler, &want, Some(&NETWORK)), StepResult::Answered);
    let live = scheduler.answer().unwrap().live.clone();
    assert_eq!((live.score.fills(), live.has_fills), (None, false));
    // A project that is saved now has the pattern.
    let early = scheduler.take_unsaved(&NETWORK).unwrap();
    assert_eq!(early.fills, None);
    assert_eq!(step(&mut scheduler, &want, Some(&NETWORK)), StepResult::Answered);
    let live = scheduler.answer().unwrap().live.clone();
    assert_eq!((live.score.fills(), live.has_fills), (Some(&expected), true));
    let stored = scheduler.take_unsaved(&NETWORK).unwrap();
    assert_eq!(stored, Groove { fills: Some(expected), ..early });
    assert_eq!(scheduler.take_unsaved(&NETWORK), None);
    assert_eq!(step(&mut scheduler, &want, Some(&NETWORK)), StepResult::Idle);

    let mut reloaded = Scheduler::default();
    reloaded.load(stored, 1);
    assert_eq!(step(&mut reloaded, &want, None::<&Fake>), StepResult::Answered);
    assert_eq!(reloaded.answer().unwrap().live.score.fills(), Some(&expected));
}

#[test]
fn an_edit_has_fills_of_its_own_and_slots_have_theirs() {
    let (mut scheduler, recipe) = (Scheduler::default(), recipe(5, 0.0));
    let want = want(recipe, 0);
    let mut slots = crate::state::slots::SlotGrooves::default();
    slots[2] = Some(Arc::new(Groove { recipe: Some(recipe), ..Groove::default() }));
    scheduler.load_slots(slots, 0);
    while step(&mut scheduler, &want, Some(&NETWORK)) != StepResult::Idle {}
    let pattern = NETWORK.pattern(&recipe, 0);
    let expected = Fake::drawn_fills(&pattern, &recipe);
    let (place, groove) = scheduler.take_completed_slot(&NETWORK).unwrap();
    assert_eq!((place, groove.fills), (2, Some(expected)));
    assert_eq!(scheduler.take_completed_slot(&NETWORK), None);

    let mut edits = Edits::default();
    let hit = Some(groove::Hit::new(0.5, 0.0));
    edits.apply(Edit::Put { step: 9, instrument: groove::Instrument::Ride, hit }, &pattern, None);
    scheduler.edit(Arc::new(edits), 1);
    while step(&mut scheduler, &want, Some(&NETWORK)) != StepResult::Idle {}
    let live = &scheduler.answer().unwrap().live;
    let edited = Fake::drawn_fills(live.score.pattern(0), &recipe);
    assert_ne!(edited, expected);
    assert_eq!(live.score.fills(), Some(&edited));
}
