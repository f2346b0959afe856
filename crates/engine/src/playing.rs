//! The settings of a block: when the drummer plays, and how.

use groove::Beats;
use groove::sequencer::{GRID_PER_BEAT, Lanes, PlaybackSettings, Shape, VelocitySettings};

/// Where a new score may take over from the old one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantise {
    /// At the next 16th.
    Step,
    /// At the next quarter note.
    #[default]
    Beat,
    /// At the next bar line.
    Bar,
    /// At the next start of the pattern.
    Cycle,
}

impl Quantise {
    /// Distance between two boundaries, in 32nds, where patterns are played in `shape`.
    pub const fn grid(self, shape: &Shape) -> i64 {
        match self {
            Self::Step => GRID_PER_BEAT / 4,
            Self::Beat => GRID_PER_BEAT,
            Self::Bar => 4 * GRID_PER_BEAT,
            Self::Cycle => shape.cycle_grid(),
        }
    }
}

/// When the drummer plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlayMode {
    /// While the host's transport runs.
    #[default]
    Transport,
    /// While something is held: in time with a transport that runs, from the beginning while it stands.
    Hold,
    /// Always: in time with a transport that runs, at its tempo while it stands.
    Free,
}

/// How patterns are to be played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playing {
    /// When.
    pub mode: PlayMode,
    /// Which steps of a pattern, and when they sound. Another feel takes hold at the next step, another
    /// shape at the next boundary of `quantise`.
    pub playback: PlaybackSettings,
    /// How hard hits are struck.
    pub velocity_settings: VelocitySettings,
    /// What is set for each instrument.
    pub lanes: Lanes,
    /// How long notes last, and at most until the next of their instrument. Drum sounds ring as long as
    /// they like; hosts and recorders need an end.
    pub note_length: Beats,
    /// The MIDI channel that notes are sent on, `0..16`.
    pub channel: u8,
    /// Where a new score takes over.
    pub quantise: Quantise,
    /// Whether nothing is to be struck; notes that sound are ended.
    pub is_muted: bool,
    /// What fills are drawn from.
    pub seed: u64,
}

impl Playing {
    /// Length of a note unless somebody sets another: half a 16th.
    pub const NOTE_LENGTH: Beats = Beats(1.0 / 8.0);

    /// General MIDI's drum channel, which people call 10.
    pub const DRUM_CHANNEL: u8 = 9;
}

impl Default for Playing {
    fn default() -> Self {
        Self {
            mode: PlayMode::default(),
            playback: PlaybackSettings::default(),
            velocity_settings: VelocitySettings::AS_PLAYED,
            lanes: Lanes::default(),
            note_length: Self::NOTE_LENGTH,
            channel: Self::DRUM_CHANNEL,
            quantise: Quantise::default(),
            is_muted: false,
            seed: 0,
        }
    }
}
