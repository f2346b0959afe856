//! What the audio thread costs: `process` for 64 samples at 48 kHz, in shares of the block's duration.
//!
//! `cargo bench -p jangdan --bench process`. Each scenario plays the built CLAP in the test host, whose own work, small
//! beside the plugin's, is part of the times. The plugin is the library beside the benchmark, or the bundle that
//! `JANGDAN_BUNDLE` names.

use std::time::Instant;

use testhost::{Host, Input, Transport};
use testkit::built::plugin;

const FRAMES: u32 = 64;
const SAMPLE_RATE: f64 = 48_000.0;
const TEMPO: f64 = 120.0;
const ROUNDS: usize = 5;
/// 13 seconds of music, so that the 99.9th percentile has ten blocks above it.
const BLOCKS: u32 = 10_000;
/// Blocks before those: the worker decodes, the kit sounds.
const WARM_UP: u32 = 1000;

fn main() {
    println!(
        "{:<34} {:^29} {:^31}",
        "64 samples at 48 kHz", "all rounds", "least of each block's rounds"
    );
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>12} {:>9} {:>9}",
        "", "median", "99.9 %", "largest", "median", "99.9 %", "largest"
    );
    report("stopped", 1, |_, _| None, false);
    report("playing, kit on", 1, |_, _| None, true);
    report("playing, a busy groove", 1, |ids, block| (block == 0).then(|| ids.busy()), true);
    report(
        "a new groove every 100 ms",
        1,
        |ids, block| block.is_multiple_of(75).then(|| ids.seed(block)),
        true,
    );
    report("three automated knobs, every block", 1, |ids, block| Some(ids.sweep(block)), true);
    report("32 instances playing", 32, |_, _| None, true);
}

/// Ids of the parameters that scenarios move.
struct Ids {
    density: u32,
    seed: u32,
    swing: u32,
    temperature: u32,
}

impl Ids {
    fn of(host: &mut Host) -> Self {
        let parameters = host.parameters().expect("parameters");
        let id = |name: &str| {
            let found = parameters.iter().find(|parameter| parameter.name == name);
            found.unwrap_or_else(|| panic!("no parameter {name}")).id
        };
        Self {
            density: id("Density"),
            seed: id("Seed"),
            swing: id("Swing"),
            temperature: id("Temperature"),
        }
    }

    fn busy(&self) -> Vec<Input> {
        vec![Input::Parameter { offset: 0, id: self.density, value: 1.0 }]
    }

    fn seed(&self, block: u32) -> Vec<Input> {
        vec![Input::Parameter { offset: 0, id: self.seed, value: f64::from(block % 9999) }]
    }

    fn sweep(&self, block: u32) -> Vec<Input> {
        let phase = f64::from(block % 500) / 500.0;
        vec![
            Input::Parameter { offset: 0, id: self.swing, value: 0.5 + 0.25 * phase },
            Input::Parameter { offset: 20, id: self.temperature, value: phase },
            Input::Parameter { offset: 40, id: self.density, value: phase - 0.5 },
        ]
    }
}

/// Plays the scenario [`ROUNDS`] times and prints what a block of all `instances` took: in all rounds, and at best. The
/// plugin does the same work in a block of every round, so the least of them is what that block costs beside
/// interruptions by the rest of the machine.
fn report(
    name: &str,
    instances: u32,
    input: impl Fn(&Ids, u32) -> Option<Vec<Input>>,
    is_playing: bool,
) {
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| play(instances, &input, is_playing)).collect();
    let at_best = (0..BLOCKS as usize)
        .map(|block| rounds.iter().map(|round| round[block]).fold(f64::INFINITY, f64::min));
    let (all, at_best) = (sorted(rounds.concat()), sorted(at_best.collect()));
    println!(
        "{name:<34} {:>7.2} % {:>7.2} % {:>7.2} % {:>10.2} % {:>7.2} % {:>7.2} %",
        share(&all, 0.5),
        share(&all, 0.999),
        share(&all, 1.0),
        share(&at_best, 0.5),
        share(&at_best, 0.999),
        share(&at_best, 1.0),
    );
}

fn sorted(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times
}

/// The time that a share `place` of the blocks stayed within, in percent of a block's duration.
fn share(times: &[f64], place: f64) -> f64 {
    let index = ((times.len() - 1) as f64 * place) as usize;
    100.0 * times[index] / (f64::from(FRAMES) / SAMPLE_RATE)
}

/// Plays `instances` of the plugin in turn: the seconds that each block of all of them took.
fn play(
    instances: u32,
    input: &impl Fn(&Ids, u32) -> Option<Vec<Input>>,
    is_playing: bool,
) -> Vec<f64> {
    let mut hosts: Vec<Host> =
        (0..instances).map(|_| Host::load(plugin()).expect("the plugin loads")).collect();
    let ids = Ids::of(&mut hosts[0]);
    for host in &mut hosts {
        host.activate(SAMPLE_RATE, FRAMES).expect("the plugin activates");
    }
    let mut times = Vec::new();
    for block in 0..WARM_UP + BLOCKS {
        let beats = f64::from(block * FRAMES) / SAMPLE_RATE * TEMPO / 60.0;
        let transport = match is_playing {
            true => Transport::playing(beats, TEMPO),
            false => Transport::stopped(0.0, TEMPO),
        };
        let events = input(&ids, block).unwrap_or_default();
        let mut seconds = 0.0;
        for host in &mut hosts {
            let began = Instant::now();
            host.process(FRAMES, Some(&transport), &events).expect("a block");
            seconds += began.elapsed().as_secs_f64();
            host.take_recording();
        }
        if block >= WARM_UP {
            times.push(seconds);
        }
    }
    times
}
