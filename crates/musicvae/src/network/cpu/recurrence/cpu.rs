//! The layer on the CPU.
//!
//! Sequences are cut into chunks that run through all steps by themselves, one thread each; within
//! a chunk there is per step one product, of the step's inputs beside the h before it, and one fused
//! loop. How sequences are cut depends on sizes alone, and sums over chunks are taken in
//! order, so results have the same bits on any number of threads.

use rayon::prelude::*;

use super::cells::{Cells, step_backward, step_forward};
use super::{Recurrence, Sizes};
use crate::network::cpu::activation::vectorised;
use crate::network::cpu::matmul::{Into, Panels, SHARED, View, ViewMut, product, spread};

/// `weights` cut into its parts.
#[derive(Clone, Copy)]
pub(super) struct Weights<'a> {
    input: &'a [f32],
    recurrent: &'a [f32],
    bias: [&'a [f32]; 2],
}

impl<'a> Weights<'a> {
    /// `weight_hh` as backward's products read it, `[4H, H]`.
    pub(super) fn recurrent_panels(self, s: Sizes) -> Panels {
        Panels::of(&[View::rows(self.recurrent, 4 * s.hidden, s.hidden)])
    }

    pub(super) fn cut(all: &'a [f32], sizes: Sizes) -> Self {
        let gates = 4 * sizes.hidden;
        let (input, rest) = all.split_at(gates * (sizes.input + sizes.constant));
        let (recurrent, rest) = rest.split_at(gates * sizes.hidden);
        let (first, second) = rest.split_at(gates);
        Self { input, recurrent, bias: [first, second] }
    }

    /// The columns of `weight_ih` that meet those of `steps` from one on: `[4H, I - from]`.
    fn for_steps(self, s: Sizes, from: usize) -> View<'a> {
        let columns = &self.input[from..];
        View::strided(columns, 4 * s.hidden, s.input - from, s.input + s.constant)
    }

    /// The columns of `weight_ih` that meet the constant ones: `[4H, J]`.
    fn for_constant(self, s: Sizes) -> View<'a> {
        let from = s.input.min(self.input.len());
        View::strided(&self.input[from..], 4 * s.hidden, s.constant, s.input + s.constant)
    }
}

/// Some sequences on their way through all steps. Everything in the order in which steps are run
/// through, so that a reverse direction differs only in which step comes first.
pub(super) struct Chunk {
    /// Sequences, n.
    pub(super) count: usize,
    /// `[T + 1, n, I + H]`, rows [`spread`]: what each step's product reads, its inputs beside the h before
    /// it; the last has the last h.
    reads: Vec<f32>,
    /// `[T, n, 4H]`, rows [`spread`]: after forward the gates, after backward the gradients of what went
    /// into them.
    gates: Vec<f32>,
    /// `[T + 1, n, H]`: the c before each step, and the last.
    c: Vec<f32>,
}

/// Gradients from one chunk.
pub(super) struct Gradients {
    /// `[n, T, I]`, zeros in columns that want none; empty if none wants one.
    pub(super) steps: Vec<f32>,
    /// `[n, J + 2H]`
    pub(super) sequences: Vec<f32>,
    /// As `weights`.
    pub(super) weights: Vec<f32>,
}

impl Recurrence {
    /// Sequences per chunk, of `count`: eight chunks if that leaves enough rows for efficient products, and no more rows
    /// than keep a step's gates in the second-level cache; as many as that if every step reads the weights from memory.
    fn rows_per_chunk(&self, count: usize) -> usize {
        const MOST: usize = 128;
        if self.sizes.weights() > SHARED { MOST } else { count.div_ceil(8).clamp(16, MOST) }
    }

    pub(super) fn forward(
        &self,
        steps: &[f32],
        sequences: &[f32],
        weights: Weights<'_>,
    ) -> Vec<Chunk> {
        let s = self.sizes;
        let rows = self.rows_per_chunk(sequences.len() / s.sequence());
        let by_steps = weights.for_steps(s, 0).transposed();
        let by_h = View::rows(weights.recurrent, 4 * s.hidden, s.hidden).transposed();
        let by_reads = Panels::of(&[by_steps, by_h]); // [I + H, 4H]
        let by_constant = Panels::of(&[weights.for_constant(s).transposed()]); // [J, 4H]
        steps
            .par_chunks(rows * s.steps * s.input)
            .zip(sequences.par_chunks(rows * s.sequence()))
            .map(|(steps, sequences)| {
                self.forward_chunk(steps, sequences, weights.bias, &by_reads, &by_constant)
            })
            .collect()
    }

    /// The step that is the `k`th to be run through.
    fn step(&self, k: usize) -> usize {
        if self.is_reverse { self.sizes.steps - 1 - k } else { k }
    }

