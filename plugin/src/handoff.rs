//! The handoff between the three threads: [`handoff()`] makes one end for each, none `Clone`.
//!
//! The worker's newest answer goes to the audio thread and to the GUI, each by its own triple
//! buffer: wait-free on both sides, older answers are dropped, by the worker. The worker reads
//! its request from the parameters, which are atomics, so that a whole automation sweep queues one
//! decode: the newest. The audio thread adds the cycle and the groove that play, also atomics, and the
//! rhythm to follow, by a triple buffer the other way. The GUI may wake the worker, which otherwise
//! polls every few milliseconds. Jobs and their results go through channels between the window, the
//! file thread and the worker. A kit of the user's own goes from the file thread to the audio thread, which borrows it.
//!
//! The audio thread's end neither allocates, frees, locks nor makes a system call, with one
//! exception by name: [`AudioEnd::wait`], for offline rendering only.

pub mod answer;
mod audio;
mod gui;
mod heartbeat;
mod jobs;
mod kit;
mod loaded_project;
mod thread;
mod worker;

pub use audio::AudioEnd;
pub use gui::GuiEnd;
pub(crate) use heartbeat::WaitBudget;
pub(crate) use jobs::FileEnd;
pub(crate) use kit::KitEnd;
pub use kit::KitInfo;
pub(crate) use loaded_project::{LoadEnd, Loaded};
pub(crate) use thread::BackgroundThread;
#[cfg(test)]
pub(crate) use thread::CAN_BE_LEFT;
pub(crate) use worker::ShutdownHandle;
pub use worker::WorkerEnd;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::time::Duration;

use engine::{CYCLES, Now};
use groove::Pattern;
use nice_plug_egui::RepaintNotifier;
use parking_lot::{Condvar, Mutex};
use triple_buffer::triple_buffer;

use crate::factory::weights::WeightsInfo;
use crate::files::midi_export::RecentCycles;
use crate::handoff::answer::Answer;
use crate::state::choice::Choice;
use heartbeat::Heartbeat;
use jobs::Jobs;
use kit::KitOutput;

/// The state of the network, for the window.
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
    /// The worker has not answered for so many seconds; the last pattern plays on.
    Silent(u64),
}

/// State that the ends share.
struct Shared {
    /// The last click: slot + 1 in the lowest four bits, the number of clicks above.
    clicked: AtomicU64,
    /// The last tap in the window: the instrument in the lowest four bits, the number of taps above.
    tapped: AtomicU64,
    /// The number of the last tapped groove that the worker has taken.
    taken_taps: AtomicU64,
    /// [`KeyActivity`].
    keys_struck: AtomicU32,
    keys_held: AtomicU32,
    /// [`GrooveRequest::fingerprint`](crate::state::request::GrooveRequest::fingerprint) of the request that
    /// the worker has given up on: waiting for it is no use.
    failed: AtomicU64,
    is_closing: AtomicBool,
    heartbeat: Heartbeat,
    network: Mutex<Network>,
    weights: Mutex<Arc<WeightsInfo>>,
    /// The kit of the user's own.
    kit: Mutex<Arc<KitInfo>>,
    /// Bits of the host's tempo in quarter notes a minute; NaN until it is known.
    tempo: AtomicU64,
    jobs: Jobs,
    /// The cycles that were played last, for the window to export.
    recent: Mutex<RecentCycles>,
    nudge: Nudge,
    /// Makes an open window draw again: one atomic, which the window polls.
    repaint: RepaintNotifier,
}

/// The fingerprint of no request.
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

/// What the audio thread plays and needs, as of its last block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AudioState {
    /// The chosen groove: it plays, or will from the next boundary on.
    pub choice: Choice,
    /// The cycles to have patterns of, the one that plays or will play first at the front; see
    /// [`Engine::cycles`](engine::Engine::cycles).
    pub cycles: [i64; CYCLES],
    /// The sections of the song that these are of.
    pub sections: [Option<usize>; CYCLES],
    /// What plays at the playhead, with the bits of its [`Choice`] as tag; `None` while stopped.
    pub now: Option<Now>,
}

impl AudioState {
    /// The groove that plays at the playhead: not yet the chosen one while that waits for its boundary.
    pub fn sounding(&self) -> Choice {
        self.now.map_or(self.choice, |now| Choice::from_bits(now.tag))
    }
}

/// A rhythm that was played into the plugin, for the live groove to follow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecordedRhythm {
    /// Its [`fingerprint`](crate::state::fingerprint::fingerprint); `None` if nothing is to be followed.
    pub id: Option<u64>,
    /// Its hits.
    pub pattern: Pattern,
}

/// Control keys as the window shows them: a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyActivity {
    /// Those that have acted since it was last looked at.
    pub struck: u32,
    /// Those that act as long as they are held.
    pub held: u32,
}

/// Makes the three ends. Until the worker answers, all see [`Answer::factory`].
pub fn handoff() -> (AudioEnd, WorkerEnd, GuiEnd) {
    let shared = Arc::new(Shared {
        clicked: AtomicU64::new(0),
        tapped: AtomicU64::new(0),
        taken_taps: AtomicU64::new(0),
        keys_struck: AtomicU32::new(0),
        keys_held: AtomicU32::new(0),
        failed: AtomicU64::new(NOTHING),
        is_closing: AtomicBool::new(false),
        heartbeat: Heartbeat::default(),
        network: Mutex::default(),
        weights: Mutex::default(),
        kit: Mutex::default(),
        tempo: AtomicU64::new(f64::NAN.to_bits()),
        jobs: Jobs::default(),
        recent: Mutex::default(),
        nudge: Nudge::default(),
        repaint: RepaintNotifier::default(),
    });
    let (audio_in, audio_out) = triple_buffer(&Answer::factory());
    let (gui_in, gui_out) = triple_buffer(&Answer::factory());
    let (rhythm_in, rhythm_out) = triple_buffer(&RecordedRhythm::default());
    let (taps_in, taps_out) = triple_buffer(&(0, Pattern::EMPTY));
    let (worker_state_in, worker_state_out) = triple_buffer(&AudioState::default());
    let (gui_state_in, gui_state_out) = triple_buffer(&AudioState::default());
    (
        AudioEnd {
            answers: audio_out,
            loaded: triple_buffer(&Loaded::default()).1,
            kit: KitOutput::pair(shared.clone()).1,
            state: AudioState::default(),
            worker_state: worker_state_in,
            gui_state: gui_state_in,
            rhythm: rhythm_in,
            taps: taps_in,
            sent_taps: 0,
            clicked: 0,
            tapped: 0,
            given_up_at: None,
            shared: shared.clone(),
        },
        WorkerEnd {
            audio: audio_in,
            gui: gui_in,
            state: worker_state_out,
            rhythm: rhythm_out,
            taps: taps_out,
            shared: shared.clone(),
        },
        GuiEnd { answers: gui_out, state: gui_state_out, shared },
    )
}

#[cfg(test)]
mod tests;
