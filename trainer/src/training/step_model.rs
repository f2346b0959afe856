//! Training the step model, which draws grooves, on windows and on labelled fills.
//!
//! Each window is trained with a context drawn for it: nothing known, or some bars, instruments, cells, a line, its style.
//! See [`musicvae::context`] and NETWORK.md.

mod contexts;
mod examples;
pub(crate) mod fills;
mod metres;
mod styles;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use candle_core::Device;
use groove::Pattern;
use musicvae::config::{Drawn, StepModelConfig};
use musicvae::context::Context;
use musicvae::infer::STYLE_SHARES;
use musicvae::network::Regularisation;
use musicvae::network::step_model::{StepLoss, StepModel};
use musicvae::noise::{Noise, Purpose};
use musicvae::weights::{Precision, Tensors, read_tensors, write_tensors};
use musicvae::{Adam, AdamConfig, Config, GrooveModel, LatentMap, Parameters, WeightsFile};

use self::examples::Examples;
use crate::data::{Dataset, Split, Windows};
use crate::training::settings::schedule::one_cycle;
use crate::training::{checkpoint, critic, interrupt, progress, whole_file};

/// Windows per training step.
const BATCH: usize = 128;
/// AdamW's weight decay.
const WEIGHT_DECAY: f32 = 0.02;
/// Largest norm of the gradients.
const CLIP: f64 = 1.0;
/// Weight of the nats of velocities and micro-offsets: there are many, and all of them would drown the onsets.
const EXPRESSION_WEIGHT: f64 = 0.3;
/// Training steps between checkpoints.
const CHECKPOINT_STEPS: u64 = 50;
/// Width of the critic.
const CRITIC: usize = 32;
/// Fewest grooves that a critic can be taught with.
const LEAST_GROOVES: usize = 64;
/// Validation windows that an epoch is measured on.
const VALIDATION: usize = 512;

/// How the step model is trained.
#[derive(Clone, Debug)]
pub(crate) struct StepTraining {
    /// Which bars the model draws.
    pub(crate) drawn: Drawn,
    pub(crate) epochs: u32,
    pub(crate) learning_rate: f64,
    pub(crate) seed: u64,
    /// Where the state is kept after each epoch.
    pub(crate) checkpoint: PathBuf,
    pub(crate) resume: bool,
    /// At least so many steps, by more epochs: small sets have few in an epoch.
    pub(crate) least_steps: usize,
    /// Grooves drawn to teach the critic; 0: there is none.
    pub(crate) critic_grooves: usize,
}

/// The weights of `file` with a step model of the sizes in `sizes` and, if `grooves` are to be drawn for it, a critic; `None` if
/// it was interrupted. It starts from the step model of `init`, if that has these sizes. `others` are the performances of `data` in
/// their own metres and on the grids that fit them.
pub(crate) fn add_to(
    file: &WeightsFile,
    sizes: &StepModelConfig,
    init: Option<&WeightsFile>,
    training: &StepTraining,
    [data, others]: [&Dataset; 2],
    device: &Device,
) -> Result<Option<WeightsFile>> {
    let map = LatentMap::from_weights(file);
    let styles: Vec<&str> = map.styles().iter().map(|style| style.name.as_str()).collect();
    let sizes = StepModelConfig { styles: styles.len(), critic: 0, ..sizes.clone() };
    let mut config = file.config().clone();
    match training.drawn {
        Drawn::Common => config.step_model = Some(sizes),
        Drawn::AnyBar => config.bar_model = Some(sizes),
    }
    let drawn = training.drawn;
    let init = init.and_then(|init| styles::adapted(init, &config, drawn, &styles));
    let trained = train(training, &config, &styles, init.as_ref(), [data, others], device)?;
    let Some(trained) = trained else { return Ok(None) };
    let mut tensors = file.tensors().clone();
    tensors.extend(trained);
    // The critic is taught on what the file will draw.
    Precision::F16.round(&mut tensors);
    let windows = data.train.on_bar_lines();
    let mut metadata = file.metadata().clone();
    if drawn == Drawn::AnyBar {
        return Ok(Some(WeightsFile::new(config, metadata, tensors)?));
    }
    metadata.insert(STYLE_SHARES.to_owned(), style_shares(&windows, &styles));
    let mut file = WeightsFile::new(config.clone(), metadata, tensors)?;
    let grooves = training.critic_grooves.min(4 * windows.len());
    if grooves >= LEAST_GROOVES {
        let model = GrooveModel::new(&file)?;
        if let Some(sizes) = &mut config.step_model {
            sizes.critic = CRITIC;
        }
        let (critic, area) =
            critic::train(&config, &model, &windows, &styles, grooves, training.seed)?;
        let mut tensors = file.tensors().clone();
        tensors.extend(critic);
        Precision::F16.round(&mut tensors);
        file = WeightsFile::new(config, file.metadata().clone(), tensors)?;
        println!(
            "critic: drawn and played grooves told apart with an area under the curve of {area:.3}"
        );
    }
    Ok(Some(file))
}

