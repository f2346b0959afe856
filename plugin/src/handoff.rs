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

pub mod answer;
mod audio;
mod gui;
mod load;
mod pulse;
mod worker;

pub use audio::AudioEnd;
pub use gui::GuiEnd;
pub(crate) use load::{LoadEnd, Loaded};
pub(crate) use pulse::Patience;
pub(crate) use worker::Closer;
pub use worker::WorkerEnd;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};
use std::time::Duration;

use groove::Pattern;
use nice_plug_egui::RepaintNotifier;
use parking_lot::{Condvar, Mutex};
use triple_buffer::triple_buffer;

use crate::factory::weights::WeightsInfo;
use crate::files::jobs::Errands;
use crate::handoff::answer::Answer;
use crate::state::choice::Choice;
use pulse::Pulse;

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
    /// Its [`fingerprint`](crate::state::fingerprint::fingerprint); `None` if nothing is to be followed.
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
            loaded: triple_buffer(&Loaded::default()).1,
            cycle: 0,
            heard: heard_in,
            clicked: 0,
            given_up_at: None,
            shared: shared.clone(),
        },
        WorkerEnd { audio: audio_in, gui: gui_in, heard: heard_out, shared: shared.clone() },
        GuiEnd { answers: gui_out, shared },
    )
}

#[cfg(test)]
mod tests;
