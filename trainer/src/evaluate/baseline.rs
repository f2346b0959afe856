//! The baseline of expression: the mean hit of each instrument at each step of the bar.

use groove::{Instrument, Pattern, STEPS_PER_BAR};

use super::statistics::PerInstrument;

/// The mean hit of each instrument at each step of the bar.
#[derive(Default)]
pub(super) struct Baseline {
    cells: [PerInstrument<Mean>; STEPS_PER_BAR],
    instruments: PerInstrument<Mean>,
}

/// Number of some hits, and their mean velocity and micro-offset.
#[derive(Clone, Copy, Default)]
struct Mean {
    hits: f32,
    mean: [f32; 2],
}

impl Baseline {
    /// The means over `patterns`.
    pub(super) fn new(patterns: impl Iterator<Item = Pattern>) -> Self {
        let mut baseline = Self::default();
        for pattern in patterns {
            for (step, instrument, hit) in pattern.iter() {
                for Mean { hits, mean } in [
                    &mut baseline.cells[step % STEPS_PER_BAR][instrument],
                    &mut baseline.instruments[instrument],
                ] {
                    *hits += 1.0;
                    for (mean, value) in mean.iter_mut().zip([hit.velocity(), hit.micro_offset()]) {
                        *mean += (value - *mean) / *hits;
                    }
                }
            }
        }
        baseline
    }

    /// Mean velocity and micro-offset at this step of the bar; where it is never struck, its mean anywhere.
    pub(super) fn mean(&self, step: usize, instrument: Instrument) -> [f32; 2] {
        let cell = self.cells[step % STEPS_PER_BAR][instrument];
        if cell.hits > 0.0 { cell.mean } else { self.instruments[instrument].mean }
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
        assert!(near(mean[0], 0.5) && near(mean[1], -0.1));
        // Never struck there: as anywhere.
        let mean = baseline.mean(1, Instrument::Kick);
        assert!(near(mean[0], 0.4) && near(mean[1], 0.0));
    }
}
