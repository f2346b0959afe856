//! Bars: metre and grid, and the one conversion between clocks, steps, beats and bars.

use serde::{Deserialize, Serialize};

/// Clocks in a quarter note, as MIDI's timing clock counts them: every step is a whole number of them.
pub const CLOCKS_PER_QUARTER: usize = 24;

/// Clocks in an eighth note, of which all beats are made.
const EIGHTH: usize = CLOCKS_PER_QUARTER / 2;

/// The metres: numerator, denominator, and the lengths of the beats in eighths.
const METRES: [(u8, u8, &[u8]); 15] = [
    (2, 2, &[4; 2]),
    (2, 4, &[2; 2]),
    (3, 4, &[2; 3]),
    (4, 4, &[2; 4]),
    (5, 4, &[2; 5]),
    (6, 4, &[2; 6]),
    (7, 4, &[2; 7]),
    (12, 4, &[2; 12]),
    (3, 8, &[3]),
    (5, 8, &[3, 2]),
    (6, 8, &[3; 2]),
    (7, 8, &[2, 2, 3]),
    (9, 8, &[3; 3]),
    (10, 8, &[3, 2, 3, 2]),
    (12, 8, &[3; 4]),
];

/// A time signature that patterns can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Metre(u8);

impl Metre {
    /// 4/4.
    pub const FOUR_FOUR: Self = Self(3);

    /// Every metre, by denominator and then numerator.
    pub const ALL: [Self; METRES.len()] = {
        let mut all = [Self(0); METRES.len()];
        let mut i = 0;
        while i < all.len() {
            all[i] = Self(i as u8);
            i += 1;
        }
        all
    };

    /// The metre of this time signature; `None` if patterns cannot have it.
    pub fn new(numerator: u32, denominator: u32) -> Option<Self> {
        let signature = |metre: &Self| (metre.numerator().into(), metre.denominator().into());
        Self::ALL.into_iter().find(|metre| signature(metre) == (numerator, denominator))
    }

    /// Beats, or parts of beats, in a bar, as written.
    pub const fn numerator(self) -> u8 {
        METRES[self.0 as usize].0
    }

    /// The note value that the numerator counts: 2, 4 or 8.
    pub const fn denominator(self) -> u8 {
        METRES[self.0 as usize].1
    }

    /// The length of a bar in clocks.
    pub const fn clocks(self) -> usize {
        self.numerator() as usize * 4 * CLOCKS_PER_QUARTER / self.denominator() as usize
    }

    /// The number of beats in a bar: dotted quarters in 6/8, 9/8 and 12/8, 2 + 2 + 3 eighths in 7/8.
    pub const fn beats(self) -> usize {
        self.beat_eighths().len()
    }

    /// The length of beat `beat` in clocks.
    ///
    /// # Panics
    /// If there is no such beat.
    pub const fn beat_clocks(self, beat: usize) -> usize {
        self.beat_eighths()[beat] as usize * EIGHTH
    }

    const fn beat_eighths(self) -> &'static [u8] {
        METRES[self.0 as usize].2
    }

    /// The beat that `clock` of the bar lies in, and the clock that it begins at.
    ///
    /// # Panics
    /// If `clock` lies beyond the bar.
    pub(crate) const fn beat_at(self, clock: usize) -> (usize, usize) {
        let (mut beat, mut start) = (0, 0);
        while start + self.beat_clocks(beat) <= clock {
            start += self.beat_clocks(beat);
            beat += 1;
        }
        (beat, start)
    }

    /// The first bar line at or after `clock`, both counted from a bar line.
    pub const fn next_bar(self, clock: i64) -> i64 {
        clock.saturating_add((-clock).rem_euclid(self.clocks() as i64))
    }

    /// The first beat at or after `clock`, both counted from a bar line.
    pub const fn next_beat(self, clock: i64) -> i64 {
        let in_bar = clock.rem_euclid(self.clocks() as i64) as usize;
        let (beat, start) = self.beat_at(in_bar);
        let left = if start == in_bar { 0 } else { start + self.beat_clocks(beat) - in_bar };
        clock.saturating_add(left as i64)
    }
}

