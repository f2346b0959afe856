//! Right-hand matrices that many products read, laid out for them once: in panels of columns, each with its rows side
//! by side, which the innermost loop reads from the first number to the last.
//!
//! The left-hand matrix is laid out likewise, in tiles of as many rows as are multiplied at a time, a block of them by a
//! block: so the innermost loop reads two addresses that move on by constants, and little is in it but
//! multiplications. Where another thread shares the core's front end, that is what counts (docs/performance.md).

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::{Into, View, ViewMut};
use crate::aligned::Aligned;

/// Columns of a panel: two vectors of 256 bits, or one of 512.
const WIDTH: usize = 16;
/// Rows of a panel that are multiplied at a time: they stay in the first cache while tiles pass by.
const DEPTH: usize = 512;
/// Rows of the left-hand matrix that are laid out at a time, whole tiles: they stay in the second cache while panels pass by.
const BLOCK: usize = 96;
/// Numbers of a matrix that no cache holds (16 MiB): reading it from memory once for many rows then pays, and threads
/// share the product instead of the rows.
pub(crate) const SHARED: usize = 4 << 20;
/// Multiplications of a tile by a row of a panel in a round of the innermost loop. With eight the compiler
/// runs out of registers.
const TOGETHER: usize = 4;

/// A right-hand matrix.
#[derive(Debug)]
pub(crate) struct Panels {
    /// `[panels, rows, WIDTH]`, zeros beyond the last column.
    data: Aligned<f32>,
    rows: usize,
    columns: usize,
}

impl Panels {
    /// The matrix of these parts, one below the other.
    pub(crate) fn of(parts: &[View<'_>]) -> Self {
        let columns = parts.first().map_or(0, |part| part.columns);
        assert!(parts.iter().all(|part| part.columns == columns), "parts of one width");
        let rows: usize = parts.iter().map(|part| part.rows).sum();
        let len = rows * columns.next_multiple_of(WIDTH);
        let mut data = Aligned::new(len, 0.0, std::iter::empty());
        let panels = data.get_mut().par_chunks_mut((rows * WIDTH).max(1));
        panels.enumerate().for_each(|(i, panel)| {
            let columns = i * WIDTH..columns.min((i + 1) * WIDTH);
            let mut panel = panel.as_chunks_mut().0.iter_mut();
            for part in parts {
                copy_columns(panel.by_ref().take(part.rows), *part, columns.clone());
            }
        });
        Self { data, rows, columns }
    }

    /// Multiplies `a`, whose rows or columns are contiguous, by the matrix into `out`. Threads share the panels of a
    /// matrix that is larger than [`SHARED`].
    ///
    /// # Panics
    /// If the inner sizes differ or `out` is too short.
    pub(crate) fn product(&self, out: ViewMut<'_>, a: View<'_>, into: Into) {
        assert_eq!(a.columns, self.rows, "inner sizes of a product");
        assert!(a.row_stride == 1 || a.column_stride == 1, "contiguous rows or columns");
        assert!(self.rows > 0 || into == Into::Add, "an empty product replaces nothing");
        let is_shared = self.rows * self.columns > SHARED;
        let threads = if is_shared { rayon::current_num_threads() } else { 1 };
        let panels = self.columns.div_ceil(WIDTH);
        let share = panels.div_ceil(threads).max(1);
        let mut shares: Vec<Product<'_>> = (0..panels)
            .step_by(share)
            .map(|first| first..panels.min(first + share))
            .map(|panels| Product { b: self, panels, a, out: Vec::with_capacity(a.rows), into })
            .collect();
        for row in out.data.chunks_mut(out.row_stride.max(1)).take(a.rows) {
            let columns = row[..self.columns].chunks_mut(share * WIDTH);
            shares.iter_mut().zip(columns).for_each(|(share, columns)| share.out.push(columns));
        }
        shares.into_par_iter().for_each(|share| Arch::new().dispatch(share));
    }

    /// Rows `depth` of panel `index`.
    #[inline(always)]
    fn panel(&self, index: usize, depth: &Range<usize>) -> &[f32] {
        let first = (index * self.rows + depth.start) * WIDTH;
        &self.data.get()[first..][..depth.len() * WIDTH]
    }
}

/// Copies some columns, at most as many as a panel has, to its rows.
fn copy_columns<'a>(
    rows: impl Iterator<Item = &'a mut [f32; WIDTH]>,
    from: View<'_>,
    columns: Range<usize>,
) {
    let (width, stride) = (columns.len(), from.column_stride);
    for (i, row) in rows.enumerate() {
        let from = &from.data[i * from.row_stride + columns.start * stride..];
        let (to, beyond) = row.split_at_mut(width);
        if stride == 1 {
            to.copy_from_slice(&from[..width]);
        } else {
            to.iter_mut().zip(from.iter().step_by(stride)).for_each(|(to, from)| *to = *from);
        }
        beyond.fill(0.0);
    }
}

