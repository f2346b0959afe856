//! Activation, pauses and resets in any order, at any rate and length of blocks.

use super::*;

/// Onsets of two bars at 120 BPM as (key, beats), in the order of keys and times, played at `rate` in blocks of up to
/// `block`.
fn beats_at(rate: f64, block: u32) -> Vec<(i16, f64)> {
    let mut host = inactive();
    host.set_offline(true).unwrap();
    host.activate(rate, block).unwrap();
    let end = (7.5 * 0.5 * rate) as u32;
    let mut done = 0;
    while done < end {
        let frames = block.min(end - done);
        let position = f64::from(done) / rate * 2.0;
        host.process(frames, Some(&Transport::playing(position, 120.0)), &[]).unwrap();
        done += frames;
    }
    host.process(1, Some(&Transport::stopped(0.0, 120.0)), &[]).unwrap();
    let recording = host.take_recording();
    assert!(recording.hanging_notes().is_empty(), "{rate} Hz, blocks of {block}");
    let mut beats: Vec<(i16, f64)> = onsets(&recording, 0)
        .into_iter()
        .map(|(time, key)| (key, time as f64 / rate * 2.0))
        .filter(|(_, beats)| *beats < 7.25)
        .collect();
    beats.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    beats
}

#[test]
fn at_any_rate_and_length_of_blocks_the_same_hits_fall_on_the_same_beats() {
    let wanted = beats_at(48_000.0, 512);
    assert!(wanted.len() > 20);
    for (rate, block) in [
        (8000.0, 17),
        (11_025.0, 256),
        (22_050.0, 1),
        (44_100.0, 1536),
        (45_678.901, 10),
        (88_200.0, 2027),
        (96_000.0, 16_384),
        (123_456.78, 4096),
        (192_000.0, 8192),
        (768_000.0, 8192),
    ] {
        let found = beats_at(rate, block);
        assert_eq!(found.len(), wanted.len(), "{rate} Hz, blocks of {block}");
        // A sample of either rate; the framework has rates as 32-bit numbers.
        let slack = 2.0 / rate + 2.0 / 48_000.0 + 1e-5;
        for (found, wanted) in found.iter().zip(&wanted) {
            assert_eq!(found.0, wanted.0);
            assert!((found.1 - wanted.1).abs() <= slack, "{found:?}, not {wanted:?} at {rate} Hz");
        }
    }
}

#[test]
fn rates_that_no_device_has_are_no_harm() {
    for rate in [1.0, 1000.0, 1234.5678, 10_000_000.0] {
        let mut host = inactive();
        host.set_offline(true).unwrap();
        host.activate(rate, 64).unwrap();
        for block in 0..200 {
            let position = f64::from(block * 64) / rate * 2.0;
            host.process(64, Some(&Transport::playing(position, 120.0)), &[]).unwrap();
        }
        host.process(64, Some(&Transport::stopped(0.0, 120.0)), &[]).unwrap();
        assert!(host.recording().hanging_notes().is_empty(), "{rate}");
    }
}

#[test]
fn after_any_life_it_plays_what_it_always_played() {
    let mut random = Random(13);
    let mut host = host();
    let mut samples = 0;
    for _ in 0..40 {
        match random.below(6) {
            0 => {
                host.deactivate();
                let rate = *random.of(&[8000.0, 44_100.0, 48_000.0, 192_000.0]);
                host.activate(rate, *random.of(&[512, 4096, 8192])).unwrap();
            }
            1 => host.reset().unwrap(),
            2 => host.process_beside(|audio| audio.pause().unwrap(), |_| ()),
            3 => {
                // Deactivated, and activated again without a block between.
                for _ in 0..3 {
                    host.deactivate();
                    host.deactivate();
                    host.activate(RATE, 512).unwrap();
                }
            }
            4 => {
                host.deactivate();
                let state = host.save_state().unwrap();
                host.flush(&[]).unwrap();
                host.load_state(&state).unwrap();
                host.activate(RATE, 512).unwrap();
            }
            _ => (),
        }
        for _ in 0..random.below(6) {
            let frames = 1 + random.below(512);
            let position = random.share() * 64.0;
            let transport = match random.below(4) {
                0 => Transport::stopped(position, 120.0),
                _ => Transport::playing(position, 120.0),
            };
            host.process(frames, Some(&transport), &[]).unwrap();
            samples += u64::from(frames);
        }
    }
    host.deactivate();
    host.activate(RATE, 8192).unwrap();
    stop(&mut host, 1);
    samples += 1;
    assert!(host.take_recording().hanging_notes().is_empty());
    play(&mut host, 0.0, 120.0, 48_000, 8192);
    let pattern = saved_pattern(&mut host);
    assert_eq!(onsets(host.recording(), samples), expected(&pattern, 0.0, 120.0, 48_000));
}

#[test]
fn a_reset_makes_it_play_as_if_it_had_never_played() {
    let mut host = host();
    play(&mut host, 0.0, 120.0, 48_000, 512);
    let first = host.take_recording();
    play(&mut host, 7.0, 97.0, 30_000, 441);
    stop(&mut host, 64);
    host.reset().unwrap();
    host.take_recording();
    play(&mut host, 0.0, 120.0, 48_000, 512);
    let again = host.take_recording();
    let since = |recording: &Recording, from: u64| {
        recording
            .notes
            .iter()
            .map(|note| (note.time - from, note.key, note.kind))
            .collect::<Vec<_>>()
    };
    assert_eq!(since(&again, 48_000 + 30_000 + 64), since(&first, 0));
    assert_eq!(again.audio, first.audio);
}

#[test]
fn an_instance_that_was_never_activated_has_all_that_a_host_asks_for() {
    let mut host = inactive();
    let state = host.save_state().unwrap();
    host.load_state(&state).unwrap();
    host.flush(&[]).unwrap();
    host.set_offline(true).unwrap();
    host.set_offline(false).unwrap();
    assert!(!host.parameters().unwrap().is_empty());
    host.answer_requests();
}
