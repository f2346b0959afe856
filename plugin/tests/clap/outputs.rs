//! The built CLAP with its outputs apart: each instrument and the room beside the mix.

use groove::Instrument;

use super::*;

/// What an offline host records of a bar with the outputs of this number.
fn recorded(outputs: usize) -> Recording {
    let mut host = Host::load(plugin()).unwrap();
    assert!(host.choose_outputs(outputs));
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    let inputs = [set(&mut host, "Kit level", 0.8), set(&mut host, "Kit tune", 1.0)];
    play_with(&mut host, 0.0, 120.0, 96_000, 441, &inputs);
    host.take_recording()
}

#[test]
fn a_host_sees_one_stereo_output_unless_it_asks_for_each_instrument_and_the_room() {
    let mut host = Host::load(plugin()).unwrap();
    let outputs = host.outputs();
    assert_eq!(outputs.len(), 4, "{outputs:?}");
    assert_eq!(outputs[0].1.len(), 1);
    let mut wanted = vec!["Mix"];
    wanted.extend(Instrument::ALL.map(Instrument::name));
    wanted.push("Room");
    assert_eq!(outputs[1].1, wanted);
    // One that does not ask is given what was there before.
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    play(&mut host, 0.0, 120.0, 1000, 441);
    assert!(host.take_recording().aux.is_empty());
}

#[test]
fn the_sum_of_the_nine_and_the_room_is_the_mix_and_that_is_what_one_output_plays() {
    let (one, apart) = (recorded(0), recorded(1));
    assert!(one.audio == apart.audio && one.notes == apart.notes);
    assert_eq!(apart.aux.len(), 10);
    let mut loudest = 0.0_f32;
    for side in 0..2 {
        for (n, mixed) in apart.audio[side].iter().enumerate() {
            let sum: f32 = apart.aux.iter().map(|stem| stem[side][n]).sum();
            assert!((sum - mixed).abs() < 2e-5, "at {n}: {sum}, the mix {mixed}");
            loudest = loudest.max(mixed.abs());
        }
    }
    assert!(loudest > 0.05);
    // What plays is on its own output, and what does not is silent.
    for instrument in Instrument::ALL {
        let plays = onsets(&apart, 0).iter().any(|(_, key)| *key == i16::from(instrument.key()));
        let stem = &apart.aux[instrument.index()];
        let is_heard = stem.iter().flatten().any(|x| x.abs() > 1e-3);
        assert_eq!(is_heard, plays, "{}", instrument.name());
    }
}

#[test]
fn what_a_host_does_not_hand_over_is_not_written_to() {
    let mut host = Host::load(plugin()).unwrap();
    assert!(host.choose_outputs(1));
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    for withheld in [1, 4, 10] {
        host.withhold_outputs(withheld);
        // The host finds samples that nobody has written, and says so.
        _ = host.process(441, Some(&Transport::playing(0.0, 120.0)), &[]);
        let recorded = host.take_recording();
        let kept = recorded.aux.iter().skip(10 - withheld).flatten().flatten();
        assert!(kept.into_iter().all(|sample| sample.is_nan()), "{withheld}");
    }
}