/// A product by some of the panels.
struct Product<'a> {
    b: &'a Panels,
    panels: Range<usize>,
    a: View<'a>,
    /// For each row of `a` the columns of these panels.
    out: Vec<&'a mut [f32]>,
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
        let mut tiles = vec![0.0; DEPTH.min(self.b.rows) * BLOCK.min(self.a.rows)];
        for first in (0..self.b.rows).step_by(DEPTH) {
            let depth = first..self.b.rows.min(first + DEPTH);
            for first in (0..self.a.rows).step_by(BLOCK) {
                let rows = first..self.a.rows.min(first + BLOCK);
                self.block::<S, ROWS, VECTORS>(simd, &depth, &rows, &mut tiles);
            }
        }
    }

    /// Multiplies `rows`, of them the columns `depth`, by the panels. `tiles` has room for as many numbers.
    #[inline(always)]
    fn block<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        depth: &Range<usize>,
        rows: &Range<usize>,
        tiles: &mut [f32],
    ) {
        let mut row = rows.start;
        while row < rows.end {
            let tile = &mut tiles[(row - rows.start) * depth.len()..];
            row += match rows.end - row {
                left if left >= ROWS => self.lay_out::<ROWS>(row, depth, tile),
                4.. => self.lay_out::<4>(row, depth, tile),
                2.. => self.lay_out::<2>(row, depth, tile),
                _ => self.lay_out::<1>(row, depth, tile),
            };
        }
        for panel in self.panels.clone() {
            let b = S::as_simd_f32s(self.b.panel(panel, depth)).0.as_chunks::<VECTORS>().0;
            let is_sum = depth.start > 0 || self.into == Into::Add;
            let mut row = rows.start;
            while row < rows.end {
                let a = &tiles[(row - rows.start) * depth.len()..];
                let to = (row, (panel - self.panels.start) * WIDTH);
                row += match rows.end - row {
                    left if left >= ROWS => self.tile::<S, ROWS, VECTORS>(simd, a, b, to, is_sum),
                    4.. => self.tile::<S, 4, VECTORS>(simd, a, b, to, is_sum),
                    2.. => self.tile::<S, 2, VECTORS>(simd, a, b, to, is_sum),
                    _ => self.tile::<S, 1, VECTORS>(simd, a, b, to, is_sum),
                };
            }
        }
    }

    /// Copies R rows from `row` on, of them the columns `depth`, to `tile [depth, R]`. Returns R.
    #[inline(always)]
    fn lay_out<const R: usize>(&self, row: usize, depth: &Range<usize>, tile: &mut [f32]) -> usize {
        let View { data, row_stride, column_stride, .. } = self.a;
        let data = &data[row * row_stride + depth.start * column_stride..];
        let tile = &mut tile.as_chunks_mut::<R>().0[..depth.len()];
        if column_stride == 1 {
            let rows: [&[f32]; R] = std::array::from_fn(|r| &data[r * row_stride..][..depth.len()]);
            for (k, column) in tile.iter_mut().enumerate() {
                *column = std::array::from_fn(|r| rows[r][k]);
            }
        } else {
            for (column, from) in tile.iter_mut().zip(data.chunks(column_stride)) {
                column.copy_from_slice(&from[..R]);
            }
        }
        R
    }

    /// Multiplies a tile of R rows by `b`, into the row and the columns that begin at `to`. Returns R.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        a: &[f32],
        b: &[[S::f32s; VECTORS]],
        (row, first): (usize, usize),
        is_sum: bool,
    ) -> usize {
        let a = &a.as_chunks::<R>().0[..b.len()];
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
        let ((a_many, a), (b_many, b)) = (a.as_chunks::<TOGETHER>(), b.as_chunks::<TOGETHER>());
        for (a, b) in a_many.iter().zip(b_many) {
            for (a, b) in a.iter().zip(b) {
                add_outer(simd, &mut sums, a, b);
            }
        }
        for (a, b) in a.iter().zip(b) {
            add_outer(simd, &mut sums, a, b);
        }
        for (out, sums) in self.out[row..].iter_mut().zip(&sums) {
            let width = WIDTH.min(out.len() - first);
            let out = &mut out[first..][..width];
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

/// Adds each of `a` times `b` to its sums.
#[inline(always)]
fn add_outer<S: Simd, const R: usize, const VECTORS: usize>(
    simd: S,
    sums: &mut [[S::f32s; VECTORS]; R],
    a: &[f32; R],
    b: &[S::f32s; VECTORS],
) {
    for (sums, a) in sums.iter_mut().zip(a) {
        let a = simd.splat_f32s(*a);
        for (sum, b) in sums.iter_mut().zip(b) {
            *sum = simd.mul_add_f32s(a, *b, *sum);
        }
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
    fn rows_beyond_a_block_and_rows_that_stand_as_columns_are_multiplied() {
        let (m, n, k) = (2 * BLOCK + 5, WIDTH + 1, DEPTH + 2);
        let numbers = |count: usize| (0..count).map(|i| (i % 11) as f32 - 5.0).collect::<Vec<_>>();
        let (a, b) = (numbers(m * k), numbers(k * n));
        let b = View::rows(&b, k, n);
        for a in [View::rows(&a, m, k), View::rows(&a, k, m).transposed()] {
            let (mut expected, mut out) = (vec![0.0; m * n], vec![f32::NAN; m * n]);
            product(&mut expected, a, b, Into::Replace);
            Panels::of(&[b]).product(ViewMut::strided(&mut out, n), a, Into::Replace);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn threads_share_a_large_matrix() {
        let (m, k) = (3, 1024);
        let n = SHARED / k + WIDTH + 1;
        let numbers = |count: usize| (0..count).map(|i| (i % 7) as f32 - 3.0).collect::<Vec<_>>();
        let (a, b) = (numbers(m * k), numbers(k * n));
        let (a, b) = (View::rows(&a, m, k), View::rows(&b, k, n));
        let (mut expected, mut out) = (vec![0.0; m * n], vec![f32::NAN; m * n]);
        product(&mut expected, a, b, Into::Replace);
        let threads = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        threads.install(|| {
            Panels::of(&[b]).product(ViewMut::strided(&mut out, n), a, Into::Replace);
        });
        assert!(out == expected);
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
