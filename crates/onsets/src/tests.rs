//! Plucks of known places, and what is found of them.

use super::*;

const RATE: f32 = 48_000.0;

/// Plucks of `hz` at these samples, `length` samples in all.
fn plucks(places: &[(i64, f32)], length: i64, rate: f32) -> Vec<f32> {
    let mut sound = vec![0.0; length as usize];
    for &(at, hz) in places {
        for n in at..length {
            let s = (n - at) as f32 / rate;
            let attack = (s / 0.003).min(1.0);
            let tone = (1..6).map(|k| (std::f32::consts::TAU * hz * k as f32 * s).sin() / k as f32);
            sound[n as usize] += 0.3 * attack * (-6.0 * s).exp() * tone.sum::<f32>();
        }
    }
    sound
}

fn find(sound: &[f32], block: usize, rate: f32) -> Vec<Onset> {
    let mut finder = OnsetFinder::new(rate);
    let mut found = Vec::new();
    for block in sound.chunks(block) {
        finder.hear(block.iter().copied(), |onset| found.push(onset));
    }
    found
}

#[test]
fn plucks_are_found_where_they_are_at_any_sample_rate() {
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let s = |seconds: f32| (seconds * rate) as i64;
        let places = [0.0, 0.2, 0.5, 0.75, 1.0, 1.125].map(s);
        let sound = plucks(&places.map(|at| (at, 55.0)), s(1.6), rate);
        let found = find(&sound, 256, rate);
        let at: Vec<i64> = found.iter().map(|onset| onset.at).collect();
        assert_eq!(at.len(), places.len(), "at {rate}: {at:?}");
        let far = at.iter().zip(&places).map(|(at, place)| (at - place).abs()).max().unwrap();
        assert!(far < s(0.015), "at {rate}: {at:?} of {places:?}");
        assert!(found.iter().all(|onset| onset.is_low), "{found:?}");
    }
}

#[test]
fn what_lies_above_a_bass_is_not_low() {
    let sound = plucks(&[(9_600, 440.0), (24_000, 330.0), (36_000, 550.0)], 48_000, RATE);
    let found = find(&sound, 64, RATE);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|onset| !onset.is_low), "{found:?}");
}

#[test]
fn blocks_of_any_length_give_the_same_and_so_does_a_finder_that_was_reset() {
    let sound = plucks(&[(5_000, 82.0), (20_000, 110.0)], 40_000, RATE);
    let whole = find(&sound, 40_000, RATE);
    assert_eq!(whole.len(), 2);
    assert_eq!(find(&sound, 1, RATE), whole);
    assert_eq!(find(&sound, 441, RATE), whole);
    let mut finder = OnsetFinder::new(RATE);
    finder.hear(sound.iter().copied(), |_| {});
    finder.reset();
    let mut found = Vec::new();
    finder.hear(sound.iter().copied(), |onset| found.push(onset));
    assert_eq!(found, whole);
}

#[test]
fn silence_hum_and_nonsense_are_no_onsets() {
    assert_eq!(find(&[0.0; 96_000], 64, RATE), []);
    let hum = |n: usize| 0.2 * (n as f32 * std::f32::consts::TAU * 50.0 / RATE).sin();
    let found = find(&(0..96_000).map(hum).collect::<Vec<_>>(), 64, RATE);
    assert!(found.iter().all(|onset| onset.at < 2_000), "once, where it begins: {found:?}");
    let nonsense = [f32::NAN, f32::INFINITY, f32::MAX, -f32::MAX, 0.0, 1e-40];
    let sound: Vec<f32> = (0..48_000).map(|n| nonsense[n % nonsense.len()]).collect();
    assert!(find(&sound, 64, RATE).iter().all(|onset| onset.strength > 0.0));
    let mut finder = OnsetFinder::new(RATE);
    finder.hear(sound.iter().copied().chain([0.0; 48_000]), |_| {});
    let mut found = 0;
    finder.hear(plucks(&[(0, 110.0)], 48_000, RATE).into_iter(), |_| found += 1);
    assert_eq!(found, 1, "it has come to itself again");
    for rate in [f32::NAN, 0.0, -1.0, f32::INFINITY, 1e9] {
        OnsetFinder::new(rate).hear([0.5].into_iter(), |_| {});
    }
}

#[test]
fn a_guitar_over_a_bass_that_sounds_on_is_not_low_and_both_together_are() {
    let mut places = vec![(9_600, 82.0), (9_600, 440.0)];
    places.extend([(24_000, 392.0), (38_000, 330.0)]);
    places.extend([(52_000, 65.0), (52_000, 523.0)]);
    let found = find(&plucks(&places, 72_000, RATE), 64, RATE);
    let low: Vec<bool> = found.iter().map(|onset| onset.is_low).collect();
    assert_eq!(low, [true, false, false, true], "{found:?}");
}
