//! Jangdan, the CLAP and VST3 instrument: a drummer that dreams up four-bar grooves, in time with
//! the host.
//!
//! Who runs where: the audio thread runs [`plugin`] (the engine and the kit), one worker per
//! instance runs [`worker`] (the network), the host's main thread runs the window. They meet in
//! [`handoff`] and in the parameters, which are atomics.

pub mod factory;
pub mod handoff;
pub mod params;
pub mod recipe;
pub mod saved;
mod window;
