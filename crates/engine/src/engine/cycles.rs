//! Which cycles a score needs patterns of: those that are about to be played.

use groove::Beats;
use groove::sequencer::{EARLIEST_STEPS, LATEST_STEPS, Shape};

use super::{Engine, Followed, following_host};
use crate::clock::{Join, Place, Transport, valid_loop};
use crate::song::clock_at;
use crate::timeline::{Timeline, in_passage};
use crate::{CYCLES, Passage, Playing, Song};

/// A cycle that is about to be played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// Its number.
    pub cycle: i64,
    /// The section of the song that it is of.
    pub section: Option<usize>,
}

/// What is in force at a grid time: the shape, the section of the song, and until when.
type InForce = (Shape, Option<usize>, i64);

impl Engine {
    /// The cycles to have patterns of for a block of `frames` samples, were it played now, the most urgent
    /// first: those that it can sound hits of, the cycle that comes next, and the two that time returns to
    /// (where the host's loop starts, or at beat 0 for a host that stands). Fewer than [`CYCLES`] are
    /// followed by the first of them again.
    ///
    /// A cycle is numbered by the shape in force where it is played: until another shape takes over, by
    /// the old one. Where a `song` is followed, it is numbered from where its section begins.
    pub fn cycles(
        &self,
        transport: &Transport,
        playing: &Playing,
        song: Option<&Song>,
        frames: u32,
    ) -> [Needed; CYCLES] {
        let host = transport;
        let song = song.filter(|_| self.followed.is_some());
        let transport = following_host(host, playing);
        let Place { position, beats_per_sample, join } = self.clock.place(&transport);
        let frontier = self.frontier.filter(|_| join == Join::Continued);
        let playbacks = self.with_playback(song, playing, frontier);
        let timeline = Timeline { scores: &self.scores, playbacks: &playbacks, song };
        let end = position + Beats(f64::from(frames) * beats_per_sample);
        let returns_to = match valid_loop(&transport, beats_per_sample) {
            Some((start, _)) => start,
            None if host.is_playing => position,
            None => Beats(0.0),
        };
        let of_song = |song: &Song, grid| -> InForce {
            let passage = song.at(grid);
            let bar = song.score(&passage).0.bar();
            let shape = in_passage(playbacks.at(grid).shape.of_bar(bar), Some(&passage));
            (shape, passage.section, passage.end)
        };
        let mut list = List::default();
        // One place is left for where time returns to.
        let step = timeline.steps().longest;
        let led = self.followed.filter(|_| frontier.is_some()).map(Followed::led);
        let in_force = |grid| {
            let of_score = |most| {
                let mut periods = timeline.periods();
                let period = periods.find(|&(_, _, to)| grid < to);
                let (playback, _, to) = period.expect("the last period has no end");
                let section = self.passage_at(grid).and_then(|passage: Passage| passage.section);
                (playback.shape, section, to.min(most))
            };
            match (song, led) {
                (None, _) => of_score(i64::MAX),
                (Some(song), Some(led)) if grid < song.at(led).end => of_score(song.at(led).end),
                (Some(song), _) => of_song(song, grid),
            }
        };
        list.add(in_force, step, position, end, CYCLES - 1);
        // A jump ends all waiting.
        let newest = timeline.newest().shape;
        let after_jump = |grid| match song {
            Some(song) => of_song(song, grid),
            None => (newest, None, i64::MAX),
        };
        let step = if song.is_some() { step } else { newest.step() };
        list.add(after_jump, step, returns_to, returns_to, CYCLES);
        list.filled()
    }
}

/// Different cycles, in `..len`.
#[derive(Default)]
struct List {
    cycles: [Needed; CYCLES],
    len: usize,
}

impl List {
    /// Adds the cycles of which hits can sound from `position` to `end`, and the one after the first,
    /// up to `most` in all. `in_force` is what is in force at a grid time; a step lasts `step` at most.
    fn add(
        &mut self,
        in_force: impl Fn(i64) -> InForce,
        step: Beats,
        position: Beats,
        end: Beats,
        most: usize,
    ) {
        let in_clocks = |time: Beats, steps: f64| clock_at(time - Beats(steps * step.0));
        let mut grid = in_clocks(position, LATEST_STEPS);
        let last = in_clocks(end, EARLIEST_STEPS);
        let mut first = None;
        while self.len < most {
            let (shape, section, to) = in_force(grid);
            let length = shape.cycle_grid();
            let cycle = (grid - shape.origin).div_euclid(length);
            let next = to.min((cycle + 1) * length + shape.origin);
            let needed = Needed { cycle, section };
            if !self.cycles[..self.len].contains(&needed) {
                self.cycles[self.len] = needed;
                self.len += 1;
            }
            if *first.get_or_insert(needed) != needed && next > last {
                return;
            }
            grid = next;
        }
    }

    fn filled(mut self) -> [Needed; CYCLES] {
        let first = self.cycles[0];
        self.cycles[self.len..].fill(first);
        self.cycles
    }
}
