//! Schedules of the learning rate and of beta.

use serde::{Deserialize, Serialize};

use super::Settings;

/// Schedule of the learning rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Schedule {
    /// Rises during the first 5 % of all steps, then falls to nearly 0 along a cosine
    OneCycle,
    /// Multiplied by 0.9999 at each step, down to 1e-5; independent of the number of epochs
    Published,
}

impl Settings {
    /// The learning rate of step `step` (from 0) of `steps`.
    pub(crate) fn learning_rate(&self, step: u64, steps: u64) -> f64 {
        match self.schedule {
            Schedule::OneCycle => one_cycle(step, steps) * self.lr,
            Schedule::Published => (self.lr * 0.9999_f64.powf(step as f64)).max(self.lr.min(1e-5)),
        }
    }

    /// Beta at step `step` (from 0).
    pub(crate) fn beta_at(&self, step: u64) -> f64 {
        let rise = f64::from(self.beta_annealing_steps);
        if step as f64 >= rise { self.beta } else { self.beta * step as f64 / rise }
    }
}

/// Up along a cosine from 1/25 to 1 in the first 5 % of `steps`, then down to 1/250,000: the shape
/// of PyTorch's `OneCycleLR`.
pub(crate) fn one_cycle(step: u64, steps: u64) -> f64 {
    let along = |from: f64, to: f64, share: f64| {
        to + (from - to) / 2.0 * (1.0 + (std::f64::consts::PI * share.clamp(0.0, 1.0)).cos())
    };
    let top = 0.05 * steps as f64 - 1.0;
    let step = step as f64;
    if step < top {
        along(0.04, 1.0, step / top)
    } else {
        along(1.0, 4e-6, (step - top) / (steps as f64 - 1.0 - top).max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Windowing;
    use crate::training::settings::Preset;

    #[test]
    fn the_one_cycle_rate_follows_pytorch() {
        // torch.optim.lr_scheduler.OneCycleLR(SGD([p], 2e-3), 2e-3, total_steps=200, pct_start=.05)
        // .get_last_lr() at steps 0, 5, 9, 100, 199.
        let compact = Settings::of(Preset::Compact, Windowing::Bars);
        let expected = [8e-5, 1.206_702_250_560_253e-3, 2e-3, 1.066_094_319_963_362e-3, 8e-9];
        for (step, expected) in [0, 5, 9, 100, 199].into_iter().zip(expected) {
            let rate = compact.learning_rate(step, 200);
            assert!((rate - expected).abs() < 1e-12, "step {step}: {rate} is not {expected}");
        }
    }

    #[test]
    fn the_published_rate_falls_to_a_hundred_thousandth() {
        let paper = Settings::of(Preset::Paper, Windowing::Seed);
        assert_eq!(paper.learning_rate(0, 9), 1e-3);
        assert!((paper.learning_rate(1, 9) - 0.999_9e-3).abs() < 1e-15);
        assert_eq!(paper.learning_rate(1_000_000, 9), 1e-5);
    }

    #[test]
    fn beta_rises_from_0() {
        let settings = Settings::of(Preset::Compact, Windowing::Bars);
        assert_eq!(settings.beta_at(0), 0.0);
        assert_eq!(settings.beta_at(250), settings.beta / 2.0);
        assert_eq!(settings.beta_at(10_000), settings.beta);
    }
}
