//! Instances come and go: what they leave behind. Alone in its process, so that threads can be counted.

use std::path::PathBuf;

use testhost::{Host, Transport};

fn plugin() -> PathBuf {
    if let Some(bundle) = std::env::var_os("JANGDAN_BUNDLE") {
        return bundle.into();
    }
    let name = format!("{}jangdan{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    std::env::current_exe().unwrap().with_file_name(name)
}

/// The framework's own: one for the background tasks of all instances, which has none.
const FRAMEWORK_THREADS: usize = 1;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
#[cfg(target_os = "linux")]
fn a_hundred_instances_leave_no_thread_behind_and_decode_with_one_each() {
    let before = threads();
    for round in 0..10 {
        let mut hosts: Vec<Host> = (0..10).map(|_| Host::load(plugin()).unwrap()).collect();
        // Some have decoded when they go, some are about to, some have not read the weights.
        for host in &mut hosts[..round] {
            host.set_offline(true).unwrap();
            host.activate(48_000.0, 512).unwrap();
            host.process(512, Some(&Transport::playing(0.0, 120.0)), &[]).unwrap();
        }
        let own = threads() - before;
        assert!(own <= 10 + FRAMEWORK_THREADS, "{own} threads of 10 instances");
        drop(hosts);
        // Linux lists a thread a moment longer than it takes to join it.
        let is_back = (0..100_000).any(|_| {
            std::thread::yield_now();
            threads() == before
        });
        assert!(is_back, "{} threads instead of {before} in round {round}", threads());
    }
}
