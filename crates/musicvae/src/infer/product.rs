//! The product of a matrix in panels with one or more inputs: where nearly all time goes.
//!
//! Each output is accumulated alone, from the first input to the last, with a fused multiply-add: so the bits
//! depend neither on the width of a vector nor on how many inputs share the weights read.
#![allow(unsafe_code)]

use half::f16;

use super::isa::Job;
use super::lanes::Lanes;

/// The most vectors in a panel: with as many sums, registers are left for weights and inputs on every
/// processor.
pub(super) const WIDEST: usize = 12;

const LINE_BYTES: usize = 64;

/// Of `vectors` in a panel whose weights are 16-bit numbers that the second cache holds, how many are kept as
/// f32 nevertheless, where [widening is work](super::isa::Isa::widening_costs).
///
/// Reading f32 takes twice the memory: with three of eight, neither that nor widening waits long for the other
/// (docs/performance.md).
pub(super) const fn kept_full(vectors: usize) -> usize {
    (3 * vectors + 4) / 8
}

/// The product with `B` inputs, which share each weight read.
///
/// A panel's first vectors are in `full`, its last in `half`.
pub(super) struct Product<'a, const B: usize> {
    /// `[panels][inputs][full_width]`.
    pub(super) full: &'a [f32],
    /// `[panels][inputs][half_width]`.
    pub(super) half: &'a [f16],
    /// A whole number of vectors: all of a panel's, [`kept_full`] of them, or none.
    pub(super) full_width: usize,
    /// The rest of them.
    pub(super) half_width: usize,
    pub(super) inputs: usize,
    /// `inputs` numbers each.
    pub(super) x: [&'a [f32]; B],
    /// Sums that the product is added to: whole panels, row after row.
    pub(super) out: [&'a mut [f32]; B],
}

impl<const B: usize> Job for Product<'_, B> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let Self { full, half, full_width, half_width, inputs, .. } = self;
        let panel = full_width + half_width;
        let panels = (full.len() + half.len()) / (inputs * panel).max(1);
        let (n_full, n_half) = (full_width / L::COUNT, half_width / L::COUNT);
        assert_eq!((n_full + n_half) * L::COUNT, panel, "whole vectors");
        assert_eq!(full.len(), panels * inputs * full_width, "whole panels");
        assert_eq!(half.len(), panels * inputs * half_width, "whole panels");
        for b in 0..B {
            assert_eq!(self.x[b].len(), inputs, "a number for every column");
            assert!(self.out[b].len() >= panels * panel, "room for every output");
        }
        let out = std::array::from_fn(|b| self.out[b].as_mut_ptr());
        for p in 0..panels {
            // SAFETY of every block: panel `p` is in `full` and `half`, and there is room for it in `out`, by the
            // assertions above; and `Isa::run` chose `L`.
            let block = |full_from: usize, half_from: usize| Block {
                // SAFETY: see above.
                full: unsafe { full.as_ptr().add(p * inputs * full_width + full_from) },
                // SAFETY: see above.
                half: unsafe { half.as_ptr().add(p * inputs * half_width + half_from) },
                full_width,
                half_width,
                x: self.x,
                // SAFETY: see above.
                out: out.map(|out| unsafe { out.add(p * panel + full_from + half_from) }),
            };
            if B == 1 {
                // SAFETY: see above.
                unsafe { block(0, 0).run_panel::<L>(n_full, n_half) };
                continue;
            }
            // As many vectors at once as have sums in registers: with more, the compiler spills one, and the loop
            // takes twice the time.
            let sums = if L::REGISTERS > 16 { 24 } else { 8 };
            let together = (sums / B).max(1);
            for first in (0..n_full).step_by(together) {
                let n = together.min(n_full - first);
                // SAFETY: see above.
                unsafe { block(first * L::COUNT, 0).run_full::<L>(n) };
            }
            for first in (0..n_half).step_by(together) {
                let n = together.min(n_half - first);
                // SAFETY: see above.
                unsafe { block(full_width, first * L::COUNT).run_half::<L>(n) };
            }
        }
    }
}

/// Some vectors of a panel, from `full` and `half` on.
struct Block<'a, const B: usize> {
    full: *const f32,
    half: *const f16,
    full_width: usize,
    half_width: usize,
    x: [&'a [f32]; B],
    out: [*mut f32; B],
}

/// Calls `run` with the numbers of vectors as constants.
macro_rules! with_constants {
    ($self:ident, $n:expr, $($case:literal)*, |$of:ident| $full:expr, $half:expr) => {
        match $n {
            $($case => {
                const $of: usize = $case;
                // SAFETY: the caller's promise is the same.
                unsafe { $self.run::<L, { $full }, { $half }>() }
            })*
            n => unreachable!("{n} vectors of {B} inputs"),
        }
    };
}

