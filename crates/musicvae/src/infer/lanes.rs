//! Vectors of f32, one type per instruction set, for the one loop that is written with them: the product.
//!
//! All give the same bits: a multiply-add is fused, and lanes never mix.
//!
//! Unsafe, because an instruction that the processor lacks is undefined behaviour, and because weights are
//! read by address. Who calls must have been called by [`Isa::run`](super::isa::Isa::run), which chose the type.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use half::f16;

/// As many numbers as one instruction takes.
pub(super) trait Lanes: Copy {
    /// How many.
    const COUNT: usize;
    /// How many of these the processor holds at once.
    const REGISTERS: usize;
    /// How many bytes ahead of those read the product of one input asks for weights; 0 leaves that to the processor
    /// (docs/performance.md).
    const AHEAD: usize;

    /// The same number in every lane.
    ///
    /// # Safety
    /// The processor has this type's instructions; likewise for all others.
    unsafe fn splat(x: f32) -> Self;

    /// # Safety
    /// `from` points to [`COUNT`](Self::COUNT) numbers.
    unsafe fn load(from: *const f32) -> Self;

    /// # Safety
    /// `from` points to [`COUNT`](Self::COUNT) numbers.
    unsafe fn load_half(from: *const f16) -> Self;

    /// Asks for the cache line at `from`, which may be anywhere.
    ///
    /// # Safety
    /// See [`splat`](Self::splat).
    unsafe fn prefetch(from: *const u8);

    /// # Safety
    /// `to` points to [`COUNT`](Self::COUNT) numbers.
    unsafe fn store(self, to: *mut f32);

    /// `self` x `factor` + `sum`, rounded once.
    ///
    /// # Safety
    /// See [`splat`](Self::splat).
    unsafe fn mul_add(self, factor: Self, sum: Self) -> Self;
}

/// Plain numbers, which the compiler makes vectors of: the twin that the others are tested against.
#[derive(Clone, Copy)]
pub(super) struct Portable([f32; 4]);

impl Lanes for Portable {
    const COUNT: usize = 4;
    const REGISTERS: usize = if cfg!(target_arch = "aarch64") { 32 } else { 16 };
    const AHEAD: usize = 0;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Self([x; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: four numbers are there, as the caller promises.
        Self(unsafe { from.cast::<[f32; 4]>().read() })
    }

    #[inline(always)]
    unsafe fn load_half(from: *const f16) -> Self {
        // SAFETY: four numbers are there, as the caller promises.
        Self(unsafe { from.cast::<[f16; 4]>().read() }.map(f16::to_f32))
    }

    #[inline(always)]
    unsafe fn prefetch(_: *const u8) {}

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: there is room for four numbers, as the caller promises.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i].mul_add(factor.0[i], sum.0[i])))
    }
}

/// Implements [`Lanes`] with intrinsics.
#[cfg(target_arch = "x86_64")]
macro_rules! with_intrinsics {
    ($name:ident, $vector:ty, $count:literal, $registers:literal, $ahead:literal, $splat:ident, $load:ident,
     $store:ident, $fma:ident, $widen:ident, $load_short:ident, $short:ty) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name($vector);

        // SAFETY of every block: the caller promises the instructions and what the addresses point to; no
        // address need be aligned.
        impl Lanes for $name {
            const COUNT: usize = $count;
            const REGISTERS: usize = $registers;
            const AHEAD: usize = $ahead;

            #[inline(always)]
            unsafe fn splat(x: f32) -> Self {
                // SAFETY: see above.
                Self(unsafe { $splat(x) })
            }

            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: see above.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn load_half(from: *const f16) -> Self {
                // SAFETY: see above.
                Self(unsafe { $widen($load_short(from.cast::<$short>())) })
            }

            #[inline(always)]
            unsafe fn prefetch(from: *const u8) {
                // SAFETY: see above; whatever the address, a prefetch only asks.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(from.cast()) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: see above.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, sum: Self) -> Self {
                // SAFETY: see above.
                Self(unsafe { $fma(self.0, factor.0, sum.0) })
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
with_intrinsics!(
    Avx512,
    __m512,
    16,
    32,
    0,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_cvtph_ps,
    _mm256_loadu_si256,
    __m256i
);
#[cfg(target_arch = "x86_64")]
with_intrinsics!(
    Avx2,
    __m256,
    8,
    16,
    2048,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_cvtph_ps,
    _mm_loadu_si128,
    __m128i
);
