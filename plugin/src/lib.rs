//! Jangdan, the CLAP and VST3 instrument: a drummer that dreams up four-bar grooves, in time with
//! the host.
//!
//! Who runs where: the audio thread runs [`Jangdan`]'s `process` (the engine and the kit), one
//! worker per instance decodes (the network), the host's main thread runs the [`window`]. They meet
//! in the [`handoff`] and in the [parameters](params), which are atomics.

pub mod answer;
mod bounded;
pub mod clock;
pub mod compare;
mod composer;
pub mod editing;
pub mod edits;
mod entry;
pub mod errands;
pub mod factory;
mod follow;
pub mod handoff;
pub mod headless;
pub mod history;
pub mod keys;
pub mod morph;
pub mod named;
pub mod outside;
pub mod params;
pub mod performance;
mod player;
mod plugin;
pub mod presets;
pub mod project;
pub mod recipe;
pub mod saved;
pub mod slots;
pub mod state;
pub mod versioned;
pub mod weights;
pub mod window;
mod worker;

pub use plugin::Jangdan;
