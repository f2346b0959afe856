//! Matrices repacked for the kernel, and their products with rows of numbers.
//!
//! Weights stand in panels: blocks of some outputs, input after input, so that a panel is read
//! from memory in order and each input is multiplied into the panel's sums at once. Weights that are 16-bit
//! numbers, as those of a file of half precision are, stay so where the processor widens them while it reads: less
//! memory to read, and the same bits.

use half::f16;

use super::isa::{Isa, Job};
use super::lanes::Lanes;
use super::product::{Product, WIDEST, kept_full};
use super::sparse_columns::Columns;
use crate::aligned::Aligned;

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

/// The most weights of a matrix that stays in the second cache while it is used again and again: as 16- and 32-bit
/// numbers together they take 1.4 MB, and that cache has 1 MB or 2 on the processors of today.
const CACHED: usize = 1 << 19;

/// A matrix `[outputs, inputs]` in panels. Its first columns may be *sparse*: their inputs are 0 or 1, and
/// those that are 1 are named.
#[derive(Debug)]
pub(super) struct Matrix {
    sparse: Columns,
    /// Inputs that are not sparse.
    dense: usize,
    outputs: usize,
    /// Numbers in a panel's row that are f32, and the others. The first rows of all panels' are those of the
    /// first panel; outputs beyond the last are zero.
    widths: [usize; 2],
    full: Aligned<f32>,
    half: Aligned<f16>,
}

impl Matrix {
    /// Repacks a matrix whose element (output, input) is given by `at`, without sparse columns.
    pub(super) fn pack(
        isa: Isa,
        outputs: usize,
        inputs: usize,
        at: impl Fn(usize, usize) -> f32,
    ) -> Self {
        Self::pack_sparse(isa, outputs, 0, inputs, false, at)
    }

    /// Likewise, the first `sparse` of the `inputs` columns being sparse. `is_reread`: the decoder reads it
    /// at every step.
    pub(super) fn pack_sparse(
        isa: Isa,
        outputs: usize,
        sparse: usize,
        inputs: usize,
        is_reread: bool,
        at: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let is_half = |x: f32| f16::from_f32(x).to_f32().to_bits() == x.to_bits();
        let all_half = || (0..outputs).all(|o| (0..inputs).all(|k| is_half(at(o, k))));
        let are_half = isa.widens_halves() && all_half();
        let vectors = panel(outputs.div_ceil(isa.lanes()));
        let n_full = match are_half {
            false => vectors,
            true if is_reread && outputs * inputs <= CACHED && isa.widening_costs() => {
                kept_full(vectors)
            }
            true => 0,
        };
        let widths = [n_full, vectors - n_full].map(|n| n * isa.lanes());
        let (panel, dense) = (widths[0] + widths[1], inputs - sparse);
        let rows = outputs.div_ceil(panel) * dense;
        // Number `i` of those panels' columns that begin at `from` and are `width` wide.
        let number = |i: usize, from: usize, width: usize| {
            let output = i / (dense * width) * panel + from + i % width;
            if output < outputs { at(output, sparse + i / width % dense) } else { 0.0 }
        };
        let full = (0..rows * widths[0]).map(|i| number(i, 0, widths[0]));
        let half = (0..rows * widths[1]).map(|i| f16::from_f32(number(i, widths[0], widths[1])));
        Self {
            sparse: Columns::pack(sparse, outputs, outputs.next_multiple_of(panel), are_half, &at),
            dense,
            outputs,
            widths,
            full: Aligned::new(rows * widths[0], 0.0, full),
            half: Aligned::new(rows * widths[1], f16::ZERO, half),
        }
    }

    /// Number of outputs.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Number of inputs that are not sparse.
    pub(super) fn dense(&self) -> usize {
        self.dense
    }

    /// Number of outputs rounded up to whole panels: the least width of rows of outputs.
    pub(super) fn padded(&self) -> usize {
        self.outputs.next_multiple_of(self.widths[0] + self.widths[1])
    }

    /// Adds the product with the first `rows` rows of `x` to those of `out`; all sparse inputs are 0.
    ///
    /// # Panics
    /// If the rows are narrower than [`dense`](Self::dense) and [`padded`](Self::padded), or too few.
    pub(super) fn multiply_add(&self, isa: Isa, x: &Rows, out: &mut Rows, rows: usize) {
        let mut row = 0;
        while row < rows {
            row += match (rows - row).min(isa.inputs_together()) {
                8.. => self.multiply_add_rows::<8>(isa, x, out, row),
                4.. => self.multiply_add_rows::<4>(isa, x, out, row),
                _ => self.multiply_add_rows::<1>(isa, x, out, row),
            };
        }
    }

