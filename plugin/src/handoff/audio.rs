//! The audio thread's end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use groove::Beats;
use triple_buffer::{Input, Output};

use super::{Heard, NOTHING, Patience, Shared};
use crate::handoff::answer::{Answer, Wanted};
use crate::state::choice::Choice;

/// The audio thread's end.
pub struct AudioEnd {
    pub(super) answers: Output<Answer>,
    pub(super) heard: Input<Heard>,
    /// [`Shared::clicked`] as it was when it was looked at.
    pub(super) clicked: u64,
    /// The last beat of a worker that was waited for in vain.
    pub(super) given_up_at: Option<u64>,
    pub(super) shared: Arc<Shared>,
}

impl AudioEnd {
    /// Takes the newest answer for [`answer`](Self::answer), if it came since the last call, and says
    /// whether.
    pub fn update(&mut self) -> bool {
        self.answers.update()
    }

    /// The answer taken last.
    pub fn answer(&self) -> &Answer {
        self.answers.output_buffer()
    }

    /// Tells the worker which cycle plays, or will play first, which one a loop returns to, and of
    /// which groove.
    pub fn want(&self, cycle: i64, loop_cycle: i64, choice: Choice) {
        self.shared.cycle.store(cycle, Ordering::Relaxed);
        self.shared.loop_cycle.store(loop_cycle, Ordering::Relaxed);
        self.shared.choice.store(choice.to_bits(), Ordering::Relaxed);
    }

    /// What was clicked since the last call, if anything was: a slot, or the live groove.
    pub fn take_click(&mut self) -> Option<Option<u8>> {
        let clicked = self.shared.clicked.load(Ordering::Relaxed);
        let is_new = std::mem::replace(&mut self.clicked, clicked) != clicked;
        is_new.then(|| Choice::from_bits(clicked & 0xf).slot)
    }

    /// Tells the worker the host's tempo in quarter notes a minute, if it has one.
    pub fn show_tempo(&self, bpm: Option<f64>) {
        let Some(bpm) = bpm else { return };
        self.shared.tempo.store(bpm.to_bits(), Ordering::Relaxed);
    }

    /// Hands the worker what is to be followed from now on.
    pub fn tell_heard(&mut self, heard: &Heard) {
        self.heard.input_buffer_mut().clone_from(heard);
        self.heard.publish();
    }

    /// Tells the window where the playhead is; `None` while stopped.
    pub fn show_playhead(&self, position: Option<Beats>) {
        let beats = position.map_or(f64::NAN, |position| position.0);
        self.shared.playhead.store(beats.to_bits(), Ordering::Relaxed);
        let was_playing = self.shared.is_playing.swap(position.is_some(), Ordering::Relaxed);
        self.shared.repaint.request_repaint_with(was_playing || position.is_some());
    }

    /// Waits until the worker knows the slots as they are after `changes` changes, for `limit` at most, and
    /// returns whether it does. For offline rendering only, as [`wait`](Self::wait).
    pub fn wait_for_slots(&mut self, changes: u64, limit: Duration) -> bool {
        self.wait_until(|answer| answer.slot_changes == changes, NOTHING, limit)
    }

    /// Waits until the newest answer holds the patterns of `cycles` for what is `wanted`.
    ///
    /// Returns false if the worker has given up on it, or has not answered within `limit`. A worker that gave no sign
    /// of life in all that time is not waited for again until it gives one.
    ///
    /// # Real-time safety
    /// None: it wakes the worker and sleeps. For offline rendering only, where blocks come faster
    /// than patterns can be decoded.
    pub fn wait(&mut self, wanted: &Wanted, cycles: &[i64], limit: Duration) -> bool {
        let fingerprint = wanted.fingerprint();
        self.wait_until(|answer| answer.answers(wanted, cycles), fingerprint, limit)
    }

    /// Waits until `has_come`, or the worker has given up on what has this `fingerprint`.
    fn wait_until(
        &mut self,
        has_come: impl Fn(&Answer) -> bool,
        fingerprint: u64,
        limit: Duration,
    ) -> bool {
        let mut patience = Patience::new(limit);
        let beat = self.shared.pulse.last();
        loop {
            self.answers.update();
            if has_come(self.answer()) {
                return true;
            }
            let failed = self.shared.failed.load(Ordering::Acquire);
            let has_failed = failed != NOTHING && failed == fingerprint;
            let is_lost = self.given_up_at == Some(self.shared.pulse.last());
            if has_failed || is_lost {
                return false;
            }
            if patience.is_over(Instant::now()) {
                self.given_up_at = (beat == self.shared.pulse.last()).then_some(beat);
                return false;
            }
            self.shared.nudge.set();
            std::thread::sleep(Duration::from_micros(100));
        }
    }
}
