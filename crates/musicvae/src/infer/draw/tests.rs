//! Grooves and fills drawn step by step, on random weights.

use groove::{Articulation, Grid, Hit, Instrument, Metre, STEPS, STEPS_PER_BAR};

use super::super::tests::{halves, random_file, recipe, some_bars, some_context, stepwise};
use super::*;
use crate::infer::Isa;
use crate::weights::config::Config;

#[test]
fn a_groove_drawn_step_by_step_holds_what_is_known_and_is_the_same_for_every_instruction_set() {
    for file in [random_file(stepwise(), 3), halves(stepwise(), 4)] {
        let bars = || some_bars().into_iter().chain([Bar::COMMON]);
        for context in bars().map(Context::of).chain(bars().map(some_context)) {
            let draw = |isa| {
                let model = GrooveModel::pack(&file, isa).unwrap();
                model.draw(&context, &recipe(7), 5, 3)
            };
            let drawn = draw(Isa::best());
            assert!(drawn[0] != drawn[1] && drawn[1] != drawn[2]);
            for isa in Isa::available() {
                assert_eq!(draw(isa), drawn, "{isa:?}");
            }
            for pattern in drawn {
                assert_eq!(pattern.bar(), context.bar());
                for step in 0..pattern.steps() {
                    for instrument in Instrument::ALL {
                        if context.locks.is_locked(step, instrument) {
                            let known = context.locks.pattern().hit(step, instrument);
                            assert_eq!(pattern.hit(step, instrument), known);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn drawn_hits_are_struck_in_several_ways_and_known_ones_as_they_are() {
    let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
    let plain = GrooveModel::new(&random_file(Config { articulations: None, ..stepwise() }, 3));
    let plain = plain.unwrap();
    let mut locks = Locks::default();
    let bell = Hit::new(0.3, 0.2).struck_as(Articulation::Bell);
    locks.lock(9, Instrument::Ride, Some(bell));
    locks.lock(13, Instrument::Ride, Some(Hit::new(0.3, 0.2)));
    let mut scratch = Scratch::new();
    let mut groove = |model: &GrooveModel, recipe: &Recipe, cycle| {
        model.groove(Start::Seed, &locks, recipe, cycle, &mut scratch)
    };
    let varied = Recipe { variation: 0.3, ..recipe(1) };
    let mut louder = recipe(1);
    louder.latent[0] = 0.5;
    for (recipe, cycle) in [(&recipe(1), 0), (&varied, 5), (&louder, 0)] {
        let [struck, plainly] = [&model, &plain].map(|model| groove(model, recipe, cycle));
        let ways: std::collections::HashSet<_> =
            struck.iter().map(|(.., hit)| hit.articulation()).collect();
        assert!(ways.len() > 4, "{ways:?}");
        for ((step, instrument, hit), (.., other)) in struck.iter().zip(plainly.iter()) {
            assert_eq!(hit.struck_as(Articulation::Plain), other.struck_as(Articulation::Plain));
            assert!(Articulation::of(instrument).contains(&hit.articulation()));
            let is_locked = locks.is_locked(step, instrument);
            assert!(is_locked || other.articulation() == Articulation::Plain);
        }
        assert_eq!(struck.hit(9, Instrument::Ride), Some(bell));
        assert_eq!(struck.hit(13, Instrument::Ride), Some(Hit::new(0.3, 0.2)));
    }
    // Sliders leave the articulations of the hits that stay.
    let [rest, moved] = [&recipe(1), &louder].map(|recipe| groove(&model, recipe, 0));
    let stays = |(step, instrument, hit): (usize, Instrument, Hit)| {
        Some((hit.articulation(), moved.hit(step, instrument)?.articulation()))
    };
    assert!(rest.iter().filter_map(stays).all(|(before, after)| before == after));
    let fills = model.fills(&rest, &recipe(1)).unwrap();
    assert!(fills.iter().any(|(.., hit)| hit.articulation() != Articulation::Plain));
}

#[test]
fn a_candidate_does_not_depend_on_those_beside_it() {
    let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
    let draw = |count| model.draw(&some_context(Bar::COMMON), &recipe(2), 0, count);
    assert_eq!(draw(5)[..2], draw(2));
}

#[test]
fn the_kick_leans_to_the_low_onsets_of_a_line_and_to_no_others() {
    let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
    for bar in [Bar::COMMON, Bar::new(Metre::new(3, 4).unwrap(), Grid::Triplets)] {
        let line = |kept: fn(usize) -> bool| {
            std::array::from_fn(|step| step < bar.pattern_steps() && kept(step))
        };
        let told = Context { line: Some(line(|step| step % 3 == 0)), ..Context::of(bar) };
        let low = Context { low: Some(line(|step| step % 6 == 0)), ..told.clone() };
        let nothing = Context { low: Some([false; Bar::MOST_STEPS]), ..told.clone() };
        let draw = |context: &Context| model.draw(context, &recipe(7), 0, 12);
        assert_eq!(draw(&nothing), draw(&told));
        let kicks = |context: &Context, wanted: fn(usize) -> bool| {
            let struck = |pattern: &Pattern| {
                let kicks = pattern.iter().filter(|hit| hit.1 == Instrument::Kick);
                kicks.filter(|(step, ..)| wanted(*step)).count()
            };
            draw(context).iter().map(struck).sum::<usize>() as f32
        };
        let [before, leaning] = [&told, &low].map(|context| kicks(context, |step| step % 6 == 0));
        assert!(leaning > 1.1 * before, "{bar:?}: {before} to {leaning}");
    }
}

#[test]
fn a_variation_keeps_to_the_hit_what_it_does_not_draw_anew() {
    let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
    let mut scratch = Scratch::new();
    let mut locks = Locks::default();
    locks.lock(9, Instrument::Crash, Some(Hit::new(0.3, 0.2)));
    let mut groove =
        |recipe: &Recipe, cycle| model.groove(Start::Seed, &locks, recipe, cycle, &mut scratch);
    let steady = groove(&recipe(1), 0);
    assert_eq!(groove(&recipe(1), 9), steady);
    let varied = Recipe { variation: 0.3, ..recipe(1) };
    for cycle in [-1, 0, 7] {
        let redrawn = varied.redrawn(cycle as u64, 16);
        let pattern = groove(&varied, cycle);
        assert_ne!(pattern, steady);
        assert_eq!(pattern.hit(9, Instrument::Crash), Some(Hit::new(0.3, 0.2)));
        let mut changes = 0;
        for (step, row) in (0..STEPS).map(|step| (step, redrawn[step / 4])) {
            for instrument in Instrument::ALL {
                let is_same = pattern.hit(step, instrument) == steady.hit(step, instrument);
                assert!(is_same || row & instrument.bit() != 0, "{step} {instrument:?}");
                changes += usize::from(!is_same);
            }
        }
        assert!(changes > 0);
        assert_eq!(groove(&varied, cycle), pattern);
    }
    // Of another's pattern likewise.
    let of = |recipe: &Recipe, cycle| {
        model.groove(Start::Of(&steady), &Locks::default(), recipe, cycle, &mut Scratch::new())
    };
    assert_eq!(of(&recipe(2), 3), steady);
    let other = Recipe { variation: 0.3, ..recipe(2) };
    let (pattern, redrawn) = (of(&other, 3), other.redrawn(3, 16));
    assert_ne!(pattern, steady);
    for (step, row) in (0..STEPS).map(|step| (step, redrawn[step / 4])) {
        for instrument in Instrument::ALL {
            let is_same = pattern.hit(step, instrument) == steady.hit(step, instrument);
            assert!(is_same || row & instrument.bit() != 0, "{step} {instrument:?}");
        }
    }
    // Sliders move the groove from where it lies.
    let mut moved = recipe(1);
    moved.latent[0] = 2.0;
    assert_ne!(groove(&moved, 0), steady);
    assert_eq!(groove(&recipe(1), 0), steady);
}

#[test]
fn fills_belong_to_their_groove_and_come_from_the_step_model_alone() {
    let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
    let groove =
        |seed| model.groove(Start::Seed, &Locks::default(), &recipe(seed), 0, &mut Scratch::new());
    let [first, second] = [groove(1), groove(2)];
    let fills = model.fills(&first, &recipe(1)).unwrap();
    assert_eq!(model.fills(&first, &recipe(1)), Some(fills));
    assert_ne!(model.fills(&second, &recipe(1)), Some(fills));
    let bars: Vec<_> = fills.tokens().chunks(STEPS_PER_BAR).map(<[_]>::to_vec).collect();
    assert!(
        bars.iter().enumerate().all(|(i, bar)| !bars[..i].contains(bar)),
        "four different ones"
    );
    let plain = GrooveModel::new(&random_file(Config::tiny(), 3)).unwrap();
    assert_eq!(plain.fills(&first, &recipe(1)), None);
}

#[test]
fn a_performance_has_the_same_onsets_and_leaves_the_hits_that_are_kept() {
    let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
    let mut written = Pattern::EMPTY;
    for step in (0..STEPS).step_by(3) {
        written.set(step, Instrument::Kick, Some(Hit::new(0.5, 0.0)));
        written.set(step, Instrument::Ride, Some(Hit::new(0.7, 0.1)));
    }
    let perform = |locks: &Locks, seed| model.perform(&written, locks, &recipe(seed)).unwrap();
    let performed = perform(&Locks::default(), 1);
    assert_eq!(performed.tokens(), written.tokens());
    assert!(performed.iter().zip(written.iter()).all(|(new, old)| new != old));
    assert_eq!(perform(&Locks::default(), 1), performed);
    assert_ne!(perform(&Locks::default(), 2), performed);
    let mut locks = Locks::default();
    locks.keep(&written, |_, instrument| instrument == Instrument::Ride);
    let around = perform(&locks, 1);
    assert_eq!(around.tokens(), written.tokens());
    for (step, instrument, hit) in around.iter() {
        let is_kept = written.hit(step, instrument) == Some(hit);
        assert_eq!(is_kept, instrument == Instrument::Ride, "{step} {instrument:?}");
    }
    let plain = GrooveModel::new(&random_file(Config::tiny(), 3)).unwrap();
    assert_eq!(plain.perform(&written, &Locks::default(), &recipe(1)), None);
}

#[test]
fn grooves_fills_and_performances_are_in_the_bars_that_are_asked_for() {
    let config = stepwise();
    let plain = Config { bar_model: None, ..stepwise() };
    for config in [config, plain] {
        let draws_any_bar = config.bar_model.is_some();
        let model = GrooveModel::new(&random_file(config, 3)).unwrap();
        let mut scratch = Scratch::new();
        for bar in some_bars() {
            let mut locks = Locks::of(bar);
            let hit = Some(Hit::new(0.3, 0.2));
            locks.lock(0, Instrument::Crash, hit);
            let mut groove = |recipe: &Recipe, cycle| {
                model.groove(Start::Seed, &locks, recipe, cycle, &mut scratch)
            };
            let steady = groove(&recipe(1), 0);
            assert_eq!(steady.bar(), bar);
            assert_eq!(groove(&recipe(1), 9), steady);
            let varied = groove(&Recipe { variation: 0.5, ..recipe(1) }, 3);
            assert!(varied.bar() == bar && varied != steady, "{bar:?}");
            let mut moved = recipe(1);
            moved.latent[0] = 2.0;
            assert_eq!(groove(&moved, 0).bar(), bar);
            let followed = model.groove(Start::Line(&steady), &locks, &recipe(2), 0, &mut scratch);
            let fills = model.fills(&steady, &recipe(1)).unwrap();
            assert_eq!((followed.bar(), fills.bar()), (bar, bar));
            let performed = model.perform(&steady, &locks, &recipe(1)).unwrap();
            let onsets = |pattern: &Pattern| {
                (0..pattern.steps()).map(|step| pattern.token(step)).collect::<Vec<_>>()
            };
            assert_eq!(onsets(&performed), onsets(&steady), "{bar:?}");
            if draws_any_bar {
                assert!(
                    model
                        .groove(Start::Line(&steady), &locks, &recipe(2), 0, &mut scratch)
                        .hit(0, Instrument::Crash)
                        == hit
                );
            }
        }
    }
}

#[test]
fn a_slider_changes_a_groove_of_other_bars_little_by_little() {
    let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
    let bar = Bar::new(Metre::new(5, 4).unwrap(), Grid::Sixteenths);
    let mut scratch = Scratch::new();
    let mut groove = |amount| {
        let mut moved = recipe(1);
        moved.latent[0] = amount;
        model.groove(Start::Seed, &Locks::of(bar), &moved, 0, &mut scratch)
    };
    let rest = groove(0.0);
    assert_eq!(onset_differences(&rest, &groove(1e-6)), 0);
    assert!(onset_differences(&rest, &groove(3.0)) > 0);
}

fn onset_differences(one: &Pattern, other: &Pattern) -> usize {
    (0..one.steps()).filter(|&step| one.token(step) != other.token(step)).count()
}
