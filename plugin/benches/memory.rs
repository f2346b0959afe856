//! What instances take of the machine's memory: `cargo bench -p jangdan --bench memory`.
//!
//! Resident memory of a process in which more and more instances play, each having read its weights and decoded. Linux
//! only. The plugin is the library beside the benchmark, or the bundle that `JANGDAN_BUNDLE` names.

use testhost::{Host, Transport};
use testkit::built::plugin;

/// Instances more at each line of the table.
const MORE: usize = 8;

fn main() {
    let Some(before) = resident() else {
        println!("resident memory is not to be had here");
        return;
    };
    let mut hosts = vec![playing()];
    let mut last = resident().unwrap_or_default();
    println!("{:>9} {:>12} {:>16}", "instances", "resident", "each of the new");
    println!("{:>9} {:>9.1} MB {:>13.2} MB", 1, mega(last), mega(last - before));
    for _ in 0..4 {
        hosts.extend((0..MORE).map(|_| playing()));
        let now = resident().unwrap_or_default();
        let each = mega(now.saturating_sub(last)) / MORE as f64;
        println!("{:>9} {:>9.1} MB {each:>13.2} MB", hosts.len(), mega(now));
        last = now;
    }
}

/// An instance that has decoded and sounds.
fn playing() -> Host {
    let mut host = Host::load(plugin()).expect("the plugin loads");
    host.set_offline(true).expect("the plugin bounces");
    host.activate(48_000.0, 512).expect("the plugin activates");
    for block in 0..200 {
        let beats = f64::from(block * 512) / 24_000.0;
        host.process(512, Some(&Transport::playing(beats, 120.0)), &[]).expect("a block");
        host.take_recording();
    }
    host
}

fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Bytes of this process that are in memory.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? << 10)
}
