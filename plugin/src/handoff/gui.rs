//! The window's end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use engine::{Playing, Score};
use groove::Instrument;
use nice_plug_egui::RepaintNotifier;
use triple_buffer::Output;

use super::{AudioState, KeyActivity, KitInfo, Network, Shared};
use crate::factory::weights::WeightsInfo;
use crate::files::jobs::{ExportScope, Job, JobResult};
use crate::files::midi_export::PlayedCycle;
use crate::handoff::answer::{Answer, ReadyGroove};
use crate::state::choice::Choice;

/// How long the worker may be silent before the window says so. A decode takes milliseconds, reading
/// weights tenths of a second.
pub(super) const SILENCE: Duration = Duration::from_secs(5);

/// Some ten times the longest silence of a worker that runs.
const LATE_BEAT: Duration = Duration::from_millis(500);

/// The window's end. It outlives windows: the editor keeps it while none is open.
pub struct GuiEnd {
    pub(super) answers: Output<Answer>,
    pub(super) state: Output<AudioState>,
    pub(super) shared: Arc<Shared>,
}

impl GuiEnd {
    /// The newest answer: all grooves that can be chosen.
    pub fn newest(&mut self) -> &Answer {
        self.answers.read()
    }

    /// What the audio thread plays and needs.
    pub fn state(&mut self) -> AudioState {
        *self.state.read()
    }

    /// Chooses a slot, or the live groove, as its key does: also where the parameter `slot` says so already, but a
    /// key has chosen another. What a project saves is the parameter alone.
    pub fn choose(&self, slot: Option<u8>) {
        let slot = Choice { slot, variation_id: None }.to_bits();
        let another = |clicked: u64| Some(((clicked >> 4).wrapping_add(1) << 4) | slot);
        // It cannot fail: there is always another.
        _ = self.shared.clicked.fetch_update(Ordering::Relaxed, Ordering::Relaxed, another);
    }

    /// Taps `instrument`, as its key does.
    pub fn tap(&self, instrument: Instrument) {
        let place = instrument.index() as u64;
        let another = |tapped: u64| Some(((tapped >> 4).wrapping_add(1) << 4) | place);
        // It cannot fail: there is always another.
        _ = self.shared.tapped.fetch_update(Ordering::Relaxed, Ordering::Relaxed, another);
    }

    /// The groove that plays, or will from the next boundary on: the one to draw.
    pub fn playing(&mut self) -> &ReadyGroove {
        let choice = self.state().choice;
        self.answers.read().shown(choice)
    }

    /// The patterns that sound, or will from the next boundary on: those to draw.
    pub fn shown_score(&mut self) -> Score {
        let state = self.state();
        let answer = self.answers.read();
        let chosen = state.now.is_none_or(|now| now.passage.is_none());
        if chosen { answer.shown(state.choice).score } else { *answer.sounding(&state) }
    }

    /// The control keys that have acted since the last call, and those that are held.
    pub fn take_keys(&self) -> KeyActivity {
        KeyActivity {
            struck: self.shared.keys_struck.swap(0, Ordering::Relaxed),
            held: self.shared.keys_held.load(Ordering::Relaxed),
        }
    }

    /// The state of the network.
    pub fn network(&self) -> Network {
        self.network_at(Instant::now())
    }

    /// When to look at the [network](Self::network) again, of which something was asked at `asked`: a worker that is stuck
    /// asks for no frame. `None` while all is well.
    pub fn next_look(&self, asked: Instant) -> Option<Duration> {
        self.next_look_at(asked, Instant::now())
    }

    pub(super) fn next_look_at(&self, asked: Instant, now: Instant) -> Option<Duration> {
        let silence = self.shared.heartbeat.silence(now);
        let is_fresh = now.saturating_duration_since(asked) < SILENCE;
        let left = SILENCE.saturating_sub(silence);
        (is_fresh || silence >= LATE_BEAT).then(|| left.max(Duration::from_secs(1)))
    }

    /// The state of the network at `now`.
    pub(crate) fn network_at(&self, now: Instant) -> Network {
        let silence = self.shared.heartbeat.silence(now);
        if silence >= SILENCE {
            return Network::Silent(silence.as_secs());
        }
        self.shared.network.lock().clone()
    }

    /// The weights in use.
    pub fn weights(&self) -> Arc<WeightsInfo> {
        self.shared.weights.lock().clone()
    }

    /// The kit of the user's own.
    pub fn kit(&self) -> Arc<KitInfo> {
        self.shared.kit.lock().clone()
    }

    /// The window polls it to know when to draw again.
    pub fn repaint_notifier(&self) -> RepaintNotifier {
        self.shared.repaint.clone()
    }

    /// The cycles that an export of `scope` writes; `playing` is how they would be played now.
    pub fn cycles(&mut self, scope: ExportScope, playing: Playing) -> Vec<PlayedCycle> {
        let recent = self.shared.recent.lock().cycles();
        if scope == ExportScope::LastCycles && !recent.is_empty() {
            return recent;
        }
        let [cycle, ..] = self.state().cycles;
        vec![PlayedCycle { cycle, pattern: *self.playing().score.pattern(cycle), playing }]
    }

    /// The host's tempo in quarter notes a minute; 120 until it is known.
    pub fn tempo(&self) -> f64 {
        let bpm = f64::from_bits(self.shared.tempo.load(Ordering::Relaxed));
        if bpm.is_nan() { 120.0 } else { bpm }
    }

    /// Sends `job` to the file thread, or to the worker if it needs no file.
    pub fn send(&self, job: Job) {
        self.shared.jobs.send(job);
        self.nudge();
    }

    /// The result of a job; each once.
    pub fn result(&self) -> Option<JobResult> {
        self.shared.jobs.result()
    }

    /// Wakes the worker: it looks at the parameters now rather than in a few milliseconds.
    pub fn nudge(&self) {
        self.shared.nudge.set();
    }
}
