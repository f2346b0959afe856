//! Training the prior on the posteriors of the training windows, once the network is done.
//!
//! See [`musicvae::prior`] for the network. Each step samples the windows' latent vectors from their posteriors
//! again, so that the prior learns a distribution and not single points. Fine-tuning (`--init`) continues with the
//! prior of the first weights: a few windows do not show what lies between them.

use anyhow::{Context, Result, bail};
use candle_core::{Device, Tensor};
use musicvae::network::Prior;
use musicvae::noise::{Noise, Purpose};
use musicvae::weights::Tensors;
use musicvae::{Adam, AdamConfig, Config, LatentMap, Parameters, WeightsFile};

use crate::training::progress;
use crate::training::settings::Settings;
use crate::training::settings::schedule::one_cycle;

/// Latent vectors per step.
const BATCH: usize = 512;

/// Highest learning rate.
const LEARNING_RATE: f64 = 1e-3;

/// AdamW's weight decay.
const WEIGHT_DECAY: f32 = 1e-2;

/// Share of the vectors that are trained without their style, for generation in any style.
const STYLE_DROPOUT: f32 = 0.3;

/// Maximum number of draws per vector, on average: the 6000 steps of the shipped prior, for the vectors of the Groove
/// MIDI Dataset.
const MOST_DRAWS: usize = 200;

/// Minimum number of steps, for few vectors.
const LEAST_STEPS: usize = 1500;

/// Number of last steps whose mean loss is reported.
const LAST_STEPS: u32 = 200;

/// The posteriors of windows, and their styles.
pub(crate) struct Posteriors {
    /// `[N, Z]`, row-major; likewise the sigmas.
    pub(crate) means: Vec<f32>,
    pub(crate) sigmas: Vec<f32>,
    /// Index of each window's style in the weights file, `[N]`; `None` for other styles.
    pub(crate) styles: Vec<Option<usize>>,
}

