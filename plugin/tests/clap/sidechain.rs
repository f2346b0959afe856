//! The built CLAP with its sidechain: what is struck in it is a rhythm to follow.

use groove::Instrument;

use super::*;

/// Notes of a bass and of a guitar, by the beats at which they begin: at 120 BPM, of so many samples.
fn played(bass: &[f64], guitar: &[f64], samples: usize) -> Vec<f32> {
    let mut sound = vec![0.0; samples];
    let notes = bass.iter().map(|at| (at, 55.0)).chain(guitar.iter().map(|at| (at, 392.0)));
    for (at, hz) in notes {
        let start = (at * 24_000.0) as usize;
        for (n, sample) in sound[start..].iter_mut().take(96_000).enumerate() {
            let s = n as f32 / RATE as f32;
            let tone = (1..6).map(|k| (std::f32::consts::TAU * hz * k as f32 * s).sin() / k as f32);
            *sample += 0.2 * (s / 0.003).min(1.0) * (-6.0 * s).exp() * tone.sum::<f32>();
        }
    }
    sound
}

/// What an instance plays and saves that hears `sound` for two cycles.
fn followed(sound: &[f32], ports: usize, block: u32, source: f64) -> (Recording, Groove) {
    let mut host = Host::load(plugin()).unwrap();
    assert!(host.choose_outputs(ports));
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    host.hear(sound);
    let inputs = [set(&mut host, "Follow", 1.0), set(&mut host, "Follow source", source)];
    play_with(&mut host, 0.0, 120.0, 2 * 16 * 24_000, block, &inputs);
    let recording = host.take_recording();
    (recording, saved_groove(&mut host))
}

const BASS: [f64; 8] = [0.0, 1.5, 2.5, 4.0, 5.5, 8.0, 9.5, 12.0];
const GUITAR: [f64; 4] = [1.0, 3.0, 7.0, 13.25];

#[test]
fn what_is_struck_in_the_sidechain_is_followed_from_the_next_cycle_on_the_same_in_every_bounce() {
    let sound = played(&BASS, &GUITAR, 32 * 24_000);
    let (recording, groove) = followed(&sound, 2, 441, 1.0);
    let anchor = groove.anchor.expect("what was followed is saved with the groove");
    let struck = |instrument| -> Vec<f64> {
        anchor
            .iter()
            .filter(|(_, of, _)| *of == instrument)
            .map(|(step, ..)| step as f64 / 4.0)
            .collect()
    };
    assert_eq!(struck(Instrument::Kick), BASS);
    assert_eq!(struck(Instrument::Snare), GUITAR);
    let early = anchor.iter().map(|(.., hit)| hit.micro_offset().abs()).fold(0.0, f32::max);
    assert!(early < 0.12, "within 15 ms: {early}");
    let (again, _) = followed(&sound, 3, 1000, 1.0);
    assert_eq!(onsets(&again, 0), onsets(&recording, 0));
    let (silent, groove) = followed(&[], 2, 441, 1.0);
    assert_eq!(groove.anchor, None);
    assert_ne!(onsets(&silent, 0), onsets(&recording, 0));
}

#[test]
fn audio_is_not_heard_where_notes_are_followed_and_never_passes_to_the_output() {
    let sound = played(&BASS, &GUITAR, 32 * 24_000);
    let (heard, groove) = followed(&sound, 2, 441, 0.0);
    assert_eq!(groove.anchor, None);
    let (plain, _) = followed(&[], 0, 441, 0.0);
    assert!(heard.audio == plain.audio);
}

#[test]
fn in_real_time_it_is_heard_without_an_allocation() {
    // The framework ends the test if the audio thread allocates, which it may while rendering offline.
    let mut host = Host::load(plugin()).unwrap();
    assert!(host.choose_outputs(2));
    host.activate(RATE, 8192).unwrap();
    let sound = played(&BASS, &GUITAR, 16 * 24_000);
    let inputs = [set(&mut host, "Follow", 1.0), set(&mut host, "Follow source", 1.0)];
    for cycle in 0..40 {
        host.hear(&sound);
        play_with(&mut host, 16.0 * f64::from(cycle), 120.0, 16 * 24_000, 480, &inputs);
        if saved_groove(&mut host).anchor.is_some() {
            return;
        }
    }
    panic!("nothing was followed");
}
