//! What hands put into the groove of the controls, and imported clips.

use std::sync::Arc;

use groove::{Hit, Instrument, Pattern};

use super::{NETWORK, finish, played, recipe, saved_from, want};
use crate::generation::scheduler::{Composer, Turn};
use crate::generation::weights::Fake;
use crate::state::edit::Edit;
use crate::state::edits::Edits;
use crate::state::request::{Ask, Recipe};

pub(super) fn snare_at(step: usize) -> Edit {
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
