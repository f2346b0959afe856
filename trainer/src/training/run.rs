//! A training run: from windows to a trained network, with checkpoints.
//!
//! Every random number comes from a stream chosen by (seed, purpose, step or epoch), so that a resumed run
//! computes the same numbers as one that was never stopped.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use candle_core::Device;
use groove::Pattern;
use indicatif::ProgressBar;
use musicvae::network::Regularisation;
use musicvae::noise::{Noise, Purpose};
use musicvae::weights::MAX_FILE_BYTES;
use musicvae::{Adam, AdamConfig, Batch, Network, Parameters};

use crate::data::{Dataset, Windows};
use crate::training::checkpoint::{Best, Checkpoint, Progress};
use crate::training::metrics::{Line, Metrics, Parts};
use crate::training::objective::Objective;
use crate::training::run_folder::RunFolder;
use crate::training::settings::Settings;
use crate::training::{
    augment, device, init, interrupt, objective, progress, teacher_forcing, whole_file,
};

impl Settings {
    /// Settings of the optimiser other than the learning rate.
    pub(crate) fn adam(&self) -> AdamConfig {
        AdamConfig { weight_decay: self.weight_decay as f32, ..AdamConfig::default() }
    }
}

/// A training run.
pub(crate) struct Training {
    pub(crate) settings: Settings,
    pub(crate) folder: RunFolder,
    pub(crate) device: Device,
    parameters: Parameters,
    network: Network,
    adam: Adam,
    metrics: Metrics,
    progress: Progress,
}

impl Training {
    /// A new run.
    pub(crate) fn begin(
        settings: Settings,
        folder: RunFolder,
        device: Device,
        data: &Dataset,
    ) -> Result<Self> {
        let parameters = match &settings.init {
            Some(path) => {
                // Its prior is trained on at the end, when `path` may be gone.
                let bytes = whole_files::read(path, MAX_FILE_BYTES, "weights")
                    .with_context(|| format!("cannot read {}", path.display()))?;
                whole_file::write(&folder.init(), &bytes)?;
                init::parameters(path, &settings.network, &device)?
            }
            None => Parameters::initial(&settings.network.parameters(), settings.seed, &device)
                .context("cannot make the network")?,
        };
        let adam = Adam::new(&parameters, settings.adam())?;
        let progress = Progress {
            step: 0,
            data_sha256: data.report.sha256.clone(),
            windows: data.train.len() as u64,
            sums: Parts::default(),
            best: None,
        };
        Self::at(settings, folder, device, parameters, adam, progress)
    }

    /// The run in `folder` as its newest checkpoint left it.
    pub(crate) fn resume(
        settings: Settings,
        folder: RunFolder,
        device: Device,
        data: &Dataset,
    ) -> Result<Self> {
        let (checkpoint, damaged) = Checkpoint::newest(&folder)?;
        for error in damaged {
            eprintln!("warning: skipped {error:#}");
        }
        let Some(checkpoint) = checkpoint else {
            eprintln!("{} has no checkpoint yet: starting again", folder.path().display());
            return Self::begin(settings, folder, device, data);
        };
        let progress = checkpoint.progress.clone();
        if progress.data_sha256 != data.report.sha256 || progress.windows != data.train.len() as u64
        {
            bail!(
                "{}: these are not the MIDI files that the run in {} started with ({} training \
                 windows, not {})",
                settings.data_name(),
                folder.path().display(),
                data.train.len(),
                progress.windows
            );
        }
        let (parameters, adam) = checkpoint.restore(&settings, &device)?;
        Self::at(settings, folder, device, parameters, adam, progress)
    }

    fn at(
        settings: Settings,
        folder: RunFolder,
        device: Device,
        parameters: Parameters,
        adam: Adam,
        progress: Progress,
    ) -> Result<Self> {
        let network = Network::new(&settings.network, &parameters)?;
        let metrics = Metrics::open(&folder.metrics(), progress.step)?;
        // A new number of epochs holds for the next time too.
        folder.keep(&settings)?;
        Ok(Self { settings, folder, device, parameters, network, adam, metrics, progress })
    }

    /// Also writes the following metrics to a TensorBoard event file in the run's folder.
    pub(crate) fn write_events(&mut self) -> Result<()> {
        self.metrics.write_events_to(self.folder.path(), self.progress.step)
    }

