//! Intensity: how a groove is played softer and sparser, or louder and denser.

use groove::sequencer::{Lanes, Length, Shape};
use groove::{Hit, Instrument, Pattern};

/// How much softer the softest is, and how much louder the loudest.
const VELOCITY: f32 = 0.45;

/// The share of hits that the softest leaves out.
const SPARSER: f32 = 0.5;

/// `pattern` as it is played at this intensity, in `[-1, 1]`; 0 is the pattern itself.
///
/// A stand-in for a direction in the latent space: velocities are scaled, and of hits the softest on the weakest steps are
/// left out below 0. Above 0 nothing is added.
pub(crate) fn at_intensity(pattern: &Pattern, intensity: f32) -> Pattern {
    if intensity == 0.0 {
        return *pattern;
    }
    let bar = pattern.bar();
    let shape = Shape { length: Length::Four, ..Shape::default() }.of_bar(bar);
    let mut lanes = Lanes::default();
    for lane in &mut lanes.0 {
        lane.density = SPARSER * intensity.min(0.0);
    }
    let mut played = Pattern::empty(bar);
    for step in 0..bar.pattern_steps() {
        let row = lanes.row(pattern, &shape, step as i64);
        for (instrument, hit) in Instrument::ALL.into_iter().zip(row) {
            let louder = |hit: Hit| {
                hit.with_velocity((hit.velocity() * (1.0 + VELOCITY * intensity)).clamp(0.05, 1.0))
            };
            played.set(step, instrument, hit.map(louder));
        }
    }
    played
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_intense_the_louder_and_the_denser() {
        let pattern = crate::factory::pattern();
        assert_eq!(at_intensity(&pattern, 0.0), pattern);
        let measured = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|intensity| {
            let played = at_intensity(&pattern, intensity);
            let sum: f32 = played.iter().map(|(.., hit)| hit.velocity()).sum();
            (played.count(), sum)
        });
        for (softer, louder) in measured.iter().zip(&measured[1..]) {
            assert!(softer.0 <= louder.0 && softer.1 < louder.1, "{measured:?}");
        }
        assert!(measured[0].0 < measured[2].0);
    }
}
