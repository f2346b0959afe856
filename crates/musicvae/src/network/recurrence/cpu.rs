//! The layer on the CPU.
//!
//! Sequences are cut into chunks that run through all steps by themselves, one thread each; within
//! a chunk there is one product for the inputs of all steps, then per step one product and one
//! fused loop. How sequences are cut depends on their number alone, and sums over chunks are taken
//! in order, so results have the same bits on any number of threads.

use rayon::prelude::*;

use super::cells::{step_backward, step_forward};
use super::{Recurrence, Sizes};
use crate::activation::vectorised;
use crate::matmul::{Into, View, product};
use crate::network::buffers;

/// `weights` cut into its parts.
#[derive(Clone, Copy)]
pub(super) struct Weights<'a> {
    input: &'a [f32],
    recurrent: &'a [f32],
    bias: [&'a [f32]; 2],
}

impl<'a> Weights<'a> {
    pub(super) fn cut(all: &'a [f32], sizes: Sizes) -> Self {
        let gates = 4 * sizes.hidden;
        let (input, rest) = all.split_at(gates * (sizes.input + sizes.constant));
        let (recurrent, rest) = rest.split_at(gates * sizes.hidden);
        let (first, second) = rest.split_at(gates);
        Self { input, recurrent, bias: [first, second] }
    }

    /// The columns of `weight_ih` that meet `steps`: `[4H, I]`.
    fn for_steps(self, s: Sizes) -> View<'a> {
        View::strided(self.input, 4 * s.hidden, s.input, s.input + s.constant)
    }

    /// The columns of `weight_ih` that meet the constant ones: `[4H, J]`.
    fn for_constant(self, s: Sizes) -> View<'a> {
        let from = s.input.min(self.input.len());
        View::strided(&self.input[from..], 4 * s.hidden, s.constant, s.input + s.constant)
    }
}

/// Some sequences on their way through all steps; everything time-major.
pub(super) struct Chunk {
    /// Sequences, n.
    pub(super) count: usize,
    /// `[T, n, I]`
    inputs: Vec<f32>,
    /// `[T, n, 4H]`: after forward the gates, after backward the gradients of what went into them.
    gates: Vec<f32>,
    /// `[T + 1, n, H]`: the initial state stands first, or last if the direction is reverse.
    h: Vec<f32>,
    /// Likewise.
    c: Vec<f32>,
}

/// Gradients from one chunk.
pub(super) struct Gradients {
    /// `[n, T, I]`, empty if not wanted.
    pub(super) steps: Vec<f32>,
    /// `[n, J + 2H]`
    pub(super) sequences: Vec<f32>,
    /// As `weights`.
    pub(super) weights: Vec<f32>,
}

impl Recurrence {
    /// Sequences per chunk: eight chunks if that leaves enough rows for efficient products, and no
    /// more rows than keep a step's gates in the second-level cache. A function of the batch alone.
    fn rows_per_chunk(count: usize) -> usize {
        count.div_ceil(8).clamp(16, 128)
    }

    pub(super) fn forward(
        &self,
        steps: &[f32],
        sequences: &[f32],
        weights: Weights<'_>,
    ) -> Vec<Chunk> {
        let s = self.sizes;
        let rows = Self::rows_per_chunk(sequences.len() / s.sequence());
        // Transposed once: products then read it as they like best.
        let recurrent = transposed(weights.recurrent, 4 * s.hidden, s.hidden);
        steps
            .par_chunks(rows * s.steps * s.input)
            .zip(sequences.par_chunks(rows * s.sequence()))
            .map(|(steps, sequences)| self.forward_chunk(steps, sequences, weights, &recurrent))
            .collect()
    }