/// The share of `windows` that are of each of these styles, between commas.
fn style_shares(windows: &Windows, styles: &[&str]) -> String {
    let of = |style: &&str| {
        (0..windows.len()).filter(|&i| windows.info(i).primary_style() == *style).count()
    };
    let counts: Vec<usize> = styles.iter().map(of).collect();
    let all = counts.iter().sum::<usize>().max(1) as f64;
    let shares = counts.iter().map(|count| format!("{:.4}", *count as f64 / all));
    shares.collect::<Vec<_>>().join(",")
}

/// Trains the step model of `config` with these `styles`, from `init` if there is one; its tensors, or `None` if it was
/// interrupted.
fn train(
    training: &StepTraining,
    config: &Config,
    styles: &[&str],
    init: Option<&Tensors>,
    [data, others]: [&Dataset; 2],
    device: &Device,
) -> Result<Option<Tensors>> {
    let drawn = training.drawn;
    let examples = Examples::new(drawn, data, others, Split::Train);
    let validation = Examples::new(drawn, data, others, Split::Validation);
    let adam = AdamConfig { weight_decay: WEIGHT_DECAY, ..AdamConfig::default() };
    let (parameters, mut adam, mut step) = match training.resume && training.checkpoint.exists() {
        true => restore(&training.checkpoint, config, drawn, adam, device)?,
        false => {
            let parameters = match init {
                Some(tensors) => {
                    Parameters::from_numbers(config.step_model_parameters(drawn), tensors, device)?
                }
                None => Parameters::initial(
                    &config.step_model_parameters(drawn),
                    training.seed,
                    device,
                )?,
            };
            let optimiser = Adam::new(&parameters, adam)?;
            (parameters, optimiser, 0)
        }
    };
    let network = StepModel::new(config, drawn, parameters.builder())?;
    let per_epoch = examples.batches(BATCH, training.seed, 0).len();
    let epochs = (training.epochs as usize).max(training.least_steps.div_ceil(per_epoch.max(1)));
    let steps = (per_epoch * epochs) as u64;
    for (bar, count, played) in examples.counts() {
        eprintln!("{bar}: {count} examples, {played} of them as they were played");
    }
    eprintln!(
        "step model: {} parameters; {epochs} epochs of {per_epoch} steps",
        parameters.count(),
    );
    while step < steps {
        let epoch = step / per_epoch as u64;
        let order = examples.batches(BATCH, training.seed, epoch);
        let began = Instant::now();
        let bar = progress::bar(per_epoch as u64, step % per_epoch as u64);
        let mut sums = [0.0; 4];
        let first = (step % per_epoch as u64) as usize;
        for chosen in order.iter().skip(first) {
            let mut noise = Noise::new(training.seed, Purpose::Context, step);
            let (patterns, known) = examples.drawn(chosen, styles, &mut noise);
            let mut regularisation = Regularisation {
                noise: Noise::new(training.seed, Purpose::Dropout, (1 << 32) + step),
                drop_previous: 0.0,
            };
            let loss = network.loss(&patterns, &known, device, Some(&mut regularisation))?;
            let expression = ((&loss.velocity + &loss.micro_offset)? * EXPRESSION_WEIGHT)?;
            let total = ((&loss.tokens + &loss.copies)? + expression)?;
            let rate = training.learning_rate * one_cycle(step, steps);
            let norm = adam.step(&parameters, &total.backward()?, rate, Some(CLIP))?;
            if !norm.is_finite() {
                bail!("training the step model diverged at step {step}: try a lower --lr");
            }
            for (sum, part) in sums.iter_mut().zip(numbers(&loss)?) {
                *sum += part / per_epoch as f64;
            }
            step += 1;
            bar.inc(1);
            if interrupt::is_requested() {
                save(&training.checkpoint, &parameters, &adam, step)?;
                bar.finish_and_clear();
                return Ok(None);
            }
            if step.is_multiple_of(CHECKPOINT_STEPS) {
                save(&training.checkpoint, &parameters, &adam, step)?;
            }
        }
        bar.finish_and_clear();
        save(&training.checkpoint, &parameters, &adam, step)?;
        let text = |[tokens, copies, velocity, offset]: [f64; 4]| {
            format!(
                "onsets {tokens:.2} + {copies:.2}, velocity {velocity:.2}, micro-offset {offset:.2}"
            )
        };
        let mut line = format!("step model, epoch {}: {}", epoch + 1, text(sums));
        let fixed = StepModel::new(config, drawn, parameters.fixed_builder())?;
        for (bar, patterns) in validation.some_of_each(VALIDATION) {
            let [nothing, before, others] = measure(&fixed, &patterns, styles, device)?;
            line += &format!(
                "\n{bar}, {} of validation: {}; bar 2: {:.2} from what is before, {:.2} from all other bars",
                patterns.len(),
                text(nothing),
                before[0] + before[1],
                others[0] + others[1]
            );
        }
        println!("{line}; {:.0} s", began.elapsed().as_secs_f64());
    }
    Ok(Some(parameters.numbers()))
}

