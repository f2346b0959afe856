//! From which clock on something is in force: boundaries, and the playback settings that wait for theirs.

use engine::{Playing, Quantise};
use groove::Bar;
use groove::sequencer::{PlaybackSettings, Shape, Speed};

use super::{Drummer, is_doubtful};
use crate::case::Score;
use crate::songs::Place;
use crate::written::{ScoreInForce, beats, cycle_steps, length, step_beats, stretch};

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
        let bars = self.bars_in_force();
        let steps = bars.into_iter().map(|bar| step_beats(&wanted.shape.of_bar(bar)));
        let longest = steps.fold(self.longest_step(), f64::max);
        let untouched = self.untouched(reached, longest);
        let is_waiting = self.playbacks.len() > 1 && newest_from >= untouched;
        let has_other_shape = newest.shape != Shape { origin: newest.shape.origin, ..wanted.shape };
        let boundary = if has_other_shape {
            // In a song, and up to it, what plays there counts.
            let is_of_song = self.followed.is_some() || self.in_force.at(untouched).place.is_some();
            let score = (!is_of_song).then(|| self.newest_score());
            let (boundary, ends, _) =
                self.boundary(wanted.shape, playing.quantise, score, untouched);
            boundary.min(ends)
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
        let is_on_32nds = |shape: &Shape| length(shape, 1) % 3 == 0 && shape.origin % 3 == 0;
        // Sections begin on 8ths.
        let are_32nds = if self.followed.is_some() {
            let of_songs = self.shapes_of_songs();
            let plain = self.plain_periods();
            of_songs.iter().chain(&plain).all(is_on_32nds)
        } else {
            let periods =
                self.periods(line.reached as i64 * 24 - 200, line.reached as i64 * 24 + 200);
            periods.iter().all(|(playback, ..)| is_on_32nds(&playback.shape))
        };
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
    pub(super) fn periods(&self, first: i64, last: i64) -> Vec<(PlaybackSettings, i64, i64)> {
        let mut periods = Vec::new();
        for (place, &(begins, playback)) in self.playbacks.iter().enumerate() {
            let ends = self.playbacks.get(place + 1).map_or(i64::MAX, |&(next, _)| next);
            for (place, score) in self.in_force.scores.iter().enumerate() {
                let next = self.in_force.scores.get(place + 1).map_or(i64::MAX, |next| next.from);
                let (mut begins, ends) = (begins.max(score.from), ends.min(next));
                if score.song.is_some() {
                    begins = begins.max(first);
                }
                while begins < ends && begins < last {
                    let (playback, until) = self.played_at(playback, begins);
                    let until = until.min(ends);
                    periods.push((playback, begins, until));
                    begins = until;
                }
            }
        }
        periods
    }

    /// The first boundary from `from` on in `shape` for a score, or for what plays there; where a song goes on to another
    /// part; and where in it that is.
    pub(super) fn boundary(
        &self,
        shape: Shape,
        quantise: Quantise,
        score: Option<Score>,
        from: i64,
    ) -> (i64, i64, Option<Place>) {
        let sounding = self.in_force.at(from);
        let score = score.unwrap_or(sounding.score);
        let origin = sounding.place.map_or(shape.origin, |place| place.begins);
        let played = Shape { origin, ..shape.of_bar(self.bar_of(score)) };
        let boundary = first_boundary(quantise, &played, from);
        let ends = sounding.place.map_or(i64::MAX, |place| place.ends.max(from));
        match self.followed {
            Some((_, changed)) if from < changed && changed < boundary.min(ends) => {
                self.boundary(shape, quantise, Some(score), changed)
            }
            _ => (boundary, ends, sounding.place),
        }
    }

    pub(super) fn playback_at(&self, place: i64) -> PlaybackSettings {
        let playback = self.playbacks.iter().rev().find(|&&(from, _)| from <= place).unwrap().1;
        self.played_at(playback, place).0
    }

    /// These settings for what plays at a place, and up to where it does.
    fn played_at(&self, playback: PlaybackSettings, place: i64) -> (PlaybackSettings, i64) {
        let sounding = self.in_force.at(place);
        let mut shape = playback.shape.of_bar(self.bar_of(sounding.score));
        shape.origin = sounding.place.map_or(shape.origin, |place| place.begins);
        (PlaybackSettings { shape, ..playback }, sounding.ends)
    }

    /// All shapes that the parts of a song can have.
    fn shapes_of_songs(&self) -> Vec<Shape> {
        let playbacks = self.playbacks.iter();
        let shapes = playbacks.map(|(_, playback)| Shape { origin: 0, ..playback.shape });
        let bars = self.patterns.map(|pattern| pattern.bar());
        shapes.flat_map(|shape| bars.map(|bar| shape.of_bar(bar))).collect()
    }

    /// The shapes of all that is in force and of no song.
    fn plain_periods(&self) -> Vec<Shape> {
        let scores =
            self.in_force.scores.iter().enumerate().filter(|(_, score)| score.song.is_none());
        let mut shapes = Vec::new();
        for (place, score) in scores {
            let next = self.in_force.scores.get(place + 1).map_or(i64::MAX, |next| next.from);
            for (at, (from, playback)) in self.playbacks.iter().enumerate() {
                let until = self.playbacks.get(at + 1).map_or(i64::MAX, |next| next.0);
                if (*from).max(score.from) < until.min(next) {
                    shapes.push(playback.shape.of_bar(self.bar_of(score.score)));
                }
            }
        }
        shapes
    }

    /// The bars of all that is in force, and of all that a song has.
    fn bars_in_force(&self) -> Vec<Bar> {
        let is_song = |score: &&ScoreInForce| score.song.is_some();
        if self.followed.is_some() || self.in_force.scores.iter().any(|score| is_song(&score)) {
            return self.patterns.map(|pattern| pattern.bar()).to_vec();
        }
        self.in_force.scores.iter().map(|score| self.bar_of(score.score)).collect()
    }

    /// The shape to be played in, but for its bars.
    pub(super) fn shape(&self) -> Shape {
        self.playbacks.last().unwrap().1.shape
    }

    pub(super) fn longest_step(&self) -> f64 {
        let is_song = |score: &ScoreInForce| {
            score.place.is_some() || score.song.is_some_and(|(_, from)| from == i64::MIN)
        };
        if self.followed.is_none() && self.in_force.scores.iter().any(is_song) {
            return 1.0;
        }
        let mut longest = 0.0_f64;
        if self.followed.is_some() {
            for bar in self.bars_in_force() {
                for (_, playback) in &self.playbacks {
                    longest = longest.max(step_beats(&playback.shape.of_bar(bar)));
                }
            }
            return longest;
        }
        let periods = self.periods(i64::MIN, i64::MAX);
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
