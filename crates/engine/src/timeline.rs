//! What is in force when: a score and playback settings, and the shape that both make.

use groove::sequencer::{PlaybackSettings, Row};

use crate::Score;
use crate::fill::Fill;
use crate::scheduled_change::{ScheduledChange, Steps};

/// Scores in force. Six: at the finest quantise a score may follow a score at every 16th, while in half time the late
/// hits of one are awaited for half a beat, and changes are made three eighths of a beat ahead. Each with its tag.
pub(crate) type ScoreChanges = ScheduledChange<(Score, u64), 6>;

/// The playback settings in force, and those that take over. Their shapes are of any bar: the score says which.
pub(crate) type PlaybackChanges = ScheduledChange<PlaybackSettings, 2>;

/// The most different settings that can be in force one after another.
pub(crate) const MOST_PERIODS: usize = 7;

/// The two together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline<'a> {
    pub(crate) scores: &'a ScoreChanges,
    pub(crate) playbacks: &'a PlaybackChanges,
}

impl Timeline<'_> {
    /// The playback settings in force at grid time `grid`, for the bars of the score there.
    pub(crate) fn at(&self, grid: i64) -> PlaybackSettings {
        of_score(self.playbacks.at(grid), &self.scores.at(grid).0)
    }

    /// The playback settings that take over last.
    pub(crate) fn newest(&self) -> PlaybackSettings {
        of_score(self.playbacks.newest(), &self.scores.newest().0)
    }

    /// The playback settings in force one after another, each with the grid times `from..to` it is in force at.
    pub(crate) fn periods(self) -> impl Iterator<Item = (PlaybackSettings, i64, i64)> {
        let after = move |grid| {
            let [score, playback] =
                [self.scores.boundary_after(grid), self.playbacks.boundary_after(grid)];
            score.into_iter().chain(playback).min()
        };
        let mut next = Some(i64::MIN);
        std::iter::from_fn(move || {
            let from = next?;
            let playback = self.at(from);
            next = after(from);
            while let Some(boundary) = next.filter(|&boundary| self.at(boundary) == playback) {
                next = after(boundary);
            }
            Some((playback, from, next.unwrap_or(i64::MAX)))
        })
    }

    /// The steps of all periods.
    pub(crate) fn steps(&self) -> Steps {
        Steps::of(self.periods().map(|(playback, ..)| playback.shape))
    }

    /// What is played at played step `step` of a period of `playback`.
    pub(crate) fn row(
        &self,
        playback: &PlaybackSettings,
        step: i64,
        fill: &Fill,
        lanes: &groove::sequencer::Lanes,
        seed: u64,
    ) -> Row {
        let shape = &playback.shape;
        let score = &self.scores.at(shape.grid(step)).0;
        if score.bar() != shape.bar {
            return Row::default();
        }
        let row = lanes.row(score.pattern(shape.cycle(step)), shape, step);
        fill.row(row, score, seed, playback, step)
    }
}

fn of_score(playback: &PlaybackSettings, score: &Score) -> PlaybackSettings {
    PlaybackSettings { shape: playback.shape.of_bar(score.bar()), ..*playback }
}
