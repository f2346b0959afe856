//! The parameters: what the host automates and a project saves.
//!
//! Ids and persistence keys are for ever: a project or an automation lane names them. They stand
//! in this file alone. `ids_are_for_ever` below is the list that must not change, only grow.

use std::sync::Arc;

use engine::Quantise;
use groove::sequencer::Feel;
use nice_plug::prelude::*;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::recipe::{DEFAULT_TEMPERATURE, Recipe, SLIDERS};
use crate::saved::SavedGroove;

/// Nats per struck instrument at full density: the useful range of [`Recipe::density`].
const DENSITY_NATS: f32 = 3.0;

/// The seed a new instance starts with: with the shipped weights, a groove with the kick on the
/// first beat of every bar, a riding cymbal and a lively snare.
const DEFAULT_SEED: i32 = 24;

/// Everything the host sees and saves of one instance.
///
/// The parameters are atomics: any thread may read them at any time, and none of ours writes
/// them except the GUI, through the host.
#[derive(Params)]
pub struct JangdanParams {
    /// What is generated: moving one of these asks the network for another pattern.
    #[nested(group = "Generate")]
    pub generate: GenerateParams,

    /// How it is played: heard at once, without the network.
    #[nested(group = "Play")]
    pub play: PlayParams,

    /// The built-in kit.
    #[nested(group = "Kit")]
    pub kit: KitParams,

    /// The host's bypass: no notes and no sound while it is on.
    #[id = "bypass"]
    pub bypass: BoolParam,

    /// The patterns beside the recipe, so that new weights never change an old song.
    #[persist = "groove"]
    pub groove: SavedGroove,

    /// The window's size, kept by the window.
    #[persist = "window"]
    pub window: Arc<RwLock<WindowSize>>,
}

/// What the network is asked for; see [`Recipe`].
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

    /// How far each four-bar cycle wanders from the others, `[0, 1]`; at 0 all are the same.
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

/// How patterns are played.
#[derive(Params)]
pub struct PlayParams {
    /// Where in an 8th note its second 16th falls, `[0.5, 0.75]`.
    #[id = "swing"]
    pub swing: FloatParam,

    /// Share of the learned micro-offsets that is heard, `[0, 1]`.
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

/// The choices of [`PlayParams::quantise`]; see [`Quantise`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum QuantiseParam {
    /// At the next 16th.
    #[id = "step"]
    Step,
    /// At the next quarter note.
    #[id = "beat"]
    Beat,
    /// At the next bar line.
    #[id = "bar"]
    Bar,
    /// At the next start of the four bars.
    #[id = "cycle"]
    #[name = "4 bars"]
    Cycle,
}

impl From<QuantiseParam> for Quantise {
    fn from(choice: QuantiseParam) -> Self {
        match choice {
            QuantiseParam::Step => Self::Step,
            QuantiseParam::Beat => Self::Beat,
            QuantiseParam::Bar => Self::Bar,
            QuantiseParam::Cycle => Self::Cycle,
        }
    }
}

/// Size of the window as the user left it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowSize {
    /// Logical pixels.
    pub width: u32,
    /// Logical pixels.
    pub height: u32,
    /// The user's zoom on top of the system's scale; 1 is none.
    pub zoom: f32,
}

impl Default for WindowSize {
    fn default() -> Self {
        Self { width: 1180, height: 760, zoom: 1.0 }
    }
}

impl Default for JangdanParams {
    fn default() -> Self {
        Self {
            generate: GenerateParams::default(),
            play: PlayParams::default(),
            kit: KitParams::default(),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            groove: SavedGroove::default(),
            window: Arc::default(),
        }
    }
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
            is_on: BoolParam::new("Kit", true)
                .with_value_to_string(Arc::new(|is_on| if is_on { "on" } else { "off" }.to_owned()))
                .with_string_to_value(Arc::new(|text| match text {
                    "on" => Some(true),
                    "off" => Some(false),
                    _ => None,
                })),
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

impl JangdanParams {
    /// What the parameters ask of the network now. Always numbers, whatever the host has sent.
    pub fn recipe(&self) -> Recipe {
        let generate = &self.generate;
        let finite = |param: &FloatParam| finite_or(param.value(), param.default_plain_value());
        Recipe {
            latent: std::array::from_fn(|i| finite(&generate.latent[i].value)),
            temperature: finite(&generate.temperature),
            density: finite(&generate.density) * DENSITY_NATS,
            seed: u64::from(generate.seed.value().unsigned_abs()),
            variation: finite(&generate.variation),
            ..Recipe::default()
        }
    }

