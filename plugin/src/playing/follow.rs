//! Records the rhythm of incoming notes on the grid of the pattern.
//!
//! Runs on the audio thread. It holds one cycle: each step is cleared when time reaches it and then
//! takes the notes played there, so the steps still to come hold the notes of the cycle before.

use groove::sequencer::Shape;
use groove::{Bar, Beats, Hit, Instrument, Pattern};

use crate::handoff::RecordedRhythm;
use crate::state::fingerprint::fingerprint;

/// The rhythm is handed to the worker this many steps before the end of a cycle, a quarter of a
/// second at 120 BPM, so that the network can answer in time for the next cycle.
const LEAD_STEPS: i64 = 2;

/// The rhythm played in the last cycle.
#[derive(Clone, Debug)]
pub(crate) struct Follower {
    recorded: Pattern,
    shape: Shape,
    /// The step that time has reached, rounded to the nearest.
    reached: Option<i64>,
    /// The last step cleared: notes of a block come before time reaches their steps.
    cleared: i64,
}

impl Follower {
    pub(crate) const fn new() -> Self {
        let shape = Shape {
            length: groove::sequencer::Length::Four,
            start: 0,
            speed: groove::sequencer::Speed::Normal,
            bar: Bar::COMMON,
            origin: 0,
        };
        Self { recorded: Pattern::EMPTY, shape, reached: None, cleared: 0 }
    }

    /// Clears the recording.
    pub(crate) fn forget(&mut self) {
        *self = Self::new();
    }

    /// Advances to `time` in a pattern played with `shape`. Near the end of a cycle with at least
    /// one note, or of the host's loop `looped`, returns the rhythm to follow from there on.
    pub(crate) fn pass(
        &mut self,
        time: Beats,
        shape: &Shape,
        looped: Option<(Beats, Beats)>,
    ) -> Option<RecordedRhythm> {
        if self.shape != *shape {
            *self = Self { recorded: Pattern::empty(shape.bar), shape: *shape, ..Self::new() };
        }
        let nearest = |time: Beats| (shape.steps_to(time) + 0.5).floor() as i64;
        let step = nearest(time);
        let Some(before) = self.reached.replace(step) else {
            self.cleared = step;
            return None;
        };
        let length = shape.steps() as i64;
        let looped = looped.map(|(start, end)| (nearest(start), nearest(end)));
        // Whether a block of any length passes LEAD_STEPS before an end.
        let is_near_end = |from: i64, to: i64| {
            let (from, to) = (from + LEAD_STEPS, to + LEAD_STEPS);
            shape.cycle(from) != shape.cycle(to)
                || looped.is_some_and(|(_, end)| from < end && end <= to)
        };
        if let Some((start, end)) = looped
            && (start..before).contains(&step)
            && before <= end
            && end - start <= length
        {
            self.clear_up_to(end - 1);
            let rhythm = self.rhythm().filter(|_| is_near_end(before, end));
            self.cleared = start - 1;
            self.clear_up_to(step);
            return rhythm;
        }
        if step <= before || step - before > length {
            // After a jump the notes recorded at each place stay.
            self.cleared = if step == before { self.cleared } else { step };
            return None;
        }
        self.clear_up_to(step);
        self.rhythm().filter(|_| is_near_end(before, step))
    }

    /// Records a hit of `instrument` at `time`, which is in the block that begins where time has
    /// come to.
    pub(crate) fn strike(&mut self, time: Beats, instrument: Instrument, velocity: f32) {
        let place = self.shape.steps_to(time);
        let step = (place + 0.5).floor();
        let hit = Hit::new(velocity, (place - step) as f32);
        self.clear_up_to(step as i64);
        self.recorded.set(self.shape.in_cycle(step as i64), instrument, Some(hit));
    }

    fn clear_up_to(&mut self, step: i64) {
        let length = self.shape.steps() as i64;
        let from = self.cleared.saturating_add(1).max(step.saturating_sub(length));
        for passed in from..=step {
            for instrument in Instrument::ALL {
                self.recorded.set(self.shape.in_cycle(passed), instrument, None);
            }
        }
        self.cleared = self.cleared.max(step);
    }

