//! Musical attributes: numbers that say how a pattern is played, for directions in the latent space.

use groove::{BARS, Instrument, Pattern};

use super::syncopation::syncopation;

/// A property of a pattern that grows along a direction of the latent space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// Hits per bar.
    Density,
    /// Longuet-Higgins and Lee's measure of the line of kick, snare and toms, per bar.
    Syncopation,
    /// From -1, time kept on the hats alone, to 1, on the ride alone; 0 without either.
    RideVersusHats,
    /// Hits on toms per bar.
    Toms,
    /// Mean velocity of the hits, in `[0, 1]`; 0 without a hit.
    Loudness,
}

impl Attribute {
    /// Every attribute, in the order of the weights file.
    pub(crate) const ALL: [Self; 5] =
        [Self::Density, Self::Syncopation, Self::RideVersusHats, Self::Toms, Self::Loudness];

    /// Name in files.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Density => "density",
            Self::Syncopation => "syncopation",
            Self::RideVersusHats => "ride-versus-hats",
            Self::Toms => "toms",
            Self::Loudness => "loudness",
        }
    }

    /// The attribute's value for `pattern`.
    pub(crate) fn of(self, pattern: &Pattern) -> f64 {
        let hits = |of: &[Instrument]| {
            pattern.iter().filter(|(_, instrument, _)| of.contains(instrument)).count() as f64
        };
        match self {
            Self::Density => pattern.count() as f64 / BARS as f64,
            Self::Syncopation => syncopation(pattern),
            Self::RideVersusHats => {
                let ride = hits(&[Instrument::Ride]);
                let hats = hits(&[Instrument::ClosedHiHat, Instrument::OpenHiHat]);
                (ride - hats) / (ride + hats).max(1.0)
            }
            Self::Toms => {
                let toms = [Instrument::HighTom, Instrument::LowMidTom, Instrument::HighFloorTom];
                hits(&toms) / BARS as f64
            }
            Self::Loudness => {
                let sum: f64 = pattern.iter().map(|(_, _, hit)| f64::from(hit.velocity())).sum();
                sum / pattern.count().max(1) as f64
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use groove::{Hit, STEPS};

    use super::*;

    #[test]
    fn each_attribute_counts_its_own() {
        let mut pattern = Pattern::EMPTY;
        for step in (0..STEPS).step_by(2) {
            let cymbal = if step < STEPS / 4 { Instrument::OpenHiHat } else { Instrument::Ride };
            pattern.set(step, cymbal, Some(Hit::new(0.25, 0.0)));
        }
        for step in (2..STEPS).step_by(8) {
            pattern.set(step, Instrument::HighFloorTom, Some(Hit::new(0.75, 0.0)));
        }
        // 32 hits on cymbals, a quarter of them hats, and 8 on a tom: steps 2 and 10 of each bar (weight
        // -3), with silence on step 8 (-1) and on the next downbeat (0).
        let expected = [10.0, 2.0 + 3.0, 0.5, 2.0, 0.35];
        for (attribute, expected) in Attribute::ALL.into_iter().zip(expected) {
            let found = attribute.of(&pattern);
            assert!((found - expected).abs() < 1e-6, "{}: {found}", attribute.name());
        }
    }

    #[test]
    fn silence_has_none_of_any() {
        assert!(Attribute::ALL.iter().all(|attribute| attribute.of(&Pattern::EMPTY) == 0.0));
    }
}
