//! Velocity curves: from what the network expects of a hit's velocity to what drummers play.
//!
//! A network trained on squared errors says the mean of what it holds possible, so its soft hits are too
//! loud and its accents too soft. A curve for each instrument gives its velocities the distribution of the
//! training hits' (quantile mapping) and leaves their order as it is.

use groove::{INSTRUMENTS, Instrument};

use super::{RawTensor, Tensors, VELOCITY_CURVES, WeightsFile};

/// Knots of a curve, evenly from velocity 0 to 1.
pub(crate) const KNOTS: usize = 17;

/// A curve for each instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct VelocityCurves {
    /// The velocity played at each knot, kick first.
    knots: [[f32; KNOTS]; INSTRUMENTS],
}

impl Default for VelocityCurves {
    /// Every velocity as the network says it.
    fn default() -> Self {
        let straight = std::array::from_fn(|knot| knot as f32 / (KNOTS - 1) as f32);
        Self { knots: [straight; INSTRUMENTS] }
    }
}

impl VelocityCurves {
    /// The curves that give `expected` velocities the distribution of `played` ones, each a list per
    /// instrument, kick first. An instrument without hits in either keeps the straight line.
    ///
    /// # Panics
    /// If a velocity is not a number.
    pub fn fit(expected: &[Vec<f32>; INSTRUMENTS], played: &[Vec<f32>; INSTRUMENTS]) -> Self {
        let mut curves = Self::default();
        for (knots, (expected, played)) in curves.knots.iter_mut().zip(expected.iter().zip(played))
        {
            if expected.is_empty() || played.is_empty() {
                continue;
            }
            let sorted = |velocities: &[f32]| {
                let mut sorted = velocities.to_vec();
                sorted.sort_by(|a, b| a.partial_cmp(b).expect("velocities are numbers"));
                sorted
            };
            let (expected, played) = (sorted(expected), sorted(played));
            for (knot, value) in knots.iter_mut().enumerate() {
                let at = knot as f32 / (KNOTS - 1) as f32;
                // The middle of those equal to it, so that a pile of equals goes to its own median.
                let below = expected.partition_point(|&v| v < at);
                let up_to = expected.partition_point(|&v| v <= at);
                let share = (below + up_to) as f64 / (2 * expected.len()) as f64;
                *value = played[((share * played.len() as f64) as usize).min(played.len() - 1)];
            }
        }
        curves
    }

    /// The curves of a weights file; straight lines for one without.
    pub fn from_weights(weights: &WeightsFile) -> Self {
        let mut curves = Self::default();
        if let Some(tensor) = weights.tensors().get(VELOCITY_CURVES) {
            for (knots, row) in curves.knots.iter_mut().zip(tensor.data.chunks_exact(KNOTS)) {
                knots.copy_from_slice(row);
            }
        }
        curves
    }

    /// Adds the curves to the tensors of a weights file being made.
    pub fn insert_into(&self, tensors: &mut Tensors) {
        let data = self.knots.iter().flatten().copied().collect();
        let tensor = RawTensor { shape: vec![INSTRUMENTS, KNOTS], data };
        tensors.insert(VELOCITY_CURVES.to_owned(), tensor);
    }

    /// The velocity to play where the network says `velocity` in `[0, 1]`.
    pub fn apply(&self, instrument: Instrument, velocity: f32) -> f32 {
        let knots = &self.knots[instrument.index()];
        let at = velocity.clamp(0.0, 1.0) * (KNOTS - 1) as f32;
        let below = (at as usize).min(KNOTS - 2);
        let share = at - below as f32;
        share.mul_add(knots[below + 1] - knots[below], knots[below])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_curves_velocities_stay() {
        let curves = VelocityCurves::default();
        for velocity in [0.0, 0.013, 0.5, 0.77, 1.0] {
            assert!((curves.apply(Instrument::Snare, velocity) - velocity).abs() < 1e-6);
        }
    }

    #[test]
    fn narrow_expectations_are_spread_to_what_was_played() {
        let mut expected: [Vec<f32>; INSTRUMENTS] = Default::default();
        let mut played: [Vec<f32>; INSTRUMENTS] = Default::default();
        // Expected from .3 to .7, played from 0 to 1: twice and a half as wide.
        expected[1] = (0..1000).map(|i| 0.3 + 0.4 * i as f32 / 999.0).collect();
        played[1] = (0..500).map(|i| i as f32 / 499.0).rev().collect();
        let curves = VelocityCurves::fit(&expected, &played);
        for (velocity, expected) in
            [(0.5, 0.5), (0.375, 0.1875), (0.625, 0.8125), (0.1, 0.0), (0.9, 1.0)]
        {
            let found = curves.apply(Instrument::Snare, velocity);
            assert!((found - expected).abs() < 0.02, "{velocity} becomes {found}");
        }
        assert_eq!(curves.apply(Instrument::Kick, 0.25), 0.25);
        let mut tensors = Tensors::new();
        curves.insert_into(&mut tensors);
        assert_eq!(tensors[VELOCITY_CURVES].shape, [INSTRUMENTS, KNOTS]);
    }
}