impl Default for Metre {
    fn default() -> Self {
        Self::FOUR_FOUR
    }
}

impl std::fmt::Display for Metre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.numerator(), self.denominator())
    }
}

/// The length of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grid {
    /// An 8th.
    Eighths,
    /// A 16th.
    #[default]
    Sixteenths,
    /// An 8th triplet: three to the quarter.
    Triplets,
    /// A 16th triplet: six to the quarter.
    Sextuplets,
}

impl Grid {
    /// Every grid.
    pub const ALL: [Self; 4] = [Self::Eighths, Self::Sixteenths, Self::Triplets, Self::Sextuplets];

    /// What saved patterns call it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Eighths => "8",
            Self::Sixteenths => "16",
            Self::Triplets => "8t",
            Self::Sextuplets => "16t",
        }
    }

    /// The length of a step in clocks; even.
    pub const fn step_clocks(self) -> usize {
        match self {
            Self::Eighths => 12,
            Self::Sixteenths => 6,
            Self::Triplets => 8,
            Self::Sextuplets => 4,
        }
    }
}

/// What a bar of a pattern is: its metre, and the grid of its steps.
///
/// Serialised as their names, as in `{"metre": "6/8", "grid": "16"}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "SavedBar", try_from = "SavedBar")]
pub struct Bar {
    metre: Metre,
    grid: Grid,
}

/// A bar as projects and presets store it.
#[derive(Serialize, Deserialize)]
struct SavedBar {
    metre: String,
    grid: String,
}

impl From<Bar> for SavedBar {
    fn from(bar: Bar) -> Self {
        Self { metre: bar.metre.to_string(), grid: bar.grid.id().to_owned() }
    }
}

impl TryFrom<SavedBar> for Bar {
    type Error = String;

    fn try_from(saved: SavedBar) -> Result<Self, String> {
        let metre = Metre::ALL.into_iter().find(|metre| metre.to_string() == saved.metre);
        let metre = metre.ok_or_else(|| format!("no pattern is in {}", saved.metre))?;
        let grid = Grid::ALL.into_iter().find(|grid| grid.id() == saved.grid);
        let grid = grid.ok_or_else(|| format!("no pattern is in steps of {}", saved.grid))?;
        Ok(Self::new(metre, grid))
    }
}

/// Where in the bar a step lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The beat that it lies in.
    pub(crate) beat: usize,
    /// Where in the beat.
    pub(crate) part: Part,
}

/// Where in the beat a step lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// On the beat.
    Start,
    /// Off the beat: at its half, or at its last third.
    Off,
    /// At the second of three thirds.
    Second,
    /// Between these.
    Between,
}

impl Bar {
    /// The most steps in a pattern.
    pub const MOST_STEPS: usize = 96;

    /// 4/4 in 16ths.
    pub const COMMON: Self = Self { metre: Metre::FOUR_FOUR, grid: Grid::Sixteenths };

    /// A bar of `metre` in steps of `grid`. Metres that count 8ths have no triplet grids, since their beats are groups of
    /// 8ths: triplets become 8ths there, and sextuplets 16ths.
    pub const fn new(metre: Metre, grid: Grid) -> Self {
        let grid = match grid {
            Grid::Triplets if metre.denominator() == 8 => Grid::Eighths,
            Grid::Sextuplets if metre.denominator() == 8 => Grid::Sixteenths,
            grid => grid,
        };
        Self { metre, grid }
    }

    /// Its metre.
    pub const fn metre(self) -> Metre {
        self.metre
    }

    /// Its grid.
    pub const fn grid(self) -> Grid {
        self.grid
    }

    /// Steps in a bar.
    pub const fn steps(self) -> usize {
        self.metre.clocks() / self.grid.step_clocks()
    }

    /// Bars in a pattern: four, or two or one if they are long.
    pub const fn bars(self) -> usize {
        match Self::MOST_STEPS / self.steps() {
            0 | 1 => 1,
            2 | 3 => 2,
            _ => 4,
        }
    }

    /// Steps in a pattern, at most [`MOST_STEPS`](Self::MOST_STEPS).
    pub const fn pattern_steps(self) -> usize {
        self.steps() * self.bars()
    }

