//! Instances come and go: what they leave behind. Alone in its process, so that threads can be counted.

use testhost::{Host, Transport};
use testkit::built::plugin;

/// The framework's own: one for the background tasks of all instances, which has none.
const FRAMEWORK_THREADS: usize = 1;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// How many instances come and go, ten at a time, unless `JANGDAN_INSTANCES` says otherwise.
const INSTANCES: usize = 200;

/// The memory allocated and not freed in this process, in bytes, by glibc's count. What the system has given it
/// says less: an allocator keeps for later what has been freed, in this test more or less by some 30 MB.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn memory() -> usize {
    /// `struct mallinfo2` of `malloc.h`.
    #[repr(C)]
    struct MallInfo {
        _arena: usize,
        _free_chunks: [usize; 3],
        in_mapped: usize,
        _unused: [usize; 2],
        in_use: usize,
        _free: [usize; 2],
    }
    #[expect(unsafe_code, reason = "no crate in the tree has it")]
    let info = {
        // SAFETY: this is its signature, it only reads, and it takes the allocator's own locks.
        unsafe extern "C" {
            safe fn mallinfo2() -> MallInfo;
        }
        mallinfo2()
    };
    info.in_mapped + info.in_use
}

/// Not to be had by this way elsewhere.
#[cfg(all(target_os = "linux", not(target_env = "gnu")))]
fn memory() -> usize {
    0
}

#[test]
#[cfg(target_os = "linux")]
fn instances_that_come_and_go_leave_no_thread_and_no_memory_and_decode_with_one_thread_each() {
    crate::alone(
        "instances::instances_that_come_and_go_leave_no_thread_and_no_memory_and_decode_with_one_thread_each",
        come_and_go,
    );
}

#[cfg(target_os = "linux")]
fn come_and_go() {
    let instances = testkit::effort("JANGDAN_INSTANCES", INSTANCES);
    let before = threads();
    let mut memory_before = 0;
    for turn in 0..instances / 10 {
        let round = turn % 10;
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
        assert!(is_back, "{} threads instead of {before} in turn {turn}", threads());
        // By then whatever a process keeps for good is there.
        if turn == 9 {
            memory_before = memory();
        }
    }
    let (now, more) = (memory(), instances.saturating_sub(100));
    println!("{memory_before} bytes in use after 100 instances, {now} after {more} more");
    assert!(now < memory_before + (256 << 10), "{memory_before} bytes became {now}");
}
