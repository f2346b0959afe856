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

/// Outputs of a vector of 32-bit integers, whichever the numbers' vectors are.
pub(super) const OUTPUTS: usize = 8;
/// Inputs of 8 bits that one multiplication adds up.
pub(super) const BYTES: usize = 4;

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

    /// The product of `weights [groups of inputs, vectors, outputs, inputs]` with `x [groups, inputs]`, whose numbers are 127 at most.
    ///
    /// # Safety
    /// See [`splat`](Self::splat).
    #[inline(always)]
    unsafe fn byte_products<const N: usize>(
        weights: &[[[[i8; BYTES]; OUTPUTS]; N]],
        x: &[[u8; BYTES]],
    ) -> [[i32; OUTPUTS]; N] {
        let mut sums = [[0; OUTPUTS]; N];
        for (weights, x) in weights.iter().zip(x) {
            for (sum, weights) in sums.as_flattened_mut().iter_mut().zip(weights.as_flattened()) {
                *sum +=
                    weights.iter().zip(x).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum::<i32>();
            }
        }
        sums
    }
}

/// What the compiler makes of plain numbers: the twin that the others are tested against.
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

/// [`Lanes::byte_products`]: two products of 8 bits are added in 16, which are enough for numbers up to 127, two of those sums in 32.
///
/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn byte_products_avx2<const N: usize>(
    weights: &[[[[i8; BYTES]; OUTPUTS]; N]],
    x: &[[u8; BYTES]],
) -> [[i32; OUTPUTS]; N] {
    // SAFETY: the caller promises the instructions, and vectors have 32 bytes as these arrays do.
    unsafe {
        let ones = _mm256_set1_epi16(1);
        let mut sums = [_mm256_setzero_si256(); N];
        for (weights, x) in weights.iter().zip(x) {
            let x = _mm256_set1_epi32(i32::from_ne_bytes(*x));
            for (sum, weights) in sums.iter_mut().zip(weights) {
                let weights = _mm256_loadu_si256(weights.as_ptr().cast());
                let pairs = _mm256_maddubs_epi16(x, weights);
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
            }
        }
        let mut out = [[0; OUTPUTS]; N];
        for (out, sum) in out.iter_mut().zip(sums) {
            _mm256_storeu_si256(out.as_mut_ptr().cast(), sum);
        }
        out
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

            #[inline(always)]
            unsafe fn byte_products<const N: usize>(
                weights: &[[[[i8; BYTES]; OUTPUTS]; N]],
                x: &[[u8; BYTES]],
            ) -> [[i32; OUTPUTS]; N] {
                // SAFETY: see above; both types have AVX2's instructions.
                unsafe { byte_products_avx2(weights, x) }
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

#[cfg(test)]
mod tests {
    use super::super::isa::{Isa, Job};
    use super::*;

    struct Bytes<'a>(&'a [[[[i8; BYTES]; OUTPUTS]; 3]], &'a [[u8; BYTES]]);

    impl Job for Bytes<'_> {
        type Output = [[i32; OUTPUTS]; 3];

        #[inline(always)]
        fn run<L: Lanes>(self) -> Self::Output {
            // SAFETY: `Isa::run` chose `L`.
            unsafe { L::byte_products(self.0, self.1) }
        }
    }

    #[test]
    fn products_of_bytes_are_exact_up_to_the_largest() {
        let ends = |i: usize| if i.is_multiple_of(3) { -127 } else { 127 };
        for groups in [1, 2, 65] {
            for weight in [|_| 127, |_| -127, ends, |i: usize| ((i * 37 % 255) as i16 - 127) as i8]
            {
                let number = |group, vector, output, byte| {
                    weight(((group * 3 + vector) * OUTPUTS + output) * BYTES + byte)
                };
                let weights: Vec<_> = (0..groups)
                    .map(|g| {
                        std::array::from_fn(|v| {
                            std::array::from_fn(|o| std::array::from_fn(|b| number(g, v, o, b)))
                        })
                    })
                    .collect();
                let x: Vec<_> = (0..groups).map(|g| [127, 0, (g * 31 % 128) as u8, 127]).collect();
                let expected: [[i32; OUTPUTS]; 3] = std::array::from_fn(|v| {
                    std::array::from_fn(|o| {
                        let all = (0..groups).flat_map(|g| (0..BYTES).map(move |b| (g, b)));
                        all.map(|(g, b)| i32::from(number(g, v, o, b)) * i32::from(x[g][b])).sum()
                    })
                });
                for isa in Isa::available() {
                    assert_eq!(isa.run(Bytes(&weights, &x)), expected, "{isa:?}");
                }
            }
        }
    }
}
