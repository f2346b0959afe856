//! Threads of an instance: named, of low priority, and waited for only so long when the instance goes.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::WaitBudget;

/// How much our threads yield to the host's, on Linux's scale of 0 to 19: enough to lose to a mixer's window, not to a
/// compiler in the background.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Time between two looks at how long a thread has been waited for.
const SHUTDOWN_POLL: Duration = Duration::from_millis(10);

/// Whether a thread may be left to end by itself when its instance is gone. If the host then unloads the plugin, its code
/// must stay until the thread has ended, and does where a thread with pending destructors of thread-local
/// values, as each of the standard library's has, holds its library: with glibc, which counts them (`__cxa_thread_atexit_impl`),
/// with musl, which never unloads, and on macOS, which unloads nothing that has thread-local values. Not on Windows.
pub(crate) const CAN_BE_LEFT: bool = cfg!(any(target_os = "linux", target_os = "macos"));

/// A running thread.
pub(crate) struct BackgroundThread {
    handle: Option<JoinHandle<()>>,
    /// Nothing comes by it; it is disconnected when the thread has ended.
    ended: Receiver<()>,
}

impl BackgroundThread {
    /// Runs `run` on a thread called `name`; nothing runs where the system refuses one.
    pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Self {
        let (has_ended, ended) = bounded(0);
        let builder = std::thread::Builder::new().name(name.to_owned());
        let handle = builder.spawn(move || {
            let _has_ended = has_ended;
            lower_priority();
            run();
        });
        Self { handle: handle.ok(), ended }
    }

    /// Waits until the thread has ended, within `budget` where it [can be left](CAN_BE_LEFT).
    pub(crate) fn join(self, budget: &mut WaitBudget) {
        let Some(handle) = self.handle else { return };
        while self.ended.recv_timeout(SHUTDOWN_POLL) == Err(RecvTimeoutError::Timeout) {
            if CAN_BE_LEFT && budget.is_spent(Instant::now()) {
                return;
            }
        }
        // A panic has been reported by the hook; there is nobody left to tell.
        _ = handle.join();
    }
}

/// Lets the host's threads go first when they and this one want the same core.
///
/// On Linux alone: elsewhere it takes calls that only unsafe code can make, and a thread that
/// computes for milliseconds at a time is no rival there.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        // Of this thread alone: Linux gives each its own. A refusal costs nothing but the courtesy.
        _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
    }
}
