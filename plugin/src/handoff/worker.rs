//! The worker's end, and what ends the worker.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use triple_buffer::{Input, Output};

use super::{Heard, Network, Shared};
use crate::factory::weights::WeightsInfo;
use crate::files::jobs::{Errand, Outcome};
use crate::handoff::answer::{Answer, Wanted};
use crate::state::choice::Choice;

/// The worker's end.
pub struct WorkerEnd {
    pub(super) audio: Input<Answer>,
    pub(super) gui: Input<Answer>,
    pub(super) heard: Output<Heard>,
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

    /// The cycle that plays or will play first, and the one that the host's loop returns to.
    pub fn wanted(&self) -> (i64, i64) {
        (self.shared.cycle.load(Ordering::Relaxed), self.shared.loop_cycle.load(Ordering::Relaxed))
    }

    /// The host's tempo in quarter notes a minute; 120 until it is known.
    pub fn tempo(&self) -> f64 {
        let bpm = f64::from_bits(self.shared.tempo.load(Ordering::Relaxed));
        if bpm.is_nan() { 120.0 } else { bpm }
    }

    /// The next errand, if there is one.
    pub fn errand(&self) -> Option<Errand> {
        self.shared.errands.next()
    }

    /// Tells the window what came of an errand.
    pub fn done(&self, outcome: Outcome) {
        self.shared.errands.report(outcome);
        self.shared.repaint.request_repaint();
    }

    /// Which groove plays or will play first.
    pub fn choice(&self) -> Choice {
        Choice::from_bits(self.shared.choice.load(Ordering::Relaxed))
    }

    /// What is to be followed.
    pub fn heard(&mut self) -> &Heard {
        self.heard.read()
    }

    /// Whether the host's transport runs.
    pub fn is_playing(&self) -> bool {
        self.shared.is_playing.load(Ordering::Relaxed)
    }

    /// Tells the window, and whoever waits, that what is `wanted` will not be answered, and why.
    pub fn fail(&self, message: String, wanted: &Wanted) {
        self.report(Network::Failed(message));
        self.shared.failed.store(wanted.fingerprint(), Ordering::Release);
    }

    /// Tells the window how the network is doing.
    pub fn report(&self, network: Network) {
        let mut held = self.shared.network.lock();
        if *held != network {
            *held = network;
            self.shared.repaint.request_repaint();
        }
    }

    /// Tells the window which weights are played with.
    pub fn show_weights(&self, weights: WeightsInfo) {
        *self.shared.weights.lock() = Arc::new(weights);
        self.shared.repaint.request_repaint();
    }

    /// Shows that the worker is there.
    pub fn beat(&self) {
        self.shared.pulse.beat();
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

    /// A switch that ends this worker.
    pub(crate) fn closer(&self) -> Closer {
        Closer(self.shared.clone())
    }
}

/// Ends the worker: part of its handle, not of any end.
pub(crate) struct Closer(Arc<Shared>);

impl Closer {
    pub(crate) fn close(&self) {
        self.0.is_closing.store(true, Ordering::Release);
        self.0.nudge.set();
    }
}
