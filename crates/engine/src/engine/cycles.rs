//! Which cycles a score needs patterns of: those that are about to be played.

use groove::Beats;
use groove::sequencer::{EARLIEST_STEPS, GRID_PER_BEAT, LATEST_STEPS, Shape};

use super::{Engine, following_host, take_playback};
use crate::clock::{Join, Place, Transport, valid_loop};
use crate::timeline::Timeline;
use crate::{CYCLES, Playing};

impl Engine {
    /// The cycles to have patterns of for a block of `frames` samples, were it played now, the most urgent
    /// first: those that it can sound hits of, the cycle that comes next, and the two that time returns to
    /// (where the host's loop starts, or at beat 0 for a host that stands). Fewer than [`CYCLES`] are
    /// followed by the first of them again.
    ///
    /// A cycle is numbered by the shape in force where it is played: until another shape takes over, by
    /// the old one.
    pub fn cycles(&self, transport: &Transport, playing: &Playing, frames: u32) -> [i64; CYCLES] {
        let host = transport;
        let transport = following_host(host, playing);
        let Place { position, beats_per_sample, join } = self.clock.place(&transport);
        let mut playbacks = self.playbacks;
        let frontier = self.frontier.filter(|_| join == Join::Continued);
        take_playback(&mut playbacks, &self.scores, playing, frontier);
        let timeline = Timeline { scores: &self.scores, playbacks: &playbacks };
        let end = position + Beats(f64::from(frames) * beats_per_sample);
        let returns_to = match valid_loop(&transport, beats_per_sample) {
            Some((start, _)) => start,
            None if host.is_playing => position,
            None => Beats(0.0),
        };
        let mut list = List::default();
        // One place is left for where time returns to.
        let step = timeline.steps().longest;
        let in_force = |grid| {
            let mut periods = timeline.periods();
            let period = periods.find(|&(_, _, to)| grid < to);
            let (playback, _, to) = period.expect("the last period has no end");
            (playback.shape, to)
        };
        list.add(in_force, step, position, end, CYCLES - 1);
        // A jump ends all waiting.
        let newest = timeline.newest().shape;
        list.add(|_| (newest, i64::MAX), newest.step(), returns_to, returns_to, CYCLES);
        list.filled()
    }
}

/// Different cycles, in `..len`.
#[derive(Default)]
struct List {
    cycles: [i64; CYCLES],
    len: usize,
}

impl List {
    /// Adds the cycles of which hits can sound from `position` to `end`, and the one after the first,
    /// up to `most` in all. `in_force` is the shape at a grid time and until when it is; a step lasts `step` at most.
    fn add(
        &mut self,
        in_force: impl Fn(i64) -> (Shape, i64),
        step: Beats,
        position: Beats,
        end: Beats,
        most: usize,
    ) {
        let in_clocks = |time: Beats, steps: f64| {
            ((time.0 - steps * step.0) * GRID_PER_BEAT as f64).floor() as i64
        };
        let mut grid = in_clocks(position, LATEST_STEPS);
        let last = in_clocks(end, EARLIEST_STEPS);
        let mut first = None;
        while self.len < most {
            let (shape, to) = in_force(grid);
            let length = shape.cycle_grid();
            let cycle = (grid - shape.origin).div_euclid(length);
            let next = to.min((cycle + 1) * length + shape.origin);
            if !self.cycles[..self.len].contains(&cycle) {
                self.cycles[self.len] = cycle;
                self.len += 1;
            }
            if *first.get_or_insert(cycle) != cycle && next > last {
                return;
            }
            grid = next;
        }
    }

    fn filled(mut self) -> [i64; CYCLES] {
        let first = self.cycles[0];
        self.cycles[self.len..].fill(first);
        self.cycles
    }
}
