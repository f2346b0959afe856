//! What hands put into the groove of the controls, and imported clips.

use std::sync::Arc;

use groove::{Hit, Instrument, Pattern};

use super::{NETWORK, finish, played, recipe, saved_from, step, want};
use crate::generation::scheduler::{Scheduler, StepResult};
use crate::generation::weights::Fake;
use crate::state::edit::Edit;
use crate::state::edits::Edits;
use crate::state::request::{GrooveKey, Recipe};

pub(super) fn snare_at(step: usize) -> Edit {
    Edit::Put { step, instrument: Instrument::Snare, hit: Some(Hit::new(0.9, 0.0)) }
}

#[test]
fn an_edit_is_heard_over_the_groove_and_what_is_generated_next_is_made_around_it() {
    let (first, next) = (recipe(5, 0.0), recipe(6, 0.0));
    let mut scheduler = Scheduler::default();
    finish(&mut scheduler, &want(first, 0), Some(&NETWORK));
    let shown = played(&scheduler, 0);
    let groove = scheduler.answer().unwrap().live.identity();
    let mut edits = Edits::default();
    edits.apply(snare_at(40), &shown, Some(&GrooveKey::of(first)));
    scheduler.edit(Arc::new(edits.clone()), 1);
    assert_eq!(step(&mut scheduler, &want(first, 0), Some(&NETWORK)), StepResult::Answered);
    let mut expected = shown;
    expected.set(40, Instrument::Snare, Some(Hit::new(0.9, 0.0)));
    assert_eq!(played(&scheduler, 0), expected);
    let answer = scheduler.answer().unwrap();
    assert_eq!((answer.revisions.edits, answer.live.identity()), (1, groove));
    finish(&mut scheduler, &want(next, 0), Some(&NETWORK));
    let around = NETWORK.around(NETWORK.pattern(&next, 0), edits.kept());
    assert_eq!(played(&scheduler, 0), around);
    finish(&mut scheduler, &want(first, 0), Some(&NETWORK));
    assert_eq!(played(&scheduler, 0), expected, "the same place, the same groove");
}

#[test]
fn an_edited_project_reopens_as_it_was_and_edits_keep_what_other_weights_made() {
    let (old, new) = (Fake("old"), Fake("newer"));
    let varied = recipe(5, 0.5);
    let mut edits = Edits::default();
    edits.apply(snare_at(40), &Pattern::EMPTY, Some(&GrooveKey::of(varied)));
    let edits = Arc::new(edits);
    let mut scheduler = Scheduler::default();
    scheduler.load(saved_from(varied, &old), 1);
    scheduler.edit(edits.clone(), 1);
    for cycle in [2, 1] {
        finish(&mut scheduler, &want(varied, cycle), Some(&new));
        assert_eq!(played(&scheduler, cycle), edits.over(&old.pattern(&varied, cycle)));
    }
    let saved = scheduler.take_unsaved(&new).expect("the edits are new");
    assert_eq!((&saved.edits, saved.weights.as_str()), (&*edits, "old"));
    let mut reopened = Scheduler::default();
    reopened.load(saved, 1);
    reopened.edit(edits.clone(), 1);
    finish(&mut reopened, &want(varied, 3), Some(&new));
    assert_eq!(played(&reopened, 3), edits.over(&old.pattern(&varied, 3)));
    assert_eq!(reopened.take_unsaved(&new), None);
}

#[test]
fn an_imported_clip_plays_exactly_until_a_knob_moves() {
    let steady = recipe(5, 0.0);
    let clip = NETWORK.pattern(&recipe(40, 0.0), 0);
    let mut scheduler = Scheduler::default();
    scheduler.edit(Arc::new(Edits::import(clip, steady)), 1);
    finish(&mut scheduler, &want(steady, 3), Some(&NETWORK));
    assert_eq!(played(&scheduler, 3), clip);
    let moved = Recipe { temperature: 0.2, ..steady };
    finish(&mut scheduler, &want(moved, 3), Some(&NETWORK));
    let near = played(&scheduler, 3);
    assert!(near.iter().any(|(_, instrument, _)| instrument == Instrument::Ride), "{near:?}");
    finish(&mut scheduler, &want(recipe(6, 0.0), 3), Some(&NETWORK));
    assert_eq!(played(&scheduler, 3), NETWORK.pattern(&recipe(6, 0.0), 0));
}
