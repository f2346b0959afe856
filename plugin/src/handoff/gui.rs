//! The window's end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use groove::Beats;
use nice_plug_egui::RepaintNotifier;
use triple_buffer::Output;

use super::{Network, Shared};
use crate::factory::weights::WeightsInfo;
use crate::files::jobs::{Errand, Outcome};
use crate::handoff::answer::{Answer, Track};
use crate::state::choice::Choice;

/// How long the worker may give no sign of life before the window says so. A decode takes milliseconds, reading
/// weights tenths of a second.
pub(super) const SILENCE: Duration = Duration::from_secs(5);

/// Some ten times as long as a worker that is well ever gives none.
const HESITATION: Duration = Duration::from_millis(500);

/// The window's end. It outlives windows: the editor keeps it while none is open.
pub struct GuiEnd {
    pub(super) answers: Output<Answer>,
    pub(super) shared: Arc<Shared>,
}

impl GuiEnd {
    /// The newest answer: all grooves that can be chosen.
    pub fn newest(&mut self) -> &Answer {
        self.answers.read()
    }

    /// Which groove plays, or will from the next boundary on.
    pub fn choice(&self) -> Choice {
        Choice::from_bits(self.shared.choice.load(Ordering::Relaxed))
    }

    /// Chooses a slot, or the live groove, as its key does: also where the parameter `slot` says so already, but a
    /// key has chosen another. What a project saves is the parameter alone.
    pub fn choose(&self, slot: Option<u8>) {
        let slot = Choice { slot, take: None }.to_bits();
        let another = |clicked: u64| Some(((clicked >> 4).wrapping_add(1) << 4) | slot);
        // It cannot fail: there is always another.
        _ = self.shared.clicked.fetch_update(Ordering::Relaxed, Ordering::Relaxed, another);
    }

    /// The groove that plays, or will from the next boundary on: the one to draw.
    pub fn playing(&mut self) -> &Track {
        let choice = self.choice();
        self.answers.read().shown(choice)
    }

    /// Where the playhead is, as of the last block; `None` while stopped.
    pub fn playhead(&self) -> Option<Beats> {
        let beats = f64::from_bits(self.shared.playhead.load(Ordering::Relaxed));
        (!beats.is_nan()).then_some(Beats(beats))
    }

    /// The cycle that plays or will play first: the one to draw.
    pub fn cycle(&self) -> i64 {
        self.shared.cycle.load(Ordering::Relaxed)
    }

    /// How the network is doing.
    pub fn network(&self) -> Network {
        self.network_at(Instant::now())
    }

    /// When to look again how the network is doing, of which something was asked at `asked`, though nobody may call for
    /// it: a worker that is lost does not. `None` while all is well.
    pub fn next_look(&self, asked: Instant) -> Option<Duration> {
        self.next_look_at(asked, Instant::now())
    }

    pub(super) fn next_look_at(&self, asked: Instant, now: Instant) -> Option<Duration> {
        let silence = self.shared.pulse.silence(now);
        let is_fresh = now.saturating_duration_since(asked) < SILENCE;
        let left = SILENCE.saturating_sub(silence);
        (is_fresh || silence >= HESITATION).then(|| left.max(Duration::from_secs(1)))
    }

    /// That at `now`.
    pub(crate) fn network_at(&self, now: Instant) -> Network {
        let silence = self.shared.pulse.silence(now);
        if silence >= SILENCE {
            return Network::Silent(silence.as_secs());
        }
        self.shared.network.lock().clone()
    }

    /// Which weights are played with.
    pub fn weights(&self) -> Arc<WeightsInfo> {
        self.shared.weights.lock().clone()
    }

    /// What the window polls to know when to draw again.
    pub fn repaint_notifier(&self) -> RepaintNotifier {
        self.shared.repaint.clone()
    }

    /// Has the worker do `errand`, soon.
    pub fn send(&self, errand: Errand) {
        self.shared.errands.send(errand);
        self.nudge();
    }

    /// What came of an errand; each once, in their order.
    pub fn outcome(&self) -> Option<Outcome> {
        self.shared.errands.outcome()
    }

    /// Has the worker look at the parameters now rather than in a few milliseconds.
    pub fn nudge(&self) {
        self.shared.nudge.set();
    }
}
