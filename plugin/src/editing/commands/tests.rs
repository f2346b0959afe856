//! What the window does to the live groove, beyond strokes.

use super::*;
use crate::factory::grooves::grooves;
use crate::headless::Host;
use crate::params::snapshot::State;
use crate::state::fingerprint::fingerprint;
use crate::state::redrawn_cells::RedrawnCells;

/// Knobs turned, a slot chosen, the pad on.
fn touched() -> (JangdanParams, History, Host) {
    let (params, history, host) = (JangdanParams::default(), History::default(), Host::default());
    let generate = &params.generate;
    for param in [&generate.temperature, &generate.density, &generate.latent[2].value] {
        history.set(&params, &host, param, 0.37);
    }
    history.set(&params, &host, &params.instruments.snare.density, 0.9);
    history.set(&params, &host, &params.instruments.ride.density, 0.1);
    history.set(&params, &host, &params.character.toms, 0.8);
    history.set(&params, &host, &params.perform.slot, 0.5);
    history.set(&params, &host, &params.morph.is_on, 1.0);
    (params, history, host)
}

#[test]
fn a_factory_groove_is_begun_at_exactly_as_one_step() {
    for groove in grooves() {
        let (params, history, host) = touched();
        let before = State::of(&params);
        begin_at(&params, &history, &host, &groove);
        let name = groove.name();
        assert_eq!(params.recipe(), groove.recipe, "{name}");
        assert_eq!((params.pad(), params.perform.slot.value()), (None, 0), "{name}");
        assert!(params.instruments.ride.density.value() < 0.0, "what is left out stays so");
        let edits = params.edits.get();
        let anchor = edits.anchor(&params.recipe()).map(fingerprint);
        let key = edits.key(GrooveKey { anchor, ..GrooveKey::of(params.recipe()) });
        assert_eq!(key.is_import, groove.performance.is_some(), "{name}");
        assert!(history.undo(&params, &host));
        assert_eq!(State::of(&params), before, "{name}");
    }
}

#[test]
fn an_import_is_heard_whatever_was_chosen() {
    let (params, history, host) = touched();
    let clip = crate::factory::pattern();
    import(&params, &history, &host, clip);
    assert_eq!((params.pad(), params.perform.slot.value()), (None, 0));
    assert_eq!(params.edits.get().anchor(&params.recipe()), Some(&clip));
    assert!(history.undo(&params, &host));
    assert!(params.pad().is_some() && params.edits.get().is_empty());
}

#[test]
fn a_new_row_in_a_slot_stays_in_that_slot() {
    let (params, history, host) = touched();
    let shown = crate::factory::pattern();
    params.slots.store(3, Some(crate::state::groove::Groove::of_patterns(vec![shown])));
    let mut pattern = shown;
    let hit = Some(Hit::new(0.5, 0.0));
    let cells: Vec<_> = (0..groove::STEPS).map(|step| (step, Instrument::Ride, hit)).collect();
    for &(step, instrument, hit) in &cells {
        pattern.set(step, instrument, hit);
    }
    let choice = Choice { slot: Some(3), variation_id: None };
    put_cells(&params, &history, &RedrawnCells { choice, key: None, shown, cells });
    assert!(params.edits.get().is_empty());
    let heard = || params.slots.get()[3].as_ref().unwrap().heard(0).unwrap();
    assert_eq!(heard(), pattern);
    assert!(history.undo(&params, &host));
    assert_eq!(heard(), shown);
}
