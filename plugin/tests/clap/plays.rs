//! The built CLAP in a host: what it plays is its pattern, at the right samples, and every note ends.

use super::*;

#[test]
fn the_notes_are_those_of_the_pattern_at_any_block_size_and_each_one_ends() {
    let samples = (17.0 * 60.0 / 123.0 * RATE) as u32;
    for block in BLOCKS {
        let mut host = host();
        play(&mut host, 0.0, 123.0, samples, block);
        stop(&mut host, 512);
        let recording = host.take_recording();
        assert!(recording.hanging_notes().is_empty());
        host.deactivate();
        let pattern = saved_pattern(&mut host);
        assert!(pattern.count() > 0);
        assert_eq!(onsets(&recording, 0), expected(&pattern, 0.0, 123.0, samples), "{block}");
    }
}

#[test]
fn after_seeks_loops_and_changes_of_tempo_every_note_ends_and_is_the_pattern_s() {
    for block in BLOCKS {
        let mut host = host();
        play(&mut host, 2.0, 120.0, 30_000, block);
        let pattern = saved_pattern(&mut host);
        let mut from = 30_000;
        host.take_recording();
        for (position, tempo) in [(9.0, 120.0), (-4.0, 90.0), (3.25, 151.0), (3.25, 151.0)] {
            play(&mut host, position, tempo, 20_000, block);
            let recording = host.take_recording();
            let wanted = expected(&pattern, position, tempo, 20_000);
            assert_eq!(onsets(&recording, from), wanted, "from {position} at {tempo}, {block}");
            from += 20_000;
        }
    }
    for block in BLOCKS {
        let mut host = host();
        for pass in 0..3 {
            play(&mut host, 4.0 + f64::from(pass), 120.0, 20_000, block);
            stop(&mut host, 1);
            assert!(host.recording().hanging_notes().is_empty(), "after a stop, {block}");
            play(&mut host, 0.5, 97.0, 20_000, block);
        }
        stop(&mut host, 1);
        assert!(host.recording().hanging_notes().is_empty());
    }
}

#[test]
fn a_host_that_refuses_events_is_owed_every_note_off() {
    let mut host = host();
    host.refuse_events_beyond(1);
    play(&mut host, 0.0, 120.0, 96_000, 2048);
    host.refuse_events_beyond(usize::MAX);
    stop(&mut host, 512);
    assert!(host.recording().refused > 0);
    assert!(host.recording().hanging_notes().is_empty());
}

#[test]
fn a_hosts_loop_plays_its_stretch_over_and_over_though_it_ends_within_a_block() {
    let (start, end, tempo) = (5.0, 8.0, 120.0);
    let pass: u32 = 72_000; // three beats
    for block in BLOCKS {
        let mut host = host();
        let samples = pass * 3 + 10_000;
        let mut done = 0;
        while done < samples {
            let frames = block.min(samples - done);
            let position = start + f64::from(done % pass) / 24_000.0;
            let loop_range = Some((start, end));
            let transport = Transport { loop_range, ..Transport::playing(position, tempo) };
            host.process(frames, Some(&transport), &[]).unwrap();
            done += frames;
        }
        stop(&mut host, 1);
        let recording = host.take_recording();
        assert!(recording.hanging_notes().is_empty());
        let pattern = saved_pattern(&mut host);
        let mut wanted = Vec::new();
        for (number, samples) in [pass, pass, pass, 10_000].into_iter().enumerate() {
            let (feel, is_start) = (Feel::AS_PLAYED, number == 0);
            let stretch = Stretch { position: start, tempo, samples, feel, is_start };
            let from = u64::from(pass) * number as u64;
            wanted.extend(
                stretch.onsets(|_| &pattern).into_iter().map(|(time, key)| (time + from, key)),
            );
        }
        assert_eq!(onsets(&recording, 0), wanted, "{block}");
    }
}

/// Four cycles of music at 240 beats a minute.
const FOUR_CYCLES: u32 = 4 * 16 * 12_000;

