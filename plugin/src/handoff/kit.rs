//! Hands a kit of the user's own to the audio thread, and gets it back to free it.
//!
//! The file thread owns the kit; the audio thread borrows it. What the audio thread has been given is kept here until it has
//! taken something newer and let go of this, so that the audio thread frees nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use kit::{Kit, SampleKit};
use triple_buffer::{Input, Output, triple_buffer};

use super::{Shared, WaitBudget};

/// A kit of the user's own, for the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KitInfo {
    /// Its name and its path; `None` while the built-in kit plays.
    pub loaded: Option<(String, String)>,
    /// Its recordings in memory, in bytes.
    pub bytes: usize,
    /// The instruments that it does not have, by name: the built-in kit plays them.
    pub missing: Vec<&'static str>,
    /// Whether one is being read.
    pub is_loading: bool,
    /// What is wrong with the kit that the project names, in a line for the user.
    pub trouble: Option<String>,
}

/// What the audio thread is to play.
#[derive(Clone, Debug, Default)]
struct KitUpdate {
    /// Counts up.
    number: u64,
    /// The revision of the project's kit that this answers.
    revision: u64,
    samples: Option<Weak<SampleKit>>,
}

/// A kit that the audio thread may play.
struct LentKit {
    /// The update that it came with.
    number: u64,
    /// The audio thread's own, so that its owners can be counted; the recordings in it are shared with other instances.
    lent: Arc<SampleKit>,
    /// Keeps it in the memory that instances share.
    _shared: Arc<SampleKit>,
}

/// The file thread's end.
pub(crate) struct KitEnd {
    updates: Input<KitUpdate>,
    taken: Arc<AtomicU64>,
    number: u64,
    lent: Vec<LentKit>,
    shared: Arc<Shared>,
}

impl KitEnd {
    /// Hands the audio thread a kit, or the built-in one, as the answer to this `revision` of the project's kit.
    pub(crate) fn publish(&mut self, revision: u64, kit: Option<Arc<SampleKit>>) {
        self.number += 1;
        let lent = kit.map(|shared| {
            let lent = Arc::new(SampleKit::clone(&shared));
            LentKit { number: self.number, lent, _shared: shared }
        });
        let samples = lent.as_ref().map(|kit| Arc::downgrade(&kit.lent));
        self.lent.extend(lent);
        self.updates.write(KitUpdate { number: self.number, revision, samples });
    }

    /// Tells the window.
    pub(crate) fn show(&self, info: KitInfo) {
        *self.shared.kit.lock() = Arc::new(info);
        self.shared.repaint.request_repaint();
    }

    /// What the window was told last.
    pub(crate) fn shown(&self) -> KitInfo {
        KitInfo::clone(&self.shared.kit.lock())
    }

    /// Frees what the audio thread has let go of. Returns whether there is something that it has not.
    pub(crate) fn reclaim(&mut self) -> bool {
        let taken = self.taken.load(Ordering::Acquire);
        self.lent.retain(|kit| kit.number >= taken || Arc::strong_count(&kit.lent) > 1);
        self.lent.iter().any(|kit| kit.number < self.number)
    }
}

/// The audio thread's end.
pub(super) struct KitOutput {
    updates: Output<KitUpdate>,
    /// The number of the update that was taken last.
    taken: Arc<AtomicU64>,
}

impl KitOutput {
    /// Both ends.
    pub(super) fn pair(shared: Arc<Shared>) -> (KitEnd, Self) {
        let (input, output) = triple_buffer(&KitUpdate::default());
        let taken = Arc::<AtomicU64>::default();
        let end =
            KitEnd { updates: input, taken: taken.clone(), number: 0, lent: Vec::new(), shared };
        (end, Self { updates: output, taken })
    }

    /// Has `kit` play what came last, once it can: see [`Kit::set_samples`].
    pub(super) fn hand_to(&mut self, kit: &mut Kit) {
        let KitUpdate { number, samples, .. } = self.updates.read();
        if self.taken.load(Ordering::Relaxed) == *number {
            return;
        }
        // What came last is owned at the other end, so that neither of these is its last owner.
        let samples = samples.as_ref().and_then(Weak::upgrade);
        if kit.set_samples(samples.as_ref()) {
            self.taken.store(*number, Ordering::Release);
        }
    }

