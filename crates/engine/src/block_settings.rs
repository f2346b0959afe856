//! The settings of a block: when the drummer plays, and how.

use groove::Beats;
use groove::sequencer::{Lanes, PlaybackSettings, Shape, VelocitySettings};

/// The first multiple of `of` at or after `place`.
pub(crate) fn next_multiple(place: i64, of: i64) -> i64 {
    place.saturating_add((-place).rem_euclid(of))
}

/// Where a new score may take over from the old one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantise {
    /// At the next step; in patterns of 16ths, at the next 16th.
    Step,
    /// At the next beat.
    #[default]
    Beat,
    /// At the next bar line.
    Bar,
    /// At the next start of the pattern.
    Cycle,
}

impl Quantise {
    /// The first boundary at or after grid time `grid` where patterns are played in `shape`. Steps, beats and bars are
    /// those of the song, at any speed.
    pub fn boundary(self, shape: &Shape, grid: i64) -> i64 {
        let bar = shape.bar;
        let clock = grid.saturating_sub(shape.origin);
        let next = match self {
            Self::Step => next_multiple(clock, bar.grid().step_clocks() as i64),
            Self::Beat => bar.metre().next_beat(clock),
            Self::Bar => bar.metre().next_bar(clock),
            Self::Cycle => next_multiple(clock, shape.cycle_grid()),
        };
        next.saturating_add(shape.origin)
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
    /// Which steps of a pattern, and when they sound. Another feel or origin takes hold at the next step, another
    /// shape at the next boundary of `quantise`. The score says what bars are.
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
