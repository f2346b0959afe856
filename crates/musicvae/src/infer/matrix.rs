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
        let mut x_rows = x.data.chunks_exact(x.width).take(rows);
        let mut out_rows = out.data.chunks_mut(4 * out.width);
        let out_width = out.width;
        let inputs = self.inputs;
        let mut left = rows;
        while left > 0 {
            let out = out_rows.next().expect("as many rows of outputs as of inputs");
            let mut next = || &x_rows.next().expect("as many rows as asked for")[..inputs];
            if left >= 4 {
                let x = [next(), next(), next(), next()];
                isa.run(Product { matrix: self, x, out, out_width });
                left -= 4;
            } else {
                for out in out.chunks_exact_mut(out_width).take(left) {
                    isa.run(Product { matrix: self, x: [next()], out, out_width });
                }
                left = 0;
            }
        }
    }
}

/// The product with `B` inputs that share each weight read.
struct Product<'a, const B: usize> {
    matrix: &'a Matrix,
    x: [&'a [f32]; B],
    out: &'a mut [f32],
    out_width: usize,
}

impl<const B: usize> Job for Product<'_, B> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.matrix.panel {
            16 => self.panels::<16>(),
            32 => self.panels::<32>(),
            64 => self.panels::<64>(),
            128 => self.panels::<128>(),
            other => unreachable!("no panel is {other} wide"),
        }
    }
}

impl<const B: usize> Product<'_, B> {
    #[inline(always)]
    fn panels<const P: usize>(self) {
        let rows = self.matrix.weights.get().as_chunks::<P>().0;
        let mut start = 0;
        for panel in rows.chunks_exact(self.matrix.inputs) {
            let mut sums = [[0.0; P]; B];
            for (b, sums) in sums.iter_mut().enumerate() {
                sums.copy_from_slice(&self.out[b * self.out_width + start..][..P]);
            }
            accumulate(self.x, panel, &mut sums);
            for (b, sums) in sums.iter().enumerate() {
                self.out[b * self.out_width + start..][..P].copy_from_slice(sums);
            }
            start += P;
        }
    }
}

/// The innermost loop: `sums` live in vector registers from the first input to the last.
#[inline(always)]
fn accumulate<const P: usize, const B: usize>(
    x: [&[f32]; B],
    panel: &[[f32; P]],
    sums: &mut [[f32; P]; B],
) {
    let mut local = *sums;
    for x in x {
        assert!(x.len() == panel.len(), "as many inputs as weights");
    }
    for k in 0..panel.len() {
        let weights = &panel[k];
        for b in 0..B {
            let input = x[b][k];
            for j in 0..P {
                local[b][j] = input.mul_add(weights[j], local[b][j]);
            }
        }
    }
    *sums = local;
}

/// A matrix and what is added to its product.
#[derive(Debug)]
pub(super) struct Linear {
    /// `[outputs, inputs]`.
    pub(super) matrix: Matrix,
    /// `[padded outputs]`.
    pub(super) bias: Vec<f32>,
}

impl Linear {
    /// Packs `weight [outputs, inputs]` and `bias [outputs]` for products with `rows` inputs at a time.
    pub(super) fn pack(isa: Isa, rows: usize, weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weight.len() / outputs;
        let matrix = Matrix::pack(isa, rows, outputs, inputs, |o, i| weight[o * inputs + i]);
        Self::new(matrix, bias)
    }

    /// Joins a matrix and its bias `[outputs]`.
    pub(super) fn new(matrix: Matrix, bias: &[f32]) -> Self {
        assert_eq!(bias.len(), matrix.outputs());
        let mut bias = bias.to_vec();
        bias.resize(matrix.padded(), 0.0);
        Self { matrix, bias }
    }

    /// Writes the images of the first `rows` rows of `x` to those of `out`, which are at least
    /// [`Matrix::padded`] wide.
    pub(super) fn apply(&self, isa: Isa, x: &Rows, out: &mut Rows, rows: usize) {
        for row in 0..rows {
            out.set(row, &self.bias);
        }
        self.matrix.multiply_add(isa, x, out, rows);
    }

    /// Rows that can take `count` images.
    pub(super) fn rows(&self, count: usize) -> Rows {
        Rows::new(count, self.matrix.padded())
    }
}

/// A function of one number, applied to many.
struct Map<'a, F> {
    values: &'a mut [f32],
    function: F,
}

impl<F: Fn(f32) -> f32> Job for Map<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for value in self.values {
            *value = (self.function)(*value);
        }
    }
}

/// Applies `function`, one of [`math`](super::math), to each of `values`.
pub(super) fn map(isa: Isa, values: &mut [f32], function: impl Fn(f32) -> f32) {
    isa.run(Map { values, function });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut draw = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| draw()).collect()
    }

    #[test]
    fn a_product_is_the_same_to_the_bit_for_every_instruction_set_and_batch() {
        for (outputs, inputs) in [(1, 1), (9, 40), (18, 7), (130, 33), (576, 20)] {
            let weight = numbers(outputs * inputs, 1);
            let bias = numbers(outputs, 2);
            for rows in 1..=9 {
                let mut x = Rows::new(rows, inputs + 3);
                for row in 0..rows {
                    x.set(row, &numbers(inputs, 3 + row as u32));
                }
                for isa in Isa::available() {
                    for packed_for in [1, 4] {
                        let linear = Linear::pack(isa, packed_for, &weight, &bias);
                        let mut out = linear.rows(rows);
                        linear.apply(isa, &x, &mut out, rows);
                        for row in 0..rows {
                            for output in 0..outputs {
                                let expected = (0..inputs).fold(bias[output], |sum, k| {
                                    x.row(row)[k].mul_add(weight[output * inputs + k], sum)
                                });
                                let found = out.row(row)[output];
                                assert_eq!(found.to_bits(), expected.to_bits(), "{isa:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}
