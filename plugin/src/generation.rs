//! Making patterns: the worker thread, its scheduler, the weights, and finished grooves.

pub mod answer;
pub mod export;
pub(crate) mod scheduler;
pub mod weights;
pub(crate) mod worker;
