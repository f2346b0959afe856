//! The sizes that have a name.

use super::{
    Config, ConfigError, EncoderConfig, LstmConfig, PriorConfig, StepModelConfig, TokenInput,
};

impl StepModelConfig {
    /// The sizes of the model that ships.
    pub fn compact() -> Self {
        Self { input: 192, hidden: 256, ahead: 64, heads: 128, styles: 0, critic: 0 }
    }

    /// Sizes with which a training step takes milliseconds: for tests.
    pub fn tiny() -> Self {
        Self { input: 24, hidden: 32, ahead: 8, heads: 16, styles: 0, critic: 0 }
    }
}

impl Config {
    /// Names of the presets.
    pub const PRESETS: [&'static str; 3] = ["compact", "paper", "tiny"];

    /// The preset of this name.
    ///
    /// # Errors
    /// [`ConfigError::UnknownPreset`] for a name outside [`PRESETS`](Self::PRESETS).
    pub fn preset(name: &str) -> Result<Self, ConfigError> {
        match name {
            "compact" => Ok(Self::compact()),
            "paper" => Ok(Self::paper()),
            "tiny" => Ok(Self::tiny()),
            _ => Err(ConfigError::UnknownPreset(name.to_owned())),
        }
    }

    /// The published hierarchical model (MusicVAE, Roberts et al. 2018, arXiv 1803.05428).
    pub fn paper() -> Self {
        Self {
            latent: 512,
            input: TokenInput::OneHot,
            encoder: EncoderConfig { layers: 2, hidden: 2048, bar_summary: 0, mix: 0 },
            conductor: LstmConfig { layers: 2, hidden: 1024 },
            embedding: 512,
            decoder: LstmConfig { layers: 2, hidden: 1024 },
            direct_path: false,
            independent_bars: false,
            look_back: Vec::new(),
            expression: false,
            dropout: 0.2,
            prior: None,
            step_model: None,
            bar_model: None,
            articulations: None,
        }
    }

    /// The model that ships: small enough to embed and to decode while a slider is dragged.
    pub fn compact() -> Self {
        Self {
            latent: 256,
            input: TokenInput::MultiHot,
            encoder: EncoderConfig { layers: 1, hidden: 128, bar_summary: 128, mix: 512 },
            conductor: LstmConfig { layers: 1, hidden: 192 },
            embedding: 256,
            decoder: LstmConfig { layers: 1, hidden: 256 },
            direct_path: true,
            independent_bars: false,
            look_back: vec![17, 16, 15, 14, 32, 48],
            expression: true,
            dropout: 0.1,
            prior: Some(PriorConfig { hidden: 512, blocks: 3, steps: 12, styles: 0 }),
            step_model: None,
            bar_model: None,
            articulations: None,
        }
    }

    /// `compact` shrunk until a training step takes milliseconds: for tests and first tries.
    pub fn tiny() -> Self {
        Self {
            latent: 16,
            encoder: EncoderConfig { layers: 1, hidden: 16, bar_summary: 16, mix: 32 },
            conductor: LstmConfig { layers: 1, hidden: 16 },
            embedding: 24,
            decoder: LstmConfig { layers: 1, hidden: 32 },
            dropout: 0.0,
            prior: Some(PriorConfig { hidden: 16, blocks: 1, steps: 4, styles: 0 }),
            step_model: None,
            bar_model: None,
            articulations: None,
            ..Self::compact()
        }
    }
}
