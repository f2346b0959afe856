//! The player's input in a block, and its output to the engine.

use groove::{Beats, Instrument};

use crate::state::choice::Choice;
use crate::state::key_channel::KeyChannel;

/// The most actions in a block. Key presses beyond it count in the next block.
pub(crate) const MAX_ACTIONS: usize = 64;

/// An action at a sample of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum QueuedAction {
    /// Chooses a groove.
    Choose(Choice),
    /// See [`engine::Action`].
    Fill(bool),
    /// Likewise.
    Mute(bool),
    /// Likewise.
    Hold(bool),
}

/// Input at the start of a block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BlockInput {
    /// The slot parameter: 0, or the slot's number from 1 on.
    pub(crate) slot_parameter: i32,
    /// A slot clicked since the last block, with the same numbers.
    pub(crate) clicked: Option<i32>,
    /// Whether incoming notes are followed.
    pub(crate) is_following: bool,
    /// Whether incoming audio is.
    pub(crate) is_listening: bool,
    /// The channels of control keys.
    pub(crate) key_channel: KeyChannel,
    /// A bit for each filled slot.
    pub(crate) filled: u16,
    /// Whether time runs, or would run if a key were held.
    pub(crate) can_run: bool,
    /// Start and end of the host's loop.
    pub(crate) looped: Option<(Beats, Beats)>,
    /// Whether time runs.
    pub(crate) is_running: bool,
    /// The host's tempo in quarter notes a minute.
    pub(crate) tempo: Option<f64>,
    /// How long the instance has played when the block begins, and how long a sample lasts.
    pub(crate) seconds: (f64, f64),
    /// A tap in the window since the last block.
    pub(crate) tapped: Option<Instrument>,
}