/// Trains the prior of `config` with these styles; returns its tensors and the mean loss of its last steps, the
/// squared error of v per number of the latent vector. Starts from the prior of `init` if that has the same sizes.
pub(crate) fn train(
    settings: &Settings,
    config: &Config,
    styles: &[&str],
    init: Option<&WeightsFile>,
    posteriors: &Posteriors,
    device: &Device,
) -> Result<(Tensors, f64)> {
    let parameters = Parameters::initial(&config.prior_parameters(), settings.seed, device)?;
    if let Some(init) = init {
        copy_prior(&parameters, config, styles, init)?;
    }
    let network = Prior::new(config, parameters.builder())?;
    let adam = AdamConfig { weight_decay: WEIGHT_DECAY, ..AdamConfig::default() };
    let mut adam = Adam::new(&parameters, adam)?;
    let enough = (MOST_DRAWS * posteriors.styles.len() / BATCH).max(LEAST_STEPS);
    let steps = settings.prior_steps.min(u32::try_from(enough).unwrap_or(u32::MAX));
    let bar = progress::bar(steps.into(), 0);
    let (mut sum, mut summed) = (0.0, 0u32);
    for step in 0..steps {
        let batch = TrainingBatch::draw(settings.seed, step.into(), config, posteriors)?;
        let [x, condition, v] = batch.tensors(config, device)?;
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

/// Copies the prior of `init` into `parameters`. Styles are matched by name; a new style starts as any style.
/// Does nothing if the sizes differ.
fn copy_prior(
    parameters: &Parameters,
    config: &Config,
    styles: &[&str],
    init: &WeightsFile,
) -> Result<()> {
    let (Some(prior), Some(old)) = (&config.prior, &init.config().prior) else { return Ok(()) };
    if (prior.hidden, prior.blocks, config.latent) != (old.hidden, old.blocks, init.config().latent)
    {
        return Ok(());
    }
    let map = LatentMap::from_weights(init);
    let columns: Vec<usize> = (0..old.any_style() + 1)
        .chain(styles.iter().map(|name| old.any_style() + map.style(name).map_or(0, |i| i + 1)))
        .collect();
    for (name, variable) in parameters.variables() {
        let from = &init.tensors()[name];
        let numbers = if name == "prior.condition.weight" {
            let rows = from.data.chunks(old.condition());
            rows.flat_map(|row| columns.iter().map(|&column| row[column])).collect()
        } else {
            from.data.clone()
        };
        variable.set(&Tensor::from_vec(numbers, variable.shape(), variable.device())?)?;
    }
    Ok(())
}

/// The training data of one step: points between noise and latent vectors, their conditions, and the velocities.
struct TrainingBatch {
    x: Vec<f32>,
    condition: Vec<f32>,
    v: Vec<f32>,
}

impl TrainingBatch {
    /// Draws a batch; `step` is the stream of the noise.
    fn draw(seed: u64, step: u64, config: &Config, posteriors: &Posteriors) -> Result<Self> {
        let prior = config.prior.as_ref().context("this network has no prior")?;
        let (z, width, windows) = (config.latent, prior.condition(), posteriors.styles.len());
        let mut noise = Noise::new(seed, Purpose::Prior, step);
        let mut normal = vec![0.0; BATCH * (2 * z + 1)];
        noise.fill_normal(&mut normal);
        let (times, normal) = normal.split_at(BATCH);
        let mut batch = Self {
            x: Vec::with_capacity(BATCH * z),
            condition: vec![0.0; BATCH * width],
            v: Vec::with_capacity(BATCH * z),
        };
        let rows = normal.chunks(2 * z).zip(batch.condition.chunks_mut(width));
        for ((normal, condition), time) in rows.zip(times) {
            let window = noise.below(windows);
            // Logit-normal times: the middle is the hardest (Esser et al. 2024, arXiv 2403.03206).
            let time = 1.0 / (1.0 + (-time).exp());
            let has_style = noise.uniform() >= STYLE_DROPOUT;
            let style = posteriors.styles[window].filter(|_| has_style);
            prior.write_condition(time, style, condition);
            let (eps, draw) = normal.split_at(z);
            let row = window * z..(window + 1) * z;
            let posterior = posteriors.means[row.clone()].iter().zip(&posteriors.sigmas[row]);
            for ((eps, draw), (mean, sigma)) in eps.iter().zip(draw).zip(posterior) {
                let z = mean + sigma * draw;
                batch.x.push((1.0 - time) * eps + time * z);
                batch.v.push(z - eps);
            }
        }
        Ok(batch)
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
    use crate::training::settings::Preset;
    use musicvae::config::PriorConfig;
    use musicvae::{GrooveModel, Recipe, Scratch};

    #[test]
    fn points_are_sampled_where_the_windows_lie() {
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
            train(&settings, &config, &["left", "right"], None, &posteriors, &device).unwrap()
        };
        assert_eq!(trained(5), trained(5));
        let (prior, _) = trained(1500);

        let mut tensors = Parameters::initial(&config.parameters(), 0, &device).unwrap().numbers();
        tensors.extend(prior);
        LatentMap::standard(2).insert_into(&mut tensors);
        let file = WeightsFile::new(config.clone(), Default::default(), tensors).unwrap();
        let model = GrooveModel::new(&file).unwrap();
        let mut right = [0; 3];
        for seed in 0..100 {
            for (place, style) in [None, Some(0), Some(1)].into_iter().enumerate() {
                let recipe = Recipe { seed, style, ..Recipe::default() };
                let z = model.point(&recipe, 0, &mut Scratch::new());
                let is_near = (z[0].abs() - 3.0).abs() < 1.0 && (z[1] - 1.0).abs() < 1.0;
                let is_there = style.is_none_or(|style| (z[0] > 0.0) == (style == 1));
                right[place] += u32::from(is_near && is_there);
            }
        }
        assert!(right.iter().all(|&right| right >= 90), "{right:?} of 100");
    }

    #[test]
    fn fine_tuning_starts_from_the_old_prior_and_finds_its_styles_by_name() {
        let device = Device::Cpu;
        let with_styles = |styles| Config {
            prior: Some(PriorConfig { hidden: 8, blocks: 1, steps: 2, styles }),
            ..Config::tiny()
        };
        let (old, new) = (with_styles(2), with_styles(3));
        let mut tensors = Parameters::initial(&old.parameters(), 0, &device).unwrap().numbers();
        let taught = Parameters::initial(&old.prior_parameters(), 5, &device).unwrap().numbers();
        tensors.extend(taught.clone());
        let members = [("funk".to_owned(), vec![0]), ("jazz".to_owned(), vec![0])];
        let means = vec![0.0; old.latent];
        let map = LatentMap::standard(old.latent).with_styles(&means, &members);
        let mut metadata = Default::default();
        map.describe_in(&mut tensors, &mut metadata);
        let init = WeightsFile::new(old.clone(), metadata, tensors).unwrap();

        let parameters = Parameters::initial(&new.prior_parameters(), 1, &device).unwrap();
        copy_prior(&parameters, &new, &["jazz", "samba", "funk"], &init).unwrap();
        let found = parameters.numbers();
        assert_eq!(found["prior.output.weight"], taught["prior.output.weight"]);
        let any = old.prior.as_ref().unwrap().any_style();
        let (found, taught) = (&found["prior.condition.weight"], &taught["prior.condition.weight"]);
        let rows = found.data.chunks(any + 4).zip(taught.data.chunks(any + 3));
        for (found, taught) in rows {
            assert_eq!(found[..=any], taught[..=any]);
            let of_styles = [taught[any + 2], taught[any], taught[any + 1]];
            assert_eq!(found[any + 1..], of_styles);
        }

        let wider = Config {
            prior: Some(PriorConfig { hidden: 16, blocks: 1, steps: 2, styles: 2 }),
            ..Config::tiny()
        };
        let parameters = Parameters::initial(&wider.prior_parameters(), 1, &device).unwrap();
        let before = parameters.numbers();
        copy_prior(&parameters, &wider, &[], &init).unwrap();
        assert_eq!(parameters.numbers(), before);
    }
}
