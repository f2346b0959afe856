//! Parameters of playing.

use groove::sequencer::Feel;
use nice_plug::prelude::*;

use super::choices::QuantiseParam;
use super::text::percentage;

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
