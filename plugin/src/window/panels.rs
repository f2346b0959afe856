//! The panels: header, footer, and the parts around the grid; their requests and the state they show.

pub(crate) mod bars;
pub(crate) mod browser;
pub mod command;
pub(crate) mod dialog;
pub(crate) mod drops;
pub(crate) mod files;
pub(crate) mod footer;
pub(crate) mod generate;
pub(crate) mod header;
pub(crate) mod instruments;
pub(crate) mod key_lights;
pub(crate) mod kit;
pub(crate) mod knobs;
pub(crate) mod network;
pub(crate) mod pad;
pub(crate) mod purpose;
pub(crate) mod requests;
pub mod scene;
pub(crate) mod slots;
pub(crate) mod source;
pub(crate) mod strip;
pub(crate) mod thumbnail;
pub(crate) mod title;
pub(crate) mod transport;
pub(crate) mod wordmark;
pub(crate) mod zoom;
