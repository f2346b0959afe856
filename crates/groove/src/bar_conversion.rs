//! Conversion of grooves from 4/4 in 16ths to other bars, and back, as a drummer would play them.
//!
//! Whole beats are left out or played again, and none is cut. A bar of three beats leaves out the third, so that what
//! leads into the next bar stays; one of five plays the second twice (3 + 2), one of six its second half, one of seven
//! is a bar of four and one of three, one of twelve is three of four; two bars of two beats, and four of one, are one
//! of four. Within a beat straight 16ths stay where they are if the grid has them; in steps of three to the beat the
//! second 8th goes to the last third, as in a shuffle, and so does the last 16th where there is no second 8th. What
//! moves lies on the grid; what stays in time keeps its micro-offset.

use crate::bar::{Bar, CLOCKS_PER_QUARTER, Grid};
use crate::instrument::{INSTRUMENTS, Instrument};
use crate::pattern::{BARS, BEATS_PER_BAR, Hit, Pattern, STEPS_PER_BAR, STEPS_PER_BEAT};

/// For each step of a beat the 16th that is played there, and the one that is where that has no hit.
type Division = &'static [[Option<usize>; 2]];

const TWO: Division = &[[Some(0), None], [Some(2), Some(3)]];
const THREE: Division = &[[Some(0), None], [Some(1), None], [Some(2), Some(3)]];
const FOUR: Division = &[[Some(0), None], [Some(1), None], [Some(2), None], [Some(3), None]];
/// Two 8ths of three.
const SIX_IN_TWO: Division = &[
    [Some(0), None],
    [None, None],
    [Some(1), None],
    [Some(2), None],
    [None, None],
    [Some(3), None],
];
/// Three 8ths of two.
const SIX_IN_THREE: Division = &[
    [Some(0), None],
    [None, None],
    [Some(1), None],
    [None, None],
    [Some(2), None],
    [Some(3), None],
];

/// A step's place for the conversion beat by beat: beats of the metre, or quarters where the metre counts halves.
#[derive(Clone, Copy, Debug)]
struct Place {
    beat: usize,
    step_of_beat: usize,
    division: Division,
}

impl Bar {
    fn place_in_four(self, step_of_bar: usize) -> Place {
        let step = self.grid().step_clocks();
        let clock = step_of_bar * step;
        let (beat, start) = if self.metre().denominator() < 8 {
            (clock / CLOCKS_PER_QUARTER, clock / CLOCKS_PER_QUARTER * CLOCKS_PER_QUARTER)
        } else {
            self.metre().beat_at(clock)
        };
        let is_in_threes =
            self.metre().denominator() == 8 && self.metre().beat_clocks(beat) > CLOCKS_PER_QUARTER;
        let division = match self.grid() {
            Grid::Eighths if is_in_threes => THREE,
            Grid::Eighths => TWO,
            Grid::Sixteenths if is_in_threes => SIX_IN_THREE,
            Grid::Sixteenths => FOUR,
            Grid::Triplets => THREE,
            Grid::Sextuplets => SIX_IN_TWO,
        };
        Place { beat, step_of_beat: (clock - start) / step, division }
    }

    /// Beats in a bar as they are counted here: those of the metre, or, where it counts halves, quarters.
    pub fn beats_in_bar(self) -> usize {
        if self.metre().denominator() < 8 {
            self.metre().clocks() / CLOCKS_PER_QUARTER
        } else {
            self.metre().beats()
        }
    }

    /// Which beat of a bar of 4/4 is played at beat `beat`; in bars of one or two beats those are the last.
    pub fn beat_of_four(self, beat: usize) -> usize {
        match (self.beats_in_bar(), beat) {
            (beats @ 1..=2, beat) => BEATS_PER_BAR - beats + beat,
            (3, 2) => 3,
            (5, 2..) => beat - 1,
            (6, 4..) => beat - 2,
            (7, 6) => 3,
            _ => beat % BEATS_PER_BAR,
        }
    }

    /// What is played at a step of a bar of what `row_at` has at the 16ths of a bar of 4/4.
    pub(crate) fn converted(
        self,
        step_of_bar: usize,
        row_at: impl Fn(usize) -> [Option<Hit>; INSTRUMENTS],
    ) -> [Option<Hit>; INSTRUMENTS] {
        let place = self.place_in_four(step_of_bar);
        let beat = self.beat_of_four(place.beat);
        self.converted_row(place, |sixteenth| row_at(beat * STEPS_PER_BEAT + sixteenth))
    }

    /// The same of the 16ths of one beat.
    fn converted_row(
        self,
        place: Place,
        row_at: impl Fn(usize) -> [Option<Hit>; INSTRUMENTS],
    ) -> [Option<Hit>; INSTRUMENTS] {
        let mut row = [None; INSTRUMENTS];
        for sixteenth in place.division[place.step_of_beat].into_iter().flatten() {
            let (from, to) = (Grid::Sixteenths, self.grid());
            for (taken, hit) in row.iter_mut().zip(row_at(sixteenth)) {
                let hit = hit.map(|hit| moved(hit, (from, sixteenth), (to, place.step_of_beat)));
                *taken = taken.or(hit);
            }
        }
        row
    }
}

