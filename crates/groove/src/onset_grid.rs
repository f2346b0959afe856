//! Onsets alone, a bit each: for counting and comparing many patterns.

use crate::instrument::{INSTRUMENTS, Instrument};
use crate::pattern::{BARS, Pattern, STEPS, STEPS_PER_BAR, Token};

/// Which instruments are struck when: per instrument a bit for each of the 64 steps, the first lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OnsetGrid([u64; INSTRUMENTS]);

impl OnsetGrid {
    /// The onsets of these tokens.
    pub fn new(tokens: &[Token; STEPS]) -> Self {
        let mut rows = [0; INSTRUMENTS];
        for (step, token) in tokens.iter().enumerate() {
            for instrument in token.instruments() {
                rows[instrument.index()] |= 1 << step;
            }
        }
        Self(rows)
    }

    /// Number of onsets.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|row| row.count_ones()).sum()
    }

    /// Onsets that one of the two has and the other has not.
    pub fn difference(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    /// How alike the two are: the onsets that both have among those that either has, in `[0, 1]`; 1 if both
    /// are silent.
    pub fn similarity(&self, other: &Self) -> f64 {
        let both: u32 = self.0.iter().zip(&other.0).map(|(a, b)| (a & b).count_ones()).sum();
        let either = both + self.difference(other);
        if either == 0 { 1.0 } else { f64::from(both) / f64::from(either) }
    }

    /// The onsets of `instrument` in bar `bar`, a bit for each of its 16 steps, the first lowest.
    ///
    /// # Panics
    /// If `bar` is 4 or more.
    pub fn bar(&self, bar: usize, instrument: Instrument) -> u16 {
        (self.0[instrument.index()] >> (bar * STEPS_PER_BAR)) as u16
    }

    /// How alike each two neighbouring bars are: the onsets that both have among those that either has, in
    /// `[0, 1]`. Where both are silent there is nothing to compare.
    pub fn similarities(&self) -> impl Iterator<Item = f64> + '_ {
        (1..BARS).filter_map(|bar| {
            let count = |of: fn(u16, u16) -> u16| -> u32 {
                let bars = Instrument::ALL.map(|i| of(self.bar(bar - 1, i), self.bar(bar, i)));
                bars.iter().map(|bits| bits.count_ones()).sum()
            };
            let (both, either) = (count(|a, b| a & b), count(|a, b| a | b));
            (either > 0).then(|| f64::from(both) / f64::from(either))
        })
    }
}

impl From<&Pattern> for OnsetGrid {
    fn from(pattern: &Pattern) -> Self {
        Self::new(&pattern.tokens())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Hit;

    fn grid(hits: &[(usize, Instrument)]) -> OnsetGrid {
        let mut pattern = Pattern::EMPTY;
        for &(step, instrument) in hits {
            pattern.set(step, instrument, Some(Hit::new(1.0, 0.0)));
        }
        OnsetGrid::from(&pattern)
    }

    #[test]
    fn neighbouring_bars_are_alike_by_the_onsets_they_share() {
        use Instrument::{Kick, Ride};
        let grid = grid(&[(0, Kick), (15, Ride), (16, Kick), (17, Ride), (18, Ride)]);
        // 1 of 4 onsets in both; the second bar against silence; two silent bars.
        assert_eq!(grid.similarities().collect::<Vec<_>>(), [0.25, 0.0]);
        assert_eq!(grid.bar(1, Ride), 0b110);
        assert_eq!(grid.count(), 5);
    }

    #[test]
    fn grids_differ_by_the_onsets_of_one_alone() {
        use Instrument::{Kick, Snare};
        let (a, b) = (grid(&[(0, Kick), (63, Kick)]), grid(&[(0, Snare), (63, Kick)]));
        assert_eq!((a.difference(&b), a.difference(&a)), (2, 0));
        assert_eq!((a.similarity(&b), a.similarity(&a)), (1.0 / 3.0, 1.0));
        assert_eq!(grid(&[]).similarity(&grid(&[])), 1.0);
    }
}
