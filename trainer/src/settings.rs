//! Arguments as meant: the settings of a training run, from preset, config file and flags.
//!
//! Later wins: the preset's values, then the config file's, then the flags'. What comes out is
//! complete, checked, and written to the run's `config.toml`, which is itself a config file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use musicvae::Config;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::cli::{TrainArgs, UsageError};
use crate::data::{DataOptions, Windowing};
use crate::init;

/// Size of network and training recipe to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Preset {
    /// The one that ships: small, with a direct path from grid to latent and back
    Compact,
    /// The published network and its training settings (MusicVAE, Roberts et al. 2018)
    Paper,
    /// For tests and first tries: learns little, in seconds
    Tiny,
}

/// How the learning rate runs over a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Schedule {
    /// Up within the first 5 % of all steps, then down to nothing along a cosine
    OneCycle,
    /// Times 0.9999 at each step, down to 1e-5; does not depend on the number of epochs
    Published,
}

/// What the reconstruction part of the loss is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reconstruction {
    /// Categorical cross-entropy of the tokens, in nats
    CrossEntropy,
    /// Binary cross-entropy summed over the softmax's 512 outputs, for comparison
    Published,
}

/// Everything that decides what a run computes (given the data), and where. All rates per step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Archive of MIDI files, as it was named when the run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<PathBuf>,
    /// Weights file whose numbers the run began with; `None`: random ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) init: Option<PathBuf>,
    /// The command that began the run, with file names in place of paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<String>,
    pub(crate) preset: Preset,
    pub(crate) windowing: Windowing,
    /// Passes over the training windows.
    pub(crate) epochs: u32,
    /// Windows per step.
    pub(crate) batch_size: u32,
    /// Highest learning rate.
    pub(crate) lr: f64,
    pub(crate) schedule: Schedule,
    pub(crate) reconstruction: Reconstruction,
    /// Weight of the KL divergence.
    pub(crate) beta: f64,
    /// Steps over which beta rises from 0.
    pub(crate) beta_annealing_steps: u32,
    /// Bits per window that the latent carries free of charge.
    pub(crate) free_bits: f64,
    /// Weight of the squared errors of velocities, summed over a window's hits.
    pub(crate) velocity_weight: f64,
    /// Weight of the squared errors of micro-offsets (in steps), summed over a window's hits.
    pub(crate) micro_offset_weight: f64,
    /// Probability, in half of a batch's windows, of trading each instrument with another's.
    pub(crate) recombine: f64,
    /// Probability that the decoder does not see a previous token.
    pub(crate) drop_previous: f64,
    /// AdamW's weight decay.
    pub(crate) weight_decay: f64,
    /// Largest norm of all gradients together.
    pub(crate) clip: f64,
    /// Beats between the starts of training windows: 1 cuts them at every beat.
    pub(crate) hop_beats: u32,
    /// Most steps in which the prior is trained, once the network is; few windows take fewer.
    pub(crate) prior_steps: u32,
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
    /// The recipe of `preset` on windows of `windowing`.
    pub(crate) fn of(preset: Preset, windowing: Windowing) -> Self {
        // Measured: docs/experiments.md. Beta is that of MusicVAE's drum models, whose free bits
        // change nothing where the divergence is always above them.
        let compact = Self {
            data: None,
            init: None,
            command: None,
            preset: Preset::Compact,
            windowing,
            epochs: 4,
            batch_size: 128,
            lr: 2e-3,
            schedule: Schedule::OneCycle,
            reconstruction: Reconstruction::CrossEntropy,
            beta: 0.2,
            beta_annealing_steps: 500,
            free_bits: 0.0,
            velocity_weight: 10.0,
            micro_offset_weight: 10.0,
            recombine: 0.25,
            drop_previous: 0.2,
            weight_decay: 1e-2,
            clip: 1.0,
            hop_beats: 1,
            prior_steps: 6000,
            checkpoint_steps: 500,
            seed: 0,
            device: "auto".into(),
            f32: false,
            network: Config { expression: windowing == Windowing::Bars, ..Config::compact() },
        };
        match preset {
            Preset::Compact => compact,
            // Published: Adam, 1e-3 times 0.9999 per step down to 1e-5, batch 256, 70 epochs over
            // windows that do not overlap, loss = binary cross-entropy + 0.3 x KL.
            Preset::Paper => Self {
                preset,
                epochs: 70,
                batch_size: 256,
                lr: 1e-3,
                schedule: Schedule::Published,
                reconstruction: Reconstruction::Published,
                beta: 0.3,
                beta_annealing_steps: 0,
                free_bits: 0.0,
                recombine: 0.0,
                drop_previous: 0.0,
                weight_decay: 0.0,
                hop_beats: 16,
                network: Config::paper(),
                ..compact
            },
            Preset::Tiny => Self {
                preset,
                epochs: 2,
                batch_size: 16,
                beta_annealing_steps: 10,
                prior_steps: 50,
                checkpoint_steps: 50,
                network: Config { expression: windowing == Windowing::Bars, ..Config::tiny() },
                ..compact
            },
        }
    }

    /// The settings that `args` mean, with the config file they name.
    pub(crate) fn from_args(args: &TrainArgs) -> Result<Self> {
        let file = args.config.as_deref().map(read_config).transpose()?.unwrap_or_default();
        let says_network = file.contains_key("network");
        let mut settings = layered(file, flags(args)).with_context(|| match &args.config {
            Some(path) => format!("{}", path.display()),
            None => "settings".into(),
        })?;
        if let Some(init) = &settings.init {
            settings.network = init::network(init, says_network.then_some(&settings.network))?;
        }
        settings.check()
    }

    /// The settings of the run whose config file is at `path`.
    pub(crate) fn of_run(path: &Path) -> Result<Self> {
        layered(read_config(path)?, Table::new()).with_context(|| path.display().to_string())
    }

    /// The settings of the run whose config file is at `path`, to go on with as `args` say.
    ///
    /// Only what does not change what is computed may differ, and the number of epochs.
    pub(crate) fn resumed(path: &Path, args: &TrainArgs) -> Result<Self> {
        const MAY_CHANGE: [&str; 4] = ["data", "epochs", "device", "f32"];
        let file = read_config(path)?;
        let context = || path.display().to_string();
        let settings = layered(file.clone(), Table::new()).with_context(context)?;
        let as_begun = Table::try_from(&settings).context("settings do not fit TOML")?;
        let flags = flags(args);
        for (key, asked) in &flags {
            match as_begun.get(key) {
                Some(begun) if begun != asked && !MAY_CHANGE.contains(&key.as_str()) => bail!(
                    "{}: the run was begun with {key} = {begun}, not {asked}; a resumed run keeps \
                     its settings (all but --epochs, --device and --data)",
                    path.display()
                ),
                _ => {}
            }
        }
        if args.config.is_some() {
            bail!("--config cannot change a run that is resumed: leave it out");
        }
        layered(file, flags).with_context(context)
    }

    /// This as the text of a config file.
    pub(crate) fn to_toml(&self) -> Result<String> {
        toml::to_string(self).context("settings do not fit TOML")
    }

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

    /// Which windows to load.
    pub(crate) fn data_options(&self) -> Result<DataOptions> {
        let path = self.data.clone().ok_or(UsageError(
            "no data to train on: name a zip or a folder of MIDI files by --data",
        ))?;
        Ok(DataOptions {
            path,
            windowing: self.windowing,
            train_hop_beats: Some(self.hop_beats),
            split_seed: self.seed,
        })
    }

    /// The data's file name.
    pub(crate) fn data_name(&self) -> String {
        let name = self.data.as_deref().and_then(Path::file_name);
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    fn check(self) -> Result<Self> {
        let share = |name, x: f64| match x {
            _ if (0.0..=1.0).contains(&x) => Ok(()),
            _ => bail!("`{name}` is a probability, in [0, 1], not {x}"),
        };
        let amount = |name, x: f64| match x {
            _ if x >= 0.0 && x.is_finite() => Ok(()),
            _ => bail!("`{name}` must be a number of at least 0, not {x}"),
        };
        let count = |name, x: u32| match x {
            0 => bail!("`{name}` must be at least 1"),
            _ => Ok(()),
        };
        share("recombine", self.recombine)?;
        share("drop_previous", self.drop_previous)?;
        amount("lr", self.lr)?;
        amount("beta", self.beta)?;
        amount("free_bits", self.free_bits)?;
        amount("velocity_weight", self.velocity_weight)?;
        amount("micro_offset_weight", self.micro_offset_weight)?;
        amount("weight_decay", self.weight_decay)?;
        amount("clip", self.clip)?;
        count("epochs", self.epochs)?;
        count("batch_size", self.batch_size)?;
        count("hop_beats", self.hop_beats)?;
        count("prior_steps", self.prior_steps)?;
        count("checkpoint_steps", self.checkpoint_steps)?;
        self.network.validate().context("network")?;
        if self.windowing == Windowing::Seed && self.network.expression {
            bail!("windowing `seed` knows no velocities: `network.expression` must be false");
        }
        Ok(self)
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

/// The largest config file that is read; one that says everything has 1 kB.
const LARGEST_CONFIG: u64 = 1 << 20;

fn read_config(path: &Path) -> Result<Table> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_CONFIG + 1).read_to_string(&mut text))
        .with_context(|| format!("cannot read config file {}", path.display()))?;
    if text.len() as u64 > LARGEST_CONFIG {
        bail!(
            "{}: more than {LARGEST_CONFIG} bytes are too many for a config file",
            path.display()
        );
    }
    text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1;
        anyhow::anyhow!("{}: line {line}: {}", path.display(), error.message())
    })
}

