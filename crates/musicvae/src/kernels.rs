//! What training asks of a device other than the CPU: products into strided places, and a few fused
//! element-wise kernels.
//!
//! What uses them is written once, against [`Kernels`]. `cuda` runs them on a GPU; `plain` is the scalar
//! twin of every kernel, so that where there is no GPU tests can hold the very same code against the
//! CPU's own operations. Kernels are queued in order and never waited for.

#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub(crate) mod plain;

use candle_core::{Layout, Result, Storage};

use crate::adam::Update;
use crate::matmul::Into;

/// A buffer, from this number of it on.
pub(crate) type From<'a, B> = (&'a B, usize);
/// Likewise, to be written.
pub(crate) type FromMut<'a, B> = (&'a mut B, usize);

/// A row-major matrix's place in a buffer: element (row, column) is number
/// `from + row * stride + column`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) from: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) stride: usize,
}

impl Place {
    /// Rows side by side.
    pub(crate) fn rows(from: usize, rows: usize, columns: usize) -> Self {
        Self { from, rows, columns, stride: columns }
    }

    /// Numbers that a buffer must have to hold it; no size is 0.
    pub(crate) fn end(self) -> usize {
        self.from + (self.rows - 1) * self.stride + self.columns
    }
}

/// A matrix to read.
pub(crate) struct Matrix<'a, B> {
    pub(crate) buffer: &'a B,
    /// As it is stored.
    pub(crate) place: Place,
    /// Whether its rows are read as columns.
    pub(crate) is_transposed: bool,
}

impl<'a, B> Matrix<'a, B> {
    /// The matrix at `place`.
    pub(crate) fn new(buffer: &'a B, place: Place) -> Self {
        Self { buffer, place, is_transposed: false }
    }

    /// Rows as columns.
    pub(crate) fn transposed(self) -> Self {
        Self { is_transposed: !self.is_transposed, ..self }
    }

    /// Rows and columns as they are read.
    pub(crate) fn shape(&self) -> (usize, usize) {
        let Place { rows, columns, .. } = self.place;
        if self.is_transposed { (columns, rows) } else { (rows, columns) }
    }
}

/// What one step of an LSTM layer is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LstmStep {
    /// Sequences, N.
    pub(crate) count: usize,
    /// T
    pub(crate) steps: usize,
    /// H
    pub(crate) hidden: usize,
    /// The step, in `0..T`.
    pub(crate) at: usize,
    /// The step computed after it, if there is one.
    pub(crate) next: Option<usize>,
}

/// Where the states of N sequences are: rows of `stride` numbers, the first h from `h` on, the first c
/// from `c` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct States {
    pub(crate) h: usize,
    pub(crate) c: usize,
    pub(crate) stride: usize,
}

/// What a loss of tokens reads: rows of 512 logits are products, the `bias [512]`, and for each instrument
/// that a token strikes its number in `onsets [R, 9]`.
pub(crate) struct TokenRows<'a, B> {
    /// The right tokens, `[R]`.
    pub(crate) targets: &'a [u16],
    /// What each loss is multiplied by.
    pub(crate) scale: f32,
    pub(crate) bias: From<'a, B>,
    pub(crate) onsets: From<'a, B>,
}

/// A dropout mask in a stream of noise: ChaCha8 words from `first` on, two numbers of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaskOf {
    pub(crate) key: [u32; 8],
    pub(crate) first: u64,
    /// Halves of words below it drop.
    pub(crate) threshold: u32,
    /// What is not dropped is multiplied by this.
    pub(crate) kept: f32,
}

/// Parts in which [`Kernels::squares`] sums.
pub(crate) const SQUARES: usize = 64;

/// A device's operations. Buffers hold f32. Callers see to it that every place lies within its buffer.
pub(crate) trait Kernels {
    /// Numbers on the device.
    type Buffer: Send + 'static;
    /// What tensors keep them in.
    type Storage;

    /// A tensor's storage, if it is on such a device.
    fn storage(storage: &Storage) -> Result<&Self::Storage>;