/// Plays four cycles with variation, in a new instance that has `state`, if there is one.
fn bounce_with_variation(state: Option<&[u8]>, position: f64) -> (Recording, Vec<u8>) {
    bounce(state, &[("Variation", 0.5)], |host, inputs| {
        play_with(host, position, 240.0, FOUR_CYCLES, 1000, inputs);
    })
}

#[test]
fn with_variation_every_cycle_is_another_and_the_same_again_after_a_reload_and_in_two_bounces() {
    let (first, state) = bounce_with_variation(None, 0.0);
    let cycle_length = u64::from(FOUR_CYCLES) / 4;
    let cycle = |recording: &Recording, number: u64| -> Vec<(u64, i16)> {
        let range = number * cycle_length..(number + 1) * cycle_length;
        let all = onsets(recording, 0);
        let own = all.into_iter().filter(|(time, _)| range.contains(time));
        own.map(|(time, key)| (time - range.start, key)).collect()
    };
    let cycles: Vec<_> = (0..4).map(|number| cycle(&first, number)).collect();
    for (i, one) in cycles.iter().enumerate() {
        assert!(!one.is_empty());
        assert!(cycles[..i].iter().all(|other| other != one), "cycle {i} was there before");
    }
    let (again, _) = bounce_with_variation(None, 0.0);
    assert_eq!(again.notes, first.notes, "two bounces");
    let (reloaded, _) = bounce_with_variation(Some(&state), 0.0);
    assert_eq!(reloaded.notes, first.notes, "after a reload");
    // The fourth cycle is a function of its number, not of what came before; around its first step
    // the bounces differ, since one of them begins there.
    let (from_there, _) = bounce_with_variation(Some(&state), 48.0);
    let inner = |cycle: Vec<(u64, i16)>| -> Vec<(u64, i16)> {
        let inner = 1500..cycle_length - 1500; // half a step
        cycle.into_iter().filter(|(time, _)| inner.contains(time)).collect()
    };
    assert_eq!(inner(cycle(&from_there, 0)), inner(cycle(&first, 3)));
}

/// Plays 16 beats at 120 BPM with variation, one bar over and over; after 5 of them, `changes` are made.
fn bounce_with_changes(changes: &[(&str, f64)], block: u32) -> Vec<(u64, i16)> {
    let mut host = Host::load(plugin()).unwrap();
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    // One bar over and over; what is new begins with a pattern.
    let settings = [("Variation", 0.9), ("Pattern length", 0.0), ("New pattern at", 3.0)];
    let settings = settings.map(|(name, value)| set(&mut host, name, value));
    let changes: Vec<Input> =
        changes.iter().map(|&(name, value)| set(&mut host, name, value)).collect();
    play_with(&mut host, 0.0, 120.0, 5 * 24_000, block, &settings);
    play_with(&mut host, 5.0, 120.0, 11 * 24_000 - 6_000, block, &changes);
    onsets(host.recording(), 0)
}

#[test]
fn a_shape_that_waits_for_the_pattern_s_start_changes_no_variation_before() {
    let unchanged = bounce_with_changes(&[], 512);
    let bar = |number: u64| -> Vec<(u64, i16)> {
        let bar = number * 96_000 + 3_000..(number + 1) * 96_000 - 3_000;
        let own = unchanged.iter().filter(|(time, _)| bar.contains(time));
        own.map(|&(time, key)| (time - number * 96_000, key)).collect()
    };
    assert!((1..4).any(|number| bar(number) != bar(0)), "the bars vary");
    for block in [64, 512, 8192] {
        for changes in
            [&[("Pattern length", 2.0)][..], &[("Pattern length", 2.0), ("Pattern start", 17.0)]]
        {
            assert_eq!(bounce_with_changes(changes, block), unchanged, "{changes:?}, {block}");
        }
    }
}

