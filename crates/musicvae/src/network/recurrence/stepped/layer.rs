//! The layer over all steps, written once for whatever runs the kernels: one product for the inputs of
//! all steps, then per step one product that adds and one fused kernel; backward likewise, with every
//! weight's gradient as one product over all steps at the end.
//!
//! Everything stays sequence-major, as tensors come and go: a step's products read and write every T-th
//! row.

use candle_core::{Layout, Result};

use crate::kernels::{From, Kernels, LstmStep, Matrix, Place, States};
use crate::matmul::Into;
use crate::network::recurrence::Sizes;

/// The layer's tensors.
pub(super) struct Inputs<'a, B> {
    /// `[N, T, I]`
    pub(super) steps: From<'a, B>,
    /// `[N, J + 2H]`
    pub(super) sequences: From<'a, B>,
    pub(super) weights: From<'a, B>,
    /// N
    pub(super) count: usize,
}

/// What backward needs of forward.
pub(super) struct Forward<B> {
    /// `[N, T, 4H]`
    gates: B,
    /// The states before each step, `[N, T, H]`.
    before: [B; 2],
}

/// Places in the gradients that one call gives: of `steps`, `sequences` and `weights`, one after the
/// other.
#[derive(Clone, Copy)]
pub(super) struct Gradients {
    pub(super) sequences: usize,
    pub(super) weights: usize,
    pub(super) len: usize,
}

/// A layer in one direction, whatever runs its kernels.
#[derive(Clone, Copy)]
pub(super) struct Layer {
    pub(super) sizes: Sizes,
    pub(super) is_reverse: bool,
    pub(super) steps_need_gradient: bool,
}

impl Layer {
    /// The `k`-th step computed, and the one after it.
    fn step(self, count: usize, k: usize) -> LstmStep {
        let Sizes { steps, hidden, .. } = self.sizes;
        let at = |k: usize| if self.is_reverse { steps - 1 - k } else { k };
        let next = (k + 1 < steps).then(|| at(k + 1));
        LstmStep { count, steps, hidden, at: at(k), next }
    }

    /// Rows at step `at` of a `[N, T, width]`.
    fn rows_at(self, count: usize, at: usize, width: usize) -> Place {
        let stride = self.sizes.steps * width;
        Place { from: at * width, rows: count, columns: width, stride }
    }

    /// Where the initial state stands in `sequences`, which begin at `from`.
    fn states(self, from: usize) -> States {
        let s = self.sizes;
        let h = from + s.constant;
        States { h, c: h + s.hidden, stride: s.sequence() }
    }

    fn constant(self, from: usize, count: usize) -> Place {
        let s = self.sizes;
        Place { from, rows: count, columns: s.constant, stride: s.sequence() }
    }

    /// Within weights that begin at `from`: what meets `steps` `[4H, I]`, what meets the constant
    /// columns `[4H, J]`, and `weight_hh [4H, H]`.
    fn weights(self, from: usize) -> [Place; 3] {
        let s = self.sizes;
        let (rows, stride) = (4 * s.hidden, s.input + s.constant);
        [
            Place { from, rows, columns: s.input, stride },
            Place { from: from + s.input, rows, columns: s.constant, stride },
            Place::rows(from + rows * stride, rows, s.hidden),
        ]
    }

    /// Where the biases begin.
    fn biases(self, from: usize) -> usize {
        from + self.sizes.weights() - 8 * self.sizes.hidden
    }

    /// h `[N, T, H]`, and what backward needs.
    pub(super) fn forward<K: Kernels>(
        self,
        kernels: &K,
        inputs: &Inputs<'_, K::Buffer>,
    ) -> Result<(K::Buffer, Forward<K::Buffer>)> {
        let (s, n) = (self.sizes, inputs.count);
        let (rows, width) = (n * s.steps, 4 * s.hidden);
        let (weights, first) = inputs.weights;
        let [by_steps, by_constant, recurrent] = self.weights(first);
        let weights_at = |place| Matrix::new(weights, place).transposed();

        let mut gates = kernels.buffer(rows * width)?;
        let steps = Matrix::new(inputs.steps.0, Place::rows(inputs.steps.1, rows, s.input));
        let all = Place::rows(0, rows, width);
        kernels.product(&mut gates, all, steps, weights_at(by_steps), Into::Replace)?;

        let mut always = kernels.buffer(n * width)?;
        let mut h_before = kernels.buffer(rows * s.hidden)?;
        let mut c_before = kernels.buffer(rows * s.hidden)?;
        let (sequences, from) = inputs.sequences;
        kernels.lstm_start(
            self.step(n, 0),
            (weights, self.biases(first)),
            (sequences, self.states(from)),
            &mut always,
            [&mut h_before, &mut c_before],
        )?;
        if s.constant > 0 {
            let constant = Matrix::new(sequences, self.constant(from, n));
            let place = Place::rows(0, n, width);
            kernels.product(&mut always, place, constant, weights_at(by_constant), Into::Add)?;
        }

        let mut h = kernels.buffer(rows * s.hidden)?;
        for k in 0..s.steps {
            let step = self.step(n, k);
            let before = Matrix::new(&h_before, self.rows_at(n, step.at, s.hidden));
            let place = self.rows_at(n, step.at, width);
            kernels.product(&mut gates, place, before, weights_at(recurrent), Into::Add)?;
            let before = [&mut h_before, &mut c_before];
            kernels.lstm_forward(step, &always, &mut gates, before, &mut h)?;
        }
        Ok((h, Forward { gates, before: [h_before, c_before] }))
    }

