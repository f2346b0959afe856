//! This crate's own operations for the CPU, each with a backward pass of its own, and what they are made of.

pub(crate) mod activation;
pub(super) mod elementwise;
pub(super) mod linear;
mod matmul;
pub(crate) mod memory;
pub(super) mod recurrence;
pub(super) mod token_loss;

use rayon::prelude::*;

/// The sum of vectors of one length, the first first: the same bits on any number of threads.
fn sum_in_order(parts: Vec<Vec<f32>>) -> Vec<f32> {
    const LENGTH: usize = 1 << 14;
    let mut parts = parts.into_iter();
    let mut sum = parts.next().unwrap_or_default();
    let rest: Vec<Vec<f32>> = parts.collect();
    sum.par_chunks_mut(LENGTH).enumerate().for_each(|(i, sum)| {
        for part in &rest {
            let part = &part[i * LENGTH..][..sum.len()];
            sum.iter_mut().zip(part).for_each(|(a, b)| *a += b);
        }
    });
    sum
}
