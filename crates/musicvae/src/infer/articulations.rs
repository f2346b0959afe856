//! How the hits of a groove are struck: a small model, which reads the finished groove hit by hit, in the kernel.

use groove::Articulation::{CrossStick, Plain};
use groove::{Articulation, Hit, INSTRUMENTS, Instrument, Pattern};

use super::isa::Isa;
use super::math::exp;
use super::matrix::{Linear, Rows};
use super::step_model::{best, head};
use super::tensors::Source;
use crate::context::Locks;
use crate::context::columns::articulations::{CLASSES, Groove, class, width};
use crate::noise::{Noise, Purpose};
use crate::weights::WeightsError;

/// The model's weights.
#[derive(Debug)]
pub(super) struct Articulations {
    layers: [Linear; 2],
    styles: usize,
}

/// Nats that the odds of a cross-stick fall from intensity 0 to 1: .28 for each of six standard deviations of how loudly a
/// drummer plays in a style, fitted to the snares of the training windows.
const CROSS_STICK: f32 = 1.7;

/// How they are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    pub(super) seed: u64,
    /// Number of the stream of noise.
    pub(super) stream: u64,
    /// Scale of the noise; 0 takes the likeliest.
    pub(super) temperature: f32,
    pub(super) style: Option<u16>,
}

impl Articulations {
    pub(super) fn of(source: Source<'_>) -> Result<Option<Self>, WeightsError> {
        let Some(config) = &source.file.config().articulations else { return Ok(None) };
        let layers = [source.linear("articulation_0")?, source.linear("articulation_1")?];
        Ok(Some(Self { layers, styles: config.styles }))
    }

    /// `pattern` with an articulation drawn for each of its hits that is not locked.
    pub(super) fn strike(&self, isa: Isa, pattern: &Pattern, draw: Draw, locks: &Locks) -> Pattern {
        let mut struck = *pattern;
        let groove = Groove::of(pattern);
        let mut noise = Noise::new(draw.seed, Purpose::Articulations, draw.stream);
        for (step, instrument, hit) in pattern.iter() {
            let articulations = Articulation::of(instrument);
            if articulations.len() < 2 || locks.is_locked(step, instrument) {
                continue;
            }
            let logits = self.logits(isa, &groove, &struck, (step, instrument, hit), draw.style);
            let mut words = [0.0; CLASSES];
            if draw.temperature > 0.0 {
                noise.seek(((step * INSTRUMENTS + instrument.index()) * CLASSES) as u64);
                noise.fill_gumbel(&mut words);
            }
            let class = best(&logits[..articulations.len()], &words, draw.temperature, |_| true);
            let hit = hit.struck_as(articulations[class]);
            struck.set(step, instrument, Some(hit));
        }
        struck
    }

    /// `pattern` with plain strokes of the snare as cross-sticks or the other way round, as drummers play at an intensity in
    /// `[-1, 1]`: a stroke becomes the other where it is less than half as likely as at 0. Locked hits stay.
    pub(super) fn at_intensity(
        &self,
        isa: Isa,
        pattern: &Pattern,
        intensity: f32,
        style: Option<u16>,
        locks: &Locks,
    ) -> Pattern {
        let mut struck = *pattern;
        let groove = Groove::of(pattern);
        for (step, instrument, hit) in pattern.iter() {
            let other = match hit.articulation() {
                Plain => CrossStick,
                CrossStick => Plain,
                _ => continue,
            };
            if instrument != Instrument::Snare || locks.is_locked(step, instrument) {
                continue;
            }
            let logits = self.logits(isa, &groove, &struck, (step, instrument, hit), style);
            let other = hit.struck_as(other);
            let odds = logits[class(instrument, other)] - logits[class(instrument, hit)];
            let louder = if hit.articulation() == Plain { -intensity } else { intensity };
            // Its share was 1 / (1 + e^odds).
            let (before, after) = (exp(odds), exp(CROSS_STICK.mul_add(louder, odds)));
            if 1.0 + after > 2.0 * (1.0 + before) {
                struck.set(step, instrument, Some(other));
            }
        }
        struck
    }

    /// The logits of a hit's articulations, given those of the hits before it in `struck`.
    fn logits(
        &self,
        isa: Isa,
        groove: &Groove,
        struck: &Pattern,
        hit: (usize, Instrument, Hit),
        style: Option<u16>,
    ) -> [f32; CLASSES] {
        let mut x = Rows::new(1, width(self.styles));
        groove.write(struck, hit, style, &mut x.row_mut(0)[..width(self.styles)]);
        *head(isa, &self.layers, &x, 1).row(0).first_chunk().expect("a logit for each class")
    }
}

#[cfg(test)]
mod tests {
    use groove::Bar;

    use super::*;
    use crate::infer::GrooveModel;
    use crate::infer::tests::{random_file, stepwise};

    /// Snares of all articulations, and as many hits of the ride.
    fn pattern() -> Pattern {
        let mut pattern = Pattern::EMPTY;
        let all = Articulation::of(Instrument::Snare);
        for step in (0..pattern.steps()).step_by(2) {
            let hit = Hit::new(0.1 + step as f32 / 80.0, 0.0);
            let articulation = all[step / 2 % all.len()];
            pattern.set(step, Instrument::Snare, Some(hit.struck_as(articulation)));
            pattern.set(step, Instrument::Ride, Some(hit));
        }
        pattern
    }

    fn at_intensity(intensity: f32, locks: &Locks) -> Pattern {
        let model = GrooveModel::new(&random_file(stepwise(), 3)).unwrap();
        let articulations = model.articulations.as_ref().unwrap();
        articulations.at_intensity(model.isa, &pattern(), intensity, None, locks)
    }

    #[test]
    fn the_softer_the_more_cross_sticks() {
        let free = Locks::of(Bar::default());
        assert_eq!(at_intensity(0.0, &free), pattern());
        let cross_sticks = [-1.0, -0.7, -0.4, 0.0, 0.4, 0.7, 1.0].map(|intensity| {
            let struck = at_intensity(intensity, &free);
            struck.iter().filter(|(.., hit)| hit.articulation() == CrossStick).count()
        });
        assert!(cross_sticks.is_sorted_by(|a, b| a >= b), "{cross_sticks:?}");
        assert!(cross_sticks[0] > 8 && cross_sticks[6] < 8, "{cross_sticks:?}");
    }

    #[test]
    fn only_plain_strokes_and_cross_sticks_that_are_not_locked_change() {
        let mut locks = Locks::of(Bar::default());
        locks.keep(&pattern(), |step, _| step < 16);
        for intensity in [-1.0, 1.0] {
            let struck = at_intensity(intensity, &locks);
            assert_ne!(struck, pattern());
            for (step, instrument, hit) in pattern().iter() {
                let after = struck.hit(step, instrument).unwrap();
                let both = [hit.articulation(), after.articulation()];
                if step < 16 || !both.iter().all(|one| [Plain, CrossStick].contains(one)) {
                    assert_eq!(after, hit, "step {step}");
                }
                assert_eq!(after.struck_as(Plain), hit.struck_as(Plain));
            }
        }
    }
}