impl<const B: usize> Block<'_, B> {
    /// A whole panel of one input.
    ///
    /// # Safety
    /// The processor has the instructions of `L`; every row has so many vectors at `full` and at `half`, and there is
    /// room for them at each of `out`. Likewise for the others.
    #[inline(always)]
    unsafe fn run_panel<L: Lanes>(self, n_full: usize, n_half: usize) {
        if n_half == 0 {
            return with_constants!(self, n_full, 1 2 3 4 5 6 7 8 9 10 11 12, |N| N, 0);
        }
        if n_full == 0 {
            return with_constants!(self, n_half, 1 2 3 4 5 6 7 8 9 10 11 12, |N| 0, N);
        }
        assert_eq!(n_full, kept_full(n_full + n_half), "how many are kept as f32");
        with_constants!(self, n_full + n_half, 1 2 3 4 5 6 7 8 9 10 11 12, |N| kept_full(N), N - kept_full(N))
    }

    /// Some vectors that are f32.
    ///
    /// # Safety
    /// See [`run_panel`](Self::run_panel).
    #[inline(always)]
    unsafe fn run_full<L: Lanes>(self, n: usize) {
        with_constants!(self, n, 1 2 3 4 5 6, |N| N, 0)
    }

    /// Some vectors that are 16-bit numbers.
    ///
    /// # Safety
    /// See [`run_panel`](Self::run_panel).
    #[inline(always)]
    unsafe fn run_half<L: Lanes>(self, n: usize) {
        with_constants!(self, n, 1 2 3 4 5 6, |N| 0, N)
    }

    /// The innermost loop: the sums stay in registers from the first input to the last.
    ///
    /// # Safety
    /// See [`run_panel`](Self::run_panel).
    #[inline(always)]
    unsafe fn run<L: Lanes, const FULL: usize, const HALF: usize>(self) {
        // SAFETY: within the rows that the caller promises; so are all blocks below.
        let full = |k: usize, j: usize| unsafe {
            L::load(self.full.add(k * self.full_width + j * L::COUNT))
        };
        // SAFETY: see above.
        let half = |k: usize, j: usize| unsafe {
            L::load_half(self.half.add(k * self.half_width + j * L::COUNT))
        };
        // SAFETY: see above.
        let before = |b: usize, j: usize| unsafe { L::load(self.out[b].add(j * L::COUNT)) };
        let mut sums: [([L; FULL], [L; HALF]); B] = std::array::from_fn(|b| {
            (std::array::from_fn(|j| before(b, j)), std::array::from_fn(|j| before(b, FULL + j)))
        });
        for k in 0..self.x[0].len() {
            if B == 1 && L::AHEAD > 0 {
                let ahead = |from: *const u8, bytes: usize| {
                    for line in (0..bytes).step_by(LINE_BYTES) {
                        // SAFETY: see above; a prefetch reads nothing.
                        unsafe { L::prefetch(from.wrapping_add(L::AHEAD + line)) }
                    }
                };
                let (full, half) = (k * self.full_width, k * self.half_width);
                ahead(self.full.wrapping_add(full).cast(), size_of::<[L; FULL]>());
                ahead(self.half.wrapping_add(half).cast(), size_of::<[L; HALF]>() / 2);
            }
            let full: [L; FULL] = std::array::from_fn(|j| full(k, j));
            let half: [L; HALF] = std::array::from_fn(|j| half(k, j));
            for (sums, x) in sums.iter_mut().zip(self.x) {
                // SAFETY: all of `x` are equally long.
                let input = unsafe { L::splat(*x.get_unchecked(k)) };
                for (sum, weights) in sums.0.iter_mut().zip(&full) {
                    // SAFETY: see above.
                    *sum = unsafe { weights.mul_add(input, *sum) };
                }
                for (sum, weights) in sums.1.iter_mut().zip(&half) {
                    // SAFETY: see above.
                    *sum = unsafe { weights.mul_add(input, *sum) };
                }
            }
        }
        for (out, sums) in self.out.iter().zip(sums) {
            for (j, sum) in sums.0.into_iter().enumerate() {
                // SAFETY: see above.
                unsafe { sum.store(out.add(j * L::COUNT)) }
            }
            for (j, sum) in sums.1.into_iter().enumerate() {
                // SAFETY: see above.
                unsafe { sum.store(out.add((FULL + j) * L::COUNT)) }
            }
        }
    }
}
