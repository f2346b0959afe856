//! Records the rhythm of incoming notes on the grid of the pattern.
//!
//! Runs on the audio thread. It holds one cycle: each step is cleared when time reaches it and then
//! takes the notes played there, so the steps still to come hold the notes of the cycle before.

use groove::sequencer::Shape;
use groove::{Beats, Hit, Instrument, Pattern, STEPS};

use crate::handoff::Heard;
use crate::state::fingerprint::fingerprint;

/// The rhythm is handed to the worker this many steps before the end of a cycle, a quarter of a
/// second at 120 BPM, so that the network can answer in time for the next cycle.
const LEAD_STEPS: i64 = 2;

/// The rhythm played in the last cycle.
#[derive(Clone, Debug)]
pub(crate) struct Follower {
    heard: Pattern,
    shape: Shape,
    /// The step that time has reached, rounded to the nearest.
    reached: Option<i64>,
}

impl Follower {
    pub(crate) const fn new() -> Self {
        let shape = Shape {
            length: groove::sequencer::Length::Four,
            start: 0,
            speed: groove::sequencer::Speed::Normal,
        };
        Self { heard: Pattern::EMPTY, shape, reached: None }
    }

    /// Clears the recording.
    pub(crate) fn forget(&mut self) {
        *self = Self::new();
    }

    /// Advances to `time` in a pattern played with `shape`. Near the end of a cycle with at least
    /// one note, returns the rhythm to follow from the next cycle on.
    pub(crate) fn pass(&mut self, time: Beats, shape: &Shape) -> Option<Heard> {
        if self.shape != *shape {
            self.forget();
            self.shape = *shape;
        }
        let step = (shape.speed.steps(time) + 0.5).floor() as i64;
        let before = self.reached.replace(step)?;
        let length = shape.length.steps() as i64;
        if step <= before || step - before > length {
            return None; // a jump: what was heard at each place stays
        }
        (before + 1..=step).for_each(|passed| self.clear(passed));
        // Crossed within a block of any length: the cycle of the step that is LEAD_STEPS later.
        let is_near_end = shape.cycle(before + LEAD_STEPS) != shape.cycle(step + LEAD_STEPS);
        (is_near_end && self.heard.count() > 0).then(|| self.rhythm())
    }

    /// Records a hit of `instrument` at `time`.
    pub(crate) fn strike(&mut self, time: Beats, instrument: Instrument, velocity: f32) {
        let place = self.shape.speed.steps(time);
        let step = (place + 0.5).floor();
        let hit = Hit::new(velocity, (place - step) as f32);
        self.heard.set(self.shape.in_cycle(step as i64), instrument, Some(hit));
    }

    fn clear(&mut self, step: i64) {
        for instrument in Instrument::ALL {
            self.heard.set(self.shape.in_cycle(step), instrument, None);
        }
    }

    /// The recorded cycle as a whole pattern; the part of it that `shape` plays is what was
    /// recorded.
    fn rhythm(&self) -> Heard {
        let mut pattern = Pattern::EMPTY;
        for step in 0..STEPS {
            let place = (usize::from(self.shape.start) + step) % STEPS;
            for instrument in Instrument::ALL {
                let hit = self.heard.hit(self.shape.in_cycle(step as i64), instrument);
                pattern.set(place, instrument, hit);
            }
        }
        Heard { id: Some(fingerprint(&pattern)), pattern }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::sequencer::{Length, Speed};

    const WHOLE: Shape = Shape { length: Length::Four, start: 0, speed: Speed::Normal };

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
            if let Some(heard) = follower.pass(Beats(start), shape) {
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
        let shape = Shape { length: Length::One, start: 16, speed: Speed::Half };
        let mut follower = Follower::new();
        let handed = follow(&mut follower, &shape, (0.0, 8.0), &[(4.0, Instrument::Snare)]);
        let steps: Vec<usize> = handed[0].1.iter().map(|(step, ..)| step).collect();
        assert_eq!(steps, [8, 24, 40, 56]); // half of a bar that takes two
    }

    #[test]
    fn a_jump_hands_nothing_on() {
        let mut follower = Follower::new();
        follow(&mut follower, &WHOLE, (0.0, 8.0), &[(1.0, Instrument::Kick)]);
        assert_eq!(follower.pass(Beats(100.0), &WHOLE), None);
        assert_eq!(follower.pass(Beats(3.0), &WHOLE), None);
        assert_eq!(follow(&mut follower, &WHOLE, (3.0, 15.7), &[]).len(), 1);
    }
}
