//! Songs as they are written: what is generated, and which passage there is at a clock, in the oracle's own words.

use std::sync::Arc;

use engine::{Ending, Section, Song};
use groove::Pattern;

use crate::case::Score;
use crate::written::beats;

/// A section of a generated song.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) score: Score,
    pub(crate) bars: u16,
    pub(crate) ending: Ending,
    pub(crate) has_crash: bool,
}

/// A generated song.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) parts: Vec<Part>,
    pub(crate) is_repeated: bool,
}

/// Where in a song something is, in clocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) section: Option<usize>,
    pub(crate) begins: i64,
    pub(crate) ends: i64,
    last_bar: i64,
    ending: Ending,
    ending_begins: i64,
    follows_crash: bool,
}

/// What is to be heard instead of the groove.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Instead {
    Crash,
    Fill(f32),
    Silence,
}

impl Plan {
    /// The song for the engine. A part of the varied score is no longer than the cycles that it has.
    pub(crate) fn made(&self, patterns: &[Pattern; 3]) -> Song {
        let sections = self.parts.iter().map(|part| Section {
            score: Arc::new(part.score.made(patterns, std::array::from_fn(|i| i as i64))),
            tag: part.score.tag(),
            bars: part.bars,
            ending: part.ending,
            has_crash: part.has_crash,
        });
        Song::new(sections.collect(), self.is_repeated).unwrap()
    }

    /// The same with other patterns of the same bars.
    pub(crate) fn with_others(&self) -> Self {
        let other = |part: &Part| match part.score {
            Score(0) => Part { score: Score(2), ..*part },
            Score(2) => Part { score: Score(0), ..*part },
            _ => *part,
        };
        Self { parts: self.parts.iter().map(other).collect(), ..*self }
    }

    fn lasts(&self, part: usize, patterns: &[Pattern; 3]) -> i64 {
        let Part { score, bars, .. } = self.parts[part];
        i64::from(bars) * beats(patterns[score.pattern(0)].bar().metre()).last().unwrap()
    }

    /// Where `clock` is, by counting.
    pub(crate) fn place(&self, clock: i64, patterns: &[Pattern; 3]) -> Place {
        let whole: i64 = (0..self.parts.len()).map(|part| self.lasts(part, patterns)).sum();
        let nowhere = |begins, ends| Place {
            section: None,
            begins,
            ends,
            last_bar: i64::MAX,
            ending: Ending::Plain,
            ending_begins: i64::MAX,
            follows_crash: false,
        };
        if !self.is_repeated && clock < 0 {
            return nowhere(0, 0);
        }
        if !self.is_repeated && clock >= whole {
            return nowhere(whole, i64::MAX);
        }
        let mut begins = clock - clock.rem_euclid(whole);
        let mut follows_crash =
            self.is_repeated && begins != 0 && self.parts.last().unwrap().has_crash;
        for (number, part) in self.parts.iter().enumerate() {
            let ends = begins + self.lasts(number, patterns);
            if clock < ends {
                let starts = beats(patterns[part.score.pattern(0)].bar().metre());
                let (count, bar) = (starts.len() - 1, *starts.last().unwrap());
                let last_bar = ends - bar;
                let beats = match part.ending {
                    Ending::Plain => 0,
                    Ending::Fill { beats, .. } | Ending::Stop { beats } => usize::from(beats),
                };
                return Place {
                    section: Some(number),
                    begins,
                    ends,
                    last_bar,
                    ending: part.ending,
                    ending_begins: last_bar + starts[count.saturating_sub(beats)],
                    follows_crash,
                };
            }
            (begins, follows_crash) = (ends, part.has_crash);
        }
        unreachable!("a pass is as long as its parts")
    }

    /// What plays in `place`; `None` for silence.
    pub(crate) fn score(&self, place: &Place) -> Option<Score> {
        place.section.map(|section| self.parts[section].score)
    }
}

impl Place {
    /// This place of another song for what has played on from `before`.
    pub(crate) fn going_on_from(self, before: Self) -> Self {
        Self { begins: before.begins, follows_crash: before.follows_crash, ..self }
    }

    pub(crate) fn instead(&self, clock: i64) -> Option<Instead> {
        if clock >= self.ends {
            return None;
        }
        match self.ending {
            Ending::Fill { size, .. } if clock >= self.ending_begins => Some(Instead::Fill(size)),
            Ending::Stop { .. } if clock >= self.ending_begins => Some(Instead::Silence),
            _ => (self.follows_crash && clock == self.begins).then_some(Instead::Crash),
        }
    }

    /// The first clock of its ending.
    pub(crate) fn ending_begins(&self) -> i64 {
        self.ending_begins
    }

    /// Whether it is in a song's last bar, in which nothing is filled that the song has not.
    pub(crate) fn is_last_bar(&self, clock: i64) -> bool {
        self.section.is_some() && clock >= self.last_bar
    }
}
