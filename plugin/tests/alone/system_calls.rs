//! The audio thread never enters the kernel: while blocks are played, any system call of their thread ends the process.
//!
//! A filter of Linux's (seccomp) does that. It cannot be taken off again, so it is put on in a process of its own: this
//! executable once more. The plugin is the library beside it, or the bundle that `JANGDAN_BUNDLE` names.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
use testhost::{Host, Input, Parameter, Transport};
use testkit::Random;
use testkit::built::plugin;

/// Says in the process of its own what it is there for.
const DEED: &str = "JANGDAN_SYSTEM_CALLS";
/// Blocks played under the filter, after a tenth as many without: some 40 seconds of music.
const BLOCKS: u32 = 20_000;
const RATE: f64 = 48_000.0;
const MAX_FRAMES: u32 = 128;
/// The signal by which the filter ends a process.
const SIGSYS: i32 = 31;

#[test]
fn playing_makes_no_system_call_whatever_the_host_does() {
    match std::env::var(DEED).as_deref() {
        Ok("play") => play_under_the_filter(false),
        Ok("speak") => play_under_the_filter(true),
        _ => {
            let played = with_deed("play");
            assert!(played.success(), "the audio thread made a system call, or failed: {played}");
            let spoke = with_deed("speak");
            assert_eq!(spoke.signal(), Some(SIGSYS), "the filter does not work: {spoke}");
        }
    }
}

/// Runs this test in a process of its own.
fn with_deed(deed: &str) -> ExitStatus {
    crate::process("system_calls::playing_makes_no_system_call_whatever_the_host_does")
        .env(DEED, deed)
        .status()
        .unwrap()
}

/// Plays without the filter, then with it, and ends the process; `speaks`: with a system call at the end.
fn play_under_the_filter(speaks: bool) -> ! {
    static IS_DONE: AtomicBool = AtomicBool::new(false);
    let mut stage = Stage::new();
    stage.play(BLOCKS / 10);
    let _pin = room_for_the_hosts_events();
    let filter = filter();
    // Under the filter nobody can even end: another thread does.
    std::thread::spawn(|| {
        while !IS_DONE.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::process::exit(0);
    });
    apply_filter(&filter).expect("a kernel with seccomp");
    stage.play(if speaks { 10 } else { BLOCKS });
    if speaks {
        std::thread::yield_now();
    }
    IS_DONE.store(true, Ordering::Release);
    loop {
        std::hint::spin_loop();
    }
}

/// Ends the process at every system call of the thread that it is put on.
fn filter() -> BpfProgram {
    let arch = std::env::consts::ARCH.try_into().expect("an architecture that has filters");
    let (all, listed) = (SeccompAction::KillProcess, SeccompAction::Allow);
    SeccompFilter::new(BTreeMap::new(), all, listed, arch).unwrap().try_into().unwrap()
}

/// Leaves the allocator enough freed memory for what the test host allocates in a block, so that it need not ask the
/// system. What is given back lies above that memory and keeps it from being given back to the system.
fn room_for_the_hosts_events() -> Box<[u8; 64]> {
    let room: Vec<Vec<u8>> = (0..256).map(|_| vec![1; 32 << 10]).collect();
    let pin = Box::new([1; 64]);
    drop(room);
    pin
}

/// A host that does all that hosts do, by chance.
struct Stage {
    host: Host,
    parameters: Vec<Parameter>,
    random: Random,
    transport: Transport,
}

impl Stage {
    fn new() -> Self {
        let mut host = Host::load(plugin()).unwrap();
        let parameters = host.parameters().unwrap();
        // With the sidechain, in which something is struck now and then.
        assert!(host.choose_outputs(2));
        host.activate(RATE, MAX_FRAMES).unwrap();
        Self { host, parameters, random: Random(1), transport: Transport::playing(0.0, 120.0) }
    }

    fn play(&mut self, blocks: u32) {
        for _ in 0..blocks {
            let frames = 1 + self.random.below(MAX_FRAMES);
            self.move_transport();
            let inputs = self.inputs(frames);
            let room =
                if self.random.below(20) == 0 { self.random.below(3) as usize } else { usize::MAX };
            self.host.refuse_events_beyond(room);
            let decay =
                |n: u32| (-0.01 * f64::from(n)).exp() as f32 * if n % 64 < 32 { 0.5 } else { -0.5 };
            let sound: Vec<f32> = match self.random.below(40) {
                0 => (0..frames).map(decay).collect(),
                _ => vec![0.0; frames as usize],
            };
            self.host.hear(&sound);
            // What it plays is for other tests to judge.
            _ = self.host.process(frames, Some(&self.transport), &inputs);
            self.host.take_recording();
            if self.random.below(2000) == 0 {
                self.host.reset().unwrap();
            }
            if let (true, Some(position)) = (self.transport.is_playing, self.transport.position) {
                let tempo = self.transport.tempo.unwrap_or(120.0);
                self.transport.position = Some(position + f64::from(frames) * tempo / 60.0 / RATE);
            }
        }
    }

    fn move_transport(&mut self) {
        match self.random.below(400) {
            0 => self.transport.is_playing = !self.transport.is_playing,
            1 => self.transport.position = Some(f64::from(self.random.below(200)) - 20.0),
            2 => self.transport.tempo = Some(f64::from(30 + self.random.below(300))),
            3 => {
                let start = f64::from(self.random.below(64));
                self.transport.loop_range = Some((start, start + 0.5));
                self.transport.position = Some(start);
            }
            4 => self.transport.loop_range = None,
            _ => {}
        }
    }

    /// What a block brings: mostly nothing, at times notes and automation of any parameter.
    fn inputs(&mut self, frames: u32) -> Vec<Input> {
        if self.random.below(8) > 0 {
            return Vec::new();
        }
        let offset = self.random.below(frames);
        let key = (24 + self.random.below(60)) as u8;
        let index = self.random.index(self.parameters.len());
        let share = f64::from(self.random.below(1000)) / 999.0;
        let Parameter { id, minimum, maximum, .. } = self.parameters[index];
        vec![match self.random.below(3) {
            0 => Input::NoteOn { offset, key, velocity: 0.7 },
            1 => Input::NoteOff { offset, key },
            _ => Input::Parameter { offset, id, value: minimum + share * (maximum - minimum) },
        }]
    }
}
