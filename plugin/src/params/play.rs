//! Parameters of playing, and of the built-in kit.

use groove::sequencer::Feel;
use nice_plug::prelude::*;

use super::choices::QuantiseParam;
use super::text::{percentage, switch};

/// How patterns are played.
#[derive(Params)]
pub struct PlayParams {
    /// Where in an 8th note its second 16th falls, `[0.5, 0.75]`.
    #[id = "swing"]
    pub swing: FloatParam,

    /// How much of the learned micro-offsets is applied, `[0, 1]`.
    #[id = "feel"]
    pub feel: FloatParam,

    /// Spread of velocities, `[0, 1.5]`: 0 flat, 1 as learned.
    #[id = "dyn"]
    pub dynamics: FloatParam,

    /// Where a new pattern may take over.
    #[id = "quant"]
    pub quantise: EnumParam<QuantiseParam>,
}

/// The built-in kit.
#[derive(Params)]
pub struct KitParams {
    /// Whether the kit sounds. Notes go out either way.
    #[id = "kit"]
    pub is_on: BoolParam,

    /// Linear gain of the kit, shown in decibels; `[-60, 6]` dB, smoothed.
    #[id = "kitlvl"]
    pub level: FloatParam,
}

impl Default for PlayParams {
    fn default() -> Self {
        Self {
            swing: percentage(
                "Swing",
                Feel::STRAIGHT as f32,
                Feel::STRAIGHT as f32,
                Feel::STRONGEST as f32,
                &[(0.5, "straight"), (2.0 / 3.0, "triplet"), (0.75, "dotted")],
            ),
            feel: percentage("Feel", 1.0, 0.0, 1.0, &[(0.0, "on the grid"), (1.0, "as played")]),
            dynamics: percentage("Dynamics", 1.0, 0.0, 1.5, &[(0.0, "flat"), (1.0, "as played")]),
            quantise: EnumParam::new("New pattern at", QuantiseParam::Beat),
        }
    }
}

impl Default for KitParams {
    fn default() -> Self {
        Self {
            is_on: switch("Kit", true),
            level: FloatParam::new(
                "Kit level",
                util::db_to_gain(0.0),
                FloatRange::Skewed {
                    min: util::db_to_gain(-60.0),
                    max: util::db_to_gain(6.0),
                    factor: FloatRange::gain_skew_factor(-60.0, 6.0),
                },
            )
            .with_smoother(SmoothingStyle::Linear(20.0))
            .with_unit(" dB")
            .with_value_to_string(formatters::v2s_f32_gain_to_db(1))
            .with_string_to_value(formatters::s2v_f32_gain_to_db()),
        }
    }
}