/// The flags that were given, as the config file they stand for.
fn flags(args: &TrainArgs) -> Table {
    #[derive(Serialize)]
    struct Flags<'a> {
        data: &'a Option<PathBuf>,
        init: &'a Option<PathBuf>,
        preset: Option<Preset>,
        windowing: Option<Windowing>,
        epochs: Option<u32>,
        batch_size: Option<u32>,
        lr: Option<f64>,
        schedule: Option<Schedule>,
        beta: Option<f64>,
        free_bits: Option<f64>,
        seed: Option<u64>,
        device: &'a Option<String>,
        f32: Option<bool>,
    }
    Table::try_from(Flags {
        data: &args.data,
        init: &args.init,
        preset: args.preset,
        windowing: args.windowing,
        epochs: args.epochs,
        batch_size: args.batch_size,
        lr: args.lr,
        schedule: args.schedule,
        beta: args.beta,
        free_bits: args.free_bits,
        seed: args.seed,
        device: &args.device,
        f32: args.f32.then_some(true),
    })
    .expect("flags fit TOML: seeds are checked to fit its integers")
}

/// Preset, then `file`, then `flags`.
fn layered(file: Table, flags: Table) -> Result<Settings> {
    fn chosen<'a, T: Deserialize<'a>>(key: &str, from: [&Table; 2], or: T) -> Result<T> {
        match from.iter().find_map(|table| table.get(key)) {
            Some(value) => T::deserialize(value.clone()).map_err(|e| in_one_line(key, &e)),
            None => Ok(or),
        }
    }
    let preset = chosen("preset", [&flags, &file], Preset::Compact)?;
    let windowing = chosen("windowing", [&flags, &file], Windowing::Bars)?;
    let mut table = Table::try_from(Settings::of(preset, windowing)).context("preset")?;
    // What may be left out has to be known all the same.
    for key in ["data", "init", "command"] {
        table.insert(key.into(), Value::String(String::new()));
    }
    overlay(&mut table, file, "")?;
    overlay(&mut table, flags, "")?;
    for key in ["data", "init", "command"] {
        if table.get(key).and_then(Value::as_str) == Some("") {
            table.remove(key);
        }
    }
    Settings::deserialize(table).map_err(|e| in_one_line("value", &e))?.check()
}

