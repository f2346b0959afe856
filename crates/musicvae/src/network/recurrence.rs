//! One LSTM layer in one direction over whole sequences, as a single operation with its own
//! backward (back-propagation through time), on the CPU.
//!
//! Sequences are cut into chunks that run through all steps by themselves, one thread each; within
//! a chunk there is one product for the inputs of all steps, then per step one product and one
//! fused loop. How sequences are cut depends on their number alone, and sums over chunks are taken
//! in order, so results have the same bits on any number of threads.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::buffers;
use crate::activation::{sigmoid, tanh, vectorised};
use crate::matmul::{Into, View, product};

/// The operation's sizes. Inputs:
/// - `steps [N, T, I]`: the columns that change from step to step;
/// - `sequences [N, J + 2H]`: per sequence J columns that are the same at every step, then the
///   initial h and c;
/// - `weights`: `weight_ih [4H, I + J]`, `weight_hh [4H, H]`, `bias_ih [4H]`, `bias_hh [4H]`, flat,
///   one after the other; gate order i, f, g, o.
///
/// Result: `h [N, T, H]`.
pub(super) struct Recurrence {
    sizes: Sizes,
    is_reverse: bool,
    /// Whether the gradient with respect to `steps` is wanted.
    steps_need_gradient: bool,
    /// What backward needs of forward.
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
    /// Numbers per sequence in `sequences`.
    fn sequence(self) -> usize {
        self.constant + 2 * self.hidden
    }

    /// Numbers in `weights`.
    fn weights(self) -> usize {
        4 * self.hidden * (self.input + self.constant + self.hidden + 2)
    }
}

/// `weights` cut into its parts.
#[derive(Clone, Copy)]
struct Weights<'a> {
    input: &'a [f32],
    recurrent: &'a [f32],
    bias: [&'a [f32]; 2],
}

