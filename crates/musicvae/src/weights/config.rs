//! Sizes and switches of the network: what `config` in a weights file says, and its presets.
//!
//! NETWORK.md explains every key. JSON and TOML use the same names.

mod error;
mod parameters;
mod presets;
pub mod prior;

use groove::{INSTRUMENTS, STEPS, TOKENS};
use serde::{Deserialize, Serialize};

pub use self::error::ConfigError;
use crate::context::columns::Layout;

/// The largest width (of a layer, embedding or latent) a configuration may ask for: four times the
/// published model's. Bounds what a damaged or hostile file can make us compute.
pub const MAX_WIDTH: usize = 8192;
/// The most layers a recurrent part may have.
pub const MAX_LAYERS: usize = 8;
/// The most earlier steps that a decoder may look back to.
pub const MAX_LOOK_BACK: usize = 16;

/// The most steps in which a point may be drawn from the prior.
pub const MAX_PRIOR_STEPS: usize = 256;
/// The most styles that a prior may know.
pub const MAX_STYLES: usize = 256;

/// How a token becomes input columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenInput {
    /// 512 columns, one of them 1.
    OneHot,
    /// 9 columns, one per instrument, kick first; 1 where it is struck.
    MultiHot,
}

impl TokenInput {
    /// Number of columns.
    pub const fn width(self) -> usize {
        match self {
            Self::OneHot => TOKENS,
            Self::MultiHot => INSTRUMENTS,
        }
    }
}

/// The encoder's sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    /// Layers of the bidirectional LSTM.
    pub layers: usize,
    /// Units per direction.
    pub hidden: usize,
    /// Width of a bar's summary; 0 makes the LSTM read all 64 steps at once.
    #[serde(default)]
    pub bar_summary: usize,
    /// Width of the mix over the bars; 0 exactly when `bar_summary` is.
    #[serde(default)]
    pub mix: usize,
}

/// Sizes of a one-directional LSTM: conductor and decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LstmConfig {
    /// Layers, one above the other.
    pub layers: usize,
    /// Units per layer.
    pub hidden: usize,
}

/// Sizes of the learned prior: see [`prior`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorConfig {
    /// Width of its layers.
    pub hidden: usize,
    /// Residual blocks.
    pub blocks: usize,
    /// Steps in which a point is drawn, each two evaluations.
    pub steps: usize,
    /// Styles that it can be asked for; their names are in the file's metadata.
    #[serde(default)]
    pub styles: usize,
}

/// Sizes of the step model, which draws grooves step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepModelConfig {
    /// Width of the layer that reads a step's columns.
    pub input: usize,
    /// Units of each of its two LSTM layers.
    pub hidden: usize,
    /// Units of the LSTM that sums up what is known ahead.
    pub ahead: usize,
    /// Width of the layers that read a hit, and a choice of a copy.
    pub heads: usize,
    /// Styles that it can be asked for; their names are in the file's metadata.
    #[serde(default)]
    pub styles: usize,
    /// Width of the critic that chooses among drawn grooves; 0: there is none.
    #[serde(default)]
    pub critic: usize,
}

/// Sizes of the model of articulations, which says how the hits of a groove are struck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticulationsConfig {
    /// Width of its layer.
    pub hidden: usize,
    /// Styles that it can be told; their names are in the file's metadata.
    #[serde(default)]
    pub styles: usize,
}

