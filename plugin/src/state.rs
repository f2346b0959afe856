//! Stored values: plain data that projects and presets keep. Uses nothing of the other folders.

pub(crate) mod bounded_list;
pub mod edits;
pub mod groove;
pub mod groove_name;
pub mod morph;
pub mod request;
pub mod slots;
pub mod versioned;
pub(crate) mod weights_file;
