//! Right-hand matrices that many products read, laid out for them once: in panels of columns, each with its rows side
//! by side, which the innermost loop reads from the first number to the last.
//!
//! A product of few rows gains most: those of a recurrence's steps are 1.1 to 1.15 times as fast as by a general product,
//! which lays the matrix out anew each time.

use pulp::{Arch, Simd, WithSimd};

use super::{Into, View, ViewMut};
use crate::buffers;

/// Columns of a panel: two vectors of 256 bits, or one of 512.
const WIDTH: usize = 16;
/// Rows of a panel that are multiplied at a time: they stay in the first cache while rows of the left-hand matrix pass by.
const DEPTH: usize = 512;

/// A right-hand matrix.
#[derive(Debug)]
pub(crate) struct Panels {
    /// `[panels, rows, WIDTH]`, zeros beyond the last column.
    data: Vec<f32>,
    rows: usize,
    columns: usize,
}

impl Panels {
    /// The matrix of these parts, one below the other.
    pub(crate) fn of(parts: &[View<'_>]) -> Self {
        let columns = parts.first().map_or(0, |part| part.columns);
        let rows = parts.iter().map(|part| part.rows).sum();
        let mut data = buffers::take(rows * columns.next_multiple_of(WIDTH));
        let mut from = 0;
        for part in parts {
            assert_eq!(part.columns, columns, "parts of one width");
            for (panel, first) in (0..columns).step_by(WIDTH).enumerate() {
                let width = WIDTH.min(columns - first);
                let panel = &mut data[(panel * rows + from) * WIDTH..][..part.rows * WIDTH];
                for (i, row) in panel.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
                    for (j, x) in row[..width].iter_mut().enumerate() {
                        *x = part.data[i * part.row_stride + (first + j) * part.column_stride];
                    }
                    row[width..].fill(0.0);
                }
            }
            from += part.rows;
        }
        Self { data, rows, columns }
    }

    /// Multiplies `a`, whose rows are contiguous, by the matrix into `out`.
    ///
    /// # Panics
    /// If the inner sizes differ or `out` is too short.
    pub(crate) fn product(&self, out: ViewMut<'_>, a: View<'_>, into: Into) {
        assert_eq!((a.columns, a.column_stride), (self.rows, 1), "inner sizes of a product");
        assert!(self.rows > 0 || into == Into::Add, "an empty product replaces nothing");
        Arch::new().dispatch(Product { b: self, a, out, into });
    }
}

impl Drop for Panels {
    fn drop(&mut self) {
        buffers::give(std::mem::take(&mut self.data));
    }
}

struct Product<'a> {
    b: &'a Panels,
    a: View<'a>,
    out: ViewMut<'a>,
    into: Into,
}

