//! State: the same again from any stream, and none at all from a broken one.

use std::io::{self, Read, Write};

use clack_extensions::state::PluginState;

use super::*;

/// A stream that hands over a few bytes at a time, and fails after some if it does.
struct Trickle<S> {
    stream: S,
    random: Random,
    left: Option<usize>,
}

impl<S> Trickle<S> {
    fn new(stream: S, left: Option<usize>) -> Self {
        Self { stream, random: Random(5), left }
    }

    /// How many of `wanted` bytes are handed over now.
    fn some(&mut self, wanted: usize) -> io::Result<usize> {
        let count = wanted.min(1 + self.random.below(7) as usize);
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(count).ok_or(io::ErrorKind::BrokenPipe)?;
        }
        Ok(count)
    }
}

impl<R: Read> Read for Trickle<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.some(buffer.len())?;
        self.stream.read(&mut buffer[..count])
    }
}

impl<W: Write> Write for Trickle<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.some(buffer.len())?;
        self.stream.write(&buffer[..count])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn load(host: &mut Host, mut stream: impl Read) -> bool {
    let plugin = host.plugin();
    let state: PluginState = plugin.get_extension().unwrap();
    state.load(&plugin, &mut stream).is_ok()
}

fn save(host: &mut Host, mut stream: impl Write) -> bool {
    let plugin = host.plugin();
    let state: PluginState = plugin.get_extension().unwrap();
    state.save(&plugin, &mut stream).is_ok()
}

/// An instance with any parameters, which has made its groove, and its state.
fn any(random: &mut Random) -> (Host, Vec<u8>) {
    let mut host = host();
    let inputs = scramble(&mut host, random);
    play_with(&mut host, 0.0, 120.0, 2000, 512, &inputs);
    stop(&mut host, 64);
    host.deactivate();
    let state = host.save_state().unwrap();
    (host, state)
}

#[test]
fn a_state_is_the_same_again_to_the_byte_though_streams_give_a_few_at_a_time() {
    let mut random = Random(4);
    for _ in 0..4 {
        let (mut first, state) = any(&mut random);
        assert_eq!(first.save_state().unwrap(), state, "saved twice");
        let mut trickled = Vec::new();
        assert!(save(&mut first, Trickle::new(&mut trickled, None)));
        assert_eq!(trickled, state);
        let mut second = inactive();
        assert!(load(&mut second, Trickle::new(&state[..], None)));
        assert_eq!(values(&mut second), values(&mut first));
        assert_eq!(second.save_state().unwrap(), state);
        // Over another one, and while it plays.
        let (mut third, _) = any(&mut random);
        third.activate(RATE, 512).unwrap();
        play(&mut third, 0.0, 120.0, 1000, 441);
        assert!(load(&mut third, Trickle::new(&state[..], None)));
        assert_eq!(values(&mut third), values(&mut first));
        play(&mut third, 1000.0 / 24_000.0, 120.0, 1000, 441);
        hush(&mut third);
    }
}

#[test]
fn a_stream_that_fails_is_told_of_and_nothing_changes() {
    let mut random = Random(6);
    let (_, state) = any(&mut random);
    let mut host = inactive();
    let (before, own) = (values(&mut host), host.save_state().unwrap());
    for left in [0, 3, 8, 9, 100, state.len() / 2, state.len() - 1] {
        assert!(!load(&mut host, Trickle::new(&state[..], Some(left))), "a read fails at {left}");
        assert!(!load(&mut host, &state[..left]), "it ends at {left}");
        assert!(!save(&mut host, Trickle::new(Vec::new(), Some(left.min(own.len() - 1)))));
    }
    assert_eq!(values(&mut host), before);
    assert_eq!(host.save_state().unwrap(), own);
}

#[test]
fn bytes_that_are_no_state_are_refused_and_nothing_changes() {
    let mut random = Random(8);
    let mut host = inactive();
    let own = host.save_state().unwrap();
    assert!(!load(&mut host, io::empty()));
    for _ in 0..3 {
        let mut bytes: Vec<u8> = (0..1 << 20).map(|_| random.bits() as u8).collect();
        assert!(!load(&mut host, &bytes[..]));
        // As many as they say.
        bytes[..8].copy_from_slice(&((1_u64 << 20) - 8).to_le_bytes());
        assert!(!load(&mut host, &bytes[..]));
    }
    for length in [0, 1, u64::from(u32::MAX), 1 << 60, u64::MAX] {
        assert!(!load(&mut host, &length.to_le_bytes()[..]));
    }
    assert_eq!(host.save_state().unwrap(), own);
}

#[test]
fn what_a_stream_holds_behind_the_state_is_left_in_it() {
    let (_, mut state) = any(&mut Random(9));
    let own = state.len();
    state.extend_from_slice(b"the host's own");
    let mut rest = &state[..];
    assert!(load(&mut inactive(), &mut rest));
    assert_eq!(rest, &state[own..]);
}

#[test]
fn a_state_loaded_into_many_instances_plays_the_same_in_each() {
    let (_, state) = any(&mut Random(10));
    let mut played = (0..3).map(|_| {
        let mut host = inactive();
        host.load_state(&state).unwrap();
        host.set_offline(true).unwrap();
        host.activate(RATE, 8192).unwrap();
        play(&mut host, 0.0, 120.0, 48_000, 512);
        stop(&mut host, 64);
        host.take_recording()
    });
    let first = played.next().unwrap();
    assert!(played.all(|other| other.notes == first.notes && other.audio == first.audio));
}
