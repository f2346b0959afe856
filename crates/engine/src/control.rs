//! The player's actions within a block, each at its sample.

use groove::SampleOffset;

use crate::Score;

/// Something a player does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action<'a> {
    /// Chooses a groove: it takes over at the next boundary, also at one that is just past by half a 16th
    /// at most, or at once while nothing plays. With its tag; see [`Engine::offer`](crate::Engine::offer).
    Play(&'a Score, u64),
    /// Presses (true) or lets go (false) what makes a fill: from the next beat on (likewise) the fill plays
    /// instead of the groove, up to the first bar line after it is let go, where it lands.
    Fill(bool),
    /// Presses or lets go what mutes.
    Mute(bool),
    /// Presses or lets go what has the drummer play in [`PlayMode::Hold`](crate::PlayMode::Hold).
    Hold(bool),
}

/// An action and when it is done. What a player presses stays pressed until it is let go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control<'a> {
    /// When, within the block; beyond its end counts as its end.
    pub at: SampleOffset,
    /// What.
    pub action: Action<'a>,
}
