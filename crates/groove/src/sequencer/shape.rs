//! Shape: which part of a pattern is played, and how fast.
//!
//! The steps that are played are counted absolutely, negative before beat 0. In 16ths and at normal speed played
//! step `k` has its grid time at `k / 4` beats; at half time it is there at `k / 2`, at double time
//! at `k / 8`. All grids lie on that of clocks, in which the moments are named at which one
//! shape or pattern takes over from another.

use crate::bar::{Bar, CLOCKS_PER_QUARTER};
use crate::time::Beats;

/// Clocks in a beat: the grid that the grids of all patterns lie on, at any speed.
pub const GRID_PER_BEAT: i64 = CLOCKS_PER_QUARTER as i64;

/// How fast a pattern is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// A step lasts twice as long: a bar of the pattern fills two of the song.
    Half,
    /// A step lasts what its grid says.
    #[default]
    Normal,
    /// A step lasts half as long: two bars of the pattern fill one of the song.
    Double,
}

impl Speed {
    /// How many clocks `clocks` clocks of a pattern last.
    const fn stretched(self, clocks: i64) -> i64 {
        match self {
            Self::Half => clocks.saturating_mul(2),
            Self::Normal => clocks,
            Self::Double => clocks / 2,
        }
    }

    /// The first of `next` clocks of a pattern from `clock` on, in the clocks that the speed makes of them.
    /// The first clock from `clock` on that stands for one of those that `next` finds in the pattern.
    fn next(self, clock: i64, next: impl Fn(i64) -> i64) -> i64 {
        match self {
            Self::Half => 2 * next(clock.div_euclid(2) + clock.rem_euclid(2)),
            Self::Normal => next(clock),
            Self::Double => next(clock.saturating_mul(2)) / 2,
        }
    }
}

/// How many bars of a pattern are played over and over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// One bar.
    One,
    /// Two bars.
    Two,
    /// The whole pattern, four bars.
    #[default]
    Four,
}

impl Length {
    /// The length in bars.
    pub const fn bars(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
        }
    }
}

/// Which part of a pattern is played, and how fast: from step `start` on, round its end if need be,
/// over and over. One pass is a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// How much is played.
    pub length: Length,
    /// The pattern's step that is played first; taken modulo the pattern's steps.
    pub start: u8,
    /// How fast it is played.
    pub speed: Speed,
    /// The bars of the pattern that is played.
    pub bar: Bar,
    /// Where one of these bars begins, in clocks after beat 0: the first step that is played is there.
    pub origin: i64,
}

impl Shape {
    /// This shape for patterns of other bars.
    #[must_use]
    pub const fn of_bar(self, bar: Bar) -> Self {
        Self { bar, ..self }
    }

    /// The number of steps that are played over and over.
    pub const fn steps(&self) -> usize {
        let (wanted, most) = (self.length.bars(), self.bar.bars());
        self.bar.steps() * if wanted < most { wanted } else { most }
    }

    /// The cycle that played step `step` belongs to; negative before beat 0.
    pub const fn cycle(&self, step: i64) -> i64 {
        step.div_euclid(self.steps() as i64)
    }

    /// How far played step `step` is into its cycle, in steps.
    pub const fn in_cycle(&self, step: i64) -> usize {
        step.rem_euclid(self.steps() as i64) as usize
    }

    /// The step of the pattern that is played at step `step`.
    pub const fn pattern_step(&self, step: i64) -> usize {
        (self.start as usize + self.in_cycle(step)) % self.bar.pattern_steps()
    }

    /// Where in the pattern `time` falls, in steps: for a playhead to be drawn.
    pub fn pattern_position(&self, time: Beats) -> f64 {
        let steps = self.steps_to(time);
        let step = steps.floor();
        self.pattern_step(step as i64) as f64 + (steps - step)
    }

    /// The length of a step in clocks.
    pub const fn step_grid(&self) -> i64 {
        self.speed.stretched(self.bar.grid().step_clocks() as i64)
    }

    /// The length of a step.
    pub const fn step(&self) -> Beats {
        Beats(self.step_grid() as f64 / GRID_PER_BEAT as f64)
    }

    /// The musical time at which `steps` steps have been played.
    pub fn beats(&self, steps: f64) -> Beats {
        Beats(self.origin as f64 / GRID_PER_BEAT as f64 + steps * self.step().0)
    }

    /// How many steps have been played at `time`.
    pub fn steps_to(&self, time: Beats) -> f64 {
        (time.0 - self.origin as f64 / GRID_PER_BEAT as f64) / self.step().0
    }

    /// The grid time of played step `step`, in clocks.
    pub const fn grid(&self, step: i64) -> i64 {
        step.saturating_mul(self.step_grid()).saturating_add(self.origin)
    }

    /// The length of a cycle, in clocks.
    pub const fn cycle_grid(&self) -> i64 {
        self.steps() as i64 * self.step_grid()
    }

    /// The cycle at musical time `time`.
    pub fn cycle_at(&self, time: Beats) -> i64 {
        self.cycle(self.steps_to(time).floor() as i64)
    }

    /// The first grid time at or after `grid` at which a bar is played; in half time a bar takes two of the song's.
    pub fn next_bar(&self, grid: i64) -> i64 {
        let next = |clock| self.bar.metre().next_bar(clock);
        self.speed.next(grid.saturating_sub(self.origin), next).saturating_add(self.origin)
    }

    /// The first grid time at or after `grid` at which a beat is played.
    pub fn next_beat(&self, grid: i64) -> i64 {
        let next = |clock| self.bar.metre().next_beat(clock);
        self.speed.next(grid.saturating_sub(self.origin), next).saturating_add(self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bar_from_the_third_on_is_that_bar_over_and_over() {
        let shape = Shape { length: Length::One, start: 32, ..Shape::default() };
        let steps: Vec<_> = (-2..3).map(|step| shape.pattern_step(step)).collect();
        assert_eq!(steps, [46, 47, 32, 33, 34]);
        assert_eq!((shape.cycle(15), shape.cycle(16)), (0, 1));
        assert_eq!(shape.pattern_position(Beats(4.625)), 34.5);
        assert_eq!(shape.pattern_position(Beats(-0.125)), 47.5);
    }

    #[test]
    fn bars_that_begin_elsewhere_than_at_beat_0_are_counted_from_there() {
        let seven_eight = 7 * GRID_PER_BEAT / 2;
        let shape = Shape { origin: seven_eight, ..Shape::default() };
        assert_eq!((shape.grid(0), shape.beats(0.0)), (seven_eight, Beats(3.5)));
        assert_eq!((shape.steps_to(Beats(3.5)), shape.cycle_at(Beats(3.4))), (0.0, -1));
        assert_eq!((shape.next_bar(1), shape.next_beat(1)), (seven_eight, GRID_PER_BEAT / 2));
        assert_eq!(shape.pattern_position(Beats(4.0)), 2.0);
    }
}
