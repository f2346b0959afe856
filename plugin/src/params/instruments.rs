//! The parameters of each instrument.

use std::sync::Arc;

use groove::sequencer::Lane;
use groove::{INSTRUMENTS, Instrument, NoteMap};
use nice_plug::prelude::*;

use super::kit::pan;
use super::text::{
    gain, key_from_name, key_name, leading_number, number_or, percentage, semitones, switch,
};
use crate::state::numbers::finite_or;

/// One [`InstrumentParams`] for each instrument.
#[derive(Params)]
pub struct InstrumentsParams {
    /// Kick.
    #[nested(id_prefix = "kick", group = "Kick")]
    pub kick: InstrumentParams,
    /// Snare.
    #[nested(id_prefix = "snare", group = "Snare")]
    pub snare: InstrumentParams,
    /// High tom.
    #[nested(id_prefix = "htom", group = "High tom")]
    pub high_tom: InstrumentParams,
    /// Low-mid tom.
    #[nested(id_prefix = "mtom", group = "Low-mid tom")]
    pub low_mid_tom: InstrumentParams,
    /// Floor tom.
    #[nested(id_prefix = "ftom", group = "Floor tom")]
    pub floor_tom: InstrumentParams,
    /// Open hat.
    #[nested(id_prefix = "ohat", group = "Open hat")]
    pub open_hat: InstrumentParams,
    /// Closed hat.
    #[nested(id_prefix = "chat", group = "Closed hat")]
    pub closed_hat: InstrumentParams,
    /// Crash.
    #[nested(id_prefix = "crash", group = "Crash")]
    pub crash: InstrumentParams,
    /// Ride.
    #[nested(id_prefix = "ride", group = "Ride")]
    pub ride: InstrumentParams,
}

/// The parameters of one instrument; see [`Lane`] and [`InstrumentSettings`](kit::InstrumentSettings).
#[derive(Params)]
pub struct InstrumentParams {
    /// Whether it plays.
    #[id = "on"]
    pub is_on: BoolParam,

    /// Solo: while any instrument is on solo, only those play.
    #[id = "solo"]
    pub is_solo: BoolParam,

    /// Below 0 its hits are thinned out while playing; above 0 the network is asked for more, `[-1,
    /// 1]`.
    #[id = "dens"]
    pub density: FloatParam,

    /// Factor on its velocities, `[0, 2]`.
    #[id = "vel"]
    pub velocity: FloatParam,

    /// Its key in the user's own note map, `0..=127`.
    #[id = "key"]
    pub key: IntParam,

    /// Its choke group, `0..=4`; 0 is none.
    #[id = "choke"]
    pub choke: IntParam,

    /// Linear gain in the kit, shown in decibels; `[-60, 12]` dB.
    #[id = "lvl"]
    pub level: FloatParam,

    /// From where the kit has it to the far left or right, `[-1, 1]`.
    #[id = "pan"]
    pub pan: FloatParam,

    /// Semitones that it is tuned up, on top of the kit's, `[-12, 12]`.
    #[id = "tune"]
    pub tune: FloatParam,
}

impl InstrumentParams {
    fn new(instrument: Instrument) -> Self {
        let name = instrument.name();
        let lane = Lane::of(instrument);
        Self {
            is_on: switch(format!("{name} on"), lane.is_on),
            is_solo: switch(format!("{name} solo"), lane.is_solo),
            density: FloatParam::new(
                format!("{name} density"),
                lane.density,
                FloatRange::Linear { min: -1.0, max: 1.0 },
            )
            .with_value_to_string(Arc::new(density_in_words))
            .with_string_to_value(Arc::new(density_from_words)),
            velocity: percentage(format!("{name} velocity"), lane.velocity, 0.0, 2.0, &[]),
            key: IntParam::new(
                format!("{name} key"),
                lane.key.into(),
                IntRange::Linear { min: 0, max: 127 },
            )
            .with_value_to_string(Arc::new(key_name))
            .with_string_to_value(Arc::new(key_from_name)),
            choke: number_or(format!("{name} choke"), lane.choke.into(), (0, 4), "none", "Group "),
            level: gain(format!("{name} level"), 12.0),
            pan: pan(format!("{name} pan")),
            tune: semitones(format!("{name} tune")),
        }
    }

