//! Velocity profiles: the mean velocity of each instrument on each step of the bar, as played and as decoded.

use groove::{Instrument, Pattern, STEPS_PER_BAR};

use super::chart::{Curve, chart};
use super::drawing::Drawing;

/// A chart for each instrument that plays.
pub(super) fn velocities(played: &[Pattern], decoded: &[Pattern]) -> Vec<Drawing> {
    let chart = |instrument: Instrument| {
        let curves = [("played", played), ("decoded", decoded)].map(|(name, patterns)| Curve {
            name: name.into(),
            points: profile(patterns, instrument),
            dotted: true,
        });
        let is_played = !curves[0].points.is_empty();
        is_played.then(|| chart([320.0, 190.0], instrument.name(), "step", &curves))
    };
    Instrument::ALL.into_iter().filter_map(chart).collect()
}

/// Mean velocity on each step of the bar that `instrument` is struck on, steps counted from 1.
fn profile(patterns: &[Pattern], instrument: Instrument) -> Vec<[f64; 2]> {
    let mut sums = [(0.0, 0u32); STEPS_PER_BAR];
    for (step, _, hit) in
        patterns.iter().flat_map(Pattern::iter).filter(|(_, i, _)| *i == instrument)
    {
        let (sum, count) = &mut sums[step % STEPS_PER_BAR];
        *sum += f64::from(hit.velocity());
        *count += 1;
    }
    let struck = sums.into_iter().enumerate().filter(|(_, (_, count))| *count > 0);
    struck.map(|(step, (sum, count))| [step as f64 + 1.0, sum / f64::from(count)]).collect()
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    #[test]
    fn a_profile_is_the_mean_over_all_bars() {
        let mut pattern = Pattern::EMPTY;
        pattern.set(4, Instrument::Snare, Some(Hit::new(0.5, 0.0)));
        pattern.set(20, Instrument::Snare, Some(Hit::new(1.0, 0.0)));
        pattern.set(63, Instrument::Snare, Some(Hit::new(0.25, 0.0)));
        assert_eq!(profile(&[pattern], Instrument::Snare), [[5.0, 0.75], [16.0, 0.25]]);
        assert!(profile(&[pattern], Instrument::Kick).is_empty());
    }
}
