//! From which 32nd on something is in force: boundaries, and the playback settings that wait for theirs.

use engine::{Playing, Quantise};
use groove::sequencer::{PlaybackSettings, Shape};

use super::{Drummer, is_doubtful};
use crate::written::{grid, step_beats};

impl Drummer<'_> {
    /// Another feel waits for the next untouched step, another shape for the boundary. While an older one
    /// still has hits to come, a second does not begin.
    pub(super) fn take_playback(&mut self, playing: &Playing, is_new_line: bool) {
        let (newest_from, newest) = *self.playbacks.last().unwrap();
        let wanted = playing.playback;
        if newest == wanted {
            return;
        }
        if is_new_line {
            self.playbacks = vec![(i64::MIN, wanted)];
            return;
        }
        let reached = self.line.unwrap().reached;
        let longest = self.longest_step().max(step_beats(wanted.shape.speed));
        let untouched = self.untouched(reached, longest);
        let is_waiting = self.playbacks.len() > 1 && newest_from >= untouched;
        let boundary = if newest.shape != wanted.shape {
            first_multiple(quantised(playing.quantise, &wanted.shape), untouched)
        } else if is_waiting {
            newest_from
        } else {
            untouched
        };
        if self.playbacks.len() < 2 || newest_from >= boundary {
            self.playbacks.retain(|&(from, _)| from < boundary);
            self.playbacks.push((boundary, wanted));
        }
    }

    /// Playback settings are forgotten once their latest hit has had its time: two steps after the grid time of
    /// their last step, which is a 32nd at least before the first of the next ones.
    pub(super) fn forget_old_readings(&mut self) {
        let Some(line) = self.line else { return };
        let longest = self.longest_step();
        while self.playbacks.len() > 1
            && (self.playbacks[1].0 - 1) as f64 / 8.0 + 2.0 * longest <= line.reached
        {
            self.playbacks.remove(0);
        }
    }

    pub(super) fn playback_at(&self, place: i64) -> PlaybackSettings {
        self.playbacks.iter().rev().find(|&&(from, _)| from <= place).unwrap().1
    }

    pub(super) fn shape(&self) -> Shape {
        self.playbacks.last().unwrap().1.shape
    }

    pub(super) fn longest_step(&self) -> f64 {
        self.playbacks
            .iter()
            .map(|(_, playback)| step_beats(playback.shape.speed))
            .fold(0.0, f64::max)
    }

    pub(super) fn next_boundary(&self, open: i64, quantise: Quantise) -> i64 {
        first_multiple(quantised(quantise, &self.shape()), open)
    }

    /// The first 32nd of which no hit has had its time: none is more than three quarters of a step early.
    pub(super) fn untouched(&mut self, reached: f64, step_beats: f64) -> i64 {
        self.in_32nds(reached + 0.75 * step_beats)
    }

    /// The first 32nd that a choice made now still counts for: half a 16th late it may be.
    pub(super) fn still_open(&mut self, reached: f64) -> i64 {
        self.in_32nds(reached - 0.125)
    }

    pub(super) fn in_32nds(&mut self, time: f64) -> i64 {
        let place = time * 8.0;
        if place != place.round() && is_doubtful(place, place.round()) {
            self.unclear(0);
        }
        place.ceil() as i64
    }
}

pub(super) fn quantised(quantise: Quantise, shape: &Shape) -> i64 {
    match quantise {
        Quantise::Step => 2,
        Quantise::Beat => 8,
        Quantise::Bar => 32,
        Quantise::Cycle => grid(shape.speed, shape.length.steps() as i64),
    }
}

/// The first multiple of `of` from `from` on, by trying.
pub(super) fn first_multiple(of: i64, from: i64) -> i64 {
    (from..from + of).find(|place| place % of == 0).unwrap()
}