    /// How the parameters say that patterns are to be played now.
    pub fn playing(&self) -> engine::Playing {
        let play = &self.play;
        engine::Playing {
            feel: Feel::new(f64::from(play.swing.value()), f64::from(play.feel.value())),
            dynamics: play.dynamics.value(),
            quantise: play.quantise.value().into(),
            is_muted: self.bypass.value(),
        }
    }
}

/// `x`, or `other` if it is not a finite number: the framework passes on a host's NaN.
pub(crate) fn finite_or(x: f32, other: f32) -> f32 {
    if x.is_finite() { x } else { other }
}

/// A parameter in `[min, max]` shown in per cent, with words at some values.
fn percentage(
    name: &str,
    default: f32,
    min: f32,
    max: f32,
    words: &'static [(f32, &'static str)],
) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min, max })
        .with_value_to_string(Arc::new(move |value| {
            let per_cent = format!("{:.0} %", value * 100.0);
            match words.iter().find(|(at, _)| per_cent == format!("{:.0} %", at * 100.0)) {
                Some((_, word)) => format!("{per_cent}, {word}"),
                None => per_cent,
            }
        }))
        .with_string_to_value(Arc::new(move |text| {
            let exact = words.iter().find(|(_, word)| text.ends_with(word)).map(|&(at, _)| at);
            exact.or_else(|| leading_number(text).map(|per_cent| per_cent / 100.0))
        }))
}

fn signed_two_digits(value: f32) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded == 0.0 { "0.00".to_owned() } else { format!("{rounded:+.2}") }
}

fn density_in_words(value: f32) -> String {
    let per_cent = (value * 100.0).round();
    match per_cent {
        0.0 => "as learned".to_owned(),
        _ if per_cent > 0.0 => format!("{per_cent:.0} % busier"),
        _ => format!("{:.0} % sparser", -per_cent),
    }
}

fn density_from_words(text: &str) -> Option<f32> {
    if text.ends_with("as learned") {
        return Some(0.0);
    }
    let per_cent = leading_number(text)?;
    Some(if text.ends_with("sparser") { -per_cent } else { per_cent } / 100.0)
}

/// The number that `text` begins with, whatever unit follows.
fn leading_number(text: &str) -> Option<f32> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '+' | '-' | '.'))
        .unwrap_or(text.len());
    text[..end].parse().ok().filter(|x: &f32| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_for_ever() {
        let ids: Vec<String> =
            JangdanParams::default().param_map().into_iter().map(|(id, _, _)| id).collect();
        let expected = [
            "lat_1", "lat_2", "lat_3", "lat_4", "lat_5", "lat_6", "lat_7", "lat_8", "temp", "dens",
            "seed", "vary", "swing", "feel", "dyn", "quant", "kit", "kitlvl", "bypass",
        ];
        assert_eq!(ids, expected);
        let fields = JangdanParams::default().serialize_fields();
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["groove", "window"]);
    }

    #[test]
    #[expect(unsafe_code, reason = "the framework's parameter map holds raw pointers")]
    fn every_parameter_reads_back_what_it_shows() {
        let params = JangdanParams::default();
        for (id, param, _) in params.param_map() {
            for i in 0..=100 {
                let normalized = i as f32 / 100.0;
                // SAFETY: the pointers are into `params`, which outlives them.
                let (shown, read, shown_again) = unsafe {
                    let shown = param.normalized_value_to_string(normalized, true);
                    let read = param.string_to_normalized_value(&shown);
                    let read = read.unwrap_or_else(|| panic!("{id} does not read {shown:?}"));
                    (shown, read, param.normalized_value_to_string(read, true))
                };
                assert_eq!(shown, shown_again, "{id} at {normalized}, read as {read}");
            }
        }
    }

    #[test]
    #[expect(unsafe_code, reason = "the framework's way to set a parameter without a host")]
    fn what_a_host_sends_that_is_no_number_asks_for_the_default() {
        let params = JangdanParams::default();
        let default = params.recipe();
        for (_, param, _) in params.param_map() {
            // SAFETY: the pointers are into `params`, which outlives them.
            unsafe { param._internal_set_normalized_value(f32::NAN) };
        }
        assert!(params.generate.temperature.value().is_nan());
        assert_eq!(Recipe { seed: default.seed, ..params.recipe() }, default);
    }

    #[test]
    fn values_are_shown_in_musical_words() {
        let params = JangdanParams::default();
        let (generate, play) = (&params.generate, &params.play);
        assert_eq!(generate.latent[0].value.to_string(), "0.00 σ");
        assert_eq!(generate.density.to_string(), "as learned");
        assert_eq!(generate.density.normalized_value_to_string(0.9, true), "80 % busier");
        assert_eq!(play.swing.to_string(), "50 %, straight");
        assert_eq!(play.quantise.to_string(), "Beat");
        assert_eq!(params.kit.level.to_string(), "0.0 dB");
        assert_eq!(params.kit.is_on.to_string(), "on");
    }
}
