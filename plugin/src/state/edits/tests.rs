//! Edits and locks: what is kept, stored and heard.

use groove::{STEPS, STEPS_PER_BAR};

use super::*;
use crate::factory;

const SNARE: Instrument = Instrument::Snare;

fn hit(velocity: f32) -> Option<Hit> {
    Some(Hit::new(velocity, 0.125))
}

fn key(seed: u64) -> GrooveKey {
    GrooveKey::of(Recipe { seed, ..Recipe::default() })
}

fn put(step: usize, hit: Option<Hit>) -> Edit {
    Edit::Put { step, instrument: SNARE, hit }
}

fn lock(part: Part, is_locked: bool) -> Edit {
    Edit::Lock { part, is_locked }
}

#[test]
fn an_edit_leaves_the_groove_it_was_made_in_and_is_given_to_the_network_elsewhere() {
    let mut edits = Edits::default();
    let shown = factory::pattern();
    edits.apply(put(3, hit(0.5)), &shown, Some(&key(1)));
    edits.apply(put(5, None), &shown, Some(&key(1)));
    let (here, there) = (edits.key(key(1)), edits.key(key(2)));
    assert_eq!(here.source(), key(1), "the network makes what it made");
    assert_eq!((there.given, there.kept), (here.kept, here.kept));
    assert!(here.kept.is_some() && edits.given(&there).is_locked(5, SNARE));
    let mut expected = shown;
    expected.set(3, SNARE, hit(0.5));
    expected.set(5, SNARE, None);
    assert_eq!(edits.over(&shown), expected);
}

#[test]
fn an_edit_after_a_knob_has_moved_leaves_that_groove_too() {
    let mut edits = Edits::default();
    let shown = factory::pattern();
    edits.apply(put(3, hit(0.5)), &shown, Some(&key(1)));
    let before = edits.key(key(2)).source();
    edits.apply(put(4, hit(0.7)), &shown, Some(&key(2)));
    assert_eq!(edits.key(key(2)).source(), before);
    assert_ne!(edits.key(key(1)).given, before.given);
}

#[test]
fn a_lock_keeps_what_is_shown_and_unlocking_leaves_it_to_the_network() {
    let shown = factory::pattern();
    for (part, cells) in [
        (Part::Cell(0, Instrument::Kick), 1),
        (Part::Row(SNARE), STEPS),
        (Part::Bar(2), STEPS_PER_BAR * groove::INSTRUMENTS),
        (Part::Bar(4), 0),
        (Part::Cell(64, SNARE), 0),
    ] {
        let mut edits = Edits::default();
        edits.apply(lock(part, true), &shown, Some(&key(1)));
        let is_kept = |(step, instrument)| edits.kept().is_locked(step, instrument);
        assert_eq!(all_cells().filter(|&cell| is_kept(cell)).count(), cells, "{part:?}");
        assert_eq!(edits.over(&shown), shown);
        edits.apply(lock(part, false), &shown, Some(&key(1)));
        assert_eq!(edits, Edits::default());
    }
}

#[test]
fn a_lock_over_an_edit_keeps_the_edit() {
    let shown = factory::pattern();
    let mut edits = Edits::default();
    edits.apply(put(9, hit(0.3)), &shown, Some(&key(1)));
    edits.apply(lock(Part::Row(SNARE), true), &shown, Some(&key(1)));
    assert_eq!(edits.over(&shown).hit(9, SNARE), hit(0.3));
}

#[test]
fn an_imported_clip_is_itself_until_a_knob_moves_and_left_by_another_seed() {
    let clip = factory::pattern();
    let edits = Edits::import(clip, key(1).recipe);
    let near = |recipe: Recipe| {
        let anchor = edits.anchor(&recipe).map(fingerprint);
        edits.key(GrooveKey { anchor, ..GrooveKey::of(recipe) })
    };
    let here = near(key(1).recipe);
    assert!(here.is_import && here.anchor.is_some());
    let moved = near(Recipe { temperature: 0.3, ..key(1).recipe });
    assert!(!moved.is_import && moved.anchor.is_some());
    assert_eq!(near(key(2).recipe), key(2));
    assert!(!edits.key(GrooveKey { variation_id: Some(1), ..here }).is_import);
}

#[test]
fn edits_are_saved_and_loaded_to_the_same_bits() {
    let shown = factory::pattern();
    let mut edits = Edits::import(shown, key(4).recipe);
    edits.apply(put(3, hit(0.123_456_79)), &shown, Some(&key(1)));
    edits.apply(lock(Part::Bar(1), true), &shown, Some(&key(2)));
    let json = serde_json::to_string(&edits).unwrap();
    assert_eq!(serde_json::from_str::<Edits>(&json).unwrap(), edits);
    assert_eq!(serde_json::to_string(&Edits::default()).unwrap(), "{}");
    let broken = r#"{"kept":[[64,"snare",null]]}"#;
    let error = serde_json::from_str::<Edits>(broken).unwrap_err().to_string();
    assert!(error.contains("step 64"), "{error}");
}

#[test]
fn what_a_hand_puts_back_is_free_again() {
    let shown = factory::pattern();
    let mut edits = Edits::default();
    edits.apply(put(3, hit(0.5)), &shown, Some(&key(1)));
    edits.apply(put(7, shown.hit(7, SNARE)), &shown, Some(&key(1)));
    edits.tidy([(3, SNARE, shown.hit(3, SNARE)), (7, SNARE, shown.hit(7, SNARE))]);
    assert!(edits.kept().is_locked(3, SNARE) && !edits.kept().is_locked(7, SNARE));
}

fn all_cells() -> impl Iterator<Item = (usize, Instrument)> {
    (0..STEPS).flat_map(|step| Instrument::ALL.map(|instrument| (step, instrument)))
}

#[test]
fn edits_of_another_metre_are_its_own_and_saved_with_it() {
    let three_four = groove::Bar::new(groove::Metre::new(3, 4).unwrap(), groove::Grid::Triplets);
    let waltz = Pattern::empty(three_four);
    let mut edits = Edits::default();
    let put = |step| Edit::Put { step, instrument: SNARE, hit: Some(Hit::new(0.5, 0.0)) };
    edits.apply(put(35), &waltz, None);
    edits.apply(put(36), &waltz, None);
    assert_eq!(edits.over(&waltz).count(), 1, "the pattern has 36 steps");
    assert_eq!(edits.over(&Pattern::EMPTY), Pattern::EMPTY);
    let json = serde_json::to_string(&edits).unwrap();
    assert!(json.contains(r#""metre":"3/4","grid":"8t""#), "{json}");
    assert_eq!(serde_json::from_str::<Edits>(&json).unwrap(), edits);
    edits.apply(put(63), &Pattern::EMPTY, None);
    assert_eq!((edits.over(&waltz).count(), edits.over(&Pattern::EMPTY).count()), (0, 1));
}