    /// The current settings; `instrument`'s keys are those of `note_map`, if one is chosen.
    pub(super) fn lane(&self, instrument: Instrument, note_map: Option<NoteMap>) -> Lane {
        let own_key = u8::try_from(self.key.value().clamp(0, 127)).unwrap_or_default();
        Lane {
            is_on: self.is_on.value(),
            is_solo: self.is_solo.value(),
            density: finite_or(self.density.value(), 0.0).min(0.0),
            velocity: finite_or(self.velocity.value(), 1.0),
            key: note_map.map_or(own_key, |map| map.keys()[instrument.index()]),
            note_map,
            choke: u8::try_from(self.choke.value()).unwrap_or_default(),
        }
    }
}

impl InstrumentsParams {
    /// The parameters of every instrument, by [`Instrument::index`].
    pub fn all(&self) -> [&InstrumentParams; INSTRUMENTS] {
        let Self {
            kick,
            snare,
            high_tom,
            low_mid_tom,
            floor_tom,
            open_hat,
            closed_hat,
            crash,
            ride,
        } = self;
        [kick, snare, high_tom, low_mid_tom, floor_tom, open_hat, closed_hat, crash, ride]
    }

    /// The extra density of each instrument that the network is asked for, `[0, 1]`.
    pub(super) fn extra_densities(&self) -> [f32; INSTRUMENTS] {
        self.all().map(|one| finite_or(one.density.value(), 0.0).max(0.0))
    }

    /// The parameters of `instrument`.
    pub fn of(&self, instrument: Instrument) -> &InstrumentParams {
        self.all()[instrument.index()]
    }
}

impl Default for InstrumentsParams {
    fn default() -> Self {
        Self {
            kick: InstrumentParams::new(Instrument::Kick),
            snare: InstrumentParams::new(Instrument::Snare),
            high_tom: InstrumentParams::new(Instrument::HighTom),
            low_mid_tom: InstrumentParams::new(Instrument::LowMidTom),
            floor_tom: InstrumentParams::new(Instrument::HighFloorTom),
            open_hat: InstrumentParams::new(Instrument::OpenHiHat),
            closed_hat: InstrumentParams::new(Instrument::ClosedHiHat),
            crash: InstrumentParams::new(Instrument::Crash),
            ride: InstrumentParams::new(Instrument::Ride),
        }
    }
}

fn density_in_words(value: f32) -> String {
    let per_cent = (value * 100.0).round();
    match per_cent {
        0.0 => "all hits".to_owned(),
        _ if per_cent > 0.0 => format!("{per_cent:.0} % busier"),
        _ => format!("{:.0} % left out", -per_cent),
    }
}

fn density_from_words(text: &str) -> Option<f32> {
    if text.ends_with("all hits") {
        return Some(0.0);
    }
    let per_cent = leading_number(text)?;
    Some(if text.ends_with("left out") { -per_cent } else { per_cent } / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instrument_has_its_own_parameters_under_its_own_name() {
        let params = InstrumentsParams::default();
        for instrument in Instrument::ALL {
            let own = params.of(instrument);
            assert_eq!(own.is_on.name(), format!("{} on", instrument.name()));
            let as_made = Lane { note_map: None, ..Lane::of(instrument) };
            assert_eq!(own.lane(instrument, None), as_made);
            let map = NoteMap::AddictiveDrums2;
            assert_eq!(own.lane(instrument, Some(map)).key, map.keys()[instrument.index()]);
        }
        let groups: Vec<String> =
            params.param_map().into_iter().map(|(_, _, group)| group).collect();
        for (instrument, groups) in Instrument::ALL.into_iter().zip(groups.chunks(9)) {
            assert!(groups.iter().all(|group| group == instrument.name()), "{groups:?}");
        }
    }
}
