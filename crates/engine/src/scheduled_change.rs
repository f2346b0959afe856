//! Changes at a boundary: hits before it are the old value's, hits from it on the new one's.
//!
//! A hit belongs to the value in force at its grid time, whenever it sounds. So an old value lives on
//! until its last late hit has sounded, and further values may be waiting meanwhile.

use groove::Beats;
use groove::sequencer::{EARLIEST_STEPS, GRID_PER_BEAT, LATEST_STEPS};

/// A value in force and up to `N - 1` that take over one after another. Boundaries are grid times in
/// 32nds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScheduledChange<T, const N: usize> {
    /// In `..len`, with the first grid time that each is in force at, ascending; that of the first
    /// does not count.
    values: [(T, i64); N],
    len: usize,
}

/// The first grid time at which no hit can have sounded before `frontier`, where a step lasts `step`
/// at most.
pub(crate) fn first_untouched(frontier: Beats, step: Beats) -> i64 {
    ((frontier.0 - EARLIEST_STEPS * step.0) * GRID_PER_BEAT as f64).ceil() as i64
}

impl<T: Copy, const N: usize> ScheduledChange<T, N> {
    pub(crate) const fn new(value: T) -> Self {
        Self { values: [(value, 0); N], len: 1 }
    }

    /// Has `value` alone in force.
    pub(crate) fn restart(&mut self, value: T) {
        self.values[0] = (value, 0);
        self.len = 1;
    }

    /// The value in force at grid time `grid`.
    pub(crate) fn at(&self, grid: i64) -> &T {
        let later = &self.values[1..self.len];
        let found = later.iter().rev().find(|&&(_, boundary)| grid >= boundary);
        &found.unwrap_or(&self.values[0]).0
    }

    /// The values in force one after another, each with the grid times `from..to` it is in force at.
    pub(crate) fn periods(&self) -> impl Iterator<Item = (&T, i64, i64)> {
        (0..self.len).map(|i| {
            let from = if i == 0 { i64::MIN } else { self.values[i].1 };
            let to = self.values[..self.len].get(i + 1).map_or(i64::MAX, |&(_, next)| next);
            (&self.values[i].0, from, to)
        })
    }

    /// The value that takes over last.
    pub(crate) fn newest(&self) -> &T {
        &self.values[self.len - 1].0
    }

    /// Where the newest value takes over, if it is not the only one.
    pub(crate) fn boundary(&self) -> Option<i64> {
        (self.len > 1).then(|| self.values[self.len - 1].1)
    }

    /// Whether a change may be made that hits from `untouched` on are played by.
    pub(crate) fn is_open(&self, untouched: i64) -> bool {
        self.len < N || self.boundary().is_none_or(|boundary| boundary >= untouched)
    }

    /// Has `value` take over at `boundary`, instead of any value that would take over there or later.
    /// Returns whether it will: not if too many are under way.
    pub(crate) fn change_at(&mut self, value: T, boundary: i64) -> bool {
        while self.boundary().is_some_and(|later| later >= boundary) {
            self.len -= 1;
        }
        if self.len == N {
            return false;
        }
        self.values[self.len] = (value, boundary);
        self.len += 1;
        true
    }

    /// Forgets each old value once all its hits have sounded before `frontier`; a step lasts `step` at
    /// most.
    pub(crate) fn settle(&mut self, frontier: Beats, step: Beats) {
        // The last step of an old value begins a 32nd before the boundary, or earlier: a boundary may lie
        // between two steps.
        let tail = LATEST_STEPS * step.0 - 1.0 / GRID_PER_BEAT as f64;
        while self.len > 1 && self.values[1].1 as f64 / GRID_PER_BEAT as f64 + tail <= frontier.0 {
            self.values.copy_within(1..self.len, 0);
            self.len -= 1;
        }
    }

    /// Has the newest value take over at once: nothing has sounded, or time has jumped.
    pub(crate) fn settle_now(&mut self) {
        self.values[0] = self.values[self.len - 1];
        self.len = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Beats = Beats(0.25);

    #[test]
    fn hits_belong_to_the_value_of_their_grid_time() {
        let mut value = ScheduledChange::<_, 2>::new('a');
        assert!(value.change_at('b', 8));
        assert_eq!((*value.at(7), *value.at(8)), ('a', 'b'));
        value.settle(Beats(1.36), STEP);
        assert_eq!(*value.at(7), 'a');
        value.settle(Beats(1.375), STEP);
        assert_eq!(*value.at(7), 'b');
    }

    #[test]
    fn a_step_that_may_have_sounded_early_is_not_untouched() {
        assert_eq!(first_untouched(Beats::from_steps(0.25), STEP), 2);
        assert_eq!(first_untouched(Beats::from_steps(0.26), STEP), 3);
        assert_eq!(first_untouched(Beats::from_steps(-0.75), STEP), 0);
        assert_eq!(first_untouched(Beats(0.0), Beats(0.5)), 3);
    }

    #[test]
    fn changes_queue_up_and_one_that_has_not_begun_is_replaced() {
        let mut value = ScheduledChange::<_, 3>::new('a');
        assert!(value.change_at('b', 8));
        assert!(value.change_at('c', 10));
        assert!(!value.is_open(11) && value.is_open(10));
        assert!(!value.change_at('d', 11));
        let periods: Vec<_> = value.periods().map(|(v, from, to)| (*v, from, to)).collect();
        assert_eq!(periods, [('a', i64::MIN, 8), ('b', 8, 10), ('c', 10, i64::MAX)]);
        assert!(value.change_at('d', 9));
        assert_eq!((*value.at(8), *value.at(9), *value.newest()), ('b', 'd', 'd'));
        value.settle_now();
        assert_eq!((*value.at(0), value.boundary()), ('d', None));
    }
}
