//! Counts by bin, and how far two such distributions lie apart.

use serde::Serialize;

/// Counts of values, one bin per value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
}

/// The distance of two distributions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Distance {
    /// Jensen-Shannon divergence in bits, from 0 (the same) to 1 (nothing in common).
    pub(crate) divergence: f64,
    /// Overlapping area: the sum of the smaller share of each bin, from 0 (nothing in common) to 1.
    ///
    /// As in Yang and Lerch 2020, *On the Evaluation of Generative Models in Music*, Neural Computing and
    /// Applications 32, but of the shares themselves: what is counted here has few values, so no density is
    /// estimated between them.
    pub(crate) overlap: f64,
}

impl Histogram {
    /// Counts one more in `bin`.
    pub(crate) fn add(&mut self, bin: usize) {
        if bin >= self.counts.len() {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += 1;
    }

    /// Counts all that `other` has counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
    }

    /// Number of values counted.
    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The distance to `other`. Two empty ones are the same; an empty one and another have nothing in common.
    pub(crate) fn distance(&self, other: &Self) -> Distance {
        let (total, other_total) = (self.total(), other.total());
        if total == 0 || other_total == 0 {
            let both = f64::from(u8::from(total == other_total));
            return Distance { divergence: 1.0 - both, overlap: both };
        }
        let share = |histogram: &Self, bin: usize, total: u64| {
            histogram.counts.get(bin).copied().unwrap_or(0) as f64 / total as f64
        };
        let mut distance = Distance { divergence: 0.0, overlap: 0.0 };
        for bin in 0..self.counts.len().max(other.counts.len()) {
            let (p, q) = (share(self, bin, total), share(other, bin, other_total));
            let middle = (p + q) / 2.0;
            for part in [p, q].into_iter().filter(|&part| part > 0.0) {
                distance.divergence += part * (part / middle).log2() / 2.0;
            }
            distance.overlap += p.min(q);
        }
        distance
    }
}

impl Distance {
    /// The mean of `distances`, at least one.
    pub(crate) fn mean(distances: impl IntoIterator<Item = Self>) -> Self {
        let mut sum = Self { divergence: 0.0, overlap: 0.0 };
        let mut count = 0.0;
        for distance in distances {
            sum.divergence += distance.divergence;
            sum.overlap += distance.overlap;
            count += 1.0;
        }
        Self { divergence: sum.divergence / count, overlap: sum.overlap / count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[usize]) -> Histogram {
        let mut histogram = Histogram::default();
        values.iter().for_each(|&value| histogram.add(value));
        histogram
    }

    #[test]
    fn equal_shares_are_no_distance_apart_and_disjoint_ones_as_far_as_can_be() {
        let same = Distance { divergence: 0.0, overlap: 1.0 };
        let apart = Distance { divergence: 1.0, overlap: 0.0 };
        assert_eq!(of(&[1, 2]).distance(&of(&[1, 1, 2, 2])), same);
        assert_eq!(of(&[0, 1]).distance(&of(&[2, 7])), apart);
        assert_eq!(of(&[]).distance(&of(&[])), same);
        assert_eq!(of(&[]).distance(&of(&[0])), apart);
    }

    #[test]
    fn half_of_the_shares_in_common() {
        // p = (1, 0), q = (1/2, 1/2): middle (3/4, 1/4). Half of log2(4/3) + (log2(2/3) + log2(2)) / 2.
        let expected = (f64::log2(4.0 / 3.0) + (f64::log2(2.0 / 3.0) + 1.0) / 2.0) / 2.0;
        let distance = of(&[0]).distance(&of(&[0, 1]));
        assert!((distance.divergence - expected).abs() < 1e-12, "{distance:?}");
        assert_eq!(distance.overlap, 0.5);
    }
}
