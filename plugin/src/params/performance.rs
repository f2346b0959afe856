//! Parameters of the performance: the part of the pattern that plays, humanising, notes out, and
//! the player's choices.

use std::sync::Arc;

use groove::Bar;
use groove::sequencer::Feel;
use groove::sequencer::fills::ANY_SIZE;
use nice_plug::prelude::*;

use super::choices::{
    AccentParam, FillEveryParam, FollowSourceParam, LengthParam, NoteMapParam, PlayModeParam,
    SpeedParam,
};
use super::metre_choices::{GridParam, MetreParam};
use super::text::{
    key_channel, key_channel_from_words, leading_number, number_or, percentage, switch,
};
use crate::state::choice::SLOTS;
use crate::state::key_channel::KeyChannel;

/// The part of a pattern that is played, and its speed.
#[derive(Params)]
pub struct PatternParams {
    /// Bars that are looped.
    #[id = "len"]
    pub length: EnumParam<LengthParam>,

    /// The step of the pattern that is played first, `0..=95`; of shorter patterns it wraps around.
    #[id = "start"]
    pub start: IntParam,

    /// Half, normal or double time.
    #[id = "speed"]
    pub speed: EnumParam<SpeedParam>,

    /// How often a fill is played without being asked for.
    #[id = "fills"]
    pub fill_every: EnumParam<FillEveryParam>,

    /// The length of those fills in beats, `1..=4`.
    #[id = "fillbeats"]
    pub fill_beats: IntParam,

    /// How big fills are, `[0, 1]`; at a half any is played.
    #[id = "fillsize"]
    pub fill_size: FloatParam,

    /// Where in a beat its second 8th falls, `[0.5, 0.75]`: the triplet feel.
    #[id = "trip"]
    pub triplet: FloatParam,

    /// The metre of the live groove.
    #[id = "metre"]
    pub metre: EnumParam<MetreParam>,

    /// The length of its steps.
    #[id = "grid"]
    pub grid: EnumParam<GridParam>,
}

/// Humanising and accents.
#[derive(Params)]
pub struct HumaniseParams {
    /// Random timing, `[0, 1]`: up to a quarter of a 16th.
    #[id = "humtim"]
    pub timing: FloatParam,

    /// Random velocity, `[0, 1]`: up to 19 of MIDI's 127.
    #[id = "humvel"]
    pub velocity: FloatParam,

    /// The accented steps.
    #[id = "acccrv"]
    pub accent: EnumParam<AccentParam>,

    /// Strength of the accent, `[0, 1]`.
    #[id = "accent"]
    pub accent_amount: FloatParam,
}

/// Notes out.
#[derive(Params)]
pub struct NoteParams {
    /// Length of a note in 16ths, `[0.1, 4]`.
    #[id = "notelen"]
    pub length: FloatParam,

    /// The MIDI channel, `1..=16`.
    #[id = "chan"]
    pub channel: IntParam,

    /// The keys of the instruments.
    #[id = "map"]
    pub map: EnumParam<NoteMapParam>,
}

/// Choices of the player.
#[derive(Params)]
pub struct PerformParams {
    /// When patterns play.
    #[id = "mode"]
    pub mode: EnumParam<PlayModeParam>,

    /// The chosen groove: 0 is the live groove, 1 to 12 a slot. A change chooses, as keys do; the
    /// last choice counts. An empty slot changes nothing.
    #[id = "slot"]
    pub slot: IntParam,

    /// Whether what comes in is a rhythm to follow: notes, which are no control keys then, or audio.
    #[id = "follow"]
    pub is_following: BoolParam,

    /// The channels on which notes are control keys: -1 none, 0 all, 1 to 16 that one.
    #[id = "keysch"]
    pub key_channel: IntParam,

    /// What is followed.
    #[id = "followsrc"]
    pub follow_source: EnumParam<FollowSourceParam>,
}

impl PerformParams {
    /// The channels on which notes are control keys.
    pub fn key_channel(&self) -> KeyChannel {
        match self.key_channel.value() {
            ..0 => KeyChannel::None,
            0 => KeyChannel::Any,
            channel => KeyChannel::One(u8::try_from(channel - 1).unwrap_or_default()),
        }
    }
}

impl Default for PatternParams {
    fn default() -> Self {
        Self {
            length: EnumParam::new("Pattern length", LengthParam::Four),
            start: number_or(
                "Pattern start",
                0,
                (0, Bar::MOST_STEPS as i32 - 1),
                "first step",
                "+",
            ),
            speed: EnumParam::new("Speed", SpeedParam::Normal),
            fill_every: EnumParam::new("Fills", FillEveryParam::Off),
            fill_beats: IntParam::new("Fill length", 2, IntRange::Linear { min: 1, max: 4 })
                .with_unit(" beats"),
            fill_size: percentage(
                "Fill size",
                ANY_SIZE,
                0.0,
                1.0,
                &[(0.0, "smallest"), (0.5, "any"), (1.0, "biggest")],
            ),
            triplet: percentage(
                "Triplet feel",
                Feel::STRAIGHT as f32,
                Feel::STRAIGHT as f32,
                Feel::STRONGEST as f32,
                &[(0.5, "straight"), (2.0 / 3.0, "triplet"), (0.75, "dotted")],
            ),
            metre: EnumParam::new("Metre", MetreParam::Host),
            grid: EnumParam::new("Grid", GridParam::Sixteenths),
        }
    }
}

impl Default for HumaniseParams {
    fn default() -> Self {
        Self {
            timing: percentage("Humanise timing", 0.0, 0.0, 1.0, &[(0.0, "off")]),
            velocity: percentage("Humanise velocity", 0.0, 0.0, 1.0, &[(0.0, "off")]),
            accent: EnumParam::new("Accent on", AccentParam::Beats),
            accent_amount: percentage("Accent", 0.0, 0.0, 1.0, &[(0.0, "off")]),
        }
    }
}

impl Default for NoteParams {
    fn default() -> Self {
        Self {
            length: FloatParam::new(
                "Note length",
                0.5,
                FloatRange::Skewed { min: 0.1, max: 4.0, factor: FloatRange::skew_factor(-1.0) },
            )
            .with_value_to_string(Arc::new(|value| format!("{value:.2} of a 16th")))
            .with_string_to_value(Arc::new(leading_number)),
            channel: IntParam::new("MIDI channel", 10, IntRange::Linear { min: 1, max: 16 }),
            map: EnumParam::new("Note map", NoteMapParam::GeneralMidi),
        }
    }
}

impl Default for PerformParams {
    fn default() -> Self {
        Self {
            mode: EnumParam::new("Plays", PlayModeParam::Transport),
            slot: number_or("Slot", 0, (0, SLOTS as i32), "Live", "Slot "),
            is_following: switch("Follow", false),
            key_channel: IntParam::new("Control keys", 0, IntRange::Linear { min: -1, max: 16 })
                .with_value_to_string(Arc::new(key_channel))
                .with_string_to_value(Arc::new(key_channel_from_words)),
            follow_source: EnumParam::new("Follow source", FollowSourceParam::Notes),
        }
    }
}

#[cfg(test)]
mod tests {
    use groove::NoteMap;

    use super::*;

    #[test]
    fn the_ready_note_maps_are_all_offered_under_their_names() {
        let names = NoteMapParam::variants();
        let choices = (0..names.len()).map(NoteMapParam::from_index).zip(names);
        let offered: Vec<_> =
            choices.filter_map(|(choice, name)| Some((choice.ready()?, *name))).collect();
        assert_eq!(offered, NoteMap::ALL.map(|map| (map, map.name())));
    }
}
