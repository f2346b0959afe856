//! Undo and redo over edits, slots and knobs.

use groove::{Instrument, Pattern};
use nice_plug::prelude::Param;

use super::*;
use crate::editing::commands::{self, GroovePen, Stroke};
use crate::headless::{Host, Told};
use crate::state::edit::{Edit, Part, Pen};
use crate::state::groove::Groove;
use crate::state::morph::Corner;

fn turned(past: &mut Past<u8>, knob: u8, from: f32, to: f32) {
    past.begin(Moment::default);
    past.turn(knob, from, to);
    past.end(Moment::default);
}

fn undone(past: &mut Past<u8>) -> Option<Vec<(u8, f32)>> {
    past.undo(Moment::default).map(|setting| setting.knobs)
}

#[test]
fn a_hundred_steps_are_undone_last_first_and_redone_in_order() {
    let mut past = Past::default();
    for i in 0..150_u8 {
        turned(&mut past, i, 0.0, 1.0);
    }
    for i in (50..150).rev() {
        assert_eq!(undone(&mut past), Some(vec![(i, 0.0)]));
    }
    assert_eq!(undone(&mut past), None);
    for i in 50..150 {
        assert_eq!(past.redo().map(|setting| setting.knobs), Some(vec![(i, 1.0)]));
    }
    assert_eq!(past.redo(), None);
}

#[test]
fn a_gesture_is_one_step_from_its_first_value_to_its_last() {
    let mut past = Past::default();
    past.begin(Moment::default);
    past.begin(Moment::default); // the pad's other knob
    for i in 0..10_u8 {
        past.turn(1, f32::from(i) / 10.0, f32::from(i + 1) / 10.0);
    }
    past.turn(2, 0.3, 0.4);
    past.end(Moment::default);
    past.end(Moment::default);
    assert_eq!(undone(&mut past), Some(vec![(1, 0.0), (2, 0.3)]));
    assert_eq!(past.redo().unwrap().knobs, [(1, 1.0), (2, 0.4)]);
}

#[test]
fn what_changes_nothing_is_no_step_and_leaves_what_can_be_redone() {
    let mut past = Past::default();
    turned(&mut past, 1, 0.0, 1.0);
    undone(&mut past);
    turned(&mut past, 2, 0.5, 0.5);
    past.end(Moment::default); // a hand that nobody saw come
    assert!(past.redo().is_some());
    undone(&mut past);
    turned(&mut past, 3, 0.0, 1.0);
    assert!(past.redo().is_none(), "another way was taken");
}

#[test]
fn undoing_in_the_middle_of_a_gesture_undoes_it() {
    let mut past = Past::default();
    past.begin(Moment::default);
    past.turn(1, 0.2, 0.9);
    assert_eq!(undone(&mut past), Some(vec![(1, 0.2)]));
    past.end(Moment::default);
    assert_eq!(past.redo().unwrap().knobs, [(1, 0.9)]);
}

fn track() -> crate::handoff::answer::ReadyGroove {
    (*crate::handoff::answer::Answer::factory().live).clone()
}

/// Locks the bar, then puts a snare at `step`, in the groove of `slot`, as one stroke.
fn draw(params: &JangdanParams, history: &History, slot: Option<u8>, step: usize) {
    let mut stroke = Stroke::default();
    let choice = crate::state::choice::Choice { slot, variation_id: None };
    let shown = crate::factory::pattern();
    let mut pen = GroovePen::new(params, history, &mut stroke, choice, &track(), shown);
    pen.begin();
    pen.edit(Edit::Lock { part: Part::Bar(0), is_locked: true });
    let hit = Some(groove::Hit::new(0.7, 0.1));
    pen.edit(Edit::Put { step, instrument: Instrument::Snare, hit });
    pen.end();
}

#[test]
fn strokes_slots_and_knobs_are_undone_and_the_host_s_own_moves_are_not() {
    let params = JangdanParams::default();
    let (history, host) = (History::default(), Host::default());
    draw(&params, &history, None, 40);
    let edited = params.edits.get();
    assert!(edited.kept().is_locked(40, Instrument::Snare));
    let groove = Groove::of_patterns(vec![Pattern::EMPTY]);
    history.step(&params, || params.slots.store(3, Some(groove.clone())));
    draw(&params, &history, Some(3), 50);
    assert!(commands::edits_of(&params, Some(3)).kept().is_locked(50, Instrument::Snare));
    let knob = params.generate.temperature.as_ptr();
    history.turn(&params, knob, 0.25, 0.75);
    assert_eq!(host.take(), []);

    assert!(history.undo(&params, &host));
    assert_eq!(host.take(), [Told::Begin(knob), Told::Set(knob, 0.25), Told::End(knob)]);
    assert!(history.undo(&params, &host));
    assert_eq!(params.slots.get()[3].as_deref(), Some(&groove));
    assert!(history.undo(&params, &host));
    assert_eq!((params.slots.get()[3].clone(), params.edits.get()), (None, edited.clone()));
    assert!(history.undo(&params, &host));
    assert!(params.edits.get().is_empty());
    assert_eq!((history.undo(&params, &host), history.can()), (false, (false, true)));
    for _ in 0..4 {
        assert!(history.redo(&params, &host));
    }
    assert_eq!(params.edits.get(), edited);
    assert!(commands::edits_of(&params, Some(3)).kept().is_locked(50, Instrument::Snare));
    history.forget();
    assert_eq!(history.can(), (false, false));
}

#[test]
fn a_stroke_that_puts_everything_back_is_no_step() {
    let params = JangdanParams::default();
    let history = History::default();
    let mut stroke = Stroke::default();
    let shown = crate::factory::pattern();
    let choice = crate::state::choice::Choice::default();
    let before = shown.hit(0, Instrument::Kick);
    for hit in [None, before] {
        // Another pen in every frame.
        let mut pen = GroovePen::new(&params, &history, &mut stroke, choice, &track(), shown);
        if hit.is_none() {
            pen.begin();
        }
        pen.edit(Edit::Put { step: 0, instrument: Instrument::Kick, hit });
        if hit.is_some() {
            pen.end();
        }
    }
    assert!(params.edits.get().is_empty() && !stroke.is_down());
    assert_eq!(history.can(), (false, false));
}

#[test]
fn an_import_and_a_clearing_are_undone() {
    let params = JangdanParams::default();
    let (history, host) = (History::default(), Host::default());
    commands::import(&params, &history, &host, crate::factory::pattern());
    let imported = params.edits.get();
    assert_eq!(imported.anchor(&params.recipe()), Some(&crate::factory::pattern()));
    draw(&params, &history, None, 40);
    commands::clear(&params, &history, None);
    assert_eq!(params.edits.get(), imported);
    assert!(history.undo(&params, &host));
    assert!(params.edits.get().kept().is_locked(40, Instrument::Snare));
    assert!(history.undo(&params, &host));
    assert_eq!(params.edits.get(), imported);
    assert!(history.undo(&params, &host));
    assert!(params.edits.get().is_empty());
    assert!(history.redo(&params, &host));
    assert_eq!(params.edits.get(), imported);
}

#[test]
fn a_corner_of_the_pad_is_undone() {
    let params = JangdanParams::default();
    let (history, host) = (History::default(), Host::default());
    let before = params.corners.get();
    crate::editing::commands::set_corner(&params, &history, 2, Corner::Slot(7));
    assert_eq!(params.corners.get()[2], Corner::Slot(7));
    assert!(history.undo(&params, &host));
    assert_eq!(params.corners.get(), before);
    assert!(history.redo(&params, &host));
    assert_eq!(params.corners.get()[2], Corner::Slot(7));
}
