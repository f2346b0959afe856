//! What the window shows beside the parameters.

use std::sync::Arc;

use groove::{Beats, Pattern};
use musicvae::infer::Locks;

use crate::factory::weights::WeightsInfo;
use crate::handoff::Network;
use crate::state::choice::Choice;
use crate::state::request::ATTRIBUTES;

/// What one frame shows beside the parameters.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The groove that plays, or will from the next boundary on.
    pub pattern: Pattern,
    /// What plays in the cycle after this one.
    pub next: Pattern,
    /// Which of its cycles that is.
    pub cycle: i64,
    /// Where the playhead is in the song; `None` while stopped.
    pub playhead: Option<Beats>,
    /// What the groove of the controls is called, if it came with a name.
    pub name: Option<String>,
    /// Which groove it is.
    pub choice: Choice,
    /// How the network is doing.
    pub network: Network,
    /// Whether the host has bypassed the plugin.
    pub is_bypassed: bool,
    /// What the network plays with.
    pub weights: Arc<WeightsInfo>,
    /// How many attributes the weights know, at most [`ATTRIBUTES`].
    pub attributes: usize,
    /// What whatever is generated next keeps.
    pub locks: Locks,
    /// What can be taken back; `None` if nothing ever can, and then there are no buttons for it.
    pub undo: Option<UndoState>,
    /// Which of two sides is heard, if there are two to compare.
    pub is_b: Option<bool>,
}

impl Scene {
    /// `pattern`, while the song stands and the network is ready.
    pub fn of(pattern: Pattern) -> Self {
        Self {
            pattern,
            next: pattern,
            cycle: 0,
            playhead: None,
            name: None,
            choice: Choice::default(),
            network: Network::Ready,
            is_bypassed: false,
            weights: Arc::default(),
            attributes: ATTRIBUTES,
            locks: Locks::default(),
            undo: None,
            is_b: None,
        }
    }
}

/// What can be taken back and done again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoState {
    /// Whether anything can be taken back.
    pub can_undo: bool,
    /// Whether anything was taken back.
    pub can_redo: bool,
}