/// `hit` on another step of a beat.
fn moved(hit: Hit, (from, at): (Grid, usize), (to, then): (Grid, usize)) -> Hit {
    let (from, to) = (from.step_clocks(), to.step_clocks());
    let is_in_time = at * from == then * to;
    let micro_offset =
        if is_in_time { hit.micro_offset() * (from as f32 / to as f32) } else { 0.0 };
    hit.with_micro_offset(micro_offset)
}

/// How a step lies in its bar, for a network that is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceInBar {
    /// Its beat: of those of the metre, or, where it counts halves, of the quarters.
    pub beat: usize,
    /// Clocks since that beat began.
    pub clock: usize,
    /// The 16th of a bar of 4/4 that is [converted](Pattern::in_bars) to this step, or the one before it.
    pub sixteenth: usize,
}

impl Bar {
    /// The most beats in a bar.
    pub const MOST_BEATS: usize = 12;

    /// How step `step_of_bar` lies in the bar.
    ///
    /// # Panics
    /// If the bar has no such step.
    pub fn place_in_bar(self, step_of_bar: usize) -> PlaceInBar {
        let place = self.place_in_four(step_of_bar);
        // A bar of one or two beats begins as one of four does.
        let beat =
            if self.beats_in_bar() <= 2 { place.beat } else { self.beat_of_four(place.beat) };
        PlaceInBar {
            beat: place.beat,
            clock: place.step_of_beat * self.grid().step_clocks(),
            sixteenth: beat * STEPS_PER_BEAT + back(place),
        }
    }

    /// The first step of beat `beat` as [`place_in_bar`](Self::place_in_bar) counts them, in this bar or a later one.
    pub fn step_of_beat(self, beat: usize) -> usize {
        let (bars, beat) = (beat / self.beats_in_bar(), beat % self.beats_in_bar());
        let of_bar = if self.metre().denominator() < 8 {
            beat * CLOCKS_PER_QUARTER / self.grid().step_clocks()
        } else {
            self.beat_step(beat)
        };
        bars * self.steps() + of_bar
    }
}

impl Pattern {
    /// This window converted to other bars; unchanged in 4/4 and 16ths.
    #[must_use]
    pub fn in_bars(&self, bar: Bar) -> Self {
        let mut pattern = Self::empty(bar);
        let beats = bar.beats_in_bar();
        for step in 0..bar.pattern_steps() {
            let place = bar.place_in_four(step % bar.steps());
            let bar_of = step / bar.steps();
            let beat = match beats {
                // Bars of one or two beats follow one another in bars of four.
                1 | 2 => bar_of * beats + place.beat,
                _ => bar_of * BEATS_PER_BAR + bar.beat_of_four(place.beat),
            };
            let row =
                bar.converted_row(place, |sixteenth| self.row(beat * STEPS_PER_BEAT + sixteenth));
            for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
                pattern.set(step, instrument, hit);
            }
        }
        pattern
    }

    /// This pattern in other bars: itself if they are its own, else by way of the window that comes nearest.
    #[must_use]
    pub fn converted_to(&self, bar: Bar) -> Self {
        if self.bar() == bar { *self } else { self.to_window().in_bars(bar) }
    }

    /// The window that comes nearest to this pattern, for a network that knows nothing else: the beats that
    /// [`in_bars`](Self::in_bars) makes of it, and the first again where it leaves one out; bars over and over.
    #[must_use]
    pub fn to_window(&self) -> Self {
        let bar = self.bar();
        if bar == Bar::COMMON {
            return *self;
        }
        let mut window = Self::EMPTY;
        let beats = bar.beats_in_bar();
        for step in 0..STEPS_PER_BAR * BARS {
            let (beat, sixteenth) = (step / STEPS_PER_BEAT, step % STEPS_PER_BEAT);
            let (bar_of, wanted) = match beats {
                1 | 2 => (beat / beats, beat % beats),
                _ => {
                    let of_bar = beat % BEATS_PER_BAR;
                    let plays = |&found: &usize| bar.beat_of_four(found) == of_bar;
                    (beat / BEATS_PER_BAR, (0..beats).find(plays).unwrap_or_default())
                }
            };
            let first = bar_of % bar.bars() * bar.steps();
            for place_step in (0..bar.steps()).rev() {
                let place = bar.place_in_four(place_step);
                if place.beat != wanted || back(place) != sixteenth {
                    continue;
                }
                for (instrument, hit) in
                    Instrument::ALL.into_iter().zip(self.row(first + place_step))
                {
                    if let Some(hit) = hit {
                        let from = (bar.grid(), place.step_of_beat);
                        let hit = moved(hit, from, (Grid::Sixteenths, sixteenth));
                        window.set(step, instrument, Some(hit));
                    }
                }
            }
        }
        window
    }
}

