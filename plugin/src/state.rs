//! Stored values: plain data that projects and presets keep. Uses nothing of the other folders.

pub(crate) mod bounded_list;
pub mod choice;
pub mod chosen_file;
pub mod edit;
pub mod edits;
pub mod fingerprint;
pub mod groove;
pub mod groove_name;
pub mod key_channel;
pub mod load_report;
pub mod morph;
pub(crate) mod numbers;
pub mod redrawn_cells;
pub mod request;
pub mod slots;
pub mod song;
pub mod versioned;
pub mod window_size;
