//! What a set of patterns is like: distributions and means of what is played.

use groove::{BARS, Instrument, OnsetGrid, Pattern, STEPS_PER_BAR};

use super::syncopation::syncopation;
use super::{Distance, Distances, Histogram, PerInstrument};

/// Bins in a unit of syncopation per bar: it is counted over four bars.
const SYNCOPATION_BINS: f64 = 2.0;
/// Bins in a range of length 1, of similarities, velocities and micro-offsets; a last one holds its end.
const UNIT_BINS: f64 = 20.0;

/// Distributions and means of a set of patterns. Silent patterns have no part in them.
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

impl Summary {
    /// Counts what `patterns` play.
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

    /// Patterns that are not silent.
    pub(crate) fn patterns(&self) -> usize {
        self.patterns
    }

    /// Patterns without a hit.
    pub(crate) fn silent(&self) -> usize {
        self.silent
    }

    /// Hits per bar, of all instruments.
    pub(crate) fn hits_per_bar(&self) -> f64 {
        self.total_hits_of.iter().map(|(instrument, _)| self.hits_per_bar_of(instrument)).sum()
    }

    /// Hits of `instrument` per bar.
    pub(crate) fn hits_per_bar_of(&self, instrument: Instrument) -> f64 {
        self.total_hits_of[instrument] as f64 / (self.patterns.max(1) * BARS) as f64
    }

    /// Mean syncopation per bar.
    pub(crate) fn syncopation(&self) -> f64 {
        self.syncopation_sum / self.patterns.max(1) as f64
    }

    /// Mean similarity of neighbouring bars, in `[0, 1]`.
    pub(crate) fn bar_similarity(&self) -> f64 {
        self.similarity_sum / self.similarities.total().max(1) as f64
    }

    /// How far the distributions lie from those of `other`.
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
        let summary = Summary::new(&[beats(4), Pattern::EMPTY, beats(2)]);
        assert_eq!((summary.patterns(), summary.silent()), (2, 1));
        assert_eq!(summary.hits_per_bar(), 3.0);
        assert_eq!(summary.hits_per_bar_of(Instrument::Kick), 3.0);
        assert_eq!(summary.hits_per_bar_of(Instrument::Ride), 0.0);
        // Three pairs alike, then one alike, one against silence, and a silent one that does not count.
        assert_eq!(summary.bar_similarity(), 0.8);
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