    /// Waits until the answer to the `revision` as it is then has come, for `limit` at most; returns whether it has. For
    /// offline rendering only: it sleeps.
    pub(super) fn wait(
        &mut self,
        revision: impl Fn() -> u64,
        nudge: impl Fn(),
        limit: Duration,
    ) -> bool {
        let mut budget = WaitBudget::new(limit);
        while self.updates.read().revision != revision() {
            if budget.is_spent(Instant::now()) {
                return false;
            }
            nudge();
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use groove::Instrument;
    use kit::{Region, Sound};

    use super::*;
    use crate::handoff::handoff;

    fn samples() -> Arc<SampleKit> {
        let sound = Arc::new(Sound::new(48_000.0, 1, vec![0.5; 48_000]).unwrap());
        let region = Region {
            articulation: groove::Articulation::Plain,
            sound,
            velocity: (0.0, 1.0),
            gain: 1.0,
            exponent: 0.0,
            pan: 0.0,
            speed: 1.0,
            turn: (1, 0),
            chance: (0.0, 1.0),
        };
        let mut kit = SampleKit { gain: 1.0, ..SampleKit::default() };
        kit.pads[Instrument::Kick.index()].regions.push(region);
        Arc::new(kit)
    }

    fn render(kit: &mut Kit, frames: usize) {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        kit.render(&mut left, &mut right);
    }

    #[test]
    fn a_kit_is_freed_at_this_end_once_it_has_faded_at_the_other() {
        let (mut audio, ..) = handoff();
        let (mut end, mut kit) = (audio.kit_end(), Kit::new(48_000.0));
        let [first, second] = [samples(), samples()];
        let left = [&first, &second].map(Arc::downgrade);
        let is_there = |i: usize| left[i].strong_count() > 0;
        end.publish(1, Some(first));
        audio.take_kit(&mut kit);
        kit.trigger(Instrument::Kick, 1.0);
        render(&mut kit, 100);
        end.publish(2, Some(second));
        // Not taken yet.
        assert!(end.reclaim() && is_there(0) && is_there(1));
        audio.take_kit(&mut kit);
        // It fades.
        render(&mut kit, 16);
        assert!(end.reclaim() && is_there(0));
        render(&mut kit, 48_000);
        assert!(!end.reclaim() && !is_there(0) && is_there(1));
        end.publish(3, None);
        audio.take_kit(&mut kit);
        render(&mut kit, 48_000);
        assert!(!end.reclaim() && !is_there(1));
    }

    #[test]
    fn kits_that_come_faster_than_blocks_are_skipped_and_freed() {
        let (mut audio, ..) = handoff();
        let (mut end, mut kit) = (audio.kit_end(), Kit::new(48_000.0));
        let all: Vec<_> = (0..5).map(|_| samples()).collect();
        let left: Vec<_> = all.iter().map(Arc::downgrade).collect();
        all.into_iter().for_each(|samples| end.publish(1, Some(samples)));
        audio.take_kit(&mut kit);
        assert!(!end.reclaim());
        let there: Vec<bool> = left.iter().map(|samples| samples.strong_count() > 0).collect();
        assert_eq!(there, [false, false, false, false, true]);
    }

    #[test]
    fn a_bounce_waits_for_the_answer_to_the_kit_that_the_project_names_then() {
        let (mut audio, ..) = handoff();
        let mut end = audio.kit_end();
        assert!(audio.wait_for_kit(|| 0, Duration::ZERO), "a new instance names none");
        assert!(!audio.wait_for_kit(|| 1, Duration::from_millis(5)));
        let answers = std::thread::spawn(move || {
            end.publish(1, None);
            end.publish(2, Some(samples()));
            end
        });
        assert!(audio.wait_for_kit(|| 2, Duration::from_secs(60)));
        drop(answers.join().unwrap());
    }
}