/// The 16th that a step of a beat comes nearest to: its own, or the one before it that has a step.
fn back(place: Place) -> usize {
    let own = place.division[..=place.step_of_beat].iter().rev().find_map(|step| step[0]);
    own.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bar::Metre;

    fn bar(numerator: u32, denominator: u32, grid: Grid) -> Bar {
        Bar::new(Metre::new(numerator, denominator).unwrap(), grid)
    }

    fn window(hits: &[(usize, Instrument, f32)]) -> Pattern {
        let mut window = Pattern::EMPTY;
        for &(step, instrument, micro_offset) in hits {
            window.set(step, instrument, Some(Hit::new(0.5, micro_offset)));
        }
        window
    }

    /// Kick on one and three, snare on two and four, hats in 8ths.
    fn backbeat() -> Pattern {
        use Instrument::{ClosedHiHat, Kick, Snare};
        let mut window = Pattern::EMPTY;
        for step in (0..64).step_by(2) {
            window.set(step, ClosedHiHat, Some(Hit::new(0.5, 0.0)));
        }
        for beat in 0..16 {
            let drum = if beat % 2 == 0 { Kick } else { Snare };
            window.set(beat * 4, drum, Some(Hit::new(0.8, 0.1)));
        }
        window
    }

    fn steps_of(pattern: &Pattern, instrument: Instrument) -> Vec<usize> {
        let hits = pattern.iter().filter(|(_, found, _)| *found == instrument);
        hits.map(|(step, ..)| step).take_while(|&step| step < pattern.bar().steps()).collect()
    }

    #[test]
    fn four_four_in_16ths_stays_as_it_is_to_the_bit() {
        let offsets =
            (0..64).map(|step| (step, Instrument::Snare, (step as f32 / 64.0 - 0.5) * 0.97));
        let odd = window(&offsets.collect::<Vec<_>>());
        assert_eq!((odd.in_bars(Bar::COMMON), odd.to_window()), (odd, odd));
        assert_eq!(backbeat().in_bars(Bar::COMMON), backbeat());
        assert_eq!(backbeat().to_window(), backbeat());
    }

    #[test]
    fn whole_beats_are_left_out_or_played_again() {
        use Instrument::{Kick, Snare};
        for (numerator, denominator, kick, snare) in [
            (3, 4, vec![0], vec![4, 8]),
            (5, 4, vec![0, 12], vec![4, 8, 16]),
            (6, 4, vec![0, 8, 16], vec![4, 12, 20]),
            (7, 4, vec![0, 8, 16], vec![4, 12, 20, 24]),
            (2, 4, vec![0], vec![4]),
            (6, 8, vec![0], vec![6]),
            (12, 8, vec![0, 12], vec![6, 18]),
            (7, 8, vec![0], vec![4, 8]),
            (2, 2, vec![0, 8], vec![4, 12]),
        ] {
            let pattern = backbeat().in_bars(bar(numerator, denominator, Grid::Sixteenths));
            assert_eq!(steps_of(&pattern, Kick), kick, "{numerator}/{denominator}");
            assert_eq!(steps_of(&pattern, Snare), snare, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn straight_8ths_become_a_shuffle_and_what_moves_lies_on_the_grid() {
        let hat = Instrument::ClosedHiHat;
        let shuffle = backbeat().in_bars(bar(4, 4, Grid::Triplets));
        assert_eq!(steps_of(&shuffle, hat), [0, 2, 3, 5, 6, 8, 9, 11]);
        let kick = shuffle.hit(0, Instrument::Kick).unwrap();
        assert!((kick.micro_offset() - 0.075).abs() < 1e-6, "as late as it was");
        let swung = window(&[(3, hat, -0.33)]).in_bars(bar(12, 8, Grid::Eighths));
        assert_eq!(swung.hit(2, hat), Some(Hit::new(0.5, 0.0)));
    }

    #[test]
    fn a_window_comes_back_from_every_bar_that_leaves_nothing_out() {
        for (numerator, denominator, grid) in [
            (4, 4, Grid::Triplets),
            (4, 4, Grid::Sextuplets),
            (12, 8, Grid::Sixteenths),
            (5, 4, Grid::Sixteenths),
        ] {
            let back = backbeat().in_bars(bar(numerator, denominator, grid)).to_window();
            assert_eq!(back.tokens(), backbeat().tokens(), "{numerator}/{denominator} {grid:?}");
        }
        // Every hit of a pattern has its place in the window.
        for metre in Metre::ALL {
            for grid in Grid::ALL {
                let bar = Bar::new(metre, grid);
                let mut pattern = Pattern::empty(bar);
                pattern.set(0, Instrument::Kick, Some(Hit::new(0.5, 0.25)));
                assert!(pattern.to_window().hit(0, Instrument::Kick).is_some(), "{bar:?}");
            }
        }
    }

    #[test]
    fn two_bars_of_two_beats_are_one_of_four() {
        let four = window(&[
            (0, Instrument::Kick, 0.0),
            (4, Instrument::Snare, 0.0),
            (12, Instrument::HighTom, 0.0),
        ]);
        let two = four.in_bars(bar(2, 4, Grid::Sixteenths));
        assert_eq!(two.bar().pattern_steps(), 32);
        assert!(two.hit(12, Instrument::HighTom).is_some(), "the second bar's second beat");
        let back = two.to_window();
        assert_eq!(back.token(12), four.token(12));
    }
}
