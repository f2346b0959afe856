//! The parameters of a groove's character: its style, and how much it has of each musical attribute.

use std::sync::Arc;

use nice_plug::prelude::*;

use super::text::{leading_number, signed_two_digits};
use crate::recipe::ATTRIBUTES;
use crate::weights::embedded_styles;

/// Styles that can be chosen among: more than any weights file has so far.
const STYLES: i32 = 24;

/// What the style is called when none is asked for.
const ANY: &str = "any";

/// Which kind of groove is drawn; see [`Recipe`](crate::recipe::Recipe).
#[derive(Params)]
pub struct CharacterParams {
    /// The style: 0 is any, n the n-th of the weights file.
    #[id = "style"]
    pub style: IntParam,

    /// More or fewer hits; this and the others in standard deviations of what was learned from,
    /// `[-3, 3]`.
    #[id = "att_dens"]
    pub density: FloatParam,

    /// More or fewer accents off the beat.
    #[id = "att_sync"]
    pub syncopation: FloatParam,

    /// Time kept on the hats (-) or on the ride (+).
    #[id = "att_ride"]
    pub ride: FloatParam,

    /// Fewer or more toms.
    #[id = "att_toms"]
    pub toms: FloatParam,

    /// Softer or louder playing.
    #[id = "att_loud"]
    pub loudness: FloatParam,
}

impl CharacterParams {
    /// The attributes' parameters in the order of the weights file.
    pub fn attributes(&self) -> [&FloatParam; ATTRIBUTES] {
        [&self.density, &self.syncopation, &self.ride, &self.toms, &self.loudness]
    }
}

impl Default for CharacterParams {
    fn default() -> Self {
        let attribute = |name: &str| {
            FloatParam::new(name, 0.0, FloatRange::Linear { min: -3.0, max: 3.0 })
                .with_unit(" σ")
                .with_value_to_string(Arc::new(signed_two_digits))
                .with_string_to_value(Arc::new(leading_number))
        };
        Self {
            style: IntParam::new("Style", 0, IntRange::Linear { min: 0, max: STYLES })
                .with_value_to_string(Arc::new(style_name))
                .with_string_to_value(Arc::new(style_of_name)),
            density: attribute("Busy"),
            syncopation: attribute("Syncopation"),
            ride: attribute("Hats to ride"),
            toms: attribute("Toms"),
            loudness: attribute("Loudness"),
        }
    }
}

/// The name of style `value` in the embedded weights, or its number if they have fewer.
fn style_name(value: i32) -> String {
    let Some(place) = usize::try_from(value).unwrap_or(0).checked_sub(1) else {
        return ANY.to_owned();
    };
    embedded_styles().get(place).cloned().unwrap_or_else(|| format!("style {value}"))
}

fn style_of_name(text: &str) -> Option<i32> {
    let text = text.trim();
    (0..=STYLES).find(|&value| style_name(value).eq_ignore_ascii_case(text))
}