    /// The first step of beat `beat` of a bar; for the beat after the last, the number of steps in a bar.
    pub const fn beat_step(self, beat: usize) -> usize {
        let (mut before, mut clocks) = (0, 0);
        while before < beat {
            clocks += self.metre.beat_clocks(before);
            before += 1;
        }
        clocks / self.grid.step_clocks()
    }

    /// Where in the bar step `step`, counted from any bar line, lies.
    pub(crate) const fn place(self, step: i64) -> Place {
        let clock = step.rem_euclid(self.steps() as i64) as usize * self.grid.step_clocks();
        let (beat, start) = self.metre.beat_at(clock);
        let (within, length) = (clock - start, self.metre.beat_clocks(beat));
        let is_in_threes = !length.is_multiple_of(CLOCKS_PER_QUARTER);
        let part = if within == 0 {
            Part::Start
        } else if within * 3 == length * 2 || (within * 2 == length && !is_in_threes) {
            Part::Off
        } else if within * 3 == length {
            Part::Second
        } else {
            Part::Between
        };
        Place { beat, part }
    }

    /// Whether beat `beat` is strong: the first, and the middle one of an even number from four on.
    pub(crate) const fn is_strong(self, beat: usize) -> bool {
        let beats = self.metre.beats();
        beat == 0 || (beats >= 4 && beats.is_multiple_of(2) && beat == beats / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metre_and_grid_has_whole_steps_beats_and_bars() {
        for metre in Metre::ALL {
            let beats: usize = (0..metre.beats()).map(|beat| metre.beat_clocks(beat)).sum();
            assert_eq!(beats, metre.clocks(), "{metre}");
            let again = Metre::new(metre.numerator().into(), metre.denominator().into());
            assert_eq!(again, Some(metre));
            for grid in Grid::ALL {
                let bar = Bar::new(metre, grid);
                assert_eq!(bar.steps() * bar.grid().step_clocks(), metre.clocks(), "{bar:?}");
                assert!(bar.pattern_steps() <= Bar::MOST_STEPS, "{bar:?}");
                assert_eq!(bar.beat_step(metre.beats()), bar.steps());
                let starts: Vec<usize> =
                    (0..metre.beats()).map(|beat| bar.beat_step(beat)).collect();
                let on_beats: Vec<usize> = (0..bar.steps())
                    .filter(|&step| bar.place(step as i64).part == Part::Start)
                    .collect();
                assert_eq!(starts, on_beats, "{bar:?}");
            }
        }
        assert_eq!(Metre::new(11, 8), None);
    }

    #[test]
    fn a_pattern_has_four_bars_unless_they_are_long() {
        let size = |numerator, denominator, grid| {
            let bar = Bar::new(Metre::new(numerator, denominator).unwrap(), grid);
            (bar.steps(), bar.bars())
        };
        assert_eq!(size(4, 4, Grid::Sixteenths), (16, 4));
        assert_eq!(size(4, 4, Grid::Triplets), (12, 4));
        assert_eq!(size(4, 4, Grid::Sextuplets), (24, 4));
        assert_eq!(size(12, 8, Grid::Sixteenths), (24, 4));
        assert_eq!(size(12, 8, Grid::Triplets), (12, 4));
        assert_eq!(size(3, 4, Grid::Sixteenths), (12, 4));
        assert_eq!(size(7, 4, Grid::Sixteenths), (28, 2));
        assert_eq!(size(12, 4, Grid::Sextuplets), (72, 1));
    }

    #[test]
    fn beats_and_bar_lines_are_found_on_both_sides_of_the_beginning() {
        let metre = Metre::new(7, 8).unwrap();
        assert_eq!(
            [0, 1, 24, 25, 49, 83].map(|clock| metre.next_beat(clock)),
            [0, 24, 24, 48, 84, 84]
        );
        assert_eq!([-1, -36, -37, 1].map(|clock| metre.next_beat(clock)), [0, -36, -36, 24]);
        assert_eq!([-1, 0, 1, 84].map(|clock| metre.next_bar(clock)), [0, 0, 84, 84]);
    }
}
