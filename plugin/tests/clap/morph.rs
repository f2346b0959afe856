//! The built CLAP between the corners of its pad.

use super::perform::{host_with, state_with_slots};
use super::projects::framed;
use super::*;

/// Two bars with the pad on, at `x` from the left of its upper edge; in an instance that has `state`, if there is one.
fn bounce(state: Option<&[u8]>, x: f64) -> (Recording, Vec<u8>) {
    let settings = [("Morph", 1.0), ("Morph x", x), ("Morph y", 1.0)];
    super::bounce(state, &settings, |host, inputs| {
        play_with(host, 0.0, 120.0, 4 * 48_000, 500, inputs);
    })
}

#[test]
fn a_groove_between_corners_is_the_same_in_two_bounces_and_after_a_reload() {
    let (first, state) = bounce(None, 0.3);
    let mut host = Host::load(plugin()).unwrap();
    host.load_state(&state).unwrap();
    let saved = saved_groove(&mut host);
    let at = saved.pad.as_ref().expect("it is between corners").at;
    assert!((at[0] - 0.3).abs() < 1e-6 && at[1] == 1.0, "{at:?}");
    let pattern = saved_pattern(&mut host);
    assert_eq!(onsets(&first, 0), expected(&pattern, 0.0, 120.0, 4 * 48_000));
    assert_eq!(bounce(None, 0.3).0.notes, first.notes, "two bounces");
    assert_eq!(bounce(Some(&state), 0.3).0.notes, first.notes, "after a reload");
    assert_ne!(bounce(None, 0.9).0.notes, first.notes);
}

#[test]
fn moving_the_pad_is_heard_in_the_cycle_that_plays() {
    let mut host = host();
    let on = [set(&mut host, "Morph", 1.0), set(&mut host, "Morph x", 0.0)];
    play_with(&mut host, 0.0, 120.0, 48_000, 500, &on);
    let before = saved_pattern(&mut host);
    let moved = [set(&mut host, "Morph x", 1.0)];
    play_with(&mut host, 2.0, 120.0, 48_000, 500, &moved);
    let after = saved_pattern(&mut host);
    assert_ne!(before, after);
    host.take_recording();
    play(&mut host, 4.0, 120.0, 48_000, 500);
    stop(&mut host, 1);
    let beyond = expected(&after, 4.0, 120.0, 48_000);
    let found = onsets(&host.take_recording(), 96_000);
    // Around the seam of the two stretches early hits belong to the first.
    assert!(found.iter().filter(|onset| beyond.contains(onset)).count() + 2 >= found.len());
    assert!(found.len() + 2 >= beyond.len());
}

/// Twice the onsets that both have, of all.
fn onset_f1(a: &Pattern, b: &Pattern) -> f64 {
    let pairs = a.tokens().into_iter().zip(b.tokens());
    let both: u32 = pairs.map(|(a, b)| (a.value() & b.value()).count_ones()).sum();
    2.0 * f64::from(both) / (a.count() + b.count()) as f64
}

#[test]
fn a_corner_that_is_a_slot_is_what_is_in_the_slot() {
    let played: Vec<Pattern> = jangdan::factory::grooves::grooves()
        .into_iter()
        .filter_map(|groove| Some(groove.performance?.pattern))
        .collect();
    let at_the_corner = [("Morph", 1.0), ("Morph x", 1.0), ("Morph y", 0.0)];
    for own in [played[1], played[2]] {
        let state = state_with_slots(&[(6, own)], &at_the_corner);
        let mut json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
        let corners = r#"[{"style": "funk"}, {"slot": 2}, {"style": "unknown"}, {"slot": 6}]"#;
        json["fields"]["corners"] = corners.into();
        let mut host = host_with(&framed(&serde_json::to_vec(&json).unwrap()));
        play(&mut host, 0.0, 120.0, 48_000, 500);
        let heard = saved_pattern(&mut host);
        assert!(onset_f1(&heard, &own) > 0.85, "{}", onset_f1(&heard, &own));
        stop(&mut host, 1);
        assert_eq!(onsets(&host.take_recording(), 0), expected(&heard, 0.0, 120.0, 48_000));
    }
}
