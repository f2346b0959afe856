//! The thread that runs the window under X11: known by its number, so that its end can be waited for.
//!
//! It is baseview's, which keeps its handle to itself. On other systems the host's own thread runs the window.

use std::sync::Arc;
use std::sync::atomic::AtomicI32;

/// See the module. Clones are of the same thread.
#[derive(Clone, Default)]
pub(crate) struct WindowThread {
    /// Linux's number of the thread; 0 if there is none.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is no such thread"))]
    id: Arc<AtomicI32>,
}

#[cfg(target_os = "linux")]
impl WindowThread {
    /// Says that this thread runs the window.
    pub(crate) fn enter(&self) {
        let id = rustix::thread::gettid().as_raw_nonzero().get();
        self.id.store(id, std::sync::atomic::Ordering::Release);
    }

    /// Waits until the thread that entered last has ended, if one did; not for ever.
    pub(crate) fn wait(&self) {
        use std::time::{Duration, Instant};

        /// Time between two looks.
        const POLL: Duration = Duration::from_micros(500);
        /// Thousands of times what it takes; for one that has come to harm.
        const LIMIT: Duration = Duration::from_secs(2);

        let id = self.id.swap(0, std::sync::atomic::Ordering::Acquire);
        if id == 0 {
            return;
        }
        // Linux lists the threads of a process until they are gone.
        let place = std::path::PathBuf::from(format!("/proc/self/task/{id}"));
        let began = Instant::now();
        while place.exists() && began.elapsed() < LIMIT {
            std::thread::sleep(POLL);
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl WindowThread {
    /// Nothing needs to be done here.
    pub(crate) fn enter(&self) {}

    /// Likewise.
    pub(crate) fn wait(&self) {}
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn it_waits_until_the_thread_has_ended() {
        let thread = WindowThread::default();
        thread.wait();
        let own = thread.clone();
        let count = || std::fs::read_dir("/proc/self/task").unwrap().count();
        let (sender, has_entered) = std::sync::mpsc::channel();
        let (end, may_end) = std::sync::mpsc::channel();
        // Never joined.
        std::thread::spawn(move || {
            own.enter();
            sender.send(own.id.load(std::sync::atomic::Ordering::Relaxed)).unwrap();
            may_end.recv().unwrap();
            (0..100).for_each(|_| std::thread::yield_now());
        });
        let id = has_entered.recv().unwrap();
        assert!(id > 0 && count() > 1);
        // It has yet to wake up when the wait begins, and takes a moment more.
        end.send(()).unwrap();
        thread.wait();
        assert!(!std::path::Path::new(&format!("/proc/self/task/{id}")).exists());
        thread.wait();
    }
}