    fn forward_chunk(
        &self,
        steps: &[f32],
        sequences: &[f32],
        weights: Weights<'_>,
        recurrent: &[f32],
    ) -> Chunk {
        let s = self.sizes;
        let (hidden, width) = (s.hidden, 4 * s.hidden);
        let n = sequences.len() / s.sequence();

        let inputs = time_major(steps, n, s.steps, s.input); // [T, n, I]
        let mut gates = buffers::take(s.steps * n * width); // [T, n, 4H]
        let by_input = weights.for_steps(s).transposed();
        product(&mut gates, View::rows(&inputs, s.steps * n, s.input), by_input, Into::Replace);

        // What every step of a sequence adds alike.
        let mut always = vec![0.0; n * width]; // [n, 4H]
        for row in always.chunks_exact_mut(width) {
            for ((x, a), b) in row.iter_mut().zip(weights.bias[0]).zip(weights.bias[1]) {
                *x = a + b;
            }
        }
        let constant = View::strided(sequences, n, s.constant, s.sequence());
        product(&mut always, constant, weights.for_constant(s).transposed(), Into::Add);

        let mut h = buffers::take((s.steps + 1) * n * hidden);
        let mut c = buffers::take(h.len());
        let first = if self.is_reverse { s.steps } else { 0 };
        for (i, sequence) in sequences.chunks_exact(s.sequence()).enumerate() {
            let (h0, c0) = sequence[s.constant..].split_at(hidden);
            let at = (first * n + i) * hidden;
            h[at..][..hidden].copy_from_slice(h0);
            c[at..][..hidden].copy_from_slice(c0);
        }

        let recurrent = View::rows(recurrent, hidden, width);
        for k in 0..s.steps {
            let t = if self.is_reverse { s.steps - 1 - k } else { k };
            let gates = &mut gates[t * n * width..][..n * width];
            let (h_before, h_now) = neighbours(&mut h, n * hidden, t, self.is_reverse);
            let (c_before, c_now) = neighbours(&mut c, n * hidden, t, self.is_reverse);
            product(gates, View::rows(h_before, n, hidden), recurrent, Into::Add);
            vectorised(
                #[inline(always)]
                || step_forward(hidden, gates, &always, c_before, c_now, h_now),
            );
        }
        Chunk { count: n, inputs, gates, h, c }
    }

    /// The chunks' h as `[N, T, H]`.
    pub(super) fn output(&self, chunks: &[Chunk]) -> Vec<f32> {
        let s = self.sizes;
        let count: usize = chunks.iter().map(|chunk| chunk.count).sum();
        let mut out = vec![0.0; count * s.steps * s.hidden];
        let rows = chunks.first().map_or(1, |chunk| chunk.count);
        let first = usize::from(!self.is_reverse);
        out.par_chunks_mut(rows * s.steps * s.hidden).zip(chunks).for_each(|(out, chunk)| {
            let n = chunk.count;
            for t in 0..s.steps {
                for i in 0..n {
                    let from = &chunk.h[((t + first) * n + i) * s.hidden..][..s.hidden];
                    out[(i * s.steps + t) * s.hidden..][..s.hidden].copy_from_slice(from);
                }
            }
        });
        out
    }

