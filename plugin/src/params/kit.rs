//! Parameters of the kit.

use std::sync::Arc;

use kit::{InstrumentSettings, Settings};
use nice_plug::prelude::*;

use super::choices::KitModelParam;
use super::instruments::InstrumentsParams;
use super::text::{gain, leading_number, percentage, semitones, switch};

/// The kit.
#[derive(Params)]
pub struct KitParams {
    /// Whether the kit sounds. Notes go out either way.
    #[id = "kit"]
    pub is_on: BoolParam,

    /// Linear gain of the kit, shown in decibels; `[-60, 6]` dB, smoothed.
    #[id = "kitlvl"]
    pub level: FloatParam,

    /// Which of the built-in kits.
    #[id = "kitmodel"]
    pub model: EnumParam<KitModelParam>,

    /// Semitones that all drums are tuned up, `[-12, 12]`.
    #[id = "kittune"]
    pub tune: FloatParam,

    /// How much sooner drums fall silent, `[0, 1]`.
    #[id = "kitdamp"]
    pub damping: FloatParam,

    /// How much of the room is heard, `[0, 2]`; 1 is as the kit was made.
    #[id = "kitroom"]
    pub room: FloatParam,
}

impl KitParams {
    /// The kit's settings. Some may be no numbers, if a host has sent such: they count as the default.
    pub(super) fn settings(&self, instruments: &InstrumentsParams) -> Settings {
        Settings {
            model: self.model.value().into(),
            tune: self.tune.value(),
            damping: self.damping.value(),
            room: self.room.value(),
            instruments: instruments.all().map(|own| InstrumentSettings {
                level: own.level.value(),
                pan: own.pan.value(),
                tune: own.tune.value(),
            }),
        }
    }
}

impl Default for KitParams {
    fn default() -> Self {
        Self {
            is_on: switch("Kit", true),
            level: gain("Kit level", 6.0).with_smoother(SmoothingStyle::Linear(20.0)),
            model: EnumParam::new("Kit model", KitModelParam::DryRoom),
            tune: semitones("Kit tune"),
            damping: percentage("Kit damping", 0.0, 0.0, 1.0, &[(0.0, "open")]),
            room: percentage("Kit room", 1.0, 0.0, 2.0, &[(0.0, "dry"), (1.0, "as built")]),
        }
    }
}

/// A place between the far left, -1, and the far right, 1; 0 is where the kit has the instrument.
pub(super) fn pan(name: impl Into<String>) -> FloatParam {
    FloatParam::new(name, 0.0, FloatRange::Linear { min: -1.0, max: 1.0 })
        .with_value_to_string(Arc::new(|value| {
            let per_cent = (100.0 * value).round();
            match per_cent {
                0.0 => "as built".to_owned(),
                _ if per_cent < 0.0 => format!("{:.0} % left", -per_cent),
                _ => format!("{per_cent:.0} % right"),
            }
        }))
        .with_string_to_value(Arc::new(|text| {
            if text.ends_with("as built") {
                return Some(0.0);
            }
            let share = leading_number(text)? / 100.0;
            Some(if text.ends_with("left") { -share } else { share })
        }))
}

#[cfg(test)]
mod tests {
    use groove::Instrument;

    use super::*;
    use crate::editing::history::History;
    use crate::headless::Host;
    use crate::params::JangdanParams;

    #[test]
    fn a_new_instance_has_the_kit_as_made_and_each_instrument_its_own_settings() {
        assert_eq!(JangdanParams::default().kit_settings(), Settings::default());
        for instrument in Instrument::ALL {
            let params = JangdanParams::default();
            let (history, host) = (History::default(), Host::default());
            let own = params.instruments.of(instrument);
            for (param, value) in [(&own.level, 4.0), (&own.pan, -1.0), (&own.tune, 3.0)] {
                history.set(&params, &host, param, param.preview_normalized(value));
            }
            let found = params.kit_settings().instruments;
            for (i, found) in found.into_iter().enumerate() {
                let is_set = i == instrument.index();
                let InstrumentSettings { level, pan, tune } = found;
                assert_eq!((level > 3.9, pan < -0.9, tune > 2.9), (is_set, is_set, is_set));
            }
        }
    }
}
