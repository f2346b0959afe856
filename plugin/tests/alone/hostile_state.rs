//! Projects that somebody has harmed: the plugin takes what it can, plays on, and saves what can be loaded.
//!
//! In the built CLAP, as a host does it. Alone in its process, so that its memory can be measured.

use testhost::{Host, Transport};
use testkit::built::plugin;
use testkit::{Random, harmed, peak_memory};

/// What saved states are put together from wrongly.
const PIECES: [&str; 14] = [
    "null",
    "true",
    "-1",
    "1e999",
    "1e38",
    "[]",
    "{}",
    "[[63,\"kick\",1.0,0.0]]",
    "\"\\u0000\"",
    "9223372036854775807",
    "[[64,\"kick\",1.0,0.0]]",
    "\"kick\"",
    "[[[[[[[[",
    "0.0000001",
];

/// A state that is harmed: its JSON, with its length put right, or all of it.
fn harmed_state(state: &[u8], random: &mut Random) -> Vec<u8> {
    if random.below(3) == 0 {
        return harmed(state, &[], random);
    }
    let json = harmed(&state[8..], &PIECES, random);
    [&(json.len() as u64).to_le_bytes(), &json[..]].concat()
}

#[test]
fn a_harmed_state_neither_stops_the_drummer_nor_what_is_saved_after_it() {
    crate::alone(
        "hostile_state::a_harmed_state_neither_stops_the_drummer_nor_what_is_saved_after_it",
        harm,
    );
}

fn harm() {
    let mut host = Host::load(plugin()).unwrap();
    host.set_offline(true).unwrap();
    host.activate(48_000.0, 512).unwrap();
    host.process(512, Some(&Transport::playing(0.0, 120.0)), &[]).unwrap();
    let good = host.save_state().unwrap();
    // No longer offline: a project that asks for the impossible is not waited for.
    host.deactivate();
    host.set_offline(false).unwrap();
    host.activate(48_000.0, 512).unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut taken, mut refused) = (0, 0);
    let mut before = 0;
    for round in 0..600 {
        match host.load_state(&harmed_state(&good, &mut random)) {
            Ok(()) => taken += 1,
            Err(_) => refused += 1,
        }
        for block in 0..3 {
            let beats = f64::from(block) * 512.0 / 24_000.0;
            host.process(512, Some(&Transport::playing(beats, 120.0)), &[]).unwrap();
        }
        host.process(512, Some(&Transport::stopped(0.0, 120.0)), &[]).unwrap();
        if round % 50 == 0 {
            // Whatever has been loaded, what is saved of it is whole.
            let saved = host.save_state().unwrap();
            host.load_state(&saved).unwrap();
        }
        if round == 100 {
            before = peak_memory();
        }
    }
    let held: i64 = host
        .take_recording()
        .notes
        .iter()
        .map(|note| if matches!(note.kind, testhost::NoteKind::On(_)) { 1 } else { -1 })
        .sum();
    assert_eq!(held, 0, "every note has ended");
    assert!(taken > 20 && refused > 100, "{taken} states were taken and {refused} refused");
    assert!(peak_memory() - before < 64 << 20, "{} bytes more", peak_memory() - before);
    host.load_state(&good).unwrap();
    host.deactivate();
    host.set_offline(true).unwrap();
    host.activate(48_000.0, 512).unwrap();
    host.process(512, Some(&Transport::playing(0.0, 120.0)), &[]).unwrap();
    assert!(!host.take_recording().notes.is_empty(), "the project as it was plays again");
}
