//! What training minimises, and the optimiser.

pub mod adam;
pub mod loss;
