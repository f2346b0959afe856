//! Reads a recording between its samples: sixteen taps of a windowed sinc.

use std::sync::Arc;

use crate::samples::Sound;

const TAPS: usize = 16;
const PHASES: usize = 256;

type Taps = [f32; TAPS];

/// Tables of taps for every place between two samples, shared by all that play.
#[derive(Clone, Debug)]
pub(crate) struct Interpolator {
    /// For recordings that are played about as fast as they were made.
    whole: Arc<[Taps]>,
    /// For those that are played twice as fast: lets through the lower half, so that nothing folds back.
    half: Arc<[Taps]>,
}

impl Interpolator {
    pub(crate) fn new() -> Self {
        Self { whole: table(1.0), half: table(0.5) }
    }

    /// Left and right of `sound` at `position`, in frames, played at `step` frames a sample.
    #[inline]
    pub(crate) fn read(&self, sound: &Sound, position: f64, step: f64) -> (f32, f32) {
        let at = position.floor();
        let place = (position - at) as f32 * PHASES as f32;
        let phase = place as usize;
        let share = place - phase as f32;
        let table = if step > 1.25 { &self.half } else { &self.whole };
        let (before, after) = (&table[phase], &table[phase + 1]);
        let first = at as isize - (TAPS as isize / 2 - 1);
        let (mut left, mut right) = (0.0, 0.0);
        for tap in 0..TAPS {
            let gain = before[tap] + share * (after[tap] - before[tap]);
            let (l, r) = sound.frame(first + tap as isize);
            left += gain * l;
            right += gain * r;
        }
        (left, right)
    }
}

/// Taps for `PHASES` places and the next sample itself; `cutoff` is against half the sample rate.
fn table(cutoff: f64) -> Arc<[Taps]> {
    (0..=PHASES)
        .map(|phase| {
            let place = phase as f64 / PHASES as f64;
            let taps: [f64; TAPS] = std::array::from_fn(|tap| {
                let x = tap as f64 - (TAPS / 2 - 1) as f64 - place;
                let angle = std::f64::consts::PI * x * cutoff;
                let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
                // A Hann window over eight samples to either side.
                let window = (std::f64::consts::FRAC_PI_2 * x / (TAPS / 2) as f64).cos().powi(2);
                sinc * window
            });
            let sum: f64 = taps.iter().sum();
            taps.map(|tap| (tap / sum) as f32)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_its_samples_a_sine_is_still_that_sine() {
        let sine = |n: f64| (0.2 * n).sin() as f32;
        let samples = (0..1000).map(|n| sine(f64::from(n))).collect();
        let sound = Sound::new(48_000.0, 1, samples).expect("a sound");
        let interpolator = Interpolator::new();
        for i in 0..500 {
            let position = 100.0 + f64::from(i) * 1.013;
            let (left, right) = interpolator.read(&sound, position, 1.013);
            assert!((left - sine(position)).abs() < 2e-3 && left == right, "{position}: {left}");
        }
        // On a sample it is the sample.
        let (left, _) = interpolator.read(&sound, 300.0, 1.0);
        assert!((left - sine(300.0)).abs() < 1e-6);
    }
}
