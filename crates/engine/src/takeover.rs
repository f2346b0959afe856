//! Changes at a step boundary: hits before it are the old value's, hits from it on the new one's.

use groove::Beats;
use groove::sequencer::{EARLIEST_STEPS, LATEST_STEPS};

/// A value in force, and perhaps the one that takes over from it at a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Takeover<T> {
    now: T,
    /// The value to come and the first step it is in force at.
    next: Option<(T, i64)>,
}

/// The first step of which no hit can have sounded before `frontier`.
pub(crate) fn first_untouched_step(frontier: Beats) -> i64 {
    (frontier.to_steps() - EARLIEST_STEPS).ceil() as i64
}

impl<T: Copy> Takeover<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { now: value, next: None }
    }

    /// The value in force at absolute step `step`.
    pub(crate) fn at(&self, step: i64) -> &T {
        match &self.next {
            Some((next, boundary)) if step >= *boundary => next,
            _ => &self.now,
        }
    }

    /// The value in force from now on or soon.
    pub(crate) fn newest(&self) -> &T {
        self.next.as_ref().map_or(&self.now, |(next, _)| next)
    }

    /// The first step of the value to come.
    pub(crate) fn boundary(&self) -> Option<i64> {
        self.next.as_ref().map(|&(_, boundary)| boundary)
    }

    /// Whether a change may be made that hits from `untouched` on are played by: not while one
    /// that hits have been played by is still under way.
    pub(crate) fn is_open(&self, untouched: i64) -> bool {
        self.boundary().is_none_or(|boundary| boundary >= untouched)
    }

    /// Has `value` take over at `boundary`, instead of the value to come if there is one.
    pub(crate) fn change_at(&mut self, value: T, boundary: i64) {
        self.next = Some((value, boundary));
    }

    /// Forgets the old value once all its hits have sounded before `frontier`.
    pub(crate) fn settle(&mut self, frontier: Beats) {
        // The last hit of the old value is of step `boundary - 1` and sounds before this.
        const LAST: f64 = LATEST_STEPS - 1.0;
        if self.boundary().is_some_and(|boundary| boundary as f64 + LAST <= frontier.to_steps()) {
            self.settle_now();
        }
    }

    /// Has the value to come take over at once: nothing has sounded, or time has jumped.
    pub(crate) fn settle_now(&mut self) {
        if let Some((next, _)) = self.next.take() {
            self.now = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_belong_to_the_value_of_their_step() {
        let mut value = Takeover::new('a');
        value.change_at('b', 4);
        assert_eq!((*value.at(3), *value.at(4)), ('a', 'b'));
        value.settle(Beats::from_steps(3.9));
        assert_eq!(*value.at(3), 'a');
        value.settle(Beats::from_steps(4.0));
        assert_eq!(*value.at(3), 'b');
    }

    #[test]
    fn a_step_that_may_have_sounded_early_is_not_untouched() {
        assert_eq!(first_untouched_step(Beats::from_steps(0.5)), 1);
        assert_eq!(first_untouched_step(Beats::from_steps(0.51)), 2);
        assert_eq!(first_untouched_step(Beats::from_steps(-0.75)), 0);
    }

    #[test]
    fn a_change_under_way_is_not_replaced() {
        let mut value = Takeover::new('a');
        value.change_at('b', 4);
        assert!(value.is_open(4));
        assert!(!value.is_open(5));
        value.settle_now();
        assert!(value.is_open(5));
    }
}
