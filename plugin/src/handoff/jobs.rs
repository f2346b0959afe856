//! Jobs between the window, the file thread and the worker. The audio thread has no end of it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use parking_lot::Mutex;

use super::{BackgroundThread, Shared};
use crate::files::jobs::{Job, JobResult};

/// The queues. The file thread starts with its first job.
pub(super) struct Jobs {
    /// `None` ends the file thread.
    files: (Sender<Option<Job>>, Receiver<Option<Job>>),
    worker: (Sender<Job>, Receiver<Job>),
    results: (Sender<JobResult>, Receiver<JobResult>),
    thread: Mutex<FileThread>,
}

enum FileThread {
    /// None yet, and none to start.
    None,
    /// Not started yet.
    Waiting(Box<dyn FnOnce() + Send>),
    Running(BackgroundThread),
}

impl Default for Jobs {
    fn default() -> Self {
        let thread = Mutex::new(FileThread::None);
        Self { files: unbounded(), worker: unbounded(), results: unbounded(), thread }
    }
}

impl Jobs {
    /// Sends `job` to the thread that does it.
    pub(super) fn send(&self, job: Job) {
        if !job.needs_files() {
            _ = self.worker.0.send(job);
            return;
        }
        let mut thread = self.thread.lock();
        *thread = match std::mem::replace(&mut *thread, FileThread::None) {
            FileThread::Waiting(run) => {
                FileThread::Running(BackgroundThread::spawn("jangdan-files", run))
            }
            other => other,
        };
        _ = self.files.0.send(Some(job));
    }

    /// The next job of the worker.
    pub(super) fn next_of_worker(&self) -> Option<Job> {
        self.worker.1.try_recv().ok()
    }

    /// The next job of the file thread, for tests in which none runs.
    #[cfg(test)]
    pub(super) fn next_of_files(&self) -> Option<Job> {
        self.files.1.try_recv().ok().flatten()
    }

    pub(super) fn done(&self, result: JobResult) {
        _ = self.results.0.send(result);
    }

    pub(super) fn result(&self) -> Option<JobResult> {
        self.results.1.try_recv().ok()
    }

    /// Has `run` do the jobs of files from the first on.
    pub(super) fn start_with(&self, run: impl FnOnce() + Send + 'static) {
        *self.thread.lock() = FileThread::Waiting(Box::new(run));
    }

    /// Ends the file thread after the jobs it was sent; returns it if it was started.
    pub(super) fn close(&self) -> Option<BackgroundThread> {
        _ = self.files.0.send(None);
        match std::mem::replace(&mut *self.thread.lock(), FileThread::None) {
            FileThread::Running(thread) => Some(thread),
            FileThread::None | FileThread::Waiting(_) => None,
        }
    }
}

/// The file thread's end.
pub(crate) struct FileEnd(pub(super) Arc<Shared>);

impl FileEnd {
    /// Waits for the next job, for `patience` at most, where there is one: then `Continue(None)`. Breaks when it is time to end.
    pub(crate) fn next(&self, patience: Option<Duration>) -> ControlFlow<(), Option<Job>> {
        let jobs = &self.0.jobs.files.1;
        let received = match patience {
            Some(patience) => jobs.recv_timeout(patience),
            None => jobs.recv().map_err(RecvTimeoutError::from),
        };
        match received {
            Ok(Some(job)) => ControlFlow::Continue(Some(job)),
            Err(RecvTimeoutError::Timeout) => ControlFlow::Continue(None),
            Ok(None) | Err(RecvTimeoutError::Disconnected) => ControlFlow::Break(()),
        }
    }

    /// Tells the window the result of a job.
    pub(crate) fn done(&self, result: JobResult) {
        self.0.jobs.done(result);
        self.0.repaint.request_repaint();
    }

    /// Has the worker look for what was read for it.
    pub(crate) fn wake_worker(&self) {
        self.0.nudge.set();
    }
}
