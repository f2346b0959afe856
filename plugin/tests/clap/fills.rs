//! The built CLAP with fills at the end of every few bars.

use groove::sequencer::RegularFills;
use groove::sequencer::fills::ANY_SIZE;
use groove::{Bar, Instrument};

use super::*;

const SEED: u64 = 656;

/// The crash of General MIDI.
const CRASH: i16 = 49;

/// Eight bars at 120 BPM with a whole bar of fill in every fourth, and the state afterwards.
fn bounce(state: Option<&[u8]>) -> (Recording, Vec<u8>) {
    let settings = [("Fills", 2.0), ("Fill length", 4.0), ("Seed", SEED as f64)];
    super::bounce(state, &settings, |host, inputs| {
        play_with(host, 0.0, 120.0, 33 * 24_000, 700, inputs);
    })
}

#[test]
fn every_fourth_bar_is_a_fill_of_the_network_s_and_is_the_same_in_every_bounce() {
    let (first, state) = bounce(None);
    let mut host = Host::load(plugin()).unwrap();
    host.load_state(&state).unwrap();
    let fills = saved_groove(&mut host).fills.expect("fills are saved with the groove");
    let groove = saved_pattern(&mut host);
    // What a bar of `pattern` sounds like, without its first and last step, which hits of other bars reach into.
    let heard = |pattern: &Pattern, bar: u64| {
        let mut one = Pattern::EMPTY;
        for (step, instrument, hit) in pattern.iter() {
            if (1..15).contains(&(step % 16)) && step as u64 / 16 == bar {
                one.set(step % 16, instrument, Some(hit));
            }
        }
        expected(&one, 0.0, 120.0, 96_000)
    };
    let played = onsets(&first, 0);
    let inside = |bar: u64| -> Vec<(u64, i16)> {
        let range = bar * 96_000 + 9_000..(bar + 1) * 96_000 - 9_000;
        let own = played.iter().filter(|(time, _)| range.contains(time));
        own.map(|&(time, key)| (time - bar * 96_000, key)).collect()
    };
    let within = |notes: Vec<(u64, i16)>| -> Vec<(u64, i16)> {
        notes.into_iter().filter(|(time, _)| (9_000..87_000).contains(time)).collect()
    };
    for bar in [3, 7] {
        let is_fill = |number: u64| within(heard(&fills, number)) == inside(bar);
        assert!((0..4).any(is_fill), "bar {bar}: {:?}", inside(bar));
        assert_ne!(inside(bar), within(heard(&groove, 3)));
        let landing = (bar + 1) * 96_000;
        let lands = |&(time, key): &(u64, i16)| key == CRASH && time.abs_diff(landing) < 100;
        let regular = RegularFills { every: 4, beats: 4, size: ANY_SIZE };
        let step = 16 * (bar as i64 + 1);
        let has_crash = regular.has_crash(SEED, Some(&fills), Bar::COMMON, step);
        // The groove may have one of its own there.
        let is_written = groove.hit(0, Instrument::Crash).is_some();
        assert_eq!(played.iter().any(lands), has_crash || is_written, "bar {bar}");
    }
    for bar in [0, 1, 2, 5, 6] {
        assert_eq!(inside(bar), within(heard(&groove, bar % 4)), "bar {bar}");
    }
    assert_eq!(bounce(None).0.notes, first.notes, "two bounces");
    assert_eq!(bounce(Some(&state)).0.notes, first.notes, "after a reload");
}
