//! Shape: which part of a pattern is played, and how fast.
//!
//! The steps that are played are counted absolutely, negative before beat 0. At normal speed played
//! step `k` has its grid time at `k / 4` beats; at half time it is there at `k / 2`, at double time
//! at `k / 8`. All three grids lie on that of 32nd notes, in which the moments are named at which one
//! shape or pattern takes over from another.

use crate::pattern::{STEPS, STEPS_PER_BAR};
use crate::time::Beats;

/// 32nd notes in a beat: the finest grid that patterns are played on.
pub const GRID_PER_BEAT: i64 = 8;

/// How fast a pattern is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// A step lasts an 8th: a bar of the pattern fills two of the song.
    Half,
    /// A step lasts a 16th.
    #[default]
    Normal,
    /// A step lasts a 32nd: two bars of the pattern fill one of the song.
    Double,
}

impl Speed {
    /// The length of a step in 32nds.
    pub const fn step_grid(self) -> i64 {
        match self {
            Self::Half => 4,
            Self::Normal => 2,
            Self::Double => 1,
        }
    }

    /// The length of a step.
    pub const fn step(self) -> Beats {
        Beats(self.step_grid() as f64 / GRID_PER_BEAT as f64)
    }

    /// The musical time `steps` steps after beat 0.
    pub fn beats(self, steps: f64) -> Beats {
        Beats(steps * self.step().0)
    }

    /// `time` counted in steps.
    pub fn steps(self, time: Beats) -> f64 {
        time.0 / self.step().0
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
    /// The length in steps.
    pub const fn steps(self) -> usize {
        STEPS_PER_BAR
            * match self {
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
    /// The pattern's step that is played first; taken modulo 64.
    pub start: u8,
    /// How fast it is played.
    pub speed: Speed,
}

impl Shape {
    /// The cycle that played step `step` belongs to; negative before beat 0.
    pub const fn cycle(&self, step: i64) -> i64 {
        step.div_euclid(self.length.steps() as i64)
    }

    /// How far played step `step` is into its cycle, in steps.
    pub const fn in_cycle(&self, step: i64) -> usize {
        step.rem_euclid(self.length.steps() as i64) as usize
    }

    /// The step of the pattern, `0..64`, that is played at step `step`.
    pub const fn pattern_step(&self, step: i64) -> usize {
        (self.start as usize + self.in_cycle(step)) % STEPS
    }

    /// Where in the pattern `time` falls, in steps, `[0, 64)`: for a playhead to be drawn.
    pub fn pattern_position(&self, time: Beats) -> f64 {
        let steps = self.speed.steps(time);
        let step = steps.floor();
        self.pattern_step(step as i64) as f64 + (steps - step)
    }

    /// The grid time of played step `step`, in 32nds.
    pub const fn grid(&self, step: i64) -> i64 {
        step.saturating_mul(self.speed.step_grid())
    }

    /// The length of a cycle, in 32nds.
    pub const fn cycle_grid(&self) -> i64 {
        self.length.steps() as i64 * self.speed.step_grid()
    }

    /// The cycle at musical time `time`.
    pub fn cycle_at(&self, time: Beats) -> i64 {
        self.cycle(self.speed.steps(time).floor() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_pattern_is_played_step_by_step() {
        let shape = Shape::default();
        assert_eq!((shape.cycle(-1), shape.pattern_step(-1)), (-1, 63));
        assert_eq!((shape.cycle(130), shape.pattern_step(130)), (2, 2));
        assert_eq!(shape.cycle_grid(), 16 * GRID_PER_BEAT);
    }

    #[test]
    fn one_bar_from_the_third_on_is_that_bar_over_and_over() {
        let shape = Shape { length: Length::One, start: 32, speed: Speed::Normal };
        let steps: Vec<_> = (-2..3).map(|step| shape.pattern_step(step)).collect();
        assert_eq!(steps, [46, 47, 32, 33, 34]);
        assert_eq!((shape.cycle(15), shape.cycle(16)), (0, 1));
        assert_eq!(shape.pattern_position(Beats(4.625)), 34.5);
        assert_eq!(shape.pattern_position(Beats(-0.125)), 47.5);
    }

    #[test]
    fn a_start_near_the_end_goes_round_it() {
        let shape = Shape { length: Length::Two, start: 60, speed: Speed::Normal };
        assert_eq!((shape.pattern_step(3), shape.pattern_step(4)), (63, 0));
        assert_eq!(shape.pattern_step(31), 27);
    }

    #[test]
    fn half_and_double_time_stretch_the_grid() {
        for (speed, beats) in [(Speed::Half, 8.0), (Speed::Normal, 4.0), (Speed::Double, 2.0)] {
            assert_eq!(speed.beats(16.0), Beats(beats));
            assert_eq!(speed.steps(Beats(beats)), 16.0);
            let shape = Shape { speed, ..Shape::default() };
            assert_eq!(shape.grid(16) as f64 / GRID_PER_BEAT as f64, beats);
            assert_eq!(shape.cycle_at(Beats(4.0 * beats - 0.01)), 0);
            assert_eq!(shape.cycle_at(Beats(4.0 * beats)), 1);
        }
    }
}
