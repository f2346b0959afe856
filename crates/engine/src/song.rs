//! Songs: which section plays where, as a function of musical time alone.
//!
//! The first section begins at beat 0; each begins where the one before has played its bars, and its pattern with it.
//! So wherever the host starts, seeks or loops, the same section, cycle and fill sound.

use std::sync::Arc;

use groove::sequencer::GRID_PER_BEAT;
use groove::{Bar, Metre};

use crate::Score;

/// The most bars of a section.
pub const MOST_BARS: u16 = 64;

/// How a section ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Ending {
    /// It plays on to its end.
    #[default]
    Plain,
    /// A fill leads into the next section.
    Fill {
        /// Its length in beats of the metre; of more than a bar has, a bar counts.
        beats: u8,
        /// Its [size](groove::sequencer::RegularFills::size).
        size: f32,
    },
    /// One stroke, and silence up to the next section.
    Stop {
        /// Its length, likewise.
        beats: u8,
    },
}

impl Ending {
    fn beats(self) -> usize {
        match self {
            Self::Plain => 0,
            Self::Fill { beats, .. } | Self::Stop { beats } => usize::from(beats),
        }
    }
}

/// A part of a song.
#[derive(Clone, Debug)]
pub struct Section {
    /// What plays. Its bars are the section's.
    pub score: Arc<Score>,
    /// The tag by which [`Engine::now`](crate::Engine::now) names the score.
    pub tag: u64,
    /// Its length, `1..=`[`MOST_BARS`].
    pub bars: u16,
    /// How it ends.
    pub ending: Ending,
    /// Whether the section after it begins with a crash.
    pub has_crash: bool,
}

impl Section {
    fn metre(&self) -> Metre {
        self.score.bar().metre()
    }

    /// Its length in clocks.
    fn length(&self) -> i64 {
        self.metre().clocks() as i64 * i64::from(self.bars.clamp(1, MOST_BARS))
    }
}

/// Sections one after another.
#[derive(Clone, Debug)]
pub struct Song {
    sections: Vec<Section>,
    /// Where each begins, and where the last ends, in clocks.
    starts: Vec<i64>,
    is_repeated: bool,
    /// What plays before the song and after it.
    silence: Box<Score>,
}

/// A section where it is played. Places are grid times in clocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passage {
    /// Its number; `None` before the song and after it.
    pub section: Option<usize>,
    /// Where it begins, and its pattern.
    pub origin: i64,
    /// Where the next one begins.
    pub end: i64,
    /// The length of its bars.
    pub(crate) bar: i64,
    /// How it ends, and from where on.
    pub(crate) ending: Ending,
    pub(crate) ending_start: i64,
    /// Whether it begins with a crash.
    pub(crate) has_landing: bool,
}

/// What is played of a passage where its groove is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    Landing,
    Fill { size: f32 },
    Stop,
}

impl Song {
    /// A song of these sections; `None` if there are none. One that `is_repeated` begins again after its last section, and
    /// is silent there and before beat 0 otherwise.
    pub fn new(sections: Vec<Section>, is_repeated: bool) -> Option<Self> {
        if sections.is_empty() {
            return None;
        }
        let mut starts = vec![0];
        starts.extend(sections.iter().scan(0, |end, section| {
            *end += section.length();
            Some(*end)
        }));
        let silence = Box::new(Score::steady(groove::Pattern::EMPTY));
        Some(Self { sections, starts, is_repeated, silence })
    }

    /// Its sections.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The same, played once.
    #[must_use]
    pub fn once(&self) -> Self {
        Self { is_repeated: false, ..self.clone() }
    }

    /// How long it is, in clocks.
    pub fn length(&self) -> i64 {
        self.starts[self.sections.len()]
    }

    /// The passage at grid time `grid`.
    pub fn at(&self, grid: i64) -> Passage {
        let length = self.length();
        let first = if self.is_repeated { grid.div_euclid(length) * length } else { 0 };
        if !self.is_repeated && !(0..length).contains(&grid) {
            let (origin, end) = if grid < 0 { (0, 0) } else { (length, i64::MAX) };
            return Passage {
                section: None,
                origin,
                end,
                bar: Bar::COMMON.metre().clocks() as i64,
                ending: Ending::Plain,
                ending_start: end,
                has_landing: false,
            };
        }
        let place = self.starts.partition_point(|&start| start <= grid - first) - 1;
        let (section, metre) = (&self.sections[place], self.sections[place].metre());
        let (origin, end) = (first + self.starts[place], first + self.starts[place + 1]);
        let beats = metre.beats() - section.ending.beats().min(metre.beats());
        let before: usize = (0..beats).map(|beat| metre.beat_clocks(beat)).sum();
        let bar = metre.clocks() as i64;
        // Nothing lands where a song begins.
        let before_it = match place.checked_sub(1) {
            Some(before) => Some(before),
            None => (self.is_repeated && origin != 0).then_some(self.sections.len() - 1),
        };
        Passage {
            section: Some(place),
            origin,
            end,
            bar,
            ending: section.ending,
            ending_start: end - bar + before as i64,
            has_landing: before_it.is_some_and(|before| self.sections[before].has_crash),
        }
    }

    /// The score of `passage`, and its tag; 0 for silence.
    pub(crate) fn score(&self, passage: &Passage) -> (&Score, u64) {
        let section = passage.section.and_then(|place| self.sections.get(place));
        section.map_or((&self.silence, 0), |section| (&section.score, section.tag))
    }

    /// The bars of all that plays.
    pub(crate) fn bars(&self) -> impl Iterator<Item = Bar> {
        let silence = [self.silence.bar()].into_iter();
        self.sections.iter().map(|section| section.score.bar()).chain(silence)
    }
}

impl Passage {
    /// Which part of it is played at a step that begins at `grid`.
    pub(crate) fn part(&self, grid: i64) -> Option<Part> {
        if grid >= self.end {
            return None;
        }
        match self.ending {
            Ending::Fill { size, .. } if grid >= self.ending_start => Some(Part::Fill { size }),
            Ending::Stop { .. } if grid >= self.ending_start => Some(Part::Stop),
            _ if grid == self.origin && self.has_landing => Some(Part::Landing),
            _ => None,
        }
    }

    /// Whether fills that nobody asked for may be played at `grid`: of its last bar its ending decides.
    pub(crate) fn has_regular_fills(&self, grid: i64) -> bool {
        grid < self.end - self.bar
    }
}

/// The last clock at or before `time`.
pub(crate) fn clock_at(time: groove::Beats) -> i64 {
    (time.0 * GRID_PER_BEAT as f64).floor() as i64
}
