//! From which clock on something is in force: boundaries, and the playback settings that wait for theirs.

use engine::{Playing, Quantise};
use groove::Bar;
use groove::sequencer::{PlaybackSettings, Shape, Speed};

use super::{Drummer, is_doubtful};
use crate::host::Score;
use crate::written::{beats, cycle_steps, length, step_beats, stretch};

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
        let bars = self.in_force.scores.iter().map(|score| self.bar_of(score.score));
        let steps = bars.map(|bar| step_beats(&wanted.shape.of_bar(bar)));
        let longest = steps.fold(self.longest_step(), f64::max);
        let untouched = self.untouched(reached, longest);
        let is_waiting = self.playbacks.len() > 1 && newest_from >= untouched;
        let has_other_shape = newest.shape != Shape { origin: newest.shape.origin, ..wanted.shape };
        let boundary = if has_other_shape {
            let shape = wanted.shape.of_bar(self.bar_of(self.newest_score()));
            first_boundary(playing.quantise, &shape, untouched)
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

    /// Playback settings and scores are forgotten once their latest hit has had its time: two steps after the grid
    /// time of their last step, which is a 32nd at least before the first of the next ones, or a clock if some steps lie
    /// beside the 32nds.
    pub(super) fn forget_what_is_over(&mut self) {
        let Some(line) = self.line else { return };
        let longest = self.longest_step();
        let is_on_32nds = |(playback, ..): &(PlaybackSettings, i64, i64)| {
            length(&playback.shape, 1) % 3 == 0 && playback.shape.origin % 3 == 0
        };
        let are_32nds = self.periods().iter().all(is_on_32nds);
        let apart = if are_32nds { 3 } else { 1 };
        let is_over = |next: i64| (next - apart) as f64 / 24.0 + 2.0 * longest <= line.reached;
        while self.playbacks.len() > 1 && is_over(self.playbacks[1].0) {
            self.playbacks.remove(0);
            self.playbacks[0].0 = i64::MIN;
        }
        let scores = &mut self.in_force.scores;
        while scores.len() > 1 && is_over(scores[1].from) {
            scores.remove(0);
            scores[0].from = i64::MIN;
        }
    }

    /// The bars of what a score plays.
    pub(super) fn bar_of(&self, score: Score) -> Bar {
        self.patterns[score.pattern(0)].bar()
    }

    /// The playback settings, for the bars of the score, in force from one clock up to another.
    pub(super) fn periods(&self) -> Vec<(PlaybackSettings, i64, i64)> {
        let mut periods = Vec::new();
        for (place, &(begins, playback)) in self.playbacks.iter().enumerate() {
            let ends = self.playbacks.get(place + 1).map_or(i64::MAX, |&(next, _)| next);
            for (place, score) in self.in_force.scores.iter().enumerate() {
                let next = self.in_force.scores.get(place + 1).map_or(i64::MAX, |next| next.from);
                let (begins, ends) = (begins.max(score.from), ends.min(next));
                if begins < ends {
                    let shape = playback.shape.of_bar(self.bar_of(score.score));
                    periods.push((PlaybackSettings { shape, ..playback }, begins, ends));
                }
            }
        }
        periods
    }

    pub(super) fn playback_at(&self, place: i64) -> PlaybackSettings {
        let periods = self.periods();
        periods.into_iter().find(|&(_, begins, ends)| begins <= place && place < ends).unwrap().0
    }

    /// The shape that `score` is to be played in.
    pub(super) fn shape_of(&self, score: Score) -> Shape {
        self.playbacks.last().unwrap().1.shape.of_bar(self.bar_of(score))
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape_of(self.newest_score())
    }

    pub(super) fn longest_step(&self) -> f64 {
        let periods = self.periods();
        periods.iter().map(|(playback, ..)| step_beats(&playback.shape)).fold(0.0, f64::max)
    }

    /// The first 32nd of which no hit has had its time: none is more than three quarters of a step early.
    pub(super) fn untouched(&mut self, reached: f64, step_beats: f64) -> i64 {
        self.first_thirty_second(reached + 0.75 * step_beats)
    }

    /// The first 32nd that a choice made now still counts for: half a 16th late it may be.
    pub(super) fn still_open(&mut self, reached: f64) -> i64 {
        self.first_thirty_second(reached - 0.125)
    }

    /// In clocks, as all places are.
    pub(super) fn first_thirty_second(&mut self, time: f64) -> i64 {
        let place = time * 8.0;
        if place != place.round() && is_doubtful(place, place.round()) {
            self.unclear(0);
        }
        place.ceil() as i64 * 3
    }
}

/// The first place from `from` on at which what is played in `shape` may change, by trying.
pub(super) fn first_boundary(quantise: Quantise, shape: &Shape, from: i64) -> i64 {
    let starts = beats(shape.bar.metre());
    let bar = *starts.last().unwrap();
    let is_boundary = |place: i64| match quantise {
        Quantise::Step => place % length(&Shape { speed: Speed::Normal, ..*shape }, 1) == 0,
        Quantise::Beat => starts.contains(&place.rem_euclid(bar)),
        Quantise::Bar => place % bar == 0,
        Quantise::Cycle => place % length(shape, cycle_steps(shape)) == 0,
    };
    (from..).find(|&place| is_boundary(place - shape.origin)).unwrap()
}

/// The first place from `from` on at which a beat, or a bar, of what is played in `shape` begins.
pub(super) fn first_played(shape: &Shape, is_bar: bool, from: i64) -> i64 {
    let starts = beats(shape.bar.metre());
    let bar = *starts.last().unwrap();
    let begins = |place: i64| {
        let written = place as f64 / stretch(shape.speed);
        let of_bar = (written as i64).rem_euclid(bar);
        written.fract() == 0.0 && if is_bar { of_bar == 0 } else { starts.contains(&of_bar) }
    };
    (from..).find(|&place| begins(place - shape.origin)).unwrap()
}
