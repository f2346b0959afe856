//! Cross-entropy of the tokens from the decoder's outputs, as a single operation with its own
//! backward, on the CPU: product, softmax, loss and gradients of a few rows at a time, so that the
//! `[64 B, 512]` logits never reach main memory.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use groove::{INSTRUMENTS, TOKENS};
use rayon::prelude::*;

use super::activation::{exp, vectorised};
use super::matmul::{Into, Panels, View, ViewMut, product};
use super::sum_in_order;
use crate::network::dropout::Mask;
use crate::network::tensors::{contiguous, with_numbers};

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
/// Result: `scale` times the sum over rows of -ln softmax(logits)[target], a scalar.
pub(in crate::network) struct TokenLoss {
    targets: Vec<u16>,
    /// Dropout mask of `hidden`.
    mask: Option<Mask>,
    scale: f32,
    needs_gradients: bool,
    /// Gradients for a result's gradient of 1: hidden, onsets, weights.
    saved: Mutex<Option<[Vec<f32>; 3]>>,
}

/// One lane's rows: what it reads and, if wanted, where the gradients go.
struct Lane<'a> {
    /// How many rows come before it.
    first: usize,
    hidden: &'a [f32],
    onsets: &'a [f32],
    targets: &'a [u16],
    gradients: Option<(&'a mut [f32], &'a mut [f32])>,
}

/// `joint`'s weights, as all lanes read them.
struct Joint<'a> {
    /// From h to logits, `[H, 512]`.
    forward: Panels,
    /// From the gradients of logits to those of h, `[512, H]`.
    back: Panels,
    bias: &'a [f32],
}

impl<'a> Joint<'a> {
    /// From `weights`, whose matrix is `width` wide.
    fn new(weights: &'a [f32], width: usize) -> Self {
        let (matrix, bias) = weights.split_at(TOKENS * width);
        let matrix = View::rows(matrix, TOKENS, width);
        Self { forward: Panels::of(&[matrix.transposed()]), back: Panels::of(&[matrix]), bias }
    }
}

impl TokenLoss {
    /// An operation for these targets, one per row.
    pub(in crate::network) fn new(
        targets: Vec<u16>,
        mask: Option<Mask>,
        scale: f32,
        needs_gradients: bool,
    ) -> Self {
        Self { targets, mask, scale, needs_gradients, saved: Mutex::new(None) }
    }

    /// A lane's rows, from its first to its last: their loss and the weights' gradients.
    fn lane(&self, lane: Lane<'_>, joint: &Joint<'_>) -> (f64, Vec<f32>) {
        let width = lane.hidden.len() / lane.targets.len();
        let mut loss = 0.0;
        let mut d_weights = vec![0.0; if self.needs_gradients { TOKENS * (width + 1) } else { 0 }];
        let mut logits = vec![0.0; ROWS * TOKENS];
        let masked = if self.mask.is_some() { ROWS * width } else { 0 };
        let (mut mask, mut read) = (vec![0.0; masked], vec![0.0; masked]);
        let mut gradients = lane.gradients;
        for (block, targets) in lane.targets.chunks(ROWS).enumerate() {
            let n = targets.len();
            let numbers = block * ROWS * width..(block * ROWS + n) * width;
            let cells = block * ROWS * INSTRUMENTS..(block * ROWS + n) * INSTRUMENTS;
            let logits = &mut logits[..n * TOKENS];
            let mut hidden = &lane.hidden[numbers.clone()];
            if let Some(dropout) = &self.mask {
                dropout.write(lane.first * width + numbers.start, &mut mask[..n * width]);
                let read = &mut read[..n * width];
                read.copy_from_slice(hidden);
                multiply(read, &mask);
                hidden = read;
            }
            let hidden = View::rows(hidden, n, width);
            joint.forward.product(ViewMut::strided(logits, TOKENS), hidden, Into::Replace);
            let onsets = &lane.onsets[cells.clone()];
            loss += vectorised(
                #[inline(always)]
                || losses(logits, joint.bias, onsets, targets, self.scale),
            );
            let Some((d_hidden, d_onsets)) = &mut gradients else {
                continue;
            };
            let (d_hidden, d_onsets) = (&mut d_hidden[numbers], &mut d_onsets[cells]);
            let (d_matrix, d_bias) = d_weights.split_at_mut(TOKENS * width);
            let d_logits = View::rows(logits, n, TOKENS);
            joint.back.product(ViewMut::strided(d_hidden, width), d_logits, Into::Replace);
            product(d_matrix, d_logits.transposed(), hidden, Into::Add);
            if self.mask.is_some() {
                multiply(d_hidden, &mask);
            }
            vectorised(
                #[inline(always)]
                || {
                    let rows = logits.as_chunks::<TOKENS>().0;
                    for (row, d_onsets) in rows.iter().zip(d_onsets.as_chunks_mut().0) {
                        d_bias.iter_mut().zip(row).for_each(|(a, b)| *a += b);
                        *d_onsets = by_instrument(row);
                    }
                },
            );
        }
        (loss * f64::from(self.scale), d_weights)
    }
}

