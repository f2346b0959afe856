//! What can go wrong between this host and a plugin.

use std::path::PathBuf;

use clack_extensions::gui::GuiError;
use clack_extensions::state::StateError;
use clack_host::entry::PluginEntryError;
use clack_host::plugin::PluginInstanceError;

/// Why a plugin could not be loaded or played, or which rule it broke.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The file is no CLAP library, or its entry refused.
    #[error("cannot load {path}: {source}", path = path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// What the loader says.
        source: PluginEntryError,
    },
    /// The library holds no plugin.
    #[error("{} holds no plugin", .0.display())]
    Empty(PathBuf),
    /// The plugin refused to be created, activated or processed.
    #[error("the plugin failed: {0}")]
    Plugin(#[from] PluginInstanceError),
    /// The plugin does not have this extension.
    #[error("the plugin has no {0} extension")]
    NoExtension(&'static str),
    /// The plugin refused to save or load its state.
    #[error("{0}")]
    State(#[from] StateError),
    /// The plugin refused to open or resize its window.
    #[error("the plugin's window: {0}")]
    Window(#[from] GuiError),
    /// The plugin refused a render mode.
    #[error("the plugin refused to switch to {0} rendering")]
    Render(&'static str),
    /// Called while inactive.
    #[error("the plugin is not active: call activate first")]
    Inactive,
    /// More frames than [`activate`](crate::Host::activate) promised.
    #[error("a block of {frames} frames, but activated for 1 to {max}")]
    BlockLength {
        /// The block asked for.
        frames: u32,
        /// The longest block promised.
        max: u32,
    },
    /// The plugin sent an event earlier in the block than the one before it.
    #[error("event at sample {offset} sent after one at sample {previous} of the same block")]
    OutOfOrder {
        /// Offset of the event.
        offset: u32,
        /// Offset of the event before.
        previous: u32,
    },
    /// The plugin sent an event outside the block.
    #[error("event at sample {offset} of a block of {frames}")]
    OutsideBlock {
        /// Offset of the event.
        offset: u32,
        /// Length of the block.
        frames: u32,
    },
    /// The plugin called the host on a thread where it may not.
    #[error("the plugin called {0} on the wrong thread")]
    WrongThread(&'static str),
    /// The plugin left a sample unwritten, or wrote an infinite one or no number.
    #[error("channel {channel} holds {value} at sample {offset} of a block")]
    BadSample {
        /// 0 is left.
        channel: usize,
        /// Place in the block.
        offset: usize,
        /// What stands there; an unwritten sample is NaN.
        value: f32,
    },
}