    pub(super) fn backward_chunk(
        &self,
        mut chunk: Chunk,
        grad: &[f32],
        sequences: &[f32],
        weights: Weights<'_>,
    ) -> Gradients {
        let s = self.sizes;
        let (n, hidden, width) = (chunk.count, s.hidden, 4 * s.hidden);
        let recurrent = View::rows(weights.recurrent, width, hidden);
        let mut dh = vec![0.0; n * hidden];
        let mut dc = vec![0.0; n * hidden];
        for k in 0..s.steps {
            let t = if self.is_reverse { k } else { s.steps - 1 - k };
            let gates = &mut chunk.gates[t * n * width..][..n * width];
            let (c_before, c_now) = neighbours(&mut chunk.c, n * hidden, t, self.is_reverse);
            for (i, dh) in dh.chunks_exact_mut(hidden).enumerate() {
                let grad = &grad[(i * s.steps + t) * hidden..][..hidden];
                dh.iter_mut().zip(grad).for_each(|(a, b)| *a += b);
            }
            vectorised(
                #[inline(always)]
                || step_backward(hidden, gates, c_before, c_now, &dh, &mut dc),
            );
            product(&mut dh, View::rows(gates, n, width), recurrent, Into::Replace);
        }

        let all = View::rows(&chunk.gates, s.steps * n, width);
        let mut out = buffers::take(s.weights());
        let (by_input, rest) = out.split_at_mut(width * (s.input + s.constant));
        let (by_recurrent, bias) = rest.split_at_mut(width * hidden);
        let from = usize::from(self.is_reverse) * n * hidden;
        let h_before = View::rows(&chunk.h[from..], s.steps * n, hidden);
        product(by_recurrent, all.transposed(), h_before, Into::Replace);

        // Sums over the steps, for all that is the same at every step.
        let mut total = vec![0.0; n * width];
        for gates in chunk.gates.chunks_exact(n * width) {
            total.iter_mut().zip(gates).for_each(|(a, b)| *a += b);
        }
        let (first, second) = bias.split_at_mut(width);
        first.fill(0.0);
        for row in total.chunks_exact(width) {
            first.iter_mut().zip(row).for_each(|(a, b)| *a += b);
        }
        second.copy_from_slice(first);

        let mut for_steps = vec![0.0; width * s.input];
        let inputs = View::rows(&chunk.inputs, s.steps * n, s.input);
        product(&mut for_steps, all.transposed(), inputs, Into::Replace);
        let mut for_constant = vec![0.0; width * s.constant];
        let constant = View::strided(sequences, n, s.constant, s.sequence());
        let total_view = View::rows(&total, n, width);
        product(&mut for_constant, total_view.transposed(), constant, Into::Replace);
        for (i, row) in by_input.chunks_exact_mut(s.input + s.constant).enumerate() {
            let (a, b) = row.split_at_mut(s.input);
            a.copy_from_slice(&for_steps[i * s.input..][..s.input]);
            b.copy_from_slice(&for_constant[i * s.constant..][..s.constant]);
        }

        let mut steps = Vec::new();
        if self.steps_need_gradient {
            let mut d = vec![0.0; s.steps * n * s.input]; // [T, n, I]
            product(&mut d, all, weights.for_steps(s), Into::Replace);
            steps = time_major(&d, s.steps, n, s.input); // [n, T, I]
        }
        let mut d = vec![0.0; n * s.constant];
        product(&mut d, total_view, weights.for_constant(s), Into::Replace);
        let mut sequences = vec![0.0; n * s.sequence()];
        for (i, row) in sequences.chunks_exact_mut(s.sequence()).enumerate() {
            let (constant, state) = row.split_at_mut(s.constant);
            constant.copy_from_slice(&d[i * s.constant..][..s.constant]);
            state[..hidden].copy_from_slice(&dh[i * hidden..][..hidden]);
            state[hidden..].copy_from_slice(&dc[i * hidden..][..hidden]);
        }
        let Chunk { inputs, gates, h, c, .. } = chunk;
        [inputs, gates, h, c].into_iter().for_each(buffers::give);
        Gradients { steps, sequences, weights: out }
    }
}

/// The states before and at step `t`, of `size` numbers each.
fn neighbours(
    states: &mut [f32],
    size: usize,
    t: usize,
    is_reverse: bool,
) -> (&mut [f32], &mut [f32]) {
    let (a, b) = states[t * size..][..2 * size].split_at_mut(size);
    if is_reverse { (b, a) } else { (a, b) }
}

/// `[a, b, c]` as `[b, a, c]`.
fn time_major(x: &[f32], a: usize, b: usize, c: usize) -> Vec<f32> {
    let mut out = buffers::take(x.len());
    for i in 0..a {
        for j in 0..b {
            out[(j * a + i) * c..][..c].copy_from_slice(&x[(i * b + j) * c..][..c]);
        }
    }
    out
}

/// `[rows, columns]` as `[columns, rows]`.
fn transposed(x: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    for (i, row) in x.chunks_exact(columns).enumerate() {
        for (j, &x) in row.iter().enumerate() {
            out[j * rows + i] = x;
        }
    }
    out
}
