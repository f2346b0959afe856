//! Parameters of the character: the style and the musical attributes.

use std::sync::Arc;

use nice_plug::prelude::*;
use parking_lot::RwLock;

use super::text::{leading_number, signed_two_digits};
use crate::factory::weights::embedded_styles;
use crate::state::request::ATTRIBUTES;

/// The most styles to choose from: more than any weights file has so far.
const STYLES: i32 = 24;

/// The name of style 0.
const ANY: &str = "any";

/// Style and attributes; see [`Recipe`](crate::state::request::Recipe).
#[derive(Params)]
pub struct CharacterParams {
    /// The style: 0 is any, n the n-th of the weights file.
    #[id = "style"]
    pub style: IntParam,

    /// More or fewer hits; all attributes in standard deviations of the training data, `[-3, 3]`.
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

    /// Softer and sparser, or louder, denser and on open cymbals, as the same drummers play; `[-1, 1]`.
    #[id = "intensity"]
    pub intensity: FloatParam,

    /// The names of the styles.
    pub styles: Arc<StyleNames>,
}

/// Names of the styles that the weights in use know, in their order.
#[derive(Debug, Default)]
pub struct StyleNames(RwLock<Option<Vec<String>>>);

impl StyleNames {
    /// Sets the names, for weights other than the embedded ones.
    pub fn set(&self, names: &[String]) {
        *self.0.write() = Some(names.to_vec());
    }

    /// The name of style `value`, or its number if the weights have fewer.
    fn name(&self, value: i32) -> String {
        let Some(place) = usize::try_from(value).unwrap_or(0).checked_sub(1) else {
            return ANY.to_owned();
        };
        let held = self.0.read();
        let names = held.as_deref().unwrap_or_else(|| embedded_styles());
        names.get(place).cloned().unwrap_or_else(|| format!("style {value}"))
    }

    fn style(&self, text: &str) -> Option<i32> {
        let text = text.trim();
        (0..=STYLES).find(|&value| self.name(value).eq_ignore_ascii_case(text))
    }
}

impl CharacterParams {
    /// The attributes' parameters in the order of the weights file.
    pub fn attributes(&self) -> [&FloatParam; ATTRIBUTES] {
        [&self.density, &self.syncopation, &self.ride, &self.toms, &self.loudness, &self.intensity]
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
        let styles = Arc::new(StyleNames::default());
        let (to_name, to_style) = (styles.clone(), styles.clone());
        Self {
            style: IntParam::new("Style", 0, IntRange::Linear { min: 0, max: STYLES })
                .with_value_to_string(Arc::new(move |value| to_name.name(value)))
                .with_string_to_value(Arc::new(move |text| to_style.style(text))),
            styles,
            density: attribute("Busy"),
            syncopation: attribute("Syncopation"),
            ride: attribute("Hats to ride"),
            toms: attribute("Toms"),
            loudness: attribute("Loudness"),
            intensity: FloatParam::new(
                "Intensity",
                0.0,
                FloatRange::Linear { min: -1.0, max: 1.0 },
            )
            .with_value_to_string(Arc::new(signed_two_digits))
            .with_string_to_value(Arc::new(leading_number)),
        }
    }
}
