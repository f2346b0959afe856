//! The choices of parameters, under names that hosts show and ids that are stored.
//!
//! The framework wants enums of this crate. All but the note map stand for one of the sequencer's or the engine's.

use engine::{PlayMode, Quantise};
use groove::NoteMap;
use groove::sequencer::{Accent, Length, Speed};
use kit::Model;
use nice_plug::prelude::*;

/// Defines choices that become those of the same names in another enum.
macro_rules! choices {
    ($(#[$about:meta])* $name:ident for $other:ident {
        $($(#[$choice_about:meta])* $choice:ident,)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        pub enum $name {
            $($(#[$choice_about])* $choice,)*
        }

        impl From<$name> for $other {
            fn from(choice: $name) -> Self {
                match choice {
                    $($name::$choice => Self::$choice,)*
                }
            }
        }
    };
}

choices! {
    /// The choices of [`super::PatternParams::length`].
    LengthParam for Length {
        /// One bar.
        #[id = "1"]
        #[name = "1 bar"]
        One,
        /// Two bars.
        #[id = "2"]
        #[name = "2 bars"]
        Two,
        /// The whole pattern.
        #[id = "4"]
        #[name = "4 bars"]
        Four,
    }
}

choices! {
    /// The choices of [`super::PatternParams::speed`].
    SpeedParam for Speed {
        /// Half time.
        #[id = "half"]
        #[name = "Half time"]
        Half,
        /// As written.
        #[id = "normal"]
        Normal,
        /// Double time.
        #[id = "double"]
        #[name = "Double time"]
        Double,
    }
}

/// The choices of [`super::PerformParams::follow_source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FollowSourceParam {
    /// The notes that come in.
    #[id = "notes"]
    #[name = "Notes"]
    Notes,
    /// The audio that comes in by the sidechain.
    #[id = "audio"]
    #[name = "Audio"]
    Audio,
}

/// The choices of [`super::PatternParams::fill_every`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FillEveryParam {
    /// Only where a key asks for one.
    #[id = "off"]
    #[name = "off"]
    Off,
    /// In every second bar.
    #[id = "2"]
    #[name = "every 2 bars"]
    Two,
    /// In every fourth bar.
    #[id = "4"]
    #[name = "every 4 bars"]
    Four,
    /// In every eighth bar.
    #[id = "8"]
    #[name = "every 8 bars"]
    Eight,
    /// In every sixteenth bar.
    #[id = "16"]
    #[name = "every 16 bars"]
    Sixteen,
}

impl FillEveryParam {
    /// The number of bars, 0 for none.
    pub const fn bars(self) -> u8 {
        match self {
            Self::Off => 0,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
            Self::Sixteen => 16,
        }
    }
}

choices! {
    /// The choices of [`super::HumaniseParams::accent`].
    AccentParam for Accent {
        /// The four beats.
        #[id = "beats"]
        Beats,
        /// The first beat.
        #[id = "downbeat"]
        Downbeat,
        /// The second and fourth beat.
        #[id = "backbeat"]
        Backbeat,
        /// Between the beats.
        #[id = "offbeats"]
        Offbeats,
        /// Rising through the bar.
        #[id = "swell"]
        Swell,
    }
}

choices! {
    /// The choices of [`super::PerformParams::mode`].
    PlayModeParam for PlayMode {
        /// While the transport runs.
        #[id = "transport"]
        #[name = "Host"]
        Transport,
        /// While a key is held.
        #[id = "hold"]
        #[name = "Key"]
        Hold,
        /// Always.
        #[id = "free"]
        #[name = "Free"]
        Free,
    }
}

choices! {
    /// The choices of [`super::PlayParams::quantise`]; see [`Quantise`].
    QuantiseParam for Quantise {
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
}

choices! {
    /// The choices of [`super::KitParams::model`].
    KitModelParam for Model {
        /// Drums in a dry room.
        #[id = "dry"]
        #[name = "Dry room"]
        DryRoom,
        /// Drums in a larger room.
        #[id = "large"]
        #[name = "Large room"]
        LargeRoom,
        /// A drum machine.
        #[id = "electronic"]
        Electronic,
    }
}

/// The choices of [`super::NoteParams::map`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum NoteMapParam {
    /// General MIDI.
    #[id = "gm"]
    #[name = "General MIDI"]
    GeneralMidi,
    /// Roland TD.
    #[id = "roland"]
    #[name = "Roland TD"]
    RolandTd,
    /// Addictive Drums 2.
    #[id = "ad2"]
    #[name = "Addictive Drums 2"]
    AddictiveDrums2,
    /// `EZdrummer`.
    #[id = "ezd"]
    #[name = "EZdrummer"]
    EzDrummer,
    /// Superior Drummer 3.
    #[id = "sd3"]
    #[name = "Superior Drummer 3"]
    SuperiorDrummer3,
    /// Pads side by side.
    #[id = "pads"]
    #[name = "Pads from C1"]
    Pads,
    /// Ableton Live's rack.
    #[id = "rack"]
    #[name = "Drum Rack C1"]
    DrumRack,
    /// The user's own: the key parameters of the instruments.
    #[id = "own"]
    #[name = "Own"]
    Own,
    /// avldrums; after the user's own, since hosts' automation knows choices by their place.
    #[id = "avl"]
    #[name = "avldrums"]
    Avldrums,
}

impl NoteMapParam {
    /// The note map; `None` if it is the user's own.
    pub fn ready(self) -> Option<NoteMap> {
        Some(match self {
            Self::GeneralMidi => NoteMap::GeneralMidi,
            Self::RolandTd => NoteMap::RolandTd,
            Self::AddictiveDrums2 => NoteMap::AddictiveDrums2,
            Self::EzDrummer => NoteMap::EzDrummer,
            Self::SuperiorDrummer3 => NoteMap::SuperiorDrummer3,
            Self::Pads => NoteMap::Pads,
            Self::DrumRack => NoteMap::DrumRack,
            Self::Avldrums => NoteMap::Avldrums,
            Self::Own => return None,
        })
    }
}
