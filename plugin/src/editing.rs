//! Everything that changes state and can be undone.

pub mod commands;
pub mod compare;
pub mod feel;
pub mod history;
pub(crate) mod host_preset;
pub mod song;
