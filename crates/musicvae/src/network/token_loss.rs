//! Cross-entropy of the tokens from the decoder's outputs, as a single operation with its own
//! backward, on the CPU: product, softmax, loss and gradients of a few rows at a time, so that the
//! `[64 B, 512]` logits never reach main memory.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use groove::{INSTRUMENTS, TOKENS};
use rayon::prelude::*;

use super::recurrence::{contiguous, with_numbers};
use crate::activation::{exp, vectorised};
use crate::matmul::{Into, View, product};

/// Rows that go through the operation together: their logits fit the second-level cache.
const ROWS: usize = 256;
/// Blocks of rows that share sums for the weights' gradients, and so run one after the other. Fixed,
/// so that sums do not depend on the number of threads.
const LANES: usize = 8;

/// Inputs:
/// - `hidden [R, H]`: what `joint` reads;
/// - `onsets [R, 9]`: logits added to every token that strikes the instrument (zeros if none);
/// - `weights`: `joint.weight [512, H]`, then `joint.bias [512]`, flat.
///
/// Result: the sum over rows of -ln softmax(logits)[target], a scalar.
pub(super) struct TokenLoss {
    targets: Vec<u16>,
    needs_gradients: bool,
    /// Gradients for a result's gradient of 1: hidden, onsets, weights.
    saved: Mutex<Option<[Vec<f32>; 3]>>,
}

/// What one lane of rows gives.
struct Lane {
    loss: f64,
    hidden: Vec<f32>,
    onsets: Vec<f32>,
    weights: Vec<f32>,
}

impl TokenLoss {
    /// An operation for these targets, one per row.
    pub(super) fn new(targets: Vec<u16>, needs_gradients: bool) -> Self {
        Self { targets, needs_gradients, saved: Mutex::new(None) }
    }

    /// A lane's rows, from its first to its last.
    fn lane(&self, hidden: &[f32], onsets: &[f32], targets: &[u16], weights: &[f32]) -> Lane {
        let width = hidden.len() / targets.len();
        let (matrix, bias) = weights.split_at(TOKENS * width);
        let mut lane = Lane {
            loss: 0.0,
            hidden: Vec::with_capacity(hidden.len()),
            onsets: Vec::with_capacity(onsets.len()),
            weights: vec![0.0; if self.needs_gradients { weights.len() } else { 0 }],
        };
        let mut logits = vec![0.0; ROWS * TOKENS];
        let blocks = hidden
            .chunks(ROWS * width)
            .zip(onsets.chunks(ROWS * INSTRUMENTS))
            .zip(targets.chunks(ROWS));
        for ((hidden, onsets), targets) in blocks {
            let n = targets.len();
            let logits = &mut logits[..n * TOKENS];
            let hidden_view = View::rows(hidden, n, width);
            let matrix_view = View::rows(matrix, TOKENS, width);
            product(logits, hidden_view, matrix_view.transposed(), Into::Replace);
            lane.loss += vectorised(
                #[inline(always)]
                || losses(logits, bias, onsets, targets),
            );
            if !self.needs_gradients {
                continue;
            }
            let mut d = vec![0.0; n * width];
            product(&mut d, View::rows(logits, n, TOKENS), matrix_view, Into::Replace);
            lane.hidden.extend(d);
            let (d_matrix, d_bias) = lane.weights.split_at_mut(TOKENS * width);
            let d_logits = View::rows(logits, n, TOKENS);
            product(d_matrix, d_logits.transposed(), hidden_view, Into::Add);
            for row in logits.chunks_exact(TOKENS) {
                d_bias.iter_mut().zip(row).for_each(|(a, b)| *a += b);
                lane.onsets.extend(by_instrument(row));
            }
        }
        lane
    }
}

/// Turns products into the gradients of the logits they are part of, in place; returns the sum of
/// the losses.
#[inline(always)]
fn losses(logits: &mut [f32], bias: &[f32], onsets: &[f32], targets: &[u16]) -> f64 {
    let mut total = 0.0;
    let rows = logits.chunks_exact_mut(TOKENS).zip(onsets.chunks_exact(INSTRUMENTS)).zip(targets);
    for ((row, onsets), &target) in rows {
        let target = usize::from(target);
        // Sums over every subset: those without the highest instrument, then the same with it.
        let mut sums = [0.0; TOKENS];
        for (i, &onset) in onsets.iter().rev().enumerate() {
            let (without, with) = sums[..2 << i].split_at_mut(1 << i);
            for (with, without) in with.iter_mut().zip(without) {
                *with = *without + onset;
            }
        }
        let mut peaks = [f32::NEG_INFINITY; 16];
        for ((x, bias), sums) in row
            .as_chunks_mut::<16>()
            .0
            .iter_mut()
            .zip(bias.as_chunks::<16>().0)
            .zip(sums.as_chunks::<16>().0)
        {
            for i in 0..16 {
                x[i] += bias[i] + sums[i];
                peaks[i] = peaks[i].max(x[i]);
            }
        }
        let peak = peaks.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let right = row[target] - peak;
        let mut parts = [0.0f32; 16];
        for x in row.as_chunks_mut::<16>().0 {
            for i in 0..16 {
                x[i] = exp(x[i] - peak);
                parts[i] += x[i];
            }
        }
        let sum: f32 = parts.iter().sum();
        total += f64::from(sum.ln() - right);
        let scale = 1.0 / sum;
        row.iter_mut().for_each(|x| *x *= scale);
        row[target] -= 1.0;
    }
    total
}