/// Nats a pattern: nothing known but the style; bar 2, bar 1 known; bar 2, all other bars known.
fn measure(
    network: &StepModel,
    patterns: &[(Pattern, &str)],
    styles: &[&str],
    device: &Device,
) -> Result<[[f64; 4]; 3]> {
    let mut sums = [[0.0; 4]; 3];
    for part in patterns.chunks(BATCH) {
        let patterns_of_part: Vec<Pattern> = part.iter().map(|(pattern, _)| *pattern).collect();
        let context = |bars: &[usize]| -> Vec<Context> {
            let of = |(pattern, style): &(Pattern, &str)| {
                let style = styles.iter().position(|name| name == style).map(|i| i as u16);
                let mut context = Context { style, ..Context::of(pattern.bar()) };
                contexts::know_bars(&mut context, pattern, bars);
                context
            };
            part.iter().map(of).collect()
        };
        // What the bars after it cost does not count for "before".
        let of = |bars: &[usize]| {
            numbers(&network.loss(&patterns_of_part, &context(bars), device, None)?)
        };
        let [nothing, one, two, others] = [of(&[])?, of(&[0])?, of(&[0, 1])?, of(&[0, 2, 3])?];
        for i in 0..4 {
            let share = part.len() as f64 / patterns.len() as f64;
            sums[0][i] += share * nothing[i];
            sums[1][i] += share * (one[i] - two[i]);
            sums[2][i] += share * others[i];
        }
    }
    Ok(sums)
}

fn numbers(loss: &StepLoss) -> Result<[f64; 4]> {
    let StepLoss { tokens, copies, velocity, micro_offset } = loss;
    let mut numbers = [0.0; 4];
    for (number, tensor) in numbers.iter_mut().zip([tokens, copies, velocity, micro_offset]) {
        *number = tensor.to_scalar::<f32>()?.into();
    }
    Ok(numbers)
}

fn save(path: &Path, parameters: &Parameters, adam: &Adam, step: u64) -> Result<()> {
    let mut tensors = parameters.numbers();
    tensors.extend(adam.state()?);
    let metadata = [("step".to_owned(), step.to_string())].into();
    whole_file::write(path, &write_tensors(&metadata, &tensors, Precision::F32)?)
}

fn restore(
    path: &Path,
    config: &Config,
    drawn: Drawn,
    adam: AdamConfig,
    device: &Device,
) -> Result<(Parameters, Adam, u64)> {
    let bytes = whole_files::read(path, checkpoint::LARGEST, "a checkpoint")
        .with_context(|| path.display().to_string())?;
    let (metadata, tensors) = read_tensors(&bytes)?;
    let step = metadata.get("step").and_then(|step| step.parse().ok());
    let step = step.with_context(|| format!("{}: not a checkpoint", path.display()))?;
    let parameters =
        Parameters::from_numbers(config.step_model_parameters(drawn), &tensors, device)?;
    let adam = Adam::restore(&parameters, adam, step, &tensors)?;
    Ok((parameters, adam, step))
}
