//! What one would say of any drummer: the mean hit of each instrument at each step of the bar.

use groove::{Instrument, Pattern, STEPS_PER_BAR};

use crate::evaluate::statistics::PerInstrument;

/// The mean hit of each instrument at each step of the bar.
#[derive(Default)]
pub(super) struct Baseline {
    cells: [PerInstrument<Mean>; STEPS_PER_BAR],
    instruments: PerInstrument<Mean>,
}

/// Means of some hits.
#[derive(Clone, Copy, Default)]
pub(super) struct Mean {
    hits: f32,
    pub(super) velocity: f32,
    pub(super) micro_offset: f32,
}

impl Baseline {
    /// The means over `patterns`.
    pub(super) fn new(patterns: impl Iterator<Item = Pattern>) -> Self {
        let mut baseline = Self::default();
        for pattern in patterns {
            for (step, instrument, hit) in pattern.iter() {
                for mean in [
                    &mut baseline.cells[step % STEPS_PER_BAR][instrument],
                    &mut baseline.instruments[instrument],
                ] {
                    mean.hits += 1.0;
                    mean.velocity += (hit.velocity() - mean.velocity) / mean.hits;
                    mean.micro_offset += (hit.micro_offset() - mean.micro_offset) / mean.hits;
                }
            }
        }
        baseline
    }

    /// The mean at this step's place in the bar; where it never plays, its mean anywhere.
    pub(super) fn mean(&self, step: usize, instrument: Instrument) -> Mean {
        let mean = self.cells[step % STEPS_PER_BAR][instrument];
        if mean.hits > 0.0 { mean } else { self.instruments[instrument] }
    }
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    #[test]
    fn the_baseline_is_the_mean_of_instrument_and_step_of_the_bar() {
        let mut pattern = Pattern::EMPTY;
        pattern.set(0, Instrument::Kick, Some(Hit::new(0.25, 0.1)));
        pattern.set(16, Instrument::Kick, Some(Hit::new(0.75, -0.3)));
        pattern.set(5, Instrument::Kick, Some(Hit::new(0.2, 0.2)));
        let baseline = Baseline::new([pattern].into_iter());
        let near = |a: f32, b: f32| (a - b).abs() < 1e-6;
        let mean = baseline.mean(48, Instrument::Kick);
        assert!(near(mean.velocity, 0.5) && near(mean.micro_offset, -0.1));
        // Never struck there: as anywhere.
        let mean = baseline.mean(1, Instrument::Kick);
        assert!(near(mean.velocity, 0.4) && near(mean.micro_offset, 0.0));
    }
}
