//! One LSTM layer in one direction over whole sequences, as a single operation with its own
//! backward (back-propagation through time).
//!
//! Saves on the way what backward needs, once.

mod cells;
mod cpu;

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use self::cpu::{Chunk, Gradients, Weights};
use super::sum_in_order;
use crate::network::tensors::{contiguous, with_numbers};

/// The operation's sizes. Inputs:
/// - `steps [N, T, I]`: the columns that change from step to step;
/// - `sequences [N, J + 2H]`: per sequence J columns that are the same at every step, then the
///   initial h and c;
/// - `weights`: `weight_ih [4H, I + J]`, `weight_hh [4H, H]`, `bias_ih [4H]`, `bias_hh [4H]`, flat,
///   one after the other; gate order i, f, g, o.
///
/// Result: `h [N, T, H]`.
pub(in crate::network) struct Recurrence {
    sizes: Sizes,
    is_reverse: bool,
    /// The first of the columns of `steps` whose gradient is wanted, if any's is: those before it get zeros.
    steps_gradient_from: Option<usize>,
    /// Intermediate results of forward that backward needs.
    saved: Mutex<Option<Vec<Chunk>>>,
}

#[derive(Clone, Copy)]
struct Sizes {
    /// T
    steps: usize,
    /// I
    input: usize,
    /// J
    constant: usize,
    /// H
    hidden: usize,
}

impl Sizes {
    /// Sequences, given how many numbers `steps`, `sequences` and `weights` have.
    fn count(self, steps: usize, sequences: usize, weights: usize) -> Result<usize> {
        let count = sequences / self.sequence();
        if steps != count * self.steps * self.input || weights != self.weights() {
            bail!("lstm-layer: {count} sequences do not fit their steps or weights");
        }
        Ok(count)
    }

    /// Numbers per sequence in `sequences`.
    fn sequence(self) -> usize {
        self.constant + 2 * self.hidden
    }

    /// Numbers that change from step to step and that a step's product reads: inputs and h.
    fn read(self) -> usize {
        self.input + self.hidden
    }

    /// Numbers in `weights`.
    fn weights(self) -> usize {
        4 * self.hidden * (self.input + self.constant + self.hidden + 2)
    }
}

impl Recurrence {
    /// An operation for `hidden` units; `steps` and `sequences` are those it will be given. The first
    /// `known` columns of `steps` are data, of which nobody wants a gradient.
    pub(in crate::network) fn new(
        steps: &Tensor,
        sequences: &Tensor,
        hidden: usize,
        is_reverse: bool,
        known: usize,
    ) -> Result<Self> {
        let (_, t, input) = steps.dims3()?;
        let (_, columns) = sequences.dims2()?;
        let sizes = Sizes { steps: t, input, constant: columns - 2 * hidden, hidden };
        let steps_gradient_from = steps.track_op().then_some(known);
        Ok(Self { sizes, is_reverse, steps_gradient_from, saved: Mutex::new(None) })
    }
}

impl CustomOp3 for Recurrence {
    fn name(&self) -> &'static str {
        "lstm-layer"
    }

    fn cpu_fwd(
        &self,
        steps: &CpuStorage,
        steps_layout: &Layout,
        sequences: &CpuStorage,
        sequences_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let s = self.sizes;
        let steps = contiguous(steps, steps_layout)?;
        let sequences = contiguous(sequences, sequences_layout)?;
        let weights = contiguous(weights, weights_layout)?;
        let count = s.count(steps.len(), sequences.len(), weights.len())?;
        let chunks = self.forward(steps, sequences, Weights::cut(weights, s));
        let out = self.output(&chunks);
        *self.saved.lock().expect("no holder of the lock panics") = Some(chunks);
        Ok((CpuStorage::F32(out), (count, s.steps, s.hidden).into()))
    }

    fn bwd(
        &self,
        steps: &Tensor,
        sequences: &Tensor,
        weights: &Tensor,
        _h: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let s = self.sizes;
        let Some(chunks) = self.saved.lock().expect("no holder of the lock panics").take() else {
            bail!("lstm-layer: backward can run once per forward");
        };
        let grad = grad.contiguous()?;
        let device = grad.device();
        let gradients: Vec<Gradients> = with_numbers(&grad, |grad| {
            with_numbers(sequences, |sequences| {
                with_numbers(weights, |weights| {
                    let weights = Weights::cut(weights, s);
                    let by_recurrent = weights.recurrent_panels(s);
                    let rows = chunks.first().map_or(1, |chunk| chunk.count);
                    chunks
                        .into_par_iter()
                        .zip(grad.par_chunks(rows * s.steps * s.hidden))
                        .zip(sequences.par_chunks(rows * s.sequence()))
                        .map(|((chunk, grad), sequences)| {
                            self.backward_chunk(chunk, grad, sequences, weights, &by_recurrent)
                        })
                        .collect()
                })
            })
        })???;

        let mut d_steps = Vec::with_capacity(if self.steps_gradient_from.is_some() {
            steps.elem_count()
        } else {
            0
        });
        let mut d_sequences = Vec::with_capacity(sequences.elem_count());
        let mut d_weights = Vec::with_capacity(gradients.len());
        for chunk in gradients {
            d_steps.extend(chunk.steps);
            d_sequences.extend(chunk.sequences);
            d_weights.push(chunk.weights);
        }
        let d_weights = sum_in_order(d_weights);
        let d_steps = if self.steps_gradient_from.is_some() {
            Some(Tensor::from_vec(d_steps, steps.shape(), device)?)
        } else {
            None
        };
        Ok((
            d_steps,
            Some(Tensor::from_vec(d_sequences, sequences.shape(), device)?),
            Some(Tensor::from_vec(d_weights, weights.shape(), device)?),
        ))
    }
}