    /// Likewise, the sparse inputs that `struck` lists for a row being 1.
    ///
    /// # Panics
    /// Likewise, and if a column listed is not sparse.
    pub(super) fn multiply_add_sparse<'a>(
        &self,
        isa: Isa,
        struck: impl Fn(usize) -> &'a [u16],
        x: &Rows,
        out: &mut Rows,
        rows: usize,
    ) {
        for row in 0..rows {
            self.sparse.add(isa, struck(row), out.row_mut(row));
        }
        self.multiply_add(isa, x, out, rows);
    }

    /// Multiplies `B` rows from `row` on, which share each weight that is read; gives back `B`.
    fn multiply_add_rows<const B: usize>(
        &self,
        isa: Isa,
        x: &Rows,
        out: &mut Rows,
        row: usize,
    ) -> usize {
        let width = out.width;
        let mut rows = out.data[row * width..].chunks_exact_mut(width);
        isa.run(Product::<B> {
            full: self.full.get(),
            half: self.half.get(),
            full_width: self.widths[0],
            half_width: self.widths[1],
            inputs: self.dense,
            x: std::array::from_fn(|b| &x.row(row + b)[..self.dense]),
            out: std::array::from_fn(|_| rows.next().expect("as many rows out as in")),
        });
        B
    }
}

/// Vectors in a panel of a matrix whose outputs fill `vectors` of them: enough to hide the latency of the
/// multiply-add (four cycles, two a cycle), with the least padding.
fn panel(vectors: usize) -> usize {
    if vectors <= WIDEST {
        return vectors.max(1);
    }
    (8..=WIDEST).min_by_key(|&n| vectors.next_multiple_of(n)).unwrap_or(WIDEST)
}

/// A matrix and what is added to its product.
#[derive(Debug)]
pub(super) struct Linear {
    pub(super) matrix: Matrix,
    /// `[padded outputs]`.
    pub(super) bias: Vec<f32>,
}

impl Linear {
    /// Packs `weight [outputs, inputs]`, row-major, and `bias [outputs]`.
    pub(super) fn pack(isa: Isa, weight: &[f32], bias: &[f32]) -> Self {
        let inputs = weight.len() / bias.len();
        let matrix = Matrix::pack(isa, bias.len(), inputs, |o, k| weight[o * inputs + k]);
        Self::new(matrix, bias)
    }

    /// Adds `bias [outputs]` to a matrix.
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
    fn run<L: Lanes>(self) {
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

    /// The product of every instruction set, row by row and together, beside plain multiply-adds.
    fn agrees_with_its_scalar_twin(outputs: usize, sparse: usize, inputs: usize, weight: &[f32]) {
        let bias = numbers(outputs, 2);
        let columns: Vec<u16> = (0..sparse as u16).collect();
        for rows in 1..=13 {
            // Every row names other columns.
            let struck = |row: usize| &columns[row.min(sparse)..sparse.min(2 * row + 1)];
            let mut x = Rows::new(rows, inputs + 3);
            for row in 0..rows {
                x.set(row, &numbers(inputs, 3 + row as u32));
            }
            for isa in Isa::available() {
                let is_reread = rows % 2 == 0;
                let matrix =
                    Matrix::pack_sparse(isa, outputs, sparse, inputs, is_reread, |o, k| {
                        weight[o * inputs + k]
                    });
                let linear = Linear::new(matrix, &bias);
                let mut out = linear.rows(rows);
                for row in 0..rows {
                    out.set(row, &linear.bias);
                }
                linear.matrix.multiply_add_sparse(
                    isa,
                    |row| &columns[row.min(sparse)..sparse.min(2 * row + 1)],
                    &x,
                    &mut out,
                    rows,
                );
                for row in 0..rows {
                    for output in 0..outputs {
                        let weight = &weight[output * inputs..][..inputs];
                        let start = struck(row)
                            .iter()
                            .fold(bias[output], |sum, &k| sum + weight[usize::from(k)]);
                        let expected = weight[sparse..]
                            .iter()
                            .zip(x.row(row))
                            .fold(start, |sum, (weight, x)| x.mul_add(*weight, sum));
                        let found = out.row(row)[output];
                        assert_eq!(found.to_bits(), expected.to_bits(), "{isa:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_product_is_the_same_to_the_bit_for_every_instruction_set_and_batch() {
        for (outputs, sparse, inputs) in
            [(1, 0, 1), (9, 0, 40), (18, 3, 7), (130, 9, 33), (521, 0, 20), (576, 20, 21)]
        {
            let weight = numbers(outputs * inputs, 1);
            agrees_with_its_scalar_twin(outputs, sparse, inputs, &weight);
            // As a file of half precision holds them, the subnormal among them.
            let mut halves: Vec<f32> = weight.iter().map(|&x| f16::from_f32(x).to_f32()).collect();
            halves[0] = f16::from_bits(3).to_f32();
            agrees_with_its_scalar_twin(outputs, sparse, inputs, &halves);
        }
    }

    #[test]
    fn only_weights_that_are_halves_are_kept_as_halves() {
        for isa in Isa::available() {
            let kept = |weight: f32| {
                let matrix = Matrix::pack(isa, 100, 2, |_, _| weight);
                matrix.widths[1] > 0
            };
            assert_eq!(kept(0.25), isa.widens_halves());
            assert!(!kept(0.1) && !kept(1e6) && !kept(1e-9));
        }
    }
}