    /// The numbers of a contiguous f32 tensor.
    fn numbers<'a>(storage: &'a Self::Storage, layout: &Layout) -> Result<From<'a, Self::Buffer>>;

    /// The numbers of a tensor of f32 that fills its storage.
    fn numbers_mut(storage: &mut Self::Storage) -> Result<&mut Self::Buffer>;

    /// A buffer as a tensor's storage.
    fn store(&self, buffer: Self::Buffer) -> Self::Storage;

    /// A buffer of `len` numbers, whatever they are.
    fn buffer(&self, len: usize) -> Result<Self::Buffer>;

    /// A buffer of `len` zeros.
    fn zeros(&self, len: usize) -> Result<Self::Buffer>;

    /// Multiplies `a` by `b` into `out` at `place`, which is of their outer sizes. No size is 0.
    fn product(
        &self,
        out: &mut Self::Buffer,
        place: Place,
        a: Matrix<'_, Self::Buffer>,
        b: Matrix<'_, Self::Buffer>,
        into: Into,
    ) -> Result<()>;

    /// Before the first step, `step`: `always [N, 4H]` becomes the sum of the two `biases`, 4H each,
    /// and `h_before` and `c_before` `[N, T, H]` get the initial state at `step.at`.
    fn lstm_start(
        &self,
        step: LstmStep,
        biases: From<'_, Self::Buffer>,
        initial: (&Self::Buffer, States),
        always: &mut Self::Buffer,
        before: [&mut Self::Buffer; 2],
    ) -> Result<()>;

    /// One step: turns the sums `gates [N, T, 4H]` at `step.at`, with `always [N, 4H]` added, into
    /// gates, in place, and those into the new state: h into `h [N, T, H]`, and h and c into
    /// `h_before` and `c_before` at `step.next`.
    fn lstm_forward(
        &self,
        step: LstmStep,
        always: &Self::Buffer,
        gates: &mut Self::Buffer,
        before: [&mut Self::Buffer; 2],
        h: &mut Self::Buffer,
    ) -> Result<()>;

    /// One step back: turns the gates at `step.at` into the gradients of their sums, in place. The
    /// gradient of this step's h is that in `grad [N, T, H]` plus that in `states`, from later steps;
    /// that of its c is in `states`, and becomes that of the step before.
    fn lstm_backward(
        &self,
        step: LstmStep,
        grad: From<'_, Self::Buffer>,
        gates: &mut Self::Buffer,
        c_before: &Self::Buffer,
        states: (&mut Self::Buffer, States),
    ) -> Result<()>;

    /// `out [A, C]` becomes the sum over B of `x [A, B, C]`.
    fn sum_middle(
        &self,
        out: FromMut<'_, Self::Buffer>,
        x: From<'_, Self::Buffer>,
        shape: [usize; 3],
    ) -> Result<()>;

    /// `out` becomes the sum of all numbers of `x`.
    fn sum_all(&self, out: FromMut<'_, Self::Buffer>, x: &Self::Buffer) -> Result<()>;

    /// `x` is multiplied by `y`, element by element, as far as `x` goes.
    fn multiply(
        &self,
        x: FromMut<'_, Self::Buffer>,
        y: From<'_, Self::Buffer>,
        len: usize,
    ) -> Result<()>;

    /// All of `x` is multiplied by the one number at `by`.
    fn scale(&self, x: &mut Self::Buffer, by: From<'_, Self::Buffer>) -> Result<()>;

    /// A copy of `len` numbers.
    fn copy(&self, x: From<'_, Self::Buffer>, len: usize) -> Result<Self::Buffer>;

    /// Softmax, cross-entropy and their way back: the products in `logits [R, 512]` become the
    /// gradients of the logits, `losses [R]` become those of the rows, and `d_onsets [R, 9]` the
    /// gradients of `onsets`.
    fn token_losses(
        &self,
        rows: TokenRows<'_, Self::Buffer>,
        logits: &mut Self::Buffer,
        losses: &mut Self::Buffer,
        d_onsets: FromMut<'_, Self::Buffer>,
    ) -> Result<()>;

    /// The sum of squares of `len` numbers, in [`SQUARES`] parts, into `sums`.
    fn squares(
        &self,
        x: From<'_, Self::Buffer>,
        len: usize,
        sums: FromMut<'_, Self::Buffer>,
    ) -> Result<()>;

    /// One step of Adam. `moments` holds the means of the gradients, then those of their squares, as
    /// many as there are `parameters` each.
    fn adam(
        &self,
        update: Update,
        parameters: &mut Self::Buffer,
        gradients: From<'_, Self::Buffer>,
        moments: &mut Self::Buffer,
    ) -> Result<()>;

    /// `out` becomes the dropout mask.
    fn mask(&self, out: &mut Self::Buffer, of: MaskOf) -> Result<()>;

    /// Numbers copied to the device.
    #[cfg(all(test, feature = "cuda"))]
    fn upload(&self, numbers: &[f32]) -> Result<Self::Buffer>;

    /// The numbers of a buffer. The one operation that waits for the device.
    fn download(&self, buffer: &Self::Buffer) -> Result<Vec<f32>>;
}
