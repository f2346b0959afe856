//! Distributions and means of the hits in a set of patterns.

use groove::{BARS, Instrument, OnsetGrid, Pattern, STEPS_PER_BAR};
use serde::Serialize;

use super::syncopation::syncopation;
use super::{Distance, Distances, Histogram, PerInstrument};

/// Bins in a unit of syncopation per bar: it is counted over four bars.
const SYNCOPATION_BINS: f64 = 2.0;
/// Bins in a range of length 1, of similarities, velocities and micro-offsets; a last one holds its end.
const UNIT_BINS: f64 = 20.0;

/// Distributions and means of a set of patterns. Silent patterns are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    patterns: usize,
    silent: usize,
    hits: Histogram,
    hits_of: PerInstrument<Histogram>,
    positions_of: PerInstrument<Histogram>,
    velocities_of: PerInstrument<Histogram>,
    micro_offsets_of: PerInstrument<Histogram>,
    syncopations: Histogram,
    similarities: Histogram,
    total_hits_of: PerInstrument<u64>,
    syncopation_sum: f64,
    similarity_sum: f64,
}

/// Means over a set of patterns. Field names are those of the JSON, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Means {
    /// Patterns that are not silent: those measured.
    pub(crate) patterns: usize,
    pub(crate) silent: usize,
    /// Similarity of neighbouring bars, in `[0, 1]`.
    pub(crate) bar_similarity: f64,
    /// Syncopation per bar.
    pub(crate) syncopation: f64,
    pub(crate) hits_per_bar: f64,
    pub(crate) hits_per_bar_of: PerInstrument<f64>,
}

impl Summary {
    /// Counts the hits of `patterns`.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Self {
        let mut summary = Self::default();
        patterns.into_iter().for_each(|pattern| summary.add(pattern));
        summary
    }

    fn add(&mut self, pattern: &Pattern) {
        let grid = OnsetGrid::from(pattern);
        if grid.count() == 0 {
            self.silent += 1;
            return;
        }
        self.patterns += 1;
        for bar in 0..BARS {
            let mut hits = 0;
            for instrument in Instrument::ALL {
                let onsets = grid.bar(bar, instrument);
                let count = onsets.count_ones() as usize;
                hits += count;
                self.total_hits_of[instrument] += count as u64;
                self.hits_of[instrument].add(count);
                let positions = (0..STEPS_PER_BAR).filter(|step| onsets >> step & 1 != 0);
                positions.for_each(|step| self.positions_of[instrument].add(step));
            }
            self.hits.add(hits);
        }
        for (_, instrument, hit) in pattern.iter() {
            let bin = |share: f32| (f64::from(share) * UNIT_BINS) as usize;
            self.velocities_of[instrument].add(bin(hit.velocity()));
            self.micro_offsets_of[instrument].add(bin(hit.micro_offset() + 0.5));
        }
        let syncopation = syncopation(pattern);
        self.syncopation_sum += syncopation;
        self.syncopations.add((syncopation * SYNCOPATION_BINS) as usize);
        for similarity in grid.similarities() {
            self.similarity_sum += similarity;
            self.similarities.add((similarity * UNIT_BINS) as usize);
        }
    }

    /// The means, without silent patterns.
    pub(crate) fn means(&self) -> Means {
        let patterns = self.patterns.max(1) as f64;
        let hits_per_bar_of = PerInstrument::new(|instrument| {
            self.total_hits_of[instrument] as f64 / (patterns * BARS as f64)
        });
        Means {
            patterns: self.patterns,
            silent: self.silent,
            bar_similarity: self.similarity_sum / self.similarities.total().max(1) as f64,
            syncopation: self.syncopation_sum / patterns,
            hits_per_bar: hits_per_bar_of.iter().map(|(_, hits)| hits).sum(),
            hits_per_bar_of,
        }
    }

    /// The distances between these distributions and those of `other`.
    pub(crate) fn distances(&self, other: &Self) -> Distances {
        let of_each = |of: fn(&Self) -> &PerInstrument<Histogram>| -> PerInstrument<Distance> {
            PerInstrument::new(|instrument| of(self)[instrument].distance(&of(other)[instrument]))
        };
        Distances {
            hits_per_bar: self.hits.distance(&other.hits),
            hits_per_bar_of: of_each(|summary| &summary.hits_of),
            onset_position_of: of_each(|summary| &summary.positions_of),
            velocity_of: of_each(|summary| &summary.velocities_of),
            micro_offset_of: of_each(|summary| &summary.micro_offsets_of),
            syncopation: self.syncopations.distance(&other.syncopations),
            bar_similarity: self.similarities.distance(&other.similarities),
        }
    }
}

#[cfg(test)]
mod tests {
    use groove::{Hit, STEPS};

    use super::*;

    /// A kick on each beat of the first `bars` bars.
    fn beats(bars: usize) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for step in (0..bars * STEPS_PER_BAR).step_by(4) {
            pattern.set(step, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
        }
        pattern
    }

    #[test]
    fn means_are_over_the_bars_of_patterns_that_are_not_silent() {
        let means = Summary::new(&[beats(4), Pattern::EMPTY, beats(2)]).means();
        assert_eq!((means.patterns, means.silent, means.hits_per_bar), (2, 1, 3.0));
        assert_eq!(means.hits_per_bar_of[Instrument::Kick], 3.0);
        assert_eq!(means.hits_per_bar_of[Instrument::Ride], 0.0);
        // Three pairs alike, then one alike, one against silence, and a silent one that does not count.
        assert_eq!(means.bar_similarity, 0.8);
    }

    #[test]
    fn what_differs_shows_in_its_distribution_alone() {
        let (plain, late) = (beats(4), {
            let mut late = Pattern::EMPTY;
            for step in (3..STEPS).step_by(4) {
                late.set(step, Instrument::Kick, Some(Hit::new(1.0, 0.25)));
            }
            late
        });
        let distances = Summary::new(&[plain]).distances(&Summary::new(&[late]));
        assert_eq!(distances.hits_per_bar.divergence, 0.0);
        assert_eq!(distances.bar_similarity.divergence, 0.0);
        assert_eq!(distances.velocity_of[Instrument::Kick].divergence, 0.0);
        assert_eq!(distances.micro_offset_of[Instrument::Kick].divergence, 1.0);
        assert_eq!(distances.micro_offset_of[Instrument::Snare].divergence, 0.0);
        assert_eq!(distances.onset_position_of[Instrument::Kick].divergence, 1.0);
        assert_eq!(distances.syncopation.divergence, 1.0);
    }
}
