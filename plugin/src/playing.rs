//! The audio thread beside the engine: keys, followed rhythms, and the standalone's transport.

pub mod clock;
pub(crate) mod follow;
pub mod keys;
pub(crate) mod player;
