//! Training the prior on the posteriors of the training windows, once the network is done.
//!
//! See [`musicvae::prior`] for what it is. It learns where latent vectors of grooves lie, not single ones: in
//! each step each window's vector is drawn anew from its posterior.

use anyhow::{Context, Result, bail};
use candle_core::{Device, Tensor};
use musicvae::network::Prior;
use musicvae::noise::{Noise, Purpose};
use musicvae::weights::Tensors;
use musicvae::{Adam, AdamConfig, Config, Parameters};

use crate::progress;
use crate::settings::{Settings, one_cycle};

/// Latent vectors per step.
const BATCH: usize = 512;

/// Highest learning rate.
const LEARNING_RATE: f64 = 1e-3;

/// AdamW's weight decay.
const WEIGHT_DECAY: f32 = 1e-2;

/// Share of the vectors that are shown without their style, so that the prior also knows grooves of
/// any.
const UNTOLD_STYLES: f32 = 0.3;

/// Steps at the end whose mean loss is told.
const LAST_STEPS: u32 = 200;

/// The posteriors of windows, and their styles.
pub(crate) struct Posteriors {
    /// `[N, Z]`, row-major; likewise the sigmas.
    pub(crate) means: Vec<f32>,
    pub(crate) sigmas: Vec<f32>,
    /// Index among the styles of the weights file, `[N]`; `None` for others.
    pub(crate) styles: Vec<Option<usize>>,
}

/// Trains the prior of `config` and returns its tensors and the mean loss of its last steps: squared
/// error of v per number of the latent vector.
pub(crate) fn train(
    settings: &Settings,
    config: &Config,
    posteriors: &Posteriors,
    device: &Device,
) -> Result<(Tensors, f64)> {
    let parameters = Parameters::initial_of_prior(config, settings.seed, device)?;
    let network = Prior::new(config, parameters.builder())?;
    let adam = AdamConfig { weight_decay: WEIGHT_DECAY, ..AdamConfig::default() };
    let mut adam = Adam::new(&parameters, adam)?;
    let steps = settings.prior_steps;
    let bar = progress::bar(steps.into(), 0);
    let (mut sum, mut summed) = (0.0, 0u32);
    for step in 0..steps {
        let lesson = Lesson::draw(settings.seed, step.into(), config, posteriors)?;
        let [x, condition, v] = lesson.tensors(config, device)?;
        let loss = (network.forward(&x, &condition)? - v)?.sqr()?.mean_all()?;
        let rate = LEARNING_RATE * one_cycle(step.into(), steps.into());
        adam.step(&parameters, &loss.backward()?, rate, Some(1.0))?;
        if step + LAST_STEPS >= steps {
            let loss = loss.to_scalar::<f32>()?;
            if !loss.is_finite() {
                bail!("training the prior diverged: at step {step} its loss is {loss}");
            }
            sum += f64::from(loss);
            summed += 1;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok((parameters.numbers(), sum / f64::from(summed.max(1))))
}

/// What one step learns from: rows of points on the way, what is told of them, and the way on.
struct Lesson {
    x: Vec<f32>,
    condition: Vec<f32>,
    v: Vec<f32>,
}

impl Lesson {
    /// Draws it; `step` names the noise.
    fn draw(seed: u64, step: u64, config: &Config, posteriors: &Posteriors) -> Result<Self> {
        let prior = config.prior.as_ref().context("this network has no prior")?;
        let (z, width, windows) = (config.latent, prior.condition(), posteriors.styles.len());
        let mut noise = Noise::new(seed, Purpose::Prior, step);
        let mut normal = vec![0.0; BATCH * (2 * z + 1)];
        noise.fill_normal(&mut normal);
        let (times, normal) = normal.split_at(BATCH);
        let mut lesson = Self {
            x: Vec::with_capacity(BATCH * z),
            condition: vec![0.0; BATCH * width],
            v: Vec::with_capacity(BATCH * z),
        };
        let rows = normal.chunks(2 * z).zip(lesson.condition.chunks_mut(width));
        for ((normal, condition), time) in rows.zip(times) {
            let window = noise.below(windows);
            // Logit-normal times: the middle of the way is the hardest (Esser et al. 2024, arXiv 2403.03206).
            let time = 1.0 / (1.0 + (-time).exp());
            let is_told = noise.uniform() >= UNTOLD_STYLES;
            let style = posteriors.styles[window].filter(|_| is_told);
            prior.write_condition(time, style, condition);
            let (eps, draw) = normal.split_at(z);
            let row = window * z..(window + 1) * z;
            let posterior = posteriors.means[row.clone()].iter().zip(&posteriors.sigmas[row]);
            for ((eps, draw), (mean, sigma)) in eps.iter().zip(draw).zip(posterior) {
                let z = mean + sigma * draw;
                lesson.x.push((1.0 - time) * eps + time * z);
                lesson.v.push(z - eps);
            }
        }
        Ok(lesson)
    }

    /// x `[BATCH, Z]`, condition `[BATCH, C]`, v `[BATCH, Z]`.
    fn tensors(self, config: &Config, device: &Device) -> Result<[Tensor; 3]> {
        let tensor = |numbers: Vec<f32>| {
            let width = numbers.len() / BATCH;
            Tensor::from_vec(numbers, (BATCH, width), device)
        };
        debug_assert_eq!(self.x.len(), BATCH * config.latent);
        Ok([tensor(self.x)?, tensor(self.condition)?, tensor(self.v)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Windowing;
    use crate::settings::Preset;
    use musicvae::config::PriorConfig;
    use musicvae::{Drummer, LatentMap, Recipe, Scratch, WeightsFile};

    #[test]
    fn points_are_drawn_from_where_the_windows_lie() {
        // Two clusters along the first number, -3 in the first style and 3 in the second; the second number is
        // always near 1.
        let n = 200;
        let side = |i: usize| if i.is_multiple_of(2) { -3.0 } else { 3.0 };
        let posteriors = Posteriors {
            means: (0..n).flat_map(|i| [side(i), 1.0]).collect(),
            sigmas: vec![0.2; 2 * n],
            styles: (0..n).map(|i| Some(i % 2)).collect(),
        };
        let config = Config {
            latent: 2,
            prior: Some(PriorConfig { hidden: 32, blocks: 1, steps: 12, styles: 2 }),
            ..Config::tiny()
        };
        let device = Device::Cpu;
        let trained = |prior_steps| {
            let settings = Settings { prior_steps, ..Settings::of(Preset::Tiny, Windowing::Seed) };
            train(&settings, &config, &posteriors, &device).unwrap()
        };
        assert_eq!(trained(5), trained(5));
        let (prior, _) = trained(1500);

        let mut tensors = Parameters::initial(&config, 0, &device).unwrap().numbers();
        tensors.extend(prior);
        LatentMap::standard(2).insert_into(&mut tensors);
        let file = WeightsFile::new(config.clone(), Default::default(), tensors).unwrap();
        let drummer = Drummer::new(&file).unwrap();
        let mut right = [0; 3];
        for seed in 0..100 {
            for (place, style) in [None, Some(0), Some(1)].into_iter().enumerate() {
                let recipe = Recipe { seed, style, ..Recipe::default() };
                let z = drummer.point(&recipe, 0, &mut Scratch::new());
                let is_near = (z[0].abs() - 3.0).abs() < 1.0 && (z[1] - 1.0).abs() < 1.0;
                let is_there = style.is_none_or(|style| (z[0] > 0.0) == (style == 1));
                right[place] += u32::from(is_near && is_there);
            }
        }
        assert!(right.iter().all(|&right| right >= 90), "{right:?} of 100");
    }
}
