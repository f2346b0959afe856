//! Files: folder listings, presets, MIDI files, recordings, and text that is safe to show.

pub(crate) mod address;
pub mod clip_file;
pub mod display_text;
pub(crate) mod dragged;
pub mod folder;
pub mod jobs;
pub mod midi_export;
pub mod presets;
pub(crate) mod recording;