/// Sizes and switches of the whole network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Numbers in the latent vector, Z.
    pub latent: usize,
    /// How a token becomes input columns.
    pub input: TokenInput,
    /// The encoder.
    pub encoder: EncoderConfig,
    /// The conductor, one step per bar.
    pub conductor: LstmConfig,
    /// Numbers in a bar embedding, E.
    pub embedding: usize,
    /// The decoder, one step per 16th.
    pub decoder: LstmConfig,
    /// The encoder also sees the whole grid linearly, the decoder gets a sketch.
    pub direct_path: bool,
    /// A bar's first step does not see the last token of the bar before.
    pub independent_bars: bool,
    /// Earlier steps that the decoder sees beside the previous one: how many steps ago each was,
    /// 16 being the same step of the bar before. Silence before the first step.
    #[serde(default)]
    pub look_back: Vec<usize>,
    /// Velocities and micro-offsets are encoded and decoded.
    pub expression: bool,
    /// Share of activations dropped in training, in `[0, 1)`.
    pub dropout: f64,
    /// The learned prior that points are drawn from; without one they come from the latent map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorConfig>,
    /// The model that grooves are drawn with; without one they come from the prior and the decoder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_model: Option<StepModelConfig>,
    /// The model that grooves of all other bars are drawn with; without one they are drawn in 4/4 and 16ths and converted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bar_model: Option<StepModelConfig>,
    /// The model that says how hits are struck; without one all are struck plainly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub articulations: Option<ArticulationsConfig>,
}

/// Which bars a step model draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// 4/4 in 16ths.
    Common,
    /// Every other metre and grid.
    AnyBar,
}

impl Drawn {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Common, Self::AnyBar];

    /// The config's key, and the first part of the names of its tensors.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Common => "step_model",
            Self::AnyBar => "bar_model",
        }
    }

    /// The columns that it reads.
    pub const fn layout(self, config: &StepModelConfig) -> Layout {
        Layout { styles: config.styles, any_bar: matches!(self, Self::AnyBar) }
    }
}

impl Config {
    /// The autoencoder alone: what is trained on windows, before the models that are trained afterwards.
    #[must_use]
    pub fn autoencoder(&self) -> Self {
        Self { prior: None, step_model: None, bar_model: None, articulations: None, ..self.clone() }
    }

    /// The sizes of the step model that draws these bars, if there is one.
    pub const fn drawn_by(&self, drawn: Drawn) -> Option<&StepModelConfig> {
        match drawn {
            Drawn::Common => self.step_model.as_ref(),
            Drawn::AnyBar => self.bar_model.as_ref(),
        }
    }
}

