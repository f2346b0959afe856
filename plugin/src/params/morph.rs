//! The parameters of the pad.

use nice_plug::prelude::*;

use super::text::{percentage, switch};

/// The morph pad; see [`crate::state::morph`].
#[derive(Params)]
pub struct MorphParams {
    /// Whether the pad is on.
    #[id = "pad"]
    pub is_on: BoolParam,

    /// From left to right, `[0, 1]`.
    #[id = "pad_x"]
    pub x: FloatParam,

    /// From bottom to top, `[0, 1]`.
    #[id = "pad_y"]
    pub y: FloatParam,
}

impl Default for MorphParams {
    fn default() -> Self {
        let coordinate = |name, ends| percentage(name, 0.5, 0.0, 1.0, ends);
        Self {
            is_on: switch("Morph", false),
            x: coordinate("Morph x", &[(0.0, "left"), (1.0, "right")]),
            y: coordinate("Morph y", &[(0.0, "bottom"), (1.0, "top")]),
        }
    }
}
