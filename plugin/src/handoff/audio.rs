//! The audio thread's end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use engine::{CYCLES, Now};
use groove::{Instrument, Pattern};
use kit::Kit;
use triple_buffer::{Input, Output, triple_buffer};

use super::{
    AudioState, KeyActivity, KitEnd, KitOutput, LoadEnd, Loaded, NOTHING, RecordedRhythm, Shared,
    WaitBudget,
};
use crate::handoff::answer::Answer;
use crate::state::choice::Choice;
use crate::state::request::GrooveRequest;

/// The audio thread's end.
pub struct AudioEnd {
    pub(super) answers: Output<Answer>,
    /// What counts until the worker's answers do: those to the project that was loaded last.
    pub(super) loaded: Output<Loaded>,
    pub(super) kit: KitOutput,
    /// The state as it was published last, and its ways to the worker and to the window.
    pub(super) state: AudioState,
    pub(super) worker_state: Input<AudioState>,
    pub(super) gui_state: Input<AudioState>,
    pub(super) rhythm: Input<RecordedRhythm>,
    /// Tapped grooves with their numbers, and the number of the last one.
    pub(super) taps: Input<(u64, Pattern)>,
    pub(super) sent_taps: u64,
    /// [`Shared::clicked`] as it was when it was looked at.
    pub(super) clicked: u64,
    /// [`Shared::tapped`] likewise.
    pub(super) tapped: u64,
    /// The last beat of a worker that was waited for in vain.
    pub(super) given_up_at: Option<u64>,
    pub(super) shared: Arc<Shared>,
}

impl AudioEnd {
    /// Takes the newest answer for [`answer`](Self::answer), if it came since the last call, and says
    /// whether.
    pub fn update(&mut self) -> bool {
        let is_loaded = self.loaded.update();
        self.answers.update() || is_loaded
    }

    /// The newest answer: the worker's, or, where the worker does not know the project yet or that it has come to this
    /// cycle, the project's own.
    pub fn answer(&self) -> &Answer {
        let answer = self.answers.output_buffer();
        let of = |answer: &Answer| {
            (answer.revisions.groove, answer.revisions.edits, answer.live.identity())
        };
        let [cycle, ..] = self.state.cycles;
        let loaded = self.loaded.output_buffer().answer(cycle).filter(|loaded| {
            let has_cycle = |answer: &Answer| answer.live.score.has(cycle);
            loaded.revisions.groove > answer.revisions.groove
                || answer.song.is_none()
                    && has_cycle(loaded)
                    && !has_cycle(answer)
                    && of(loaded) == of(answer)
        });
        loaded.unwrap_or(answer)
    }

    /// The end for the thread that loads projects; one made before is cut off.
    pub(crate) fn load_end(&mut self) -> LoadEnd {
        let (loaded, output) = triple_buffer(&Loaded::default());
        self.loaded = output;
        LoadEnd { loaded, shared: self.shared.clone() }
    }

    /// The end for the thread that reads kits; one made before is cut off.
    pub(crate) fn kit_end(&mut self) -> KitEnd {
        let (end, output) = KitOutput::pair(self.shared.clone());
        self.kit = output;
        end
    }

    /// Has `kit` play the newest kit of the user's own, or none.
    pub fn take_kit(&mut self, kit: &mut Kit) {
        self.kit.hand_to(kit);
    }

    /// Waits until the kit of this `revision` of the project's, or none in its place, is there to be
    /// [taken](Self::take_kit), for `limit` at most, and returns whether it is. For offline rendering only, as [`wait`](Self::wait).
    pub fn wait_for_kit(&mut self, revision: impl Fn() -> u64, limit: Duration) -> bool {
        self.kit.wait(revision, || self.shared.nudge.set(), limit)
    }

    /// Tells the worker which [cycles](engine::Engine::cycles) to have patterns of, and of which groove. Returns
    /// whether the first is another cycle: then there may be another [`answer`](Self::answer).
    pub fn want(&mut self, cycles: [i64; CYCLES], choice: Choice) -> bool {
        let before = self.state.cycles;
        (self.state.cycles, self.state.choice) = (cycles, choice);
        self.publish_state();
        before[0] != cycles[0]
    }

    /// Of which sections of the song the cycles are that are [wanted](Self::want) next.
    pub fn want_of(&mut self, sections: [Option<usize>; CYCLES]) {
        self.state.sections = sections;
    }

    /// What was clicked since the last call, if anything was: a slot, or the live groove.
    pub fn take_click(&mut self) -> Option<Option<u8>> {
        let clicked = self.shared.clicked.load(Ordering::Relaxed);
        let is_new = std::mem::replace(&mut self.clicked, clicked) != clicked;
        is_new.then(|| Choice::from_bits(clicked & 0xf).slot)
    }

    /// What was tapped in the window since the last call, if anything was.
    pub fn take_tap(&mut self) -> Option<Instrument> {
        let tapped = self.shared.tapped.load(Ordering::Relaxed);
        let is_new = std::mem::replace(&mut self.tapped, tapped) != tapped;
        Instrument::from_index((tapped & 0xf) as usize).filter(|_| is_new)
    }

