//! The presets: network sizes and training settings to start from.

use musicvae::Config;
use musicvae::config::StepModelConfig;
use serde::{Deserialize, Serialize};

use super::{Reconstruction, Schedule, Settings};
use crate::data::Windowing;

/// A network size with its training settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Preset {
    /// The network of the shipped weights: small, with a direct path from grid to latent and back
    Compact,
    /// The published network and its training settings (MusicVAE, Roberts et al. 2018)
    Paper,
    /// For tests and first tries: trains in seconds, learns little
    Tiny,
}

impl Settings {
    /// The settings of `preset` for windows of `windowing`.
    pub(crate) fn of(preset: Preset, windowing: Windowing) -> Self {
        // Measured: docs/experiments.md. Beta is that of MusicVAE's drum models, whose free bits
        // change nothing where the divergence is always above them.
        let compact = Self {
            data: None,
            init: None,
            command: None,
            preset: Preset::Compact,
            windowing,
            note_map: None,
            channel: None,
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
            step_epochs: 5,
            step_lr: 2e-3,
            critic_grooves: 6000,
            checkpoint_steps: 500,
            seed: 0,
            device: "auto".into(),
            f32: false,
            network: Config {
                expression: windowing == Windowing::Bars,
                step_model: (windowing == Windowing::Bars).then(StepModelConfig::compact),
                ..Config::compact()
            },
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
                step_epochs: 1,
                critic_grooves: 64,
                network: Config {
                    expression: windowing == Windowing::Bars,
                    step_model: (windowing == Windowing::Bars).then(StepModelConfig::tiny),
                    ..Config::tiny()
                },
                ..compact
            },
        }
    }
}