/// Replaces what `onto` has with what `from` says; a key that `onto` lacks is an error.
fn overlay(onto: &mut Table, from: Table, within: &str) -> Result<()> {
    for (key, value) in from {
        let known = onto.keys().cloned().collect::<Vec<_>>().join(", ");
        match (onto.get_mut(&key), value) {
            (None, _) => bail!("unknown key `{within}{key}` (known here: {known})"),
            (Some(Value::Table(onto)), Value::Table(from)) => {
                overlay(onto, from, &format!("{within}{key}."))?;
            }
            (Some(Value::Table(_)), _) => bail!("`{within}{key}` must be a table"),
            // `lr = 1` means 1.0.
            (Some(old @ Value::Float(_)), Value::Integer(new)) => *old = Value::Float(new as f64),
            (Some(old), new) if old.same_type(&new) => *old = new,
            (Some(old), new) => {
                bail!("`{within}{key}` must be of type {}, not {}", old.type_str(), new.type_str())
            }
        }
    }
    Ok(())
}

fn in_one_line(what: &str, error: &toml::de::Error) -> anyhow::Error {
    anyhow::anyhow!("{what}: {}", error.message().replace('\n', " "))
}

#[cfg(test)]
mod hostile_tests;

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(file: &str, args: &[&str]) -> Result<Settings> {
        use clap::Parser;
        let args = [&["trainer"], args].concat();
        layered(file.parse().unwrap(), flags(&crate::cli::Cli::parse_from(args).train))
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_preset() {
        let file = "preset = \"tiny\"\nbeta = 1\nepochs = 7\n[network]\nlatent = 5";
        let settings = settings(file, &["--epochs", "9"]).unwrap();
        assert_eq!(settings.preset, Preset::Tiny);
        assert_eq!((settings.beta, settings.epochs, settings.network.latent), (1.0, 9, 5));
        assert_eq!(settings.batch_size, Settings::of(Preset::Tiny, Windowing::Bars).batch_size);
    }

    #[test]
    fn unknown_keys_presets_and_types_are_named() {
        let error = |file| settings(file, &[]).unwrap_err().to_string();
        assert!(error("epoch = 3").contains("unknown key `epoch` (known here: batch_size,"));
        assert!(error("[network.decoder]\nwidth = 3").contains("`network.decoder.width`"));
        assert!(error("preset = \"huge\"").contains("huge"));
        assert!(error("epochs = \"many\"").contains("`epochs` must be of type integer"));
        assert!(error("epochs = -1").contains("-1"));
        assert!(error("drop_previous = 1.5").contains("probability"));
    }

    #[test]
    fn a_config_file_says_all_that_the_settings_say() {
        for preset in [Preset::Compact, Preset::Paper, Preset::Tiny] {
            for windowing in [Windowing::Bars, Windowing::Seed] {
                let data = Some("a \"b\"/c.zip".into());
                let settings = Settings { data, ..Settings::of(preset, windowing) };
                let again = layered(settings.to_toml().unwrap().parse().unwrap(), Table::new());
                assert_eq!(again.unwrap(), settings);
            }
        }
    }

    #[test]
    fn seed_windows_train_without_expression() {
        assert!(!settings("windowing = \"seed\"", &[]).unwrap().network.expression);
        assert!(settings("[network]\nexpression = true", &["--windowing", "seed"]).is_err());
    }

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
    fn beta_rises_from_nothing() {
        let settings = Settings::of(Preset::Compact, Windowing::Bars);
        assert_eq!(settings.beta_at(0), 0.0);
        assert_eq!(settings.beta_at(250), settings.beta / 2.0);
        assert_eq!(settings.beta_at(10_000), settings.beta);
    }
}