    /// Tells the worker the host's tempo in quarter notes a minute, if it has one.
    pub fn show_tempo(&self, bpm: Option<f64>) {
        let Some(bpm) = bpm else { return };
        self.shared.tempo.store(bpm.to_bits(), Ordering::Relaxed);
    }

    /// Hands the worker what is to be followed from now on.
    pub fn publish_rhythm(&mut self, heard: &RecordedRhythm) {
        self.rhythm.input_buffer_mut().clone_from(heard);
        self.rhythm.publish();
    }

    /// Hands the worker a groove that was tapped.
    pub fn publish_taps(&mut self, pattern: &Pattern) {
        self.sent_taps += 1;
        self.taps.write((self.sent_taps, *pattern));
    }

    /// Waits until the worker has taken what was tapped, for `limit` at most. For offline rendering only, as [`wait`](Self::wait).
    pub fn wait_for_taps(&mut self, limit: Duration) {
        let (shared, sent) = (self.shared.clone(), self.sent_taps);
        let has_come = move |_: &Answer| shared.taken_taps.load(Ordering::Acquire) >= sent;
        self.wait_until(has_come, || NOTHING, limit);
    }

    /// Tells the worker and the window what plays at the playhead; `None` while stopped.
    pub fn show(&mut self, now: Option<Now>) {
        let before = std::mem::replace(&mut self.state.now, now);
        self.publish_state();
        self.shared.repaint.request_repaint_with(before.is_some() || now.is_some());
    }

    fn publish_state(&mut self) {
        self.worker_state.write(self.state);
        self.gui_state.write(self.state);
    }

    /// Tells the window which control keys have acted, and which are held.
    pub fn show_keys(&self, keys: KeyActivity) {
        if keys.struck != 0 {
            self.shared.keys_struck.fetch_or(keys.struck, Ordering::Relaxed);
        }
        let before = self.shared.keys_held.swap(keys.held, Ordering::Relaxed);
        self.shared.repaint.request_repaint_with(keys.struck != 0 || keys.held != before);
    }

    /// Waits until the worker knows the slots as they are at this `revision`, for `limit` at most, and
    /// returns whether it does. For offline rendering only, as [`wait`](Self::wait).
    pub fn wait_for_slots(&mut self, revision: impl Fn() -> u64, limit: Duration) -> bool {
        self.wait_until(|answer| answer.revisions.slots == revision(), || NOTHING, limit)
    }

    /// Waits until the song is there as it is at the revisions of `request`, for `limit` at most, and returns whether it is.
    /// For offline rendering only, as [`wait`](Self::wait).
    pub fn wait_for_song(&mut self, request: impl Fn() -> GrooveRequest, limit: Duration) -> bool {
        let AudioState { cycles, sections, .. } = self.state;
        let needed = move || cycles.into_iter().zip(sections);
        let has_come = |answer: &Answer| answer.answers_song(&request(), needed());
        self.wait_until(has_come, || request().fingerprint(), limit)
    }

    /// Waits until the newest answer holds the patterns of `cycles` for `request`, and the fills if they are needed. The
    /// request is asked for at every poll: a project that is loaded meanwhile needs something else.
    ///
    /// Returns false if the worker has given up on it, or has not answered within `limit`. A worker that gave no sign
    /// of life in all that time is not waited for again until it gives one.
    ///
    /// # Real-time safety
    /// None: it wakes the worker and sleeps. For offline rendering only, where blocks come faster
    /// than patterns can be decoded.
    pub fn wait(
        &mut self,
        request: impl Fn() -> GrooveRequest,
        cycles: &[i64],
        needs_fills: bool,
        limit: Duration,
    ) -> bool {
        let has_come = |answer: &Answer| answer.answers(&request(), cycles, needs_fills);
        self.wait_until(has_come, || request().fingerprint(), limit)
    }

    /// Waits until `has_come`, or the worker has given up on what has this `fingerprint`.
    fn wait_until(
        &mut self,
        has_come: impl Fn(&Answer) -> bool,
        fingerprint: impl Fn() -> u64,
        limit: Duration,
    ) -> bool {
        let mut wait_budget = WaitBudget::new(limit);
        let beat = self.shared.heartbeat.last();
        loop {
            self.update();
            if has_come(self.answer()) {
                return true;
            }
            let failed = self.shared.failed.load(Ordering::Acquire);
            let has_failed = failed != NOTHING && failed == fingerprint();
            let is_lost = self.given_up_at == Some(self.shared.heartbeat.last());
            if has_failed || is_lost {
                return false;
            }
            if wait_budget.is_spent(Instant::now()) {
                self.given_up_at = (beat == self.shared.heartbeat.last()).then_some(beat);
                return false;
            }
            self.shared.nudge.set();
            std::thread::sleep(Duration::from_micros(100));
        }
    }
}
