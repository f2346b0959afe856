//! Losses and the optimiser.

pub mod adam;
pub mod loss;
