//! Matrix products straight into buffers, on the calling thread: [`Panels`] of our own where training spends its time, and the `gemm`
//! crate behind a checked border for all else.
//!
//! The order of additions depends on the shapes alone, so the same product has the same bits every
//! time, however many threads multiply other matrices meanwhile.

mod panels;

pub(crate) use panels::{Panels, SHARED};

/// A matrix to read: element (row, column) is `data[row * row_stride + column * column_stride]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> View<'a> {
    /// Row-major, rows side by side.
    pub(crate) fn rows(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::strided(data, rows, columns, columns)
    }

    /// Row-major, each row `row_stride` after the one before.
    pub(crate) fn strided(data: &'a [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(last_element(rows, columns, row_stride) <= data.len(), "matrix beyond its buffer");
        Self { data, rows, columns, row_stride, column_stride: 1 }
    }

    /// Rows as columns.
    pub(crate) fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// Elements of a buffer that a row-major matrix needs.
fn last_element(rows: usize, columns: usize, row_stride: usize) -> usize {
    if rows == 0 || columns == 0 { 0 } else { (rows - 1) * row_stride + columns }
}

/// A matrix to write: row-major, each row `row_stride` after the one before.
#[derive(Debug)]
pub(crate) struct ViewMut<'a> {
    data: &'a mut [f32],
    row_stride: usize,
}

impl<'a> ViewMut<'a> {
    pub(crate) fn strided(data: &'a mut [f32], row_stride: usize) -> Self {
        Self { data, row_stride }
    }
}

/// How far apart the rows of a matrix of so many columns had better begin, if products read it column by
/// column: by an odd number of cache lines. Rows a power of two apart all fall into a few sets of a cache,
/// which then holds hardly any of them.
pub(crate) const fn spread(columns: usize) -> usize {
    const LINE: usize = 16;
    (columns.div_ceil(LINE) | 1) * LINE
}

/// Whether a product replaces what its destination holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Into {
    /// `out = a b`
    Replace,
    /// `out = out + a b`
    Add,
}

/// Multiplies `a` by `b` into the row-major `out` of their outer sizes.
///
/// # Panics
/// If the inner sizes differ or `out` is too short.
pub(crate) fn product(out: &mut [f32], a: View<'_>, b: View<'_>, into: Into) {
    product_strided(ViewMut::strided(out, b.columns), a, b, into);
}

/// As [`product`], where `out` says how far apart its rows are.
pub(crate) fn product_strided(out: ViewMut<'_>, a: View<'_>, b: View<'_>, into: Into) {
    assert_eq!(a.columns, b.rows, "inner sizes of a product");
    let last = last_element(a.rows, b.columns, out.row_stride);
    assert!(last <= out.data.len() && b.columns <= out.row_stride, "product beyond its buffer");
    let stride = |s: usize| isize::try_from(s).expect("strides are shorter than buffers");
    // SAFETY: both views lie within their slices (checked when made; transposing swaps sizes along
    // with strides), `out` holds rows x columns elements (checked above), and being borrowed
    // mutably it overlaps neither.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out.data.as_mut_ptr(),
            1,
            stride(out.row_stride),
            into == Into::Add,
            a.data.as_ptr(),
            stride(a.column_stride),
            stride(a.row_stride),
            b.data.as_ptr(),
            stride(b.column_stride),
            stride(b.row_stride),
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_all_orientations_agree_with_the_sum_they_stand_for() {
        let (m, n, k) = (5, 7, 3);
        let a: Vec<f32> = (0..m * k).map(|i| i as f32 * 0.5 - 3.0).collect();
        let b: Vec<f32> = (0..k * n).map(|i| 4.0 - i as f32 * 0.25).collect();
        let sum = |i: usize, j: usize| (0..k).map(|l| a[i * k + l] * b[l * n + j]).sum::<f32>();

        let mut out = vec![1.0; m * n];
        product(&mut out, View::rows(&a, m, k), View::rows(&b, k, n), Into::Add);
        for (at, x) in out.iter().enumerate() {
            assert_eq!(*x, 1.0 + sum(at / n, at % n));
        }
        // (a b)^T = b^T a^T
        product(
            &mut out,
            View::rows(&b, k, n).transposed(),
            View::rows(&a, m, k).transposed(),
            Into::Replace,
        );
        for (at, x) in out.iter().enumerate() {
            assert_eq!(*x, sum(at % m, at / m));
        }
    }

    #[test]
    #[should_panic(expected = "matrix beyond its buffer")]
    fn a_matrix_larger_than_its_buffer_is_refused() {
        View::strided(&[0.0; 10], 2, 3, 8);
    }
}
