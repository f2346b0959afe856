//! What the audio thread runs: playhead, pattern changes, held notes.
//!
//! An [`Engine`] is told once per block where the host's transport stands and what the player does, and
//! answers with note-ons and note-offs at sample offsets. It knows no plugin format, no thread and no
//! clock, neither allocates nor locks, and owns every note until it has ended.
//!
//! Invariants:
//! - Where a hit falls is computed from the host's position in the block that plays it; what has
//!   been played is remembered only as the musical time up to which it has been played. So nothing
//!   drifts, and no hit is doubled or lost between blocks, however the host cuts time.
//! - What a player does counts from its sample on, wherever in a block that is.
//! - Every note-on that the host accepted gets exactly one note-off that the host accepted.
#![forbid(unsafe_code)]

mod block_settings;
mod clock;
mod control;
mod engine;
mod fill;
mod late_change;
mod notes;
mod scheduled_change;
mod score;
mod segment;
mod song;
mod timeline;

pub use block_settings::{PlayMode, Playing, Quantise};
pub use clock::Transport;
pub use control::{Action, Control};
pub use engine::{Engine, Needed, Now, Offer, SLACK};
pub use notes::{Address, Event};
pub use score::{CYCLES, Score};
pub use song::{Ending, MOST_BARS, Passage, Section, Song};
