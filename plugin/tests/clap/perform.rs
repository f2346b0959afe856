//! The built CLAP under a player's hands: keys that choose, fill, vary and mute, and play modes.

use super::projects::framed;
use super::*;

use groove::{Hit, Instrument};

/// Control keys.
const FILL: u8 = 13;
const VARIATION: u8 = 14;

/// A key of the host's keyboard, pressed (true) or let go at a sample of the stretch.
pub(super) type KeyPress = (u32, u8, bool);

/// Plays `samples` from `position` beats at 120 BPM; stands if there is none.
pub(super) fn play_keys(
    host: &mut Host,
    position: Option<f64>,
    samples: u32,
    block: u32,
    keys: &[KeyPress],
    parameters: &[Input],
) {
    let mut done = 0;
    while done < samples {
        let frames = block.min(samples - done);
        let transport = match position {
            Some(position) => Transport::playing(position + f64::from(done) / 24_000.0, 120.0),
            None => Transport::stopped(0.0, 120.0),
        };
        let mut inputs = if done == 0 { parameters.to_vec() } else { Vec::new() };
        let due = keys.iter().filter(|&&(at, ..)| (done..done + frames).contains(&at));
        inputs.extend(due.map(|&(at, key, is_on)| {
            let offset = at - done;
            match is_on {
                true => Input::NoteOn { offset, key, velocity: 0.8 },
                false => Input::NoteOff { offset, key },
            }
        }));
        host.process(frames, Some(&transport), &inputs).unwrap();
        done += frames;
    }
}

/// `instrument` at every `every`-th step.
fn pulse(instrument: Instrument, every: usize) -> Pattern {
    let mut pattern = Pattern::EMPTY;
    for step in (0..64).step_by(every) {
        pattern.set(step, instrument, Some(Hit::new(0.8, 0.1)));
    }
    pattern
}

/// The state of an instance that has made its own pattern, with these in its slots, by number from 0 on.
pub(super) fn state_with_slots(slots: &[(usize, Pattern)], parameters: &[(&str, f64)]) -> Vec<u8> {
    let mut host = host();
    let inputs: Vec<Input> =
        parameters.iter().map(|(name, value)| set(&mut host, name, *value)).collect();
    play_with(&mut host, 0.0, 120.0, 1000, 512, &inputs);
    host.deactivate();
    let state = host.save_state().unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    let slots: Vec<(usize, Groove)> =
        slots.iter().map(|&(slot, pattern)| (slot, Groove::of_patterns(vec![pattern]))).collect();
    json["fields"]["slots"] = serde_json::to_string(&slots).unwrap().into();
    framed(&serde_json::to_vec(&json).unwrap())
}

/// The recipe that an instance with variation plays by; it stores that once it has made all that it
/// stores of it.
fn saved_recipe(host: &mut Host) -> jangdan::state::request::Recipe {
    for _ in 0..100_000 {
        play(host, 0.0, 120.0, 64, 64);
        if let Some(recipe) = saved_groove(host).recipe.filter(|recipe| recipe.variation > 0.0) {
            return recipe;
        }
        std::thread::yield_now();
    }
    panic!("nothing is stored");
}

/// An instance with `state` that renders offline.
pub(super) fn host_with(state: &[u8]) -> Host {
    let mut host = Host::load(plugin()).unwrap();
    host.load_state(state).unwrap();
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    host
}

/// What is expected of `samples` from beat 0 on.
pub(super) fn from_the_start<'p>(
    samples: u32,
    pattern_at: impl FnMut(i64) -> &'p Pattern,
) -> Vec<(u64, i16)> {
    let (position, tempo, feel) = (0.0, 120.0, Feel::AS_PLAYED);
    Stretch { position, tempo, samples, feel, is_start: true }.onsets(pattern_at)
}

