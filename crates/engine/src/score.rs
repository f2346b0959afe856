//! Scores: which pattern is played in which cycle.

use groove::{Bar, Pattern};

/// The most cycles a [`Score`] holds.
///
/// The playing one and the next, and the two that a looping host comes back to.
pub const CYCLES: usize = 4;

/// The patterns of a few cycles, or one for all, of the same bars.
///
/// Plain `Copy` data of some 35 kB, so that it can cross threads without allocation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The cycles known, in `..len`, in the order in which they stand in for a missing one.
    cycles: [(i64, Pattern); CYCLES],
    len: usize,
    is_steady: bool,
    /// A window of four bars, each a fill.
    fills: Option<Pattern>,
}

impl Score {
    /// The same pattern in every cycle.
    pub const fn steady(pattern: Pattern) -> Self {
        let mut cycles = [(0, Pattern::EMPTY); CYCLES];
        cycles[0].1 = pattern;
        Self { cycles, len: 1, is_steady: true, fills: None }
    }

    /// Nothing is known yet of any cycle: silence.
    pub const fn varied() -> Self {
        Self { cycles: [(0, Pattern::EMPTY); CYCLES], len: 0, is_steady: false, fills: None }
    }

    /// With these fills, a window with one in each bar; none: written figures are played.
    #[must_use]
    pub const fn with_fills(self, fills: Option<Pattern>) -> Self {
        Self { fills, ..self }
    }

    /// The fills, one in each bar, if some were drawn for this groove.
    pub const fn fills(&self) -> Option<&Pattern> {
        self.fills.as_ref()
    }

    /// The bars of its patterns.
    pub const fn bar(&self) -> Bar {
        self.cycles[0].1.bar()
    }

    /// Adds `cycle`'s own pattern. Returns whether it is held: not if there are four already, or of other bars.
    ///
    /// On a [`steady`](Self::steady) score this changes nothing and returns false.
    pub fn insert(&mut self, cycle: i64, pattern: &Pattern) -> bool {
        if self.is_steady || self.len == CYCLES || self.has(cycle) {
            return !self.is_steady && self.has(cycle);
        }
        if self.len > 0 && pattern.bar() != self.bar() {
            return false;
        }
        self.cycles[self.len] = (cycle, *pattern);
        self.len += 1;
        true
    }

    /// Whether `cycle`'s own pattern is here.
    pub fn has(&self, cycle: i64) -> bool {
        self.is_steady || self.cycles[..self.len].iter().any(|&(held, _)| held == cycle)
    }

    /// The pattern to play in `cycle`: its own, else the first one that is here, else silence.
    pub fn pattern(&self, cycle: i64) -> &Pattern {
        let held = &self.cycles[..self.len];
        held.iter()
            .find(|&&(held, _)| held == cycle)
            .or(held.first())
            .map_or(&Pattern::EMPTY, |(_, pattern)| pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::{Hit, Instrument};

    fn pattern_with_kick_at(step: usize) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        pattern.set(step, Instrument::Kick, Some(Hit::new(0.5, 0.0)));
        pattern
    }

    #[test]
    fn a_steady_score_plays_its_pattern_in_every_cycle() {
        let pattern = pattern_with_kick_at(3);
        let score = Score::steady(pattern);
        assert!(score.has(-7) && score.has(i64::MAX));
        assert_eq!(score.pattern(-1), &pattern);
    }

    #[test]
    fn a_cycle_that_is_not_here_is_stood_in_for_by_the_first() {
        let mut score = Score::varied();
        assert_eq!(score.pattern(0), &Pattern::EMPTY);
        assert!(score.insert(-1, &pattern_with_kick_at(1)));
        assert!(score.insert(0, &pattern_with_kick_at(2)));
        assert_eq!(score.pattern(-1), &pattern_with_kick_at(1));
        assert_eq!(score.pattern(0), &pattern_with_kick_at(2));
        assert_eq!(score.pattern(1), &pattern_with_kick_at(1));
        assert!(!score.has(1));
    }

    #[test]
    fn a_full_score_takes_no_further_cycle() {
        let mut score = Score::varied();
        for cycle in 0..CYCLES as i64 {
            assert!(score.insert(cycle, &Pattern::EMPTY));
        }
        assert!(!score.insert(99, &Pattern::EMPTY));
        assert!(score.insert(0, &Pattern::EMPTY));
    }
}