    /// Trains to the end of the last epoch and returns `true`, or to Ctrl-C or step `stop_after`.
    pub(crate) fn train_to_end(&mut self, data: &Dataset, stop_after: Option<u64>) -> Result<bool> {
        let batch_size = self.batch_size();
        let per_epoch = self.steps_per_epoch();
        let steps = self.steps();
        self.announce(data);
        let bar = progress::bar(steps, self.progress.step);
        while self.progress.step < steps {
            let epoch = self.progress.step / per_epoch;
            let mut order: Vec<usize> = (0..data.train.len()).collect();
            Noise::new(self.settings.seed, Purpose::Shuffle, epoch).shuffle(&mut order);
            let began = Instant::now();
            let first = self.progress.step % per_epoch;
            for indices in order.chunks_exact(batch_size).skip(first as usize) {
                self.step(indices.iter().map(|&i| data.train.pattern(i)).collect(), steps)?;
                bar.inc(1);
                let is_epoch_done = self.progress.step.is_multiple_of(per_epoch);
                if is_epoch_done {
                    let trained = (per_epoch - first) * batch_size as u64;
                    self.finish_epoch(&data.validation, trained, began, &bar)?;
                }
                let must_stop = interrupt::is_requested()
                    || stop_after.is_some_and(|n| self.progress.step >= n);
                let is_due =
                    self.progress.step.is_multiple_of(self.settings.checkpoint_steps.into());
                if is_epoch_done || must_stop || is_due {
                    self.save()?;
                }
                if must_stop {
                    bar.finish_and_clear();
                    self.print_how_to_resume();
                    return Ok(false);
                }
            }
        }
        bar.finish_and_clear();
        Ok(true)
    }

    /// One step of Adam, the next of `steps`, on these windows.
    fn step(&mut self, mut patterns: Vec<Pattern>, steps: u64) -> Result<()> {
        let (settings, step) = (&self.settings, self.progress.step);
        let noise = |purpose| Noise::new(settings.seed, purpose, step);
        augment::recombine(&mut patterns, settings.recombine, &mut noise(Purpose::Augment));
        let batch = Batch::from_patterns(&patterns);
        let mut regularisation = Regularisation {
            noise: noise(Purpose::Dropout),
            drop_previous: settings.drop_previous as f32,
        };

        let posterior = self.network.encode(&batch, Some(&mut regularisation))?; // [B, Z]
        let z = posterior.sample(&mut noise(Purpose::Posterior))?; // [B, Z]
        let decoded = self.network.decode_teacher_forced(&z, &batch, Some(&mut regularisation))?;
        let beta = settings.beta_at(step);
        let objective = Objective::new(settings, beta, &batch, &posterior, &decoded)?;

        let gradients = objective.loss.backward()?;
        let lr = settings.learning_rate(step, steps);
        let clip = (settings.clip > 0.0).then_some(settings.clip);
        let gradient_norm = self.adam.step(&self.parameters, &gradients, lr, clip)?;

        let parts = objective.parts()?;
        self.progress.step += 1;
        let epoch = self.epoch();
        if !(parts.loss.is_finite() && gradient_norm.is_finite()) {
            bail!(
                "the training diverged: at step {} the loss is {} and the gradients' norm {}; try a \
                 lower --lr (it was {lr:.1e})",
                self.progress.step,
                parts.loss,
                gradient_norm
            );
        }
        self.progress.sums = self.progress.sums.plus(parts, 1.0);
        let step = self.progress.step;
        self.metrics.write(&Line::Step { step, epoch, parts, beta, lr, gradient_norm })
    }

    /// Measures the validation windows, prints the epoch's line and keeps the parameters if they are the best so
    /// far. Without validation windows the latest are kept.
    fn finish_epoch(
        &mut self,
        validation: &Windows,
        trained: u64,
        began: Instant,
        bar: &ProgressBar,
    ) -> Result<()> {
        let seconds = began.elapsed().as_secs_f64();
        let train = Parts::default().plus(self.progress.sums, 1.0 / self.steps_per_epoch() as f64);
        self.progress.sums = Parts::default();
        let measured = match validation.is_empty() {
            true => None,
            false => Some(teacher_forcing::measure(&self.network, validation, self.settings.seed)?),
        };
        let parts = measured.as_ref().map(|m| objective::of_measured(&self.settings, m));
        let accuracy = measured.as_ref().map(|m| m.accuracy);
        let (step, epoch) = (self.progress.step, self.epoch());
        let best = self.progress.best.map(|best| best.loss);
        if parts.zip(best).is_none_or(|(parts, best)| parts.loss < best) {
            let loss = parts.map_or(train.loss, |parts| parts.loss);
            self.progress.best = Some(Best { epoch, loss });
            self.checkpoint_of_parameters().write(&self.folder.best())?;
        }
        let windows_per_second = trained as f64 / seconds;
        let mut line = format!("epoch {epoch}/{}: {}", self.settings.epochs, self.text_of(&train));
        if let Some((parts, accuracy)) = parts.zip(accuracy) {
            line += &format!("; validation: {}, accuracy {accuracy:.4}", self.text_of(&parts));
        }
        bar.suspend(|| println!("{line}; {windows_per_second:.0} windows/s"));
        self.metrics.write(&Line::Epoch {
            step,
            epoch,
            train,
            validation: parts,
            validation_accuracy: accuracy,
            seconds,
            windows_per_second,
        })
    }

