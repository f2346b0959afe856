//! The *sparse* columns of a matrix: those whose inputs are 0 or 1, as a token's are.
//!
//! They stand apart from the panels, each whole, so that one which is struck is read in order, and so that panels
//! are read without gaps.
#![allow(unsafe_code)]

use half::f16;

use super::isa::{Isa, Job};
use super::lanes::Lanes;
use crate::aligned::Aligned;

/// Vectors added at a time: four of eight 16-bit numbers fill a cache line.
const TOGETHER: usize = 4;

/// See the module.
#[derive(Debug)]
pub(super) struct Columns {
    /// Outputs, padded as the panels are.
    width: usize,
    /// `[columns, width]`, or nothing.
    full: Aligned<f32>,
    /// `[columns, width]`, or nothing.
    half: Aligned<f16>,
}

impl Columns {
    /// Repacks `count` columns of `outputs` numbers, padded to `width`, whose element (output, column) is given by
    /// `at`; as 16-bit numbers if they all `are_half`.
    pub(super) fn pack(
        count: usize,
        outputs: usize,
        width: usize,
        are_half: bool,
        at: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let number = |i: usize| match i % width {
            output if output < outputs => at(output, i / width),
            _ => 0.0,
        };
        let len = |wanted| if wanted { count * width } else { 0 };
        let (n_full, n_half) = (len(!are_half), len(are_half));
        Self {
            width,
            full: Aligned::new(n_full, 0.0, (0..n_full).map(number)),
            half: Aligned::new(n_half, f16::ZERO, (0..n_half).map(|i| f16::from_f32(number(i)))),
        }
    }

    /// Adds the columns listed by `struck` to `out`, one after the other.
    ///
    /// # Panics
    /// If there is no such column, or `out` is narrower than the columns.
    pub(super) fn add(&self, isa: Isa, struck: &[u16], out: &mut [f32]) {
        if struck.is_empty() {
            return;
        }
        let out = &mut out[..self.width];
        if self.half.get().is_empty() {
            isa.run(Sum { columns: self.full.get(), struck, out });
        } else {
            isa.run(Sum { columns: self.half.get(), struck, out });
        }
    }
}

/// A number that vectors can be loaded from.
trait Weight: Copy {
    /// # Safety
    /// The processor has the instructions of `L`, and `from` points to so many numbers.
    unsafe fn load<L: Lanes>(from: *const Self) -> L;
}

impl Weight for f32 {
    #[inline(always)]
    unsafe fn load<L: Lanes>(from: *const Self) -> L {
        // SAFETY: the caller's promise is the same.
        unsafe { L::load(from) }
    }
}

impl Weight for f16 {
    #[inline(always)]
    unsafe fn load<L: Lanes>(from: *const Self) -> L {
        // SAFETY: the caller's promise is the same.
        unsafe { L::load_half(from) }
    }
}

/// Adds some of `columns`, each as wide as `out`, to it.
struct Sum<'a, W> {
    columns: &'a [W],
    struck: &'a [u16],
    out: &'a mut [f32],
}

impl<W: Weight> Job for Sum<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let width = self.out.len();
        assert!(width.is_multiple_of(L::COUNT), "whole vectors");
        let count = self.columns.len() / width.max(1);
        assert!(self.struck.iter().all(|&k| usize::from(k) < count), "a sparse column");
        let mut first = 0;
        while first < width {
            first += if width - first >= TOGETHER * L::COUNT {
                // SAFETY: so many vectors are left of every column and of `out`, by the assertions above; and
                // `Isa::run` chose `L`.
                unsafe { self.add::<L, TOGETHER>(first) }
            } else {
                // SAFETY: likewise, of one vector.
                unsafe { self.add::<L, 1>(first) }
            };
        }
    }
}

impl<W: Weight> Sum<'_, W> {
    /// Adds the `N` vectors from `first` on; gives back how many numbers they are.
    ///
    /// # Safety
    /// The processor has the instructions of `L`, `out` has those vectors, and so has every column that is struck.
    #[inline(always)]
    unsafe fn add<L: Lanes, const N: usize>(&mut self, first: usize) -> usize {
        let width = self.out.len();
        // SAFETY: the caller's promise; likewise below.
        let out = unsafe { self.out.as_mut_ptr().add(first) };
        // SAFETY: see above.
        let one = unsafe { L::splat(1.0) };
        // SAFETY: see above.
        let mut sums: [L; N] = std::array::from_fn(|j| unsafe { L::load(out.add(j * L::COUNT)) });
        for &k in self.struck {
            let at = usize::from(k) * width + first;
            for (j, sum) in sums.iter_mut().enumerate() {
                // SAFETY: see above.
                *sum = unsafe {
                    let column: L = W::load(self.columns.as_ptr().add(at + j * L::COUNT));
                    column.mul_add(one, *sum)
                };
            }
        }
        for (j, sum) in sums.into_iter().enumerate() {
            // SAFETY: see above.
            unsafe { sum.store(out.add(j * L::COUNT)) }
        }
        N * L::COUNT
    }
}
