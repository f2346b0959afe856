//! The scheduler while the pad is on: with a network that can be foretold, and with the shipped one.

use std::sync::Arc;

use groove::{Instrument, Pattern};

use super::{NETWORK, Want, finish, played, recipe, step, want};
use crate::factory;
use crate::generation::scheduler::Scheduler;
use crate::generation::weights::{Decode, Fake, Weights};
use crate::state::fingerprint::fingerprint;
use crate::state::groove::Groove;
use crate::state::morph::{Corner, Corners, Landmark, first_corners};
use crate::state::request::Recipe;
use crate::state::slots::SlotGrooves;

fn at(recipe: Recipe, x: f32, y: f32) -> Want {
    let mut want = want(recipe, 0);
    want.request.pad = Some([x, y]);
    want
}

/// Where the ride is that the fake network plays at the first number of a latent vector.
fn ride(scheduler: &Scheduler) -> usize {
    let pattern = played(scheduler, 0);
    pattern.iter().find(|(_, instrument, _)| *instrument == Instrument::Ride).unwrap().0
}

#[test]
fn the_groove_is_where_the_pad_is_and_follows_it_and_its_corners() {
    let clip = factory::pattern();
    let slot: Pattern = NETWORK.pattern(&recipe(40, 0.0), 0);
    let corners: Corners = [
        Corner::Style("ab".to_owned()), // 20 in the fake network, as seed 5 is not past its first 10 000
        Corner::Slot(3),
        Corner::Clip { name: String::new(), pattern: Box::new(clip) },
        Corner::Slot(4),
    ];
    let mut scheduler = Scheduler::default();
    scheduler.set_corners(Arc::new(corners), 1);
    let mut slots = SlotGrooves::default();
    slots[3] = Some(Arc::new(Groove::of_patterns(vec![slot])));
    scheduler.load_slots(slots.clone(), 7);
    let mut expect = |x, y, expected: usize| {
        finish(&mut scheduler, &at(recipe(5, 0.0), x, y), Some(&NETWORK));
        assert_eq!(ride(&scheduler), expected % groove::STEPS, "{x} {y}");
    };
    expect(1.0, 1.0, slot.count());
    expect(0.0, 0.0, clip.count());
    expect(0.5, 1.0, (20 + slot.count()) / 2);
    // In the corners of the style and of the controls their own grooves are played.
    let style = NETWORK.style("ab");
    for (x, y, recipe) in
        [(0.0, 1.0, Recipe { style, ..recipe(5, 0.0) }), (1.0, 0.0, recipe(5, 0.0))]
    {
        finish(&mut scheduler, &at(super::recipe(5, 0.0), x, y), Some(&NETWORK));
        assert_eq!(played(&scheduler, 0), NETWORK.pattern(&recipe, 0), "{x} {y}");
    }
    // Another groove in the slot, which is not made yet.
    slots[3] = Some(Arc::new(Groove { recipe: Some(recipe(41, 0.0)), ..Groove::default() }));
    scheduler.load_slots(slots, 8);
    let wanted = at(recipe(5, 0.0), 1.0, 1.0);
    finish(&mut scheduler, &wanted, Some(&NETWORK));
    assert_eq!(ride(&scheduler), NETWORK.pattern(&recipe(41, 0.0), 0).count());
    let live = scheduler.answer().unwrap().live.clone();
    assert!(matches!(live.pad.as_ref().unwrap().landmarks[1], Landmark::Pattern(_)));
    // Off again.
    finish(&mut scheduler, &want(recipe(5, 0.0), 0), Some(&NETWORK));
    assert_eq!(played(&scheduler, 0), NETWORK.pattern(&recipe(5, 0.0), 0));
}

#[test]
fn what_is_followed_counts_more_than_the_pad() {
    let mut scheduler = Scheduler::default();
    let pattern = factory::pattern();
    scheduler.follow(Some((fingerprint(&pattern), pattern)));
    finish(&mut scheduler, &at(recipe(5, 0.0), 0.5, 0.5), Some(&NETWORK));
    assert_eq!(ride(&scheduler), pattern.count() % groove::STEPS);
}

#[test]
fn a_project_between_corners_plays_its_own_pattern_with_other_weights() {
    let wanted = at(recipe(5, 0.0), 0.3, 0.6);
    let mut scheduler = Scheduler::default();
    finish(&mut scheduler, &wanted, Some(&NETWORK));
    let (own, groove) = (played(&scheduler, 0), scheduler.take_unsaved(&NETWORK).unwrap());
    let json = serde_json::to_string(&groove).unwrap();
    let mut reopened = Scheduler::default();
    reopened.load(serde_json::from_str(&json).unwrap(), 1);
    let other = Fake("other weights");
    finish(&mut reopened, &wanted, Some(&other));
    assert_eq!((played(&reopened, 0), reopened.take_unsaved(&other)), (own, None));
    finish(&mut reopened, &at(recipe(5, 0.0), 0.3, 0.7), Some(&other));
    assert_ne!(played(&reopened, 0), own);
}

/// Twice the onsets that both have, of all: 1 if they are the same.
fn onset_f1(a: &Pattern, b: &Pattern) -> f64 {
    let pairs = a.tokens().into_iter().zip(b.tokens());
    let both: u32 = pairs.map(|(a, b)| (a.value() & b.value()).count_ones()).sum();
    2.0 * f64::from(both) / (a.count() + b.count()) as f64
}

#[test]
fn with_the_shipped_weights_corners_are_themselves_and_the_way_between_them_is_gradual() {
    let weights = Weights::load(None).unwrap();
    let weights = weights.as_ref();
    let known = first_corners().map(|corner| match corner {
        Corner::Style(name) => weights.style(&name).is_some(),
        _ => false,
    });
    assert_eq!(known, [true; 4]);
    let mut scheduler = Scheduler::default();
    let mut corners = first_corners();
    corners[3] = Corner::Clip { name: String::new(), pattern: Box::new(factory::pattern()) };
    scheduler.set_corners(Arc::new(corners), 1);
    let recipe = recipe(138, 0.0);
    let mut there = |x: f32, y: f32| {
        let wanted = at(recipe, x, y);
        while !matches!(step(&mut scheduler, &wanted, Some(weights)), super::StepResult::Idle) {}
        played(&scheduler, 0)
    };
    let all = [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]].map(|[x, y]| there(x, y));
    // A style's own groove, and a clip as it comes back.
    let style = weights.style("funk");
    let own = weights.model.decode(&Recipe { style, ..recipe }, 0, &mut Default::default());
    assert_eq!(all[0], own);
    assert!(
        onset_f1(&all[3], &factory::pattern()) > 0.9,
        "{}",
        onset_f1(&all[3], &factory::pattern())
    );
    for (i, one) in all.iter().enumerate() {
        for other in &all[..i] {
            assert!(onset_f1(one, other) < 0.75, "corners are alike: {}", onset_f1(one, other));
        }
    }
    let way: Vec<Pattern> = (0..=20_u8).map(|i| there(f32::from(i) / 20.0, 1.0)).collect();
    let likeness: Vec<f64> = way.windows(2).map(|pair| onset_f1(&pair[0], &pair[1])).collect();
    assert!(likeness.iter().all(|&f1| f1 > 0.6), "{likeness:?}");
    assert!(likeness.iter().sum::<f64>() / 20.0 > 0.85, "{likeness:?}");
    assert_eq!(there(0.25, 1.0), way[5], "the same place, the same groove");
    let middle = there(0.5, 0.5).count();
    assert!((40..=200).contains(&middle), "{middle} hits in the middle");
}