pub(super) fn keys_of(notes: &[(u64, i16)]) -> Vec<i16> {
    let mut keys: Vec<i16> = notes.iter().map(|&(_, key)| key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[test]
fn keys_choose_slots_at_the_next_beat_at_any_block_size_and_empty_ones_change_nothing() {
    let (first, third) = (pulse(Instrument::Snare, 2), pulse(Instrument::Ride, 1));
    let state = state_with_slots(&[(0, first), (2, third)], &[]);
    for block in BLOCKS {
        let mut host = host_with(&state);
        let own = saved_pattern(&mut host);
        // A beat and a quarter: slot 1; two and a half: the empty slot 2; three and a half: slot 3;
        // five and a quarter: the groove of the controls.
        let keys = [
            (30_000, 0, true),
            (60_000, 1, true),
            (84_000, 2, true),
            (126_000, 12, true),
            (127_000, 0, false),
        ];
        play_keys(&mut host, Some(0.0), 200_000, block, &keys, &[]);
        stop(&mut host, 1);
        assert!(host.recording().hanging_notes().is_empty());
        let wanted = from_the_start(200_000, |step| match step {
            ..8 => &own,
            8..16 => &first,
            16..24 => &third,
            _ => &own,
        });
        assert_eq!(onsets(host.recording(), 0), wanted, "{block}");
    }
}

#[test]
fn the_slot_parameter_of_a_project_plays_its_slot_from_the_first_note_on() {
    let third = pulse(Instrument::Ride, 1);
    let state = state_with_slots(&[(2, third)], &[("Slot", 3.0)]);
    let mut host = host_with(&state);
    play(&mut host, 0.0, 120.0, 100_000, 441);
    assert_eq!(onsets(host.recording(), 0), from_the_start(100_000, |_| &third));
    host.deactivate();
    // What is in the slots is saved again, beside fills if they have been drawn by now.
    let mut host = host_with(&host.save_state().unwrap());
    play(&mut host, 0.0, 120.0, 100_000, 441);
    assert_eq!(onsets(host.recording(), 0), from_the_start(100_000, |_| &third));
    // An empty slot changes nothing.
    let state = state_with_slots(&[], &[("Slot", 3.0)]);
    let mut host = host_with(&state);
    play(&mut host, 0.0, 120.0, 100_000, 441);
    let own = saved_pattern(&mut host);
    assert_eq!(onsets(host.recording(), 0), from_the_start(100_000, |_| &own));
}

#[test]
fn a_fill_is_the_same_in_every_bounce_and_at_every_block_size_and_lands_on_a_crash() {
    let state = state_with_slots(&[(0, pulse(Instrument::HighTom, 4))], &[("Slot", 1.0)]);
    let keys = [(28_000, FILL, true), (29_000, FILL, false)];
    let bounce = |block| {
        let mut host = host_with(&state);
        play_keys(&mut host, Some(0.0), 192_000, block, &keys, &[]);
        stop(&mut host, 1);
        let recording = host.take_recording();
        assert!(recording.hanging_notes().is_empty());
        onsets(&recording, 0)
    };
    let notes = bounce(441);
    for block in BLOCKS {
        assert_eq!(bounce(block), notes, "{block}");
    }
    let between = |from: u64, to: u64| {
        notes.iter().copied().filter(|&(at, _)| (from..to).contains(&at)).collect::<Vec<_>>()
    };
    assert_eq!(keys_of(&between(0, 48_000)), [50]);
    // Not what the groove has there.
    assert_ne!(between(48_000, 96_000), [(48_000, 50), (72_000, 50)]);
    assert_eq!(keys_of(&between(96_000, 110_000)), [36, 49, 50]);
    assert_eq!(keys_of(&between(110_000, 192_000)), [50]);
}

#[test]
fn the_variation_key_gives_the_same_variation_at_the_same_beat_until_the_transport_stops() {
    let state = state_with_slots(&[], &[]);
    let bounce = |beat: u32, block| {
        let mut host = host_with(&state);
        let at = beat * 24_000 - 3000; // a little early
        let keys = [(at, VARIATION, true), (at + 100, VARIATION, false)];
        play_keys(&mut host, Some(0.0), 16 * 24_000, block, &keys, &[]);
        stop(&mut host, 64);
        let varied = onsets(&host.take_recording(), 0);
        play(&mut host, 0.0, 120.0, 16 * 24_000, block);
        stop(&mut host, 1);
        let recording = host.take_recording();
        let from = 16 * 24_000 + 64;
        (varied, onsets(&recording, from), saved_pattern(&mut host))
    };
    let (varied, after, own) = bounce(3, 441);
    let plain = from_the_start(16 * 24_000, |_| &own);
    assert_eq!(after, plain, "after a stop the groove itself plays");
    let before = |notes: &[(u64, i16)]| {
        notes.iter().copied().take_while(|&(at, _)| at < 66_000).collect::<Vec<_>>()
    };
    assert_eq!(before(&varied), before(&plain));
    assert_ne!(varied, plain);
    assert_eq!(bounce(3, 64).0, varied);
    assert_ne!(bounce(4, 441).0, varied);
}

#[test]
fn the_mute_key_mutes_while_it_is_held() {
    let state = state_with_slots(&[(0, pulse(Instrument::Ride, 1))], &[("Slot", 1.0)]);
    for block in BLOCKS {
        let mut host = host_with(&state);
        let keys = [(30_000, 15, true), (60_000, 15, false)];
        play_keys(&mut host, Some(0.0), 90_000, block, &keys, &[]);
        let notes = onsets(host.recording(), 0);
        assert!(!notes.iter().any(|&(at, _)| (30_000..60_000).contains(&at)), "{block}");
        let wanted = from_the_start(90_000, |_| const { &RIDE })
            .into_iter()
            .filter(|&(at, _)| !(30_000..60_000).contains(&at))
            .collect::<Vec<_>>();
        assert_eq!(notes, wanted, "{block}");
    }
}

/// `pulse(Instrument::Ride, 1)`, in a constant.
pub(super) const RIDE: Pattern = {
    let mut pattern = Pattern::EMPTY;
    let mut step = 0;
    while step < 64 {
        pattern.set(step, Instrument::Ride, Some(Hit::new(0.8, 0.1)));
        step += 1;
    }
    pattern
};

#[test]
fn while_the_transport_stands_a_held_key_plays_its_slot_from_the_beginning() {
    let slots = [(4, RIDE)];
    let state = state_with_slots(&slots, &[("Plays", 1.0)]);
    for block in BLOCKS {
        let mut host = host_with(&state);
        let keys = [(5000, 4, true), (65_000, 4, false)];
        play_keys(&mut host, None, 100_000, block, &keys, &[]);
        assert!(host.recording().hanging_notes().is_empty());
        let notes = onsets(host.recording(), 5000);
        assert_eq!(notes, from_the_start(60_000, |_| const { &RIDE }), "{block}");
    }
}

#[test]
fn free_running_plays_while_the_transport_stands() {
    let state = state_with_slots(&[(4, RIDE)], &[("Plays", 2.0), ("Slot", 5.0)]);
    for block in BLOCKS {
        let mut host = host_with(&state);
        play_keys(&mut host, None, 100_000, block, &[], &[]);
        let notes = onsets(host.recording(), 0);
        assert_eq!(notes, from_the_start(100_000, |_| const { &RIDE }), "{block}");
    }
}

#[test]
fn a_cycle_has_the_same_variation_in_every_play_mode_and_from_a_slot() {
    let samples = 40 * 24_000; // two cycles and a half
    let state = state_with_slots(&[], &[("Variation", 0.5)]);
    let bounce = |state: &[u8], position: Option<f64>, parameters: &[(&str, f64)]| {
        let mut host = host_with(state);
        let inputs: Vec<Input> =
            parameters.iter().map(|(name, value)| set(&mut host, name, *value)).collect();
        play_keys(&mut host, position, samples, 1000, &[], &inputs);
        let notes = onsets(&host.take_recording(), 0);
        host.deactivate();
        (notes, host.save_state().unwrap())
    };
    let (with_transport, _) = bounce(&state, Some(0.0), &[]);
    let cycle = |number: u64| {
        let inner = number * 384_000 + 2000..(number + 1) * 384_000 - 2000;
        let own = with_transport.iter().filter(|(at, _)| inner.contains(at));
        own.map(|&(at, key)| (at - inner.start, key)).collect::<Vec<_>>()
    };
    assert_ne!(cycle(0), cycle(1));
    assert_eq!(bounce(&state, None, &[("Plays", 2.0)]).0, with_transport, "free-running");
    // The same groove, kept in a slot, while the controls make another.
    let mut json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    let mut host = host_with(&state);
    let recipe = saved_recipe(&mut host);
    let kept = Groove { recipe: Some(recipe), ..Groove::default() };
    json["fields"]["slots"] = serde_json::to_string(&[(7, kept)]).unwrap().into();
    let state = framed(&serde_json::to_vec(&json).unwrap());
    let moved = [("Slot", 8.0), ("Seed", 5.0), ("Variation", 0.0)];
    assert_eq!(bounce(&state, Some(0.0), &moved).0, with_transport, "from a slot");
}

#[test]
fn in_real_time_too_keys_choose_what_is_in_the_slots() {
    // The framework ends the test if the audio thread allocates, which it may while rendering offline.
    let state = state_with_slots(&[(0, RIDE)], &[]);
    let mut host = Host::load(plugin()).unwrap();
    host.load_state(&state).unwrap();
    host.activate(RATE, 8192).unwrap();
    let mut is_chosen = false;
    for cycle in 0..1000 {
        // Until the worker has found out what is in the slots, the key changes nothing.
        let keys = [(100, 0, true), (200, 0, false), (300, FILL, true), (400, FILL, false)];
        play_keys(&mut host, Some(f64::from(cycle) * 16.0), 48_000, 441, &keys[..2], &[]);
        let notes = onsets(&host.take_recording(), 0);
        is_chosen = !notes.is_empty() && keys_of(&notes) == [51];
        if is_chosen {
            play_keys(&mut host, Some(0.0), 96_000, 441, &keys[2..], &[]);
            assert!(keys_of(&onsets(&host.take_recording(), 0)).len() > 1, "a fill");
            break;
        }
    }
    assert!(is_chosen);
    stop(&mut host, 1);
}

#[test]
fn two_variations_asked_for_in_one_block_of_a_bounce_are_both_played() {
    // A beat has 6000 samples: the first takes over at 6000, the second at 12,000.
    let played = |block: u32| {
        let mut host = host();
        for start in (0..24_000).step_by(block as usize) {
            let frames = block.min(24_000 - start);
            let due = [100, 6100].into_iter().filter(|at| (start..start + frames).contains(at));
            let keys: Vec<Input> = due
                .map(|at| Input::NoteOn { offset: at - start, key: VARIATION, velocity: 0.8 })
                .collect();
            let position = f64::from(start) / 6000.0;
            host.process(frames, Some(&Transport::playing(position, 480.0)), &keys).unwrap();
        }
        onsets(host.recording(), 0)
    };
    assert_eq!(played(8192), played(50));
}
