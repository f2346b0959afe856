//! How much of a host's stack an instance needs: on Windows a program has a megabyte, of which the host has used some.

use std::thread::Builder;

use super::perform::state_with_slots;
use super::{RATE, host, play, set};
use groove::Pattern;
use testhost::Host;
use testkit::built::plugin;

#[test]
fn an_instance_is_made_plays_and_is_restored_on_half_a_megabyte() {
    let life = || {
        let state = state_with_slots(&[(0, Pattern::EMPTY)], &[("Variation", 0.5)]);
        let mut host = host();
        host.load_state(&state).unwrap();
        play(&mut host, 0.0, 120.0, 48_000, 512);
        let song = set(&mut host, "Swing", 0.6);
        super::play_with(&mut host, 8.0, 120.0, 48_000, 512, &[song]);
        assert!(!host.save_state().unwrap().is_empty());
        let mut second = Host::load(plugin()).unwrap();
        second.activate(RATE, 512).unwrap();
        second.load_state(&state).unwrap();
    };
    Builder::new().stack_size(512 << 10).spawn(life).unwrap().join().unwrap();
}