    fn forward_chunk(
        &self,
        steps: &[f32],
        sequences: &[f32],
        bias: [&[f32]; 2],
        by_reads: &Panels,
        by_constant: &Panels,
    ) -> Chunk {
        let s = self.sizes;
        let (hidden, width, read) = (s.hidden, 4 * s.hidden, spread(s.read()));
        let n = sequences.len() / s.sequence();

        let mut reads = vec![0.0; (s.steps + 1) * n * read];
        let mut c = vec![0.0; (s.steps + 1) * n * hidden];
        for k in 0..s.steps {
            let rows = reads[k * n * read..].chunks_exact_mut(read);
            for (i, row) in rows.take(n).enumerate() {
                let from = (i * s.steps + self.step(k)) * s.input;
                row[..s.input].copy_from_slice(&steps[from..][..s.input]);
            }
        }
        let first = reads.chunks_exact_mut(read).zip(c.chunks_exact_mut(hidden));
        for (sequence, (reads, c)) in sequences.chunks_exact(s.sequence()).zip(first) {
            let (h0, c0) = sequence[s.constant..].split_at(hidden);
            reads[s.input..s.read()].copy_from_slice(h0);
            c.copy_from_slice(c0);
        }

        // What every step of a sequence adds alike.
        let mut always = vec![0.0; n * width]; // [n, 4H]
        for row in always.chunks_exact_mut(width) {
            for ((x, a), b) in row.iter_mut().zip(bias[0]).zip(bias[1]) {
                *x = a + b;
            }
        }
        let constant = View::strided(sequences, n, s.constant, s.sequence());
        by_constant.product(ViewMut::strided(&mut always, width), constant, Into::Add);

        let gate = spread(width);
        let mut gates = vec![0.0; s.steps * n * gate]; // [T, n, 4H]
        for (k, gates) in gates.chunks_exact_mut(n * gate).enumerate() {
            let (before, now) = reads[k * n * read..][..2 * n * read].split_at_mut(n * read);
            let (c_before, c_now) = c[k * n * hidden..][..2 * n * hidden].split_at_mut(n * hidden);
            let before = View::strided(before, n, s.read(), read);
            by_reads.product(ViewMut::strided(gates, gate), before, Into::Replace);
            vectorised(
                #[inline(always)]
                || step_forward(hidden, gates, &always, c_before, c_now, now, s.input),
            );
        }
        Chunk { count: n, reads, gates, c }
    }

    /// The chunks' h as `[N, T, H]`.
    pub(super) fn output(&self, chunks: &[Chunk]) -> Vec<f32> {
        let s = self.sizes;
        let count: usize = chunks.iter().map(|chunk| chunk.count).sum();
        let mut out = vec![0.0; count * s.steps * s.hidden];
        let rows = chunks.first().map_or(1, |chunk| chunk.count);
        out.par_chunks_mut(rows * s.steps * s.hidden).zip(chunks).for_each(|(out, chunk)| {
            let (n, read) = (chunk.count, spread(s.read()));
            for k in 0..s.steps {
                let after = chunk.reads[(k + 1) * n * read..].chunks_exact(read);
                for (i, row) in after.take(n).enumerate() {
                    let to = (i * s.steps + self.step(k)) * s.hidden;
                    out[to..][..s.hidden].copy_from_slice(&row[s.input..s.read()]);
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
        by_recurrent: &Panels,
    ) -> Gradients {
        let s = self.sizes;
        let (n, hidden, width) = (chunk.count, s.hidden, 4 * s.hidden);
        let (read, gate) = (spread(s.read()), spread(width));
        let mut dh = vec![0.0; n * hidden];
        let mut dc = vec![0.0; n * hidden];
        // Sums over the steps, for all that is the same at every step.
        let mut total = vec![0.0; n * width]; // [n, 4H]
        for k in (0..s.steps).rev() {
            let gates = &mut chunk.gates[k * n * gate..][..n * gate];
            let (c_before, c_now) = chunk.c[k * n * hidden..].split_at(n * hidden);
            let grad = &grad[self.step(k) * hidden..];
            let stride = s.steps * hidden;
            vectorised(
                #[inline(always)]
                || {
                    let cells = Cells { c_before, c_now, grad, stride };
                    step_backward(hidden, gates, cells, &mut dh, &mut dc, &mut total);
                },
            );
            let gates = View::strided(gates, n, width, gate);
            by_recurrent.product(ViewMut::strided(&mut dh, hidden), gates, Into::Replace);
        }

        let all = View::strided(&chunk.gates, s.steps * n, width, gate);
        let mut out = vec![0.0; s.weights()];
        let (by_input, rest) = out.split_at_mut(width * (s.input + s.constant));
        let (of_recurrent, bias) = rest.split_at_mut(width * hidden);
        let mut by_reads = vec![0.0; width * s.read()]; // [4H, I + H]
        let reads = View::strided(&chunk.reads, s.steps * n, s.read(), read);
        let by_gates = ViewMut::strided(&mut by_reads, s.read());
        Panels::of(&[reads]).product(by_gates, all.transposed(), Into::Replace);
        let mut by_constant = vec![0.0; width * s.constant];
        let constant = View::strided(sequences, n, s.constant, s.sequence());
        let total_view = View::rows(&total, n, width);
        product(&mut by_constant, total_view.transposed(), constant, Into::Replace);
        for gate in 0..width {
            let (of_input, of_h) = by_reads[gate * s.read()..][..s.read()].split_at(s.input);
            let row = &mut by_input[gate * (s.input + s.constant)..][..s.input + s.constant];
            row[..s.input].copy_from_slice(of_input);
            row[s.input..].copy_from_slice(&by_constant[gate * s.constant..][..s.constant]);
            of_recurrent[gate * hidden..][..hidden].copy_from_slice(of_h);
        }
        let (first, second) = bias.split_at_mut(width);
        first.fill(0.0);
        for row in total.chunks_exact(width) {
            first.iter_mut().zip(row).for_each(|(a, b)| *a += b);
        }
        second.copy_from_slice(first);

        let mut steps = Vec::new();
        if let Some(from) = self.steps_gradient_from {
            let columns = s.input - from;
            let mut d = vec![0.0; s.steps * n * columns]; // [T, n, I - from]
            product(&mut d, all, weights.for_steps(s, from), Into::Replace);
            steps.resize(n * s.steps * s.input, 0.0); // [n, T, I]
            for k in 0..s.steps {
                for i in 0..n {
                    let to = (i * s.steps + self.step(k)) * s.input + from;
                    let found = &d[(k * n + i) * columns..][..columns];
                    steps[to..][..columns].copy_from_slice(found);
                }
            }
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
        Gradients { steps, sequences, weights: out }
    }
}
