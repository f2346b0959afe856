//! What an instance costs the host's threads: its creation, and a block of music.
//!
//! The plugin is the library beside the benchmark, or the bundle that `JANGDAN_BUNDLE` names.

use divan::Bencher;
use testhost::{Host, Transport};
use testkit::built::plugin;

fn main() {
    divan::main();
}

/// What a host does that looks for plugins: the library is loaded, asked for its names, and unloaded.
#[divan::bench]
fn scan(bencher: Bencher<'_, '_>) {
    bencher.bench(|| testhost::scan(plugin()).unwrap());
}

/// The library is loaded and unloaded with every instance: what the first one in a project costs.
#[divan::bench]
fn create_the_first_instance(bencher: Bencher<'_, '_>) {
    bencher.bench(|| Host::load(plugin()).unwrap());
}

/// One lives already, as in a project with two.
#[divan::bench]
fn create_another_instance(bencher: Bencher<'_, '_>) {
    let _first = Host::load(plugin()).unwrap();
    bencher.bench(|| Host::load(plugin()).unwrap());
}

/// The host's thread waits for the worker to end.
#[divan::bench]
fn destroy_an_instance(bencher: Bencher<'_, '_>) {
    let _first = Host::load(plugin()).unwrap();
    bencher.with_inputs(|| Host::load(plugin()).unwrap()).bench_values(drop);
}

/// A hundred and twenty beats a minute at 48 kHz, with the kit: 512 samples last 10.7 ms.
#[divan::bench(args = [64, 512])]
fn play_a_block(bencher: Bencher<'_, '_>, frames: u32) {
    let mut host = Host::load(plugin()).unwrap();
    host.activate(48_000.0, frames).unwrap();
    let mut played = 0_u32;
    bencher.bench_local(|| {
        let beats = f64::from(played) / 24_000.0;
        host.process(frames, Some(&Transport::playing(beats, 120.0)), &[]).unwrap();
        host.take_recording();
        played += frames;
    });
}
