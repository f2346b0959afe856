//! Which cycles a score needs patterns of: those that are about to be played.

use groove::Beats;
use groove::sequencer::{EARLIEST_STEPS, GRID_PER_BEAT, LATEST_STEPS, PlaybackSettings};

use super::{Engine, PlaybackChanges, following_host, longest_step, take_playback};
use crate::clock::{Join, Place, Transport, valid_loop};
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
        take_playback(&mut playbacks, playing, frontier);
        let end = position + Beats(f64::from(frames) * beats_per_sample);
        let returns_to = match valid_loop(&transport, beats_per_sample) {
            Some((start, _)) => start,
            None if host.is_playing => position,
            None => Beats(0.0),
        };
        let mut list = List::default();
        // One place is left for where time returns to.
        list.add(&playbacks, position, end, CYCLES - 1);
        // A jump ends all waiting.
        let newest = PlaybackChanges::new(*playbacks.newest());
        list.add(&newest, returns_to, returns_to, CYCLES);
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
    /// up to `most` in all.
    fn add(&mut self, playbacks: &PlaybackChanges, position: Beats, end: Beats, most: usize) {
        let step = longest_step(playbacks).0;
        let in_32nds = |time: Beats, steps: f64| {
            ((time.0 - steps * step) * GRID_PER_BEAT as f64).floor() as i64
        };
        let mut grid = in_32nds(position, LATEST_STEPS);
        let last = in_32nds(end, EARLIEST_STEPS);
        let mut first = None;
        while self.len < most {
            let (cycle, next) = cycle_at(playbacks, grid);
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

/// The cycle that grid time `grid` belongs to, and where the next one begins.
fn cycle_at(playbacks: &PlaybackChanges, grid: i64) -> (i64, i64) {
    let (playback, _, to): (&PlaybackSettings, _, _) =
        playbacks.periods().find(|&(_, _, to)| grid < to).expect("the last period has no end");
    let length = playback.shape.cycle_grid();
    let cycle = grid.div_euclid(length);
    (cycle, to.min((cycle + 1) * length))
}
