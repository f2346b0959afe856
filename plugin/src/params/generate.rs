//! Parameters of generation.

use std::sync::Arc;

use nice_plug::prelude::*;

use super::text::{
    density_from_words, density_in_words, leading_number, percentage, signed_two_digits,
};
use crate::state::request::{DEFAULT_TEMPERATURE, SLIDERS};

/// The seed a new instance starts with: with the shipped weights, hats in 8ths, a backbeat with ghost
/// notes, and a kick that stays; found by `musicvae`'s example `seeds`.
const DEFAULT_SEED: i32 = 656;

/// The request to the network; see [`Recipe`](crate::state::request::Recipe).
#[derive(Params)]
pub struct GenerateParams {
    /// The eight latent sliders, `lat_1` to `lat_8`.
    #[nested(array)]
    pub latent: [LatentParam; SLIDERS],

    /// Sampling temperature, `[0, 1.5]`; 0 takes the likeliest token at every step.
    #[id = "temp"]
    pub temperature: FloatParam,

    /// Fewer or more hits than learned, `[-1, 1]`.
    #[id = "dens"]
    pub density: FloatParam,

    /// Seed of the latent point and of the sampling, `0..=9999`.
    #[id = "seed"]
    pub seed: IntParam,

    /// How much the four-bar cycles differ from each other, `[0, 1]`; at 0 all are the same.
    #[id = "vary"]
    pub variation: FloatParam,
}

/// One latent slider.
#[derive(Params)]
pub struct LatentParam {
    /// Standard deviations along the slider's direction, `[-3, 3]`.
    #[id = "lat"]
    pub value: FloatParam,
}

impl Default for GenerateParams {
    fn default() -> Self {
        Self {
            latent: std::array::from_fn(|i| LatentParam {
                value: FloatParam::new(
                    format!("Latent {}", i + 1),
                    0.0,
                    FloatRange::Linear { min: -3.0, max: 3.0 },
                )
                .with_unit(" σ")
                .with_value_to_string(Arc::new(signed_two_digits))
                .with_string_to_value(Arc::new(leading_number)),
            }),
            temperature: FloatParam::new(
                "Temperature",
                DEFAULT_TEMPERATURE,
                FloatRange::Linear { min: 0.0, max: 1.5 },
            )
            .with_value_to_string(formatters::v2s_f32_rounded(2))
            .with_string_to_value(Arc::new(leading_number)),
            density: FloatParam::new("Density", 0.0, FloatRange::Linear { min: -1.0, max: 1.0 })
                .with_value_to_string(Arc::new(density_in_words))
                .with_string_to_value(Arc::new(density_from_words)),
            seed: IntParam::new("Seed", DEFAULT_SEED, IntRange::Linear { min: 0, max: 9999 }),
            variation: percentage("Variation", 0.0, 0.0, 1.0, &[(0.0, "the same each time")]),
        }
    }
}
