//! This crate's own operations for the CPU, each with a backward pass of its own, and what they are made of.

pub(crate) mod activation;
pub(crate) mod buffers;
pub(super) mod elementwise;
pub(super) mod linear;
mod matmul;
pub(super) mod recurrence;
pub(super) mod token_loss;