impl WithSimd for Product<'_> {
    type Output = ();

    /// As many sums at a time as fill the registers.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match S::F32_LANES {
            16 => self.run::<S, 12, 1>(simd),
            8 => self.run::<S, 6, 2>(simd),
            4 => self.run::<S, 4, 4>(simd),
            _ => self.run::<S, 1, WIDTH>(simd),
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize, const VECTORS: usize>(mut self, simd: S) {
        for (panel, first) in (0..self.b.columns).step_by(WIDTH).enumerate() {
            let panel = &self.b.data[panel * self.b.rows * WIDTH..][..self.b.rows * WIDTH];
            for (part, b) in panel.chunks(DEPTH * WIDTH).enumerate() {
                let b = S::as_simd_f32s(b).0.as_chunks::<VECTORS>().0;
                let at = (part * DEPTH, first);
                let mut row = 0;
                while row < self.a.rows {
                    row += match self.a.rows - row {
                        rest if rest >= ROWS => self.tile::<S, ROWS, VECTORS>(simd, b, row, at),
                        4.. => self.tile::<S, 4, VECTORS>(simd, b, row, at),
                        2.. => self.tile::<S, 2, VECTORS>(simd, b, row, at),
                        _ => self.tile::<S, 1, VECTORS>(simd, b, row, at),
                    };
                }
            }
        }
    }

    /// Multiplies R rows from `row` on, their columns from the first of `at` on, by `b`, into the columns from the second of
    /// `at` on. Returns R.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        b: &[[S::f32s; VECTORS]],
        row: usize,
        (depth, first): (usize, usize),
    ) -> usize {
        let a: [&[f32]; R] = std::array::from_fn(|r| {
            &self.a.data[(row + r) * self.a.row_stride + depth..][..b.len()]
        });
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
        for (k, b) in b.iter().enumerate() {
            for (sums, a) in sums.iter_mut().zip(&a) {
                let a = simd.splat_f32s(a[k]);
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum = simd.mul_add_f32s(a, *b, *sum);
                }
            }
        }
        let width = WIDTH.min(self.b.columns - first);
        let is_sum = depth > 0 || self.into == Into::Add;
        for (r, sums) in sums.iter().enumerate() {
            let out = &mut self.out.data[(row + r) * self.out.row_stride + first..][..width];
            if let (out, []) = S::as_mut_simd_f32s(out)
                && let Some(out) = out.first_chunk_mut::<VECTORS>()
            {
                for (out, sum) in out.iter_mut().zip(sums) {
                    *out = if is_sum { simd.add_f32s(*out, *sum) } else { *sum };
                }
                continue;
            }
            let mut whole = [0.0; WIDTH];
            S::as_mut_simd_f32s(&mut whole).0.copy_from_slice(sums);
            for (out, sum) in out.iter_mut().zip(whole) {
                *out = if is_sum { *out + sum } else { sum };
            }
        }
        R
    }
}

#[cfg(test)]
mod tests {
    use super::super::{product, spread};
    use super::*;

    #[test]
    fn a_matrix_in_panels_multiplies_as_it_does_whole() {
        let (m, n, k) = (19, 2 * WIDTH + 7, 11);
        let numbers = |count: usize| (0..count).map(|i| (i % 13) as f32 - 6.0).collect::<Vec<_>>();
        let (a, b) = (numbers(m * k), numbers(k * n));
        let mut expected = vec![1.0; m * n];
        product(&mut expected, View::rows(&a, m, k), View::rows(&b, k, n), Into::Add);
        // Of two parts, the second with its columns as rows.
        let (upper, lower) = b.split_at(4 * n);
        let mut turned = vec![0.0; lower.len()];
        for (i, x) in lower.iter().enumerate() {
            turned[i % n * (k - 4) + i / n] = *x;
        }
        let parts = [View::rows(upper, 4, n), View::rows(&turned, n, k - 4).transposed()];
        let stride = spread(n);
        let mut out = vec![1.0; m * stride];
        Panels::of(&parts).product(
            ViewMut::strided(&mut out, stride),
            View::rows(&a, m, k),
            Into::Add,
        );
        for (found, expected) in out.chunks(stride).zip(expected.chunks(n)) {
            assert_eq!(&found[..n], expected);
            assert!(found[n..].iter().all(|&x| x == 1.0), "beyond the matrix");
        }
    }

    #[test]
    fn every_number_of_rows_and_columns_is_multiplied() {
        // More than one part of the depth, so that sums go on.
        let k = DEPTH + 3;
        let numbers = |count: usize| (0..count).map(|i| (i % 7) as f32 - 3.0).collect::<Vec<_>>();
        for (m, n) in (1..=14).flat_map(|m| [1, 15, 16, 18].map(|n| (m, n))) {
            let (a, b) = (numbers(m * k), numbers(k * n));
            let (a, b) = (View::rows(&a, m, k), View::rows(&b, k, n));
            let (mut expected, mut out) = (vec![0.0; m * n], vec![f32::NAN; m * n]);
            product(&mut expected, a, b, Into::Replace);
            Panels::of(&[b]).product(ViewMut::strided(&mut out, n), a, Into::Replace);
            assert_eq!(out, expected, "{m} rows and {n} columns");
        }
    }
}