impl Config {
    /// Checks that the network can be built.
    ///
    /// # Errors
    /// The first key whose value is out of range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let widths = [
            ("latent", self.latent),
            ("encoder.hidden", self.encoder.hidden),
            ("conductor.hidden", self.conductor.hidden),
            ("embedding", self.embedding),
            ("decoder.hidden", self.decoder.hidden),
        ];
        for (key, found) in widths {
            if !(1..=MAX_WIDTH).contains(&found) {
                return Err(ConfigError::Width { key, found });
            }
        }
        let EncoderConfig { bar_summary, mix, .. } = self.encoder;
        for (key, found) in [("encoder.bar_summary", bar_summary), ("encoder.mix", mix)] {
            if found > MAX_WIDTH {
                return Err(ConfigError::Width { key, found });
            }
        }
        if (bar_summary == 0) != (mix == 0) {
            return Err(ConfigError::BarSummaryWithoutMix { bar_summary, mix });
        }
        let mut layers = vec![
            ("encoder.layers", self.encoder.layers),
            ("conductor.layers", self.conductor.layers),
            ("decoder.layers", self.decoder.layers),
        ];
        if let Some(prior) = &self.prior {
            layers.push(("prior.blocks", prior.blocks));
            if !(1..=MAX_WIDTH).contains(&prior.hidden) {
                return Err(ConfigError::Width { key: "prior.hidden", found: prior.hidden });
            }
            if !(1..=MAX_PRIOR_STEPS).contains(&prior.steps) || prior.styles > MAX_STYLES {
                return Err(ConfigError::Prior { steps: prior.steps, styles: prior.styles });
            }
        }
        if let Some(model) = &self.articulations {
            if !(1..=MAX_WIDTH).contains(&model.hidden) {
                let found = model.hidden;
                return Err(ConfigError::Width { key: "articulations.hidden", found });
            }
            if model.styles > MAX_STYLES {
                return Err(ConfigError::ArticulationStyles(model.styles));
            }
        }
        if self
            .bar_model
            .as_ref()
            .is_some_and(|model| model.critic > 0 || self.step_model.is_none())
        {
            return Err(ConfigError::BarModel);
        }
        for model in Drawn::ALL.into_iter().filter_map(|drawn| self.drawn_by(drawn)) {
            for (key, found) in [
                ("step_model.input", model.input),
                ("step_model.hidden", model.hidden),
                ("step_model.ahead", model.ahead),
                ("step_model.heads", model.heads),
            ] {
                if !(1..=MAX_WIDTH).contains(&found) {
                    return Err(ConfigError::Width { key, found });
                }
            }
            if model.critic > MAX_WIDTH {
                return Err(ConfigError::Width { key: "step_model.critic", found: model.critic });
            }
            if model.styles > MAX_STYLES {
                return Err(ConfigError::StepModelStyles(model.styles));
            }
        }
        for (key, found) in layers {
            if !(1..=MAX_LAYERS).contains(&found) {
                return Err(ConfigError::Layers { key, found });
            }
        }
        if self.look_back.len() > MAX_LOOK_BACK
            || self.look_back.iter().any(|steps| !(1..STEPS).contains(steps))
        {
            return Err(ConfigError::LookBack { found: self.look_back.clone() });
        }
        if self.independent_bars && !self.look_back.is_empty() {
            return Err(ConfigError::LookBackOfIndependentBars);
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(ConfigError::Dropout(self.dropout));
        }
        Ok(())
    }

    /// Columns of the encoder's input per step, F: the token's columns and, with `expression`,
    /// nine velocities and nine micro-offsets.
    pub fn features(&self) -> usize {
        self.input.width() + if self.expression { 2 * INSTRUMENTS } else { 0 }
    }

    /// Width of the encoder's summary y, which `mean` and `sigma` read.
    pub fn summary(&self) -> usize {
        if self.encoder.bar_summary == 0 { 2 * self.encoder.hidden } else { self.encoder.mix }
    }

    /// Columns of the decoder's input per step: previous token, earlier tokens (`look_back`),
    /// sketch (`direct_path`), bar embedding.
    pub fn decoder_input(&self) -> usize {
        let earlier = self.look_back.len() * INSTRUMENTS;
        let sketch = if self.direct_path { INSTRUMENTS } else { 0 };
        self.input.width() + earlier + sketch + self.embedding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_survive_json() {
        for name in Config::PRESETS {
            let config = Config::preset(name).unwrap();
            config.validate().unwrap();
            let json = serde_json::to_string(&config).unwrap();
            assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config);
        }
    }

    #[test]
    fn an_unknown_preset_names_those_there_are() {
        let error = Config::preset("large").unwrap_err().to_string();
        assert_eq!(error, "unknown preset `large`: there are compact, paper, tiny");
    }

    #[test]
    fn values_out_of_range_are_named_with_their_key() {
        let message = |change: fn(&mut Config)| {
            let mut config = Config::compact();
            change(&mut config);
            config.validate().unwrap_err().to_string()
        };
        assert_eq!(message(|c| c.latent = 0), "latent must be 1 to 8192, not 0");
        assert_eq!(
            message(|c| c.decoder.hidden = 1 << 60),
            "decoder.hidden must be 1 to 8192, not 1152921504606846976"
        );
        assert_eq!(message(|c| c.encoder.layers = 9), "encoder.layers must be 1 to 8, not 9");
        assert!(message(|c| c.encoder.mix = 0).contains("encoder.mix (0)"));
        assert_eq!(
            message(|c| c.dropout = f64::NAN),
            "dropout must be at least 0 and less than 1, not NaN"
        );
        assert_eq!(
            message(|c| c.look_back = vec![16, 64]),
            "look_back must name at most 16 distances of 1 to 63 steps, not [16, 64]"
        );
        assert_eq!(
            message(|c| c.independent_bars = true),
            "look_back must be empty with independent_bars"
        );
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let mut json = serde_json::to_value(Config::tiny()).unwrap();
        json["decoder"]["heads"] = 8.into();
        let error = serde_json::from_value::<Config>(json).unwrap_err().to_string();
        assert!(error.contains("unknown field `heads`"), "{error}");
    }
}