/// Plays from beat 0 in blocks of 64 until a note sounds, and returns where that was.
fn play_until_a_note_sounds(host: &mut Host) -> f64 {
    for block in 0..10_000 {
        let position = f64::from(block * 64) / 24_000.0;
        host.process(64, Some(&Transport::playing(position, 120.0)), &[]).unwrap();
        if !host.recording().hanging_notes().is_empty() {
            return position + 64.0 / 24_000.0;
        }
    }
    panic!("no note sounds");
}

#[test]
fn bypass_ends_the_notes_at_once_and_strikes_none_until_it_is_over() {
    let mut host = host();
    let position = play_until_a_note_sounds(&mut host);
    let on = set(&mut host, "Bypass", 1.0);
    play_with(&mut host, position, 120.0, 1, 1, &[on]);
    assert!(host.recording().hanging_notes().is_empty());
    host.take_recording();
    play(&mut host, position + 1.0 / 24_000.0, 120.0, 8 * 24_000, 441);
    assert_eq!(host.take_recording().notes, []);
    let off = set(&mut host, "Bypass", 0.0);
    play_with(&mut host, position + 8.0, 120.0, 16 * 24_000, 441, &[off]);
    assert!(!host.recording().notes.is_empty());
}

#[test]
fn a_reset_or_a_pause_in_processing_leaves_no_note_unended() {
    for is_reset in [true, false] {
        let mut host = host();
        play_until_a_note_sounds(&mut host);
        if is_reset {
            host.reset().unwrap();
        } else {
            host.deactivate();
            host.activate(44_100.0, 8192).unwrap();
        }
        stop(&mut host, 1);
        assert!(host.recording().hanging_notes().is_empty(), "reset: {is_reset}");
    }
}

#[test]
fn another_seed_takes_over_at_the_next_beat_at_any_block_size() {
    for block in BLOCKS {
        let mut host = host();
        let before = 30_000; // a beat and a quarter, so the second beat is the next
        play(&mut host, 0.0, 120.0, before, block);
        let old = saved_pattern(&mut host);
        let seed = set(&mut host, "Seed", 4711.0);
        play_with(&mut host, 1.25, 120.0, 90_000, block, &[seed]);
        let new = saved_pattern(&mut host);
        assert_ne!(old, new);
        let samples = before + 90_000;
        let (position, tempo, feel) = (0.0, 120.0, Feel::AS_PLAYED);
        let stretch = Stretch { position, tempo, samples, feel, is_start: true };
        let wanted = stretch.onsets(|step| if step < 8 { &old } else { &new });
        assert_eq!(onsets(host.recording(), 0), wanted, "{block}");
    }
}

#[test]
fn swing_and_feel_move_the_hits_and_the_kit_can_be_silent() {
    for block in BLOCKS {
        let mut host = host();
        let inputs = [
            set(&mut host, "Swing", 2.0 / 3.0),
            set(&mut host, "Feel", 0.5),
            set(&mut host, "Kit", 0.0),
        ];
        let samples = 100_000;
        play_with(&mut host, 0.0, 120.0, samples, block, &inputs);
        let pattern = saved_pattern(&mut host);
        let feel = Feel::new(f64::from(2.0_f32 / 3.0), 0.5);
        let stretch = Stretch { position: 0.0, tempo: 120.0, samples, feel, is_start: true };
        assert_eq!(onsets(host.recording(), 0), stretch.onsets(|_| &pattern), "{block}");
        assert!(host.recording().audio.iter().flatten().all(|&sample| sample == 0.0));
    }
}

#[test]
fn a_parameter_that_is_no_number_stops_neither_sound_nor_notes() {
    let mut host = host();
    let parameters = host.parameters().unwrap();
    let inputs: Vec<Input> = parameters
        .iter()
        .map(|parameter| Input::Parameter { offset: 0, id: parameter.id, value: f64::NAN })
        .collect();
    play_with(&mut host, 0.0, 120.0, 16 * 24_000, 512, &inputs);
    stop(&mut host, 1);
    assert!(!host.recording().notes.is_empty());
    assert!(host.recording().hanging_notes().is_empty());
}
