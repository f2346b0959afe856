//! The handoff between the three threads: [`handoff()`] makes one end for each, none `Clone`.
//!
//! The worker's newest answer goes to the audio thread and to the GUI, each by its own triple
//! buffer: wait-free on both sides, older answers are dropped, by the worker. What the worker is to decode
//! it reads from the parameters, which are atomics, so that a whole automation sweep costs one queued
//! decode: the newest. The audio thread adds which cycle of which groove it plays, also atomics, and what
//! it has heard, by a triple buffer the other way. The GUI and the host's thread may nudge the worker,
//! which otherwise looks by itself every few milliseconds; nudges coalesce.
//!
//! The audio thread's end neither allocates, frees, locks nor makes a system call, with one
//! exception by name: [`AudioEnd::wait`], for offline rendering only.

mod pulse;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use groove::{Beats, Pattern};
use nice_plug_egui::RepaintNotifier;
use parking_lot::{Condvar, Mutex};
use triple_buffer::{Input, Output, triple_buffer};

use crate::answer::{Answer, Choice, Track, Wanted};
use crate::errands::{Errand, Errands, Outcome};
use crate::weights::WeightsInfo;
pub(crate) use pulse::Patience;
use pulse::Pulse;

/// How long the worker may give no sign of life before the window says so. A decode takes milliseconds, reading
/// weights tenths of a second.
const SILENCE: Duration = Duration::from_secs(5);

/// Some ten times as long as a worker that is well ever gives none.
const HESITATION: Duration = Duration::from_millis(500);

/// How the network is doing, for the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Network {
    /// The weights are being read; the factory or saved pattern plays.
    #[default]
    Loading,
    /// Ready: the newest answer is to the newest recipe.
    Ready,
    /// A decode is under way.
    Decoding,
    /// Something went wrong, in a sentence for the user; the last pattern plays on.
    Failed(String),
    /// The worker has given no sign of life for so many seconds; the last pattern plays on.
    Silent(u64),
}

/// State that the three ends share.
#[derive(Debug)]
struct Shared {
    /// Bits of the playhead in beats; NaN while stopped.
    playhead: AtomicU64,
    /// The cycle that plays or will play first.
    cycle: AtomicI64,
    /// The cycle that the host's loop comes back to; `cycle` without a loop.
    loop_cycle: AtomicI64,
    /// Bits of the [`Choice`] that plays.
    choice: AtomicU64,
    /// What was clicked last: the number of clicks in all but the last four bits, the slot + 1 in those.
    clicked: AtomicU64,
    /// Whether blocks are being processed, as opposed to the plugin lying idle.
    is_playing: AtomicBool,
    /// [`Wanted::fingerprint`] of what the worker has given up on: waiting for it is no use.
    failed: AtomicU64,
    is_closing: AtomicBool,
    pulse: Pulse,
    network: Mutex<Network>,
    weights: Mutex<Arc<WeightsInfo>>,
    /// Bits of the host's tempo in quarter notes a minute; NaN until it is known.
    tempo: AtomicU64,
    errands: Errands,
    nudge: Nudge,
    /// Has an open window draw again: one atomic, which the window polls.
    repaint: RepaintNotifier,
}

/// The fingerprint of nothing that could be wanted.
const NOTHING: u64 = 0;

/// A wake-up that is not lost and not counted.
#[derive(Debug, Default)]
struct Nudge {
    is_set: Mutex<bool>,
    condvar: Condvar,
}

impl Nudge {
    fn set(&self) {
        *self.is_set.lock() = true;
        self.condvar.notify_one();
    }

    fn wait(&self, timeout: Duration) {
        let mut is_set = self.is_set.lock();
        if !*is_set {
            self.condvar.wait_for(&mut is_set, timeout);
        }
        *is_set = false;
    }
}

/// A rhythm that came in, for the worker to make a groove of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heard {
    /// Its [`fingerprint`](crate::recipe::fingerprint); `None` if nothing is to be followed.
    pub id: Option<u64>,
    /// What was struck when.
    pub pattern: Pattern,
}

/// Makes the three ends. Until the worker answers, all see [`Answer::factory`].
pub fn handoff() -> (AudioEnd, WorkerEnd, GuiEnd) {
    let shared = Arc::new(Shared {
        playhead: AtomicU64::new(f64::NAN.to_bits()),
        cycle: AtomicI64::new(0),
        loop_cycle: AtomicI64::new(0),
        choice: AtomicU64::new(Choice::default().to_bits()),
        clicked: AtomicU64::new(0),
        is_playing: AtomicBool::new(false),
        failed: AtomicU64::new(NOTHING),
        is_closing: AtomicBool::new(false),
        pulse: Pulse::default(),
        network: Mutex::default(),
        weights: Mutex::default(),
        tempo: AtomicU64::new(f64::NAN.to_bits()),
        errands: Errands::default(),
        nudge: Nudge::default(),
        repaint: RepaintNotifier::default(),
    });
    let (audio_in, audio_out) = triple_buffer(&Answer::factory());
    let (gui_in, gui_out) = triple_buffer(&Answer::factory());
    let (heard_in, heard_out) = triple_buffer(&Heard::default());
    (
        AudioEnd {
            answers: audio_out,
            heard: heard_in,
            clicked: 0,
            given_up_at: None,
            shared: shared.clone(),
        },
        WorkerEnd { audio: audio_in, gui: gui_in, heard: heard_out, shared: shared.clone() },
        GuiEnd { answers: gui_out, shared },
    )
}

/// The audio thread's end.
pub struct AudioEnd {
    answers: Output<Answer>,
    heard: Input<Heard>,
    /// [`Shared::clicked`] as it was when it was looked at.
    clicked: u64,
    /// The last beat of a worker that was waited for in vain.
    given_up_at: Option<u64>,
    shared: Arc<Shared>,
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

/// The worker's end.
pub struct WorkerEnd {
    audio: Input<Answer>,
    gui: Input<Answer>,
    heard: Output<Heard>,
    shared: Arc<Shared>,
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

/// The window's end. It outlives windows: the editor keeps it while none is open.
pub struct GuiEnd {
    answers: Output<Answer>,
    shared: Arc<Shared>,
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

    fn next_look_at(&self, asked: Instant, now: Instant) -> Option<Duration> {
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

#[cfg(test)]
mod tests;
