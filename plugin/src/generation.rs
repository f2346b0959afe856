//! Making patterns: the worker thread, its scheduler, the weights, and finished grooves.

pub(crate) mod file_thread;
mod intensity;
mod own_kit;
pub(crate) mod scheduler;
pub mod weights;
pub(crate) mod worker;