    pub(super) fn gradients(self, count: usize) -> Gradients {
        let s = self.sizes;
        let sequences = if self.steps_need_gradient { count * s.steps * s.input } else { 0 };
        let weights = sequences + count * s.sequence();
        Gradients { sequences, weights, len: weights + s.weights() }
    }

    /// All gradients, given that of h `[N, T, H]`.
    pub(super) fn backward<K: Kernels>(
        self,
        kernels: &K,
        inputs: &Inputs<'_, K::Buffer>,
        forward: Forward<K::Buffer>,
        grad: From<'_, K::Buffer>,
    ) -> Result<K::Buffer> {
        let (s, n) = (self.sizes, inputs.count);
        let (rows, width) = (n * s.steps, 4 * s.hidden);
        let (weights, first) = inputs.weights;
        let [by_steps, by_constant, recurrent] = self.weights(first);
        let Forward { mut gates, before: [h_before, c_before] } = forward;

        let places = self.gradients(n);
        // The gradients of the states pass through where those of the initial ones belong.
        let mut out = kernels.zeros(places.len)?;
        let states = self.states(places.sequences);
        let dh = Place { from: states.h, rows: n, columns: s.hidden, stride: states.stride };
        for k in (0..s.steps).rev() {
            let step = self.step(n, k);
            kernels.lstm_backward(step, grad, &mut gates, &c_before, (&mut out, states))?;
            let sums = Matrix::new(&gates, self.rows_at(n, step.at, width));
            kernels.product(&mut out, dh, sums, Matrix::new(weights, recurrent), Into::Replace)?;
        }

        let all = || Matrix::new(&gates, Place::rows(0, rows, width)); // [N T, 4H]
        let [d_by_steps, d_by_constant, d_recurrent] = self.weights(places.weights);
        let before = Matrix::new(&h_before, Place::rows(0, rows, s.hidden));
        kernels.product(&mut out, d_recurrent, all().transposed(), before, Into::Replace)?;
        let steps = Place::rows(inputs.steps.1, rows, s.input);
        let x = Matrix::new(inputs.steps.0, steps);
        kernels.product(&mut out, d_by_steps, all().transposed(), x, Into::Replace)?;
        if self.steps_need_gradient {
            let by_steps = Matrix::new(weights, by_steps);
            let d_steps = Place::rows(0, rows, s.input);
            kernels.product(&mut out, d_steps, all(), by_steps, Into::Replace)?;
        }

        // Sums over the steps, for all that is the same at every step.
        let mut total = kernels.buffer(n * width)?;
        kernels.sum_middle((&mut total, 0), (&gates, 0), [n, s.steps, width])?;
        let biases = self.biases(places.weights);
        for bias in [biases, biases + width] {
            kernels.sum_middle((&mut out, bias), (&total, 0), [1, n, width])?;
        }
        if s.constant > 0 {
            let total = || Matrix::new(&total, Place::rows(0, n, width));
            let (sequences, from) = inputs.sequences;
            let constant = Matrix::new(sequences, self.constant(from, n));
            let t = total().transposed();
            kernels.product(&mut out, d_by_constant, t, constant, Into::Replace)?;
            let d_constant = self.constant(places.sequences, n);
            let by_constant = Matrix::new(weights, by_constant);
            kernels.product(&mut out, d_constant, total(), by_constant, Into::Replace)?;
        }
        Ok(out)
    }
}

impl<'a, B> Inputs<'a, B> {
    pub(super) fn of<K: Kernels<Buffer = B>>(
        tensors: [(&'a K::Storage, &Layout); 3],
        count: usize,
    ) -> Result<Self> {
        let [steps, sequences, weights] =
            tensors.map(|(storage, layout)| K::numbers(storage, layout));
        Ok(Self { steps: steps?, sequences: sequences?, weights: weights?, count })
    }
}