    /// The recorded cycle as a whole pattern; only the part that `shape` plays was recorded.
    fn rhythm(&self) -> Option<RecordedRhythm> {
        let mut pattern = Pattern::empty(self.shape.bar);
        for step in 0..pattern.steps() {
            let place = (usize::from(self.shape.start) + step) % pattern.steps();
            for instrument in Instrument::ALL {
                let hit = self.recorded.hit(self.shape.in_cycle(step as i64), instrument);
                pattern.set(place, instrument, hit);
            }
        }
        (self.recorded.count() > 0)
            .then(|| RecordedRhythm { id: Some(fingerprint(&pattern)), pattern })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::sequencer::{Length, Speed};

    const WHOLE: Shape =
        Shape { length: Length::Four, start: 0, speed: Speed::Normal, bar: Bar::COMMON, origin: 0 };

    /// Passes from `from` to `to` beats in steps of a 50th, striking `strikes` on the way.
    fn follow(
        follower: &mut Follower,
        shape: &Shape,
        (from, to): (f64, f64),
        strikes: &[(f64, Instrument)],
    ) -> Vec<(f64, Pattern)> {
        let mut handed = Vec::new();
        let blocks = ((to - from) * 50.0).round() as usize;
        for block in 0..blocks {
            let (start, end) = (from + block as f64 / 50.0, from + (block + 1) as f64 / 50.0);
            if let Some(heard) = follower.pass(Beats(start), shape, None) {
                assert_eq!(heard.id, Some(fingerprint(&heard.pattern)));
                handed.push((start, heard.pattern));
            }
            for &(at, instrument) in strikes.iter().filter(|(at, _)| (start..end).contains(at)) {
                follower.strike(Beats(at), instrument, 0.8);
            }
        }
        handed
    }

    #[test]
    fn a_rhythm_is_handed_on_before_its_cycle_ends_where_it_was_played() {
        let mut follower = Follower::new();
        let strikes =
            [(1.02, Instrument::Kick), (2.0, Instrument::Snare), (3.97, Instrument::Kick)];
        let handed = follow(&mut follower, &WHOLE, (0.0, 16.0), &strikes);
        let [(at, pattern)] = handed[..] else { panic!("{handed:?}") };
        assert!((15.3..15.5).contains(&at), "{at}");
        assert_eq!(pattern.count(), 3);
        let kick = pattern.hit(4, Instrument::Kick).unwrap();
        assert!((kick.micro_offset() - 0.08).abs() < 1e-3);
        assert!(pattern.hit(16, Instrument::Kick).unwrap().micro_offset() < 0.0);
    }

    #[test]
    fn what_is_played_over_is_forgotten_and_silence_hands_nothing_on() {
        let mut follower = Follower::new();
        follow(&mut follower, &WHOLE, (0.0, 16.0), &[(1.0, Instrument::Kick)]);
        let handed = follow(&mut follower, &WHOLE, (16.0, 32.0), &[(20.0, Instrument::Snare)]);
        let tokens = handed[0].1.tokens();
        assert_eq!((tokens[4].count(), tokens[16].count()), (0, 1));
        assert_eq!(follow(&mut follower, &WHOLE, (32.0, 64.0), &[]), []);
    }

    #[test]
    fn one_bar_is_heard_as_a_whole_pattern_of_it() {
        let shape = Shape {
            length: Length::One,
            start: 16,
            speed: Speed::Half,
            bar: Bar::COMMON,
            origin: 0,
        };
        let mut follower = Follower::new();
        let handed = follow(&mut follower, &shape, (0.0, 8.0), &[(4.0, Instrument::Snare)]);
        let steps: Vec<usize> = handed[0].1.iter().map(|(step, ..)| step).collect();
        assert_eq!(steps, [8, 24, 40, 56]); // half of a bar that takes two
    }

    #[test]
    fn a_jump_hands_nothing_on() {
        let mut follower = Follower::new();
        follow(&mut follower, &WHOLE, (0.0, 8.0), &[(1.0, Instrument::Kick)]);
        assert_eq!(follower.pass(Beats(100.0), &WHOLE, None), None);
        assert_eq!(follower.pass(Beats(3.0), &WHOLE, None), None);
        assert_eq!(follow(&mut follower, &WHOLE, (3.0, 15.7), &[]).len(), 1);
    }

    #[test]
    fn a_loop_shorter_than_the_cycle_hands_on_its_rhythm_at_every_pass() {
        // The loop ends within a block, in the last one some steps before.
        for beats_per_block in [0.02, 0.3, 1.5] {
            let mut follower = Follower::new();
            let (start, end) = (20.0, 24.0);
            let looped = Some((Beats(start), Beats(end)));
            let mut handed: [Vec<Pattern>; 4] = Default::default();
            let mut time = 0.0;
            while time < 16.0 {
                let pass = (time / 4.0) as usize;
                let at = start + time % 4.0;
                if let Some(heard) = follower.pass(Beats(at), &WHOLE, looped) {
                    // Handed on at once after the loop's end, it is of the pass before.
                    let is_late = at - start < beats_per_block;
                    handed[if is_late { pass - 1 } else { pass }].push(heard.pattern);
                }
                // Its first beat in the first pass, its second in all.
                let strikes = [(0.0, Instrument::Kick), (5.0, Instrument::Snare)];
                for (strike, instrument) in strikes.into_iter().chain([(1.0, Instrument::Snare)]) {
                    if (time..time + beats_per_block).contains(&strike) {
                        follower.strike(Beats(start + strike % 4.0), instrument, 0.8);
                    }
                }
                time += beats_per_block;
            }
            let steps = |pass: usize| {
                handed[pass]
                    .iter()
                    .map(|pattern| pattern.iter().map(|(step, ..)| step).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            };
            assert_eq!(steps(0), [[16, 20]], "{beats_per_block}");
            assert_eq!(steps(1), [[20]], "{beats_per_block}");
            assert_eq!(steps(2).len(), 0, "{beats_per_block}: silence");
        }
    }
}
