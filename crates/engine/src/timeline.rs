//! What is in force when: a score and playback settings, and the shape that both make.

use groove::Beats;
use groove::sequencer::{PlaybackSettings, Row, Shape};

use crate::fill::Fill;
use crate::scheduled_change::{ScheduledChange, Steps};
use crate::{Passage, Score, Song};

/// A score where it is in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    pub(crate) score: Score,
    pub(crate) tag: u64,
    /// The passage of the song that it is played in.
    pub(crate) passage: Option<Passage>,
    /// Whether the player has chosen it instead of the song's.
    pub(crate) is_chosen: bool,
}

impl Voice {
    pub(crate) const fn new(score: &Score, tag: u64) -> Self {
        Self { score: *score, tag, passage: None, is_chosen: false }
    }

    /// What `song` has in `passage`.
    pub(crate) fn of_song(song: &Song, passage: Passage) -> Self {
        let (score, tag) = song.score(&passage);
        Self { passage: Some(passage), ..Self::new(score, tag) }
    }
}

/// Scores in force. Six: at the finest quantise a score may follow a score at every 16th, while in half time the late
/// hits of one are awaited for half a beat, and changes are made three eighths of a beat ahead. And [`SECTIONS`]. Beside the
/// engine, not in it: a host's stack, on which a plugin is moved about while it is made, may have a megabyte in all.
pub(crate) type ScoreChanges = ScheduledChange<Voice, Box<[(Voice, i64)]>>;

/// `voice` alone in force.
pub(crate) fn score_changes(voice: Voice) -> ScoreChanges {
    ScheduledChange::new(vec![(voice, 0); 6 + SECTIONS].into_boxed_slice())
}

/// Places for sections of a song: a bar is a quarter and a half at least, and late hits are awaited for two quarters.
pub(crate) const SECTIONS: usize = 3;

/// The playback settings in force, and those that take over. Their shapes are of any bar: the score says which.
pub(crate) type PlaybackChanges = ScheduledChange<PlaybackSettings, [(PlaybackSettings, i64); 2]>;

/// The longest step that there is: an 8th in half time.
pub(crate) const LONGEST_STEP: Beats = Beats(1.0);

/// The most different settings that can be in force one after another.
pub(crate) const MOST_PERIODS: usize = 7 + SECTIONS;

/// The two together, and the song that is followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline<'a> {
    pub(crate) scores: &'a ScoreChanges,
    pub(crate) playbacks: &'a PlaybackChanges,
    pub(crate) song: Option<&'a Song>,
}

impl Timeline<'_> {
    /// The playback settings in force at grid time `grid`, for the bars of the score there.
    pub(crate) fn at(&self, grid: i64) -> PlaybackSettings {
        in_voice(self.playbacks.at(grid), self.scores.at(grid))
    }

    /// The playback settings that take over last.
    pub(crate) fn newest(&self) -> PlaybackSettings {
        in_voice(self.playbacks.newest(), self.scores.newest())
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

    /// The steps of all periods, and of all that the song has.
    pub(crate) fn steps(&self) -> Steps {
        let to_come = self.song.into_iter().flat_map(|song| {
            let shapes = self.playbacks.values().map(|playback| playback.shape);
            shapes.flat_map(|shape| {
                song.bars().map(move |bar| Shape { origin: 0, ..shape.of_bar(bar) })
            })
        });
        let steps = Steps::of(self.periods().map(|(playback, ..)| playback.shape).chain(to_come));
        // Of a song that was left nobody knows what was to come.
        let is_left =
            self.song.is_none() && self.scores.values().any(|voice| voice.passage.is_some());
        Steps { longest: if is_left { LONGEST_STEP } else { steps.longest }, ..steps }
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
        let voice = self.scores.at(shape.grid(step));
        if voice.score.bar() != shape.bar {
            return Row::default();
        }
        let row = lanes.row(voice.score.pattern(shape.cycle(step)), shape, step);
        fill.row(row, voice, seed, playback, step)
    }
}

fn in_voice(playback: &PlaybackSettings, voice: &Voice) -> PlaybackSettings {
    let shape = playback.shape.of_bar(voice.score.bar());
    PlaybackSettings { shape: in_passage(shape, voice.passage.as_ref()), ..*playback }
}

/// `shape` as it is played in a passage of a song: from where that begins.
pub(crate) fn in_passage(shape: Shape, passage: Option<&Passage>) -> Shape {
    Shape { origin: passage.map_or(shape.origin, |passage| passage.origin), ..shape }
}
