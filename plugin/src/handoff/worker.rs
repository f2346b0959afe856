//! The worker's end, and the handle that ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use groove::Pattern;
use triple_buffer::{Input, Output};

use super::{AudioState, BackgroundThread, FileEnd, Network, RecordedRhythm, Shared};
use crate::factory::weights::WeightsInfo;
use crate::files::jobs::{Job, JobResult};
use crate::files::midi_export::PlayedCycle;
use crate::handoff::answer::Answer;
use crate::state::request::GrooveRequest;

/// The worker's end.
pub struct WorkerEnd {
    pub(super) audio: Input<Answer>,
    pub(super) gui: Input<Answer>,
    pub(super) state: Output<AudioState>,
    pub(super) rhythm: Output<RecordedRhythm>,
    pub(super) taps: Output<(u64, Pattern)>,
    pub(super) shared: Arc<Shared>,
}

impl WorkerEnd {
    /// Publishes `answer` to the audio thread and to the window.
    pub fn publish(&mut self, answer: &Answer) {
        self.audio.input_buffer_mut().clone_from(answer);
        self.audio.publish();
        self.gui.input_buffer_mut().clone_from(answer);
        self.gui.publish();
        self.shared.repaint.request_repaint();
    }

    /// What the audio thread plays and needs.
    pub fn state(&mut self) -> AudioState {
        *self.state.read()
    }

    /// Remembers a cycle that plays, for the window to export.
    pub(crate) fn remember(&self, played: PlayedCycle) {
        self.shared.recent.lock().add(played);
    }

    /// The next job of the worker, if there is one.
    pub fn job(&self) -> Option<Job> {
        self.shared.jobs.next_of_worker()
    }

    /// The next job of the file thread, which must not run.
    #[cfg(test)]
    pub(crate) fn file_job(&self) -> Option<Job> {
        self.shared.jobs.next_of_files()
    }

    /// Sends a weights file to the file thread to be read.
    pub(crate) fn read_weights(&self, path: PathBuf, revision: u64) {
        self.shared.jobs.send(Job::ReadWeights { path: Some(path), revision: Some(revision) });
    }

    /// Sends the file thread a job.
    pub(crate) fn send(&self, job: Job) {
        self.shared.jobs.send(job);
    }

    /// Has the file thread read the kit that the project names.
    pub(crate) fn follow_kit(&self) {
        self.shared.jobs.send(Job::FollowKit);
    }

    /// Sets what the file thread runs. It starts with the first job.
    pub(crate) fn start_files_with(&self, run: impl FnOnce(&FileEnd) + Send + 'static) {
        let end = FileEnd(self.shared.clone());
        self.shared.jobs.start_with(move || run(&end));
    }

    /// Sends the window the result of a job.
    pub fn done(&self, result: JobResult) {
        self.shared.jobs.done(result);
        self.shared.repaint.request_repaint();
    }

    /// The rhythm to follow.
    pub fn rhythm(&mut self) -> &RecordedRhythm {
        self.rhythm.read()
    }

    /// A groove that was tapped since the last call, to be told when it is [taken](Self::take_taps).
    pub fn taps(&mut self) -> Option<(u64, Pattern)> {
        self.taps.update().then(|| *self.taps.output_buffer())
    }

    /// Tells the audio thread, if it waits, that the tapped groove of this number is the live one.
    pub fn take_taps(&self, number: u64) {
        self.shared.taken_taps.store(number, Ordering::Release);
    }

    /// Tells the window, and the audio thread if it waits, that `request` will not be answered, and why.
    pub fn fail(&self, message: String, request: &GrooveRequest) {
        self.report(Network::Failed(message));
        self.shared.failed.store(request.fingerprint(), Ordering::Release);
    }

    /// Tells the window the state of the network.
    pub fn report(&self, network: Network) {
        let mut held = self.shared.network.lock();
        if *held != network {
            *held = network;
            self.shared.repaint.request_repaint();
        }
    }

    /// Tells the window the weights in use.
    pub fn show_weights(&self, weights: WeightsInfo) {
        *self.shared.weights.lock() = Arc::new(weights);
        self.shared.repaint.request_repaint();
    }

    /// Shows that the worker runs.
    pub fn beat(&self) {
        self.shared.heartbeat.beat();
    }

    /// Sleeps until nudged, at most `timeout`. Returns false when it is time to end.
    pub fn sleep(&self, timeout: Duration) -> bool {
        if !self.is_closing() {
            self.shared.nudge.wait(timeout);
        }
        !self.is_closing()
    }

    /// Whether it is time to end.
    pub fn is_closing(&self) -> bool {
        self.shared.is_closing.load(Ordering::Acquire)
    }

    /// The handle that ends this worker and its file thread.
    pub(crate) fn shutdown_handle(&self) -> ShutdownHandle {
        ShutdownHandle(self.shared.clone())
    }
}

/// Ends the worker and the file thread: part of the worker's handle, not of any end.
pub(crate) struct ShutdownHandle(Arc<Shared>);

impl ShutdownHandle {
    /// Tells both to end; returns the file thread, if it was started.
    pub(crate) fn close(&self) -> Option<BackgroundThread> {
        self.0.is_closing.store(true, Ordering::Release);
        self.0.nudge.set();
        self.0.jobs.close()
    }
}
