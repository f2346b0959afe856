//! Jangdan, the CLAP and VST3 instrument: it generates four-bar drum grooves and plays them in time
//! with the host.
//!
//! Who runs where: the audio thread runs [`Jangdan`]'s `process` (the engine and the kit), one
//! worker per instance decodes (the network), the host's main thread runs the [`window`]. They meet
//! in the [`handoff`] and in the [parameters](params), which are atomics.

pub mod editing;
mod entry;
pub mod factory;
pub mod files;
pub mod generation;
pub mod handoff;
pub mod headless;
pub mod params;
pub mod playing;
mod plugin;
pub mod state;
pub mod window;

pub use plugin::Jangdan;