/// Sums of a row over the tokens that strike each instrument: the way back from `[512]` to `[9]`.
fn by_instrument(row: &[f32]) -> [f32; INSTRUMENTS] {
    let mut sums = [0.0; TOKENS];
    sums.copy_from_slice(row);
    let mut out = [0.0; INSTRUMENTS];
    // The upper half strikes the highest instrument left; then both halves are folded together.
    for (i, out) in out.iter_mut().enumerate() {
        let half = TOKENS >> (i + 1);
        let (without, with) = sums[..2 * half].split_at_mut(half);
        *out = with.iter().sum();
        without.iter_mut().zip(with).for_each(|(a, b)| *a += *b);
    }
    out
}

impl CustomOp3 for TokenLoss {
    fn name(&self) -> &'static str {
        "token-loss"
    }

    fn cpu_fwd(
        &self,
        hidden: &CpuStorage,
        hidden_layout: &Layout,
        onsets: &CpuStorage,
        onsets_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let hidden = contiguous(hidden, hidden_layout)?;
        let onsets = contiguous(onsets, onsets_layout)?;
        let weights = contiguous(weights, weights_layout)?;
        let rows = self.targets.len();
        let width = hidden.len() / rows.max(1);
        if rows == 0
            || hidden.len() != rows * width
            || onsets.len() != rows * INSTRUMENTS
            || weights.len() != TOKENS * (width + 1)
        {
            bail!("token-loss: inputs do not fit {rows} targets");
        }
        let per_lane = rows.div_ceil(LANES).next_multiple_of(ROWS);
        let lanes: Vec<Lane> = hidden
            .par_chunks(per_lane * width)
            .zip(onsets.par_chunks(per_lane * INSTRUMENTS))
            .zip(self.targets.par_chunks(per_lane))
            .map(|((hidden, onsets), targets)| self.lane(hidden, onsets, targets, weights))
            .collect();
        let loss: f64 = lanes.iter().map(|lane| lane.loss).sum();
        if self.needs_gradients {
            let mut d_hidden = Vec::with_capacity(hidden.len());
            let mut d_onsets = Vec::with_capacity(onsets.len());
            let mut d_weights = vec![0.0; weights.len()];
            for lane in lanes {
                d_hidden.extend(lane.hidden);
                d_onsets.extend(lane.onsets);
                d_weights.iter_mut().zip(lane.weights).for_each(|(a, b)| *a += b);
            }
            *self.saved.lock().expect("no holder of the lock panics") =
                Some([d_hidden, d_onsets, d_weights]);
        }
        Ok((CpuStorage::F32(vec![loss as f32]), ().into()))
    }

    fn bwd(
        &self,
        hidden: &Tensor,
        onsets: &Tensor,
        weights: &Tensor,
        _loss: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Some(saved) = self.saved.lock().expect("no holder of the lock panics").take() else {
            bail!("token-loss: backward can run once per forward");
        };
        let scale = with_numbers(grad, |grad| grad[0])?;
        let [hidden, onsets, weights] =
            [hidden, onsets, weights].map(Tensor::shape).map(Clone::clone);
        let [a, b, c] = saved;
        let scaled = |mut x: Vec<f32>, shape: Shape| {
            x.par_chunks_mut(1 << 16).for_each(|x| x.iter_mut().for_each(|x| *x *= scale));
            Tensor::from_vec(x, shape, grad.device()).map(Some)
        };
        Ok((scaled(a, hidden)?, scaled(b, onsets)?, scaled(c, weights)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_over_instruments_are_those_of_the_tokens_that_strike_them() {
        let row: Vec<f32> = (0..TOKENS).map(|i| (i * i % 37) as f32).collect();
        for (i, found) in by_instrument(&row).into_iter().enumerate() {
            let bit = TOKENS >> (i + 1);
            let expected: f32 = (0..TOKENS).filter(|t| t & bit != 0).map(|t| row[t]).sum();
            assert_eq!(found, expected, "instrument {i}");
        }
    }
}
