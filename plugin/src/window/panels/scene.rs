//! The state that a frame shows, other than parameters.

use std::sync::Arc;

use groove::sequencer::PlaybackSettings;
use groove::{Beats, Pattern};
use musicvae::infer::Locks;

use crate::factory::weights::WeightsInfo;
use crate::handoff::{KeyActivity, KitInfo, Network};
use crate::state::choice::Choice;
use crate::state::request::ATTRIBUTES;

/// The state that a frame shows, other than parameters.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The groove that plays, or will from the next boundary on, in this cycle.
    pub pattern: Pattern,
    /// The same in the next cycle.
    pub next: Pattern,
    /// The number of this cycle.
    pub cycle: i64,
    /// The playhead in the song; `None` while stopped.
    pub playhead: Option<Beats>,
    /// The name that the live groove came with, if any.
    pub name: Option<String>,
    /// The playback settings in force at the playhead, which may differ from the parameters until the next boundary; `None` while
    /// stopped.
    pub playback: Option<PlaybackSettings>,
    /// The chosen groove.
    pub choice: Choice,
    /// The groove that sounds: not yet the chosen one while that waits for its boundary.
    pub sounding: Choice,
    /// The control keys that act.
    pub keys: KeyActivity,
    /// The state of the network.
    pub network: Network,
    /// The section of the song that sounds.
    pub section: Option<SectionPlace>,
    /// Whether the host has bypassed the plugin.
    pub is_bypassed: bool,
    /// The weights in use.
    pub weights: Arc<WeightsInfo>,
    /// The kit of the user's own.
    pub kit: Arc<KitInfo>,
    /// How many attributes the weights know, at most [`ATTRIBUTES`].
    pub attributes: usize,
    /// Locked cells: new grooves keep them.
    pub locks: Locks,
    /// What is struck in the recording that the groove is played to.
    pub line: Option<Pattern>,
    /// Whether undo and redo are possible; `None` hides the buttons.
    pub undo: Option<UndoState>,
    /// Whether side B is current; `None` hides the choice.
    pub is_b: Option<bool>,
}

impl Scene {
    /// A scene with `pattern`: stopped, the network ready.
    pub fn of(pattern: Pattern) -> Self {
        Self {
            pattern,
            next: pattern,
            cycle: 0,
            playhead: None,
            playback: None,
            name: None,
            choice: Choice::default(),
            sounding: Choice::default(),
            keys: KeyActivity::default(),
            network: Network::Ready,
            section: None,
            is_bypassed: false,
            weights: Arc::default(),
            kit: Arc::default(),
            attributes: ATTRIBUTES,
            locks: Locks::default(),
            line: None,
            undo: None,
            is_b: None,
        }
    }
}

/// A section of the song where it is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SectionPlace {
    /// Its number.
    pub section: usize,
    /// Where it begins.
    pub begins: Beats,
    /// Where the next one does.
    pub ends: Beats,
}

/// Whether undo and redo are possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoState {
    /// Whether there is a step to undo.
    pub can_undo: bool,
    /// Whether there is a step to redo.
    pub can_redo: bool,
}