/// Multiplies `a` by `b`, element by element.
fn multiply(a: &mut [f32], b: &[f32]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a *= b);
}

/// Turns products into the gradients of the logits they are part of, times `scale`, in place; returns
/// the sum of the losses.
#[inline(always)]
fn losses(logits: &mut [f32], bias: &[f32], onsets: &[f32], targets: &[u16], scale: f32) -> f64 {
    let mut total = 0.0;
    let rows = logits
        .as_chunks_mut::<TOKENS>()
        .0
        .iter_mut()
        .zip(onsets.chunks_exact(INSTRUMENTS))
        .zip(targets);
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
        let by = scale / sum;
        row.iter_mut().for_each(|x| *x *= by);
        row[target] -= scale;
    }
    total
}

/// Sums of a row over the tokens that strike each instrument: the way back from `[512]` to `[9]`.
#[inline(always)]
fn by_instrument(row: &[f32; TOKENS]) -> [f32; INSTRUMENTS] {
    let mut sums = *row;
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
            || self.mask.as_ref().is_some_and(|mask| mask.len() != hidden.len())
        {
            bail!("token-loss: inputs do not fit {rows} targets");
        }
        let per_lane = rows.div_ceil(LANES).next_multiple_of(ROWS);
        let wanted = |len: usize| vec![0.0; if self.needs_gradients { len } else { 0 }];
        let (mut d_hidden, mut d_onsets) = (wanted(hidden.len()), wanted(onsets.len()));
        let mut gradients =
            d_hidden.chunks_mut(per_lane * width).zip(d_onsets.chunks_mut(per_lane * INSTRUMENTS));
        let lanes: Vec<Lane<'_>> = hidden
            .chunks(per_lane * width)
            .zip(onsets.chunks(per_lane * INSTRUMENTS))
            .zip(self.targets.chunks(per_lane))
            .enumerate()
            .map(|(i, ((hidden, onsets), targets))| Lane {
                first: i * per_lane,
                hidden,
                onsets,
                targets,
                gradients: gradients.next(),
            })
            .collect();
        let joint = Joint::new(weights, width);
        let results: Vec<(f64, Vec<f32>)> =
            lanes.into_par_iter().map(|lane| self.lane(lane, &joint)).collect();
        let loss: f64 = results.iter().map(|(loss, _)| loss).sum();
        if self.needs_gradients {
            let parts: Vec<Vec<f32>> = results.into_iter().map(|(_, weights)| weights).collect();
            *self.saved.lock().expect("no holder of the lock panics") =
                Some([d_hidden, d_onsets, sum_in_order(parts)]);
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
            if scale != 1.0 {
                x.par_chunks_mut(1 << 16).for_each(|x| x.iter_mut().for_each(|x| *x *= scale));
            }
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
        let row: [f32; TOKENS] = std::array::from_fn(|i| (i * i % 37) as f32);
        for (i, found) in by_instrument(&row).into_iter().enumerate() {
            let bit = TOKENS >> (i + 1);
            let expected: f32 = (0..TOKENS).filter(|t| t & bit != 0).map(|t| row[t]).sum();
            assert_eq!(found, expected, "instrument {i}");
        }
    }
}