impl<'a> Weights<'a> {
    fn cut(all: &'a [f32], sizes: Sizes) -> Self {
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
struct Chunk {
    /// Sequences, n.
    count: usize,
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
struct Gradients {
    /// `[n, T, I]`, empty if not wanted.
    steps: Vec<f32>,
    /// `[n, J + 2H]`
    sequences: Vec<f32>,
    /// As `weights`.
    weights: Vec<f32>,
}

impl Recurrence {
    /// An operation for `hidden` units; `steps` and `sequences` are those it will be given.
    pub(super) fn new(
        steps: &Tensor,
        sequences: &Tensor,
        hidden: usize,
        is_reverse: bool,
    ) -> Result<Self> {
        let (_, t, input) = steps.dims3()?;
        let (_, columns) = sequences.dims2()?;
        let sizes = Sizes { steps: t, input, constant: columns - 2 * hidden, hidden };
        let steps_need_gradient = steps.track_op();
        Ok(Self { sizes, is_reverse, steps_need_gradient, saved: Mutex::new(None) })
    }

    /// Sequences per chunk: eight chunks if that leaves enough rows for efficient products, and no
    /// more rows than keep a step's gates in the second-level cache. A function of the batch alone.
    fn rows_per_chunk(count: usize) -> usize {
        count.div_ceil(8).clamp(16, 128)
    }

    fn forward(&self, steps: &[f32], sequences: &[f32], weights: Weights<'_>) -> Vec<Chunk> {
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
    fn output(&self, chunks: &[Chunk]) -> Vec<f32> {
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

    fn backward_chunk(
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

/// Turns sums into gates, in place, and gates into the new state.
#[inline(always)]
fn step_forward(
    hidden: usize,
    gates: &mut [f32],
    always: &[f32],
    c_before: &[f32],
    c_now: &mut [f32],
    h_now: &mut [f32],
) {
    let rows = gates.chunks_exact_mut(4 * hidden).zip(always.chunks_exact(4 * hidden));
    let states = c_before
        .chunks_exact(hidden)
        .zip(c_now.chunks_exact_mut(hidden))
        .zip(h_now.chunks_exact_mut(hidden));
    for ((gates, always), ((c_before, c_now), h_now)) in rows.zip(states) {
        let (ifg, o) = gates.split_at_mut(3 * hidden);
        let (i, fg) = ifg.split_at_mut(hidden);
        let (f, g) = fg.split_at_mut(hidden);
        activate(sigmoid, i, &always[..hidden]);
        activate(sigmoid, f, &always[hidden..2 * hidden]);
        activate(tanh, g, &always[2 * hidden..3 * hidden]);
        activate(sigmoid, o, &always[3 * hidden..]);
        cells_forward([i, f, g, o], c_before, c_now, h_now);
    }
}

/// `x = f(x + y)`.
#[inline(always)]
fn activate(f: impl Fn(f32) -> f32, x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x = f(*x + y));
}

/// One sequence's new state from its gates. Apart from its caller, so that the compiler knows that
/// its slices do not overlap and makes vector code of it; [`cells_backward`] likewise.
#[inline(always)]
fn cells_forward(
    [i, f, g, o]: [&[f32]; 4],
    c_before: &[f32],
    c_now: &mut [f32],
    h_now: &mut [f32],
) {
    let n = h_now.len();
    let (i, f, g, o) = (&i[..n], &f[..n], &g[..n], &o[..n]);
    let (c_before, c_now) = (&c_before[..n], &mut c_now[..n]);
    for k in 0..n {
        let c = f[k] * c_before[k] + i[k] * g[k];
        c_now[k] = c;
        h_now[k] = o[k] * tanh(c);
    }
}

/// Turns gates into the gradients of the sums they came from, in place, given the gradients `dh` of
/// this step's h and `dc` of its c (from later steps); `dc` becomes that of the step before.
#[inline(always)]
fn step_backward(
    hidden: usize,
    gates: &mut [f32],
    c_before: &[f32],
    c_now: &[f32],
    dh: &[f32],
    dc: &mut [f32],
) {
    let states = c_before
        .chunks_exact(hidden)
        .zip(c_now.chunks_exact(hidden))
        .zip(dh.chunks_exact(hidden).zip(dc.chunks_exact_mut(hidden)));
    for (gates, ((c_before, c_now), (dh, dc))) in gates.chunks_exact_mut(4 * hidden).zip(states) {
        let (i, rest) = gates.split_at_mut(hidden);
        let (f, rest) = rest.split_at_mut(hidden);
        let (g, o) = rest.split_at_mut(hidden);
        cells_backward(i, f, g, o, c_before, c_now, dh, dc);
    }
}

#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "only slices that are arguments count as distinct")]
fn cells_backward(
    i: &mut [f32],
    f: &mut [f32],
    g: &mut [f32],
    o: &mut [f32],
    c_before: &[f32],
    c_now: &[f32],
    dh: &[f32],
    dc: &mut [f32],
) {
    let n = dc.len();
    let (i, f, g, o) = (&mut i[..n], &mut f[..n], &mut g[..n], &mut o[..n]);
    let (c_before, c_now, dh) = (&c_before[..n], &c_now[..n], &dh[..n]);
    for k in 0..n {
        let t = tanh(c_now[k]);
        let d = dc[k] + dh[k] * o[k] * (1.0 - t * t);
        o[k] = dh[k] * t * o[k] * (1.0 - o[k]);
        dc[k] = d * f[k];
        f[k] = d * c_before[k] * f[k] * (1.0 - f[k]);
        let (gate_i, gate_g) = (i[k], g[k]);
        i[k] = d * gate_g * gate_i * (1.0 - gate_i);
        g[k] = d * gate_i * (1.0 - gate_g * gate_g);
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
        let count = sequences.len() / s.sequence();
        if steps.len() != count * s.steps * s.input || weights.len() != s.weights() {
            bail!("lstm-layer: {} sequences do not fit their steps or weights", count);
        }
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
                    let rows = chunks.first().map_or(1, |chunk| chunk.count);
                    chunks
                        .into_par_iter()
                        .zip(grad.par_chunks(rows * s.steps * s.hidden))
                        .zip(sequences.par_chunks(rows * s.sequence()))
                        .map(|((chunk, grad), sequences)| {
                            self.backward_chunk(chunk, grad, sequences, weights)
                        })
                        .collect()
                })
            })
        })???;

        let mut d_steps =
            Vec::with_capacity(if self.steps_need_gradient { steps.elem_count() } else { 0 });
        let mut d_sequences = Vec::with_capacity(sequences.elem_count());
        let mut d_weights = Vec::with_capacity(gradients.len());
        for chunk in gradients {
            d_steps.extend(chunk.steps);
            d_sequences.extend(chunk.sequences);
            d_weights.push(chunk.weights);
        }
        let d_weights = sum_in_order(d_weights);
        let d_steps = if self.steps_need_gradient {
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

/// The sum of vectors of one length, the first first: the same bits on any number of threads.
pub(super) fn sum_in_order(parts: Vec<Vec<f32>>) -> Vec<f32> {
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
    rest.into_iter().for_each(buffers::give);
    sum
}

/// The numbers of a contiguous f32 tensor on the CPU.
pub(crate) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(numbers), Some((from, to))) => Ok(&numbers[from..to]),
        (CpuStorage::F32(_), None) => bail!("expected a contiguous tensor"),
        _ => bail!("expected a tensor of F32"),
    }
}

/// Gives `f` the numbers of a contiguous f32 tensor on the CPU.
pub(crate) fn with_numbers<R>(tensor: &Tensor, f: impl FnOnce(&[f32]) -> R) -> Result<R> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        candle_core::Storage::Cpu(storage) => Ok(f(contiguous(storage, layout)?)),
        _ => bail!("expected a tensor on the CPU"),
    }
}
