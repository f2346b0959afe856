//! Why a configuration is refused.

use groove::STEPS;

use super::{Config, MAX_LAYERS, MAX_LOOK_BACK, MAX_PRIOR_STEPS, MAX_STYLES, MAX_WIDTH};

/// A configuration that cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A width is zero or beyond [`MAX_WIDTH`].
    #[error("{key} must be 1 to {MAX_WIDTH}, not {found}")]
    Width {
        /// Key, as in the file.
        key: &'static str,
        /// Value found.
        found: usize,
    },
    /// A number of layers is zero or beyond [`MAX_LAYERS`].
    #[error("{key} must be 1 to {MAX_LAYERS}, not {found}")]
    Layers {
        /// Key, as in the file.
        key: &'static str,
        /// Value found.
        found: usize,
    },
    /// Only one of the two keys of the bar-wise encoder is set.
    #[error(
        "encoder.bar_summary ({bar_summary}) and encoder.mix ({mix}) must both be 0 (the encoder \
         reads all 64 steps at once) or both be set (it reads bar by bar)"
    )]
    BarSummaryWithoutMix {
        /// `encoder.bar_summary`.
        bar_summary: usize,
        /// `encoder.mix`.
        mix: usize,
    },
    /// `look_back` names a step that is not an earlier one of the pattern, or too many.
    #[error(
        "look_back must name at most {MAX_LOOK_BACK} distances of 1 to {} steps, not {found:?}",
        STEPS - 1
    )]
    LookBack {
        /// Value found.
        found: Vec<usize>,
    },
    /// Bars that do not see each other cannot look back.
    #[error("look_back must be empty with independent_bars")]
    LookBackOfIndependentBars,
    /// The prior takes no steps or too many, or knows too many styles.
    #[error(
        "prior.steps must be 1 to {MAX_PRIOR_STEPS} and prior.styles at most {MAX_STYLES}, not \
         {steps} and {styles}"
    )]
    Prior {
        /// `prior.steps`.
        steps: usize,
        /// `prior.styles`.
        styles: usize,
    },
    /// The step model knows too many styles.
    #[error("step_model.styles must be at most {MAX_STYLES}, not {0}")]
    StepModelStyles(usize),
    /// The model of articulations knows too many styles.
    #[error("articulations.styles must be at most {MAX_STYLES}, not {0}")]
    ArticulationStyles(usize),
    /// The model of other bars has a critic, or is alone.
    #[error("bar_model needs step_model beside it, whose critic is that of both")]
    BarModel,
    /// `dropout` is not a share.
    #[error("dropout must be at least 0 and less than 1, not {0}")]
    Dropout(f64),
    /// There is no preset of this name.
    #[error("unknown preset `{0}`: there are {list}", list = Config::PRESETS.join(", "))]
    UnknownPreset(String),
}