    /// `parts` as text.
    fn text_of(&self, parts: &Parts) -> String {
        let Parts { loss, reconstruction, kl, velocity, micro_offset } = parts;
        let expression = match self.settings.network.expression {
            true => format!(", velocity {velocity:.2}, micro-offset {micro_offset:.2}"),
            false => String::new(),
        };
        format!("loss {loss:.2} (reconstruction {reconstruction:.2}, KL {kl:.2}{expression})")
    }

    /// Writes a checkpoint, after the metrics up to it are on the disk.
    fn save(&self) -> Result<()> {
        self.metrics.flush()?;
        let mut checkpoint = self.checkpoint_of_parameters();
        checkpoint.tensors.extend(self.adam.state()?);
        checkpoint.save(&self.folder)?;
        Ok(())
    }

    fn checkpoint_of_parameters(&self) -> Checkpoint {
        Checkpoint { progress: self.progress.clone(), tensors: self.parameters.numbers() }
    }

    fn announce(&self, data: &Dataset) {
        eprintln!(
            "{}: {} training and {} validation windows; {} parameters on {}; {} epochs of {} steps \
             into {}",
            self.settings.data_name(),
            data.train.len(),
            data.validation.len(),
            self.parameters.count(),
            device::name_of(&self.device),
            self.settings.epochs,
            self.steps_per_epoch(),
            self.folder.path().display(),
        );
        if self.progress.step > 0 {
            eprintln!("resumed after step {} of {}", self.progress.step, self.steps());
        }
    }

    pub(crate) fn print_how_to_resume(&self) {
        eprintln!(
            "stopped after step {} of {}, saved; to continue: trainer --resume {}",
            self.progress.step,
            self.steps(),
            self.folder.path().display()
        );
    }

    /// Windows per step; all windows if they are fewer than a batch.
    fn batch_size(&self) -> usize {
        (self.settings.batch_size as usize).min(self.progress.windows as usize)
    }

    /// Steps per epoch; windows left over after whole batches are skipped until the next shuffle.
    fn steps_per_epoch(&self) -> u64 {
        self.progress.windows / self.batch_size() as u64
    }

    fn steps(&self) -> u64 {
        self.steps_per_epoch() * u64::from(self.settings.epochs)
    }

    /// The epoch of the last step done, counted from 1.
    fn epoch(&self) -> u32 {
        let epochs = self.progress.step.div_ceil(self.steps_per_epoch());
        u32::try_from(epochs).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::dataset;
    use crate::data::{self, Windowing};
    use crate::training::settings::{Preset, Schedule};

    #[test]
    fn ten_steps_on_a_few_real_windows_lower_the_loss() {
        let Some(path) = dataset() else { return };
        let settings = Settings {
            data: Some(path),
            // The full rate from the first step on.
            schedule: Schedule::Published,
            ..Settings::of(Preset::Compact, Windowing::Bars)
        };
        let data = data::load(&settings.data_options().unwrap()).unwrap();
        let out = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(Some(&out.path().join("run")), &settings).unwrap();
        let mut training = Training::begin(settings, folder, Device::Cpu, &data).unwrap();
        let windows: Vec<Pattern> =
            (0..16).map(|i| data.train.pattern(i * data.train.len() / 16)).collect();
        let mut losses = Vec::new();
        for _ in 0..10 {
            training.progress.sums = Parts::default();
            training.step(windows.clone(), 10_000).unwrap();
            losses.push(training.progress.sums.loss);
        }
        assert!(losses[9] < 0.8 * losses[0], "{losses:?}");
    }
}
