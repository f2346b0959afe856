//! What the audio thread runs: playhead, pattern changes, held notes.
//!
//! An [`Engine`] is told once per block where the host's transport stands and answers with note-ons
//! and note-offs at sample offsets. It knows no plugin format, no thread and no clock, neither
//! allocates nor locks, and owns every note until it has ended.
//!
//! Invariants:
//! - Where a hit falls is computed from the host's position in the block that plays it; what has
//!   been played is remembered only as the musical time up to which it has been played. So nothing
//!   drifts, and no hit is doubled or lost between blocks, however the host cuts time.
//! - Every note-on that the host accepted gets exactly one note-off that the host accepted.
#![forbid(unsafe_code)]

mod clock;
mod engine;
mod notes;
mod score;
mod takeover;

pub use clock::Transport;
pub use engine::{Engine, Offer, SLACK};
pub use notes::Event;
pub use score::{CYCLES, Score};

use groove::sequencer::Feel;
use groove::{STEPS, STEPS_PER_BAR, STEPS_PER_BEAT};

/// Where a new score may take over from the old one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quantise {
    /// At the next 16th.
    Step,
    /// At the next quarter note.
    #[default]
    Beat,
    /// At the next bar line.
    Bar,
    /// At the next start of the four bars.
    Cycle,
}

impl Quantise {
    /// Distance between two boundaries, in steps.
    pub const fn steps(self) -> i64 {
        (match self {
            Self::Step => 1,
            Self::Beat => STEPS_PER_BEAT,
            Self::Bar => STEPS_PER_BAR,
            Self::Cycle => STEPS,
        }) as i64
    }
}

/// How patterns are to be played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playing {
    /// Swing and the share of micro-offsets. A change takes hold at the next step.
    pub feel: Feel,
    /// Spread of velocities around the middle: 0 flat, 1 as the pattern has them.
    pub dynamics: f32,
    /// Where a new score takes over.
    pub quantise: Quantise,
    /// Whether nothing is to be struck; notes that sound are ended.
    pub is_muted: bool,
}

impl Default for Playing {
    fn default() -> Self {
        Self {
            feel: Feel::AS_PLAYED,
            dynamics: 1.0,
            quantise: Quantise::default(),
            is_muted: false,
        }
    }
}
