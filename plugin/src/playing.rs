//! The audio thread beside the engine: keys, taps, followed rhythms, and the standalone's transport.

pub(crate) mod follow;
pub mod keys;
pub(crate) mod player;
pub(crate) mod position;
pub(crate) mod tap;
