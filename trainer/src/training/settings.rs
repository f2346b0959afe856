//! The settings of a training run, from preset, config file and flags.
//!
//! The config file overrides the preset, and the flags override both. The settings are complete, checked, and
//! written to the run's `config.toml`, which is itself a config file.

mod layers;
mod presets;
pub(crate) mod schedule;

pub(crate) use presets::Preset;
pub(crate) use schedule::Schedule;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use musicvae::Config;
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::data::{DataOptions, ReadArgs, Windowing};
use crate::training::init;
pub(crate) use layers::LARGEST_CONFIG;
use layers::{layered, of_run, read_config};

/// Missing or contradictory arguments.
#[derive(Debug, thiserror::Error)]
#[error("{0} (`trainer --help` explains)")]
pub(crate) struct UsageError(pub(crate) &'static str);

/// The reconstruction part of the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reconstruction {
    /// Categorical cross-entropy of the tokens, in nats
    CrossEntropy,
    /// Binary cross-entropy summed over the softmax's 512 outputs, for comparison
    Published,
}

/// All settings of a run. Rates are per step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Zip or folder of MIDI files, as named on the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<PathBuf>,
    /// Weights file to fine-tune; `None`: random initial weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) init: Option<PathBuf>,
    /// The command that started the run, with file names in place of paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<String>,
    pub(crate) preset: Preset,
    pub(crate) windowing: Windowing,
    /// Note map by which MIDI files are read; `None`: the one that their keys suggest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note_map: Option<String>,
    /// Channel of the drums, from 1 on; `None`: the one that looks like drums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<u8>,
    /// Passes over the training windows.
    pub(crate) epochs: u32,
    /// Windows per step.
    pub(crate) batch_size: u32,
    /// Peak learning rate.
    pub(crate) lr: f64,
    pub(crate) schedule: Schedule,
    pub(crate) reconstruction: Reconstruction,
    /// Weight of the KL divergence.
    pub(crate) beta: f64,
    /// Steps over which beta rises from 0.
    pub(crate) beta_annealing_steps: u32,
    /// KL divergence per window that is free of loss, in bits.
    pub(crate) free_bits: f64,
    /// Weight of the squared errors of velocities, summed over a window's hits.
    pub(crate) velocity_weight: f64,
    /// Weight of the squared errors of micro-offsets (in steps), summed over a window's hits.
    pub(crate) micro_offset_weight: f64,
    /// Probability, in half of a batch's windows, of replacing an instrument by another window's.
    pub(crate) recombine: f64,
    /// Dropout of the decoder's previous tokens.
    pub(crate) drop_previous: f64,
    /// AdamW's weight decay.
    pub(crate) weight_decay: f64,
    /// Maximum norm of all gradients; 0 is no limit.
    pub(crate) clip: f64,
    /// Beats between the starts of training windows.
    pub(crate) hop_beats: u32,
    /// Maximum number of training steps of the prior; few windows take fewer.
    pub(crate) prior_steps: u32,
    /// Passes of the step model over the training windows.
    pub(crate) step_epochs: u32,
    /// Peak learning rate of the step model.
    pub(crate) step_lr: f64,
    /// Maximum number of grooves drawn to teach the critic; 0: there is none.
    pub(crate) critic_grooves: u32,
    /// Steps between checkpoints within an epoch (there is always one at its end).
    pub(crate) checkpoint_steps: u32,
    pub(crate) seed: u64,
    /// `auto`, `cpu`, `cuda` or `cuda:N`.
    pub(crate) device: String,
    /// Export weights as f32 rather than f16.
    pub(crate) f32: bool,
    pub(crate) network: Config,
}

impl Settings {
    /// The settings of the config file `config` and of `flags`, a table with the keys of a config file.
    pub(crate) fn from_file_and_flags(config: Option<&Path>, flags: Table) -> Result<Self> {
        let file = config.map(read_config).transpose()?.unwrap_or_default();
        let says_network = file.contains_key("network");
        let mut settings = layered(file, flags).with_context(|| match config {
            Some(path) => path.display().to_string(),
            None => "settings".into(),
        })?;
        if let Some(init) = &settings.init {
            settings.network = init::network(init, says_network.then_some(&settings.network))?;
        }
        settings.check()
    }

    /// The settings of the run whose config file is at `path`.
    pub(crate) fn of_run(path: &Path) -> Result<Self> {
        of_run(read_config(path)?, Table::new()).with_context(|| path.display().to_string())
    }

    /// The settings of the run whose config file is at `path`, changed by `flags`.
    ///
    /// Only the number of epochs may differ, and settings that do not change the results.
    pub(crate) fn resumed(path: &Path, flags: Table) -> Result<Self> {
        const MAY_CHANGE: [&str; 4] = ["data", "epochs", "device", "f32"];
        let file = read_config(path)?;
        let context = || path.display().to_string();
        let settings = of_run(file.clone(), Table::new()).with_context(context)?;
        let as_begun = Table::try_from(&settings).context("settings do not fit TOML")?;
        for (key, asked) in &flags {
            let begun = as_begun.get(key);
            if begun != Some(asked) && !MAY_CHANGE.contains(&key.as_str()) {
                let begun = begun.map_or_else(|| "left out".to_owned(), ToString::to_string);
                bail!(
                    "{}: the run started with {key} = {begun}, not {asked}; a resumed run keeps \
                     its settings (all but --epochs, --device and --data)",
                    path.display()
                );
            }
        }
        of_run(file, flags).with_context(context)
    }

    /// The settings as the text of a config file.
    pub(crate) fn to_toml(&self) -> Result<String> {
        toml::to_string(self).context("settings do not fit TOML")
    }

    /// The windows to load.
    pub(crate) fn data_options(&self) -> Result<DataOptions> {
        let path = self.data.clone().ok_or(UsageError(
            "no data to train on: name a zip or a folder of MIDI files by --data",
        ))?;
        Ok(DataOptions {
            path,
            windowing: self.windowing,
            train_hop_beats: Some(self.hop_beats),
            split_seed: self.seed,
            reading: ReadArgs { note_map: self.note_map.clone(), channel: self.channel },
            any_bar: false,
        })
    }

    /// The data's file name.
    pub(crate) fn data_name(&self) -> String {
        let name = self.data.as_deref().and_then(Path::file_name);
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    fn check(self) -> Result<Self> {
        for (name, x) in [("recombine", self.recombine), ("drop_previous", self.drop_previous)] {
            ensure!((0.0..=1.0).contains(&x), "`{name}` is a probability, in [0, 1], not {x}");
        }
        for (name, x) in [
            ("lr", self.lr),
            ("beta", self.beta),
            ("free_bits", self.free_bits),
            ("velocity_weight", self.velocity_weight),
            ("micro_offset_weight", self.micro_offset_weight),
            ("weight_decay", self.weight_decay),
            ("clip", self.clip),
            ("step_lr", self.step_lr),
        ] {
            ensure!(x >= 0.0 && x.is_finite(), "`{name}` must be a number of at least 0, not {x}");
        }
        for (name, x) in [
            ("epochs", self.epochs),
            ("batch_size", self.batch_size),
            ("hop_beats", self.hop_beats),
            ("prior_steps", self.prior_steps),
            ("checkpoint_steps", self.checkpoint_steps),
        ] {
            ensure!(x > 0, "`{name}` must be at least 1");
        }
        self.network.validate().context("network")?;
        if self.windowing == Windowing::Seed && self.network.expression {
            bail!("windowing `seed` has no velocities: `network.expression` must be false");
        }
        Ok(self)
    }
}

#[cfg(test)]
mod hostile_tests;
