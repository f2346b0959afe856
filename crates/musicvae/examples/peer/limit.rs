//! Peak rates of one core: multiply-adds of f32, and reading.
//!
//! Measured, not looked up: clocks change with the load, and caches are shared.
#![allow(unsafe_code)]

use std::hint::black_box;
use std::time::Instant;

/// Measurements of which the best is taken.
const TRIES: usize = 20;

/// The most per second of `TRIES` calls of `f`, which does `work` each.
fn best(work: f64, mut f: impl FnMut()) -> f64 {
    let one = |_| {
        let began = Instant::now();
        f();
        work / began.elapsed().as_secs_f64()
    };
    (0..TRIES).map(one).fold(0.0, f64::max)
}

/// Fused multiply-adds of f32 per second, in vector registers alone.
pub(crate) fn multiply_adds_per_s() -> f64 {
    const ROUNDS: usize = 40_000;
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has these instructions.
            return best((ROUNDS * 12 * 16) as f64, || unsafe { x86::multiply_avx512(ROUNDS) });
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has these instructions.
            return best((ROUNDS * 12 * 8) as f64, || unsafe { x86::multiply_avx2(ROUNDS) });
        }
    }
    best((ROUNDS * 12 * 8) as f64, || {
        let mut sums = black_box([[1.0f32; 8]; 12]);
        for _ in 0..ROUNDS {
            sums = sums.map(|row| row.map(|x| x.mul_add(0.5, 0.25)));
        }
        black_box(sums);
    })
}

/// Bytes read per second, again and again from the same `bytes`.
pub(crate) fn bytes_per_s(bytes: usize) -> f64 {
    /// A cache line.
    #[derive(Clone, Copy)]
    #[repr(align(64))]
    struct Line([u64; 8]);
    let lines = vec![Line([1; 8]); (bytes / 64).next_multiple_of(8).max(8)];
    let size = std::mem::size_of_val(lines.as_slice());
    let rounds = ((64 << 20) / size).max(1);
    let read = || {
        for _ in 0..rounds {
            #[cfg(target_arch = "x86_64")]
            {
                if is_x86_feature_detected!("avx512f") {
                    // SAFETY: the processor has these instructions, and `lines` are whole eights.
                    unsafe { x86::read_avx512(black_box(&lines).as_ptr().cast(), lines.len()) };
                    continue;
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has these instructions, and `lines` are whole eights.
                    unsafe { x86::read_avx2(black_box(&lines).as_ptr().cast(), lines.len()) };
                    continue;
                }
            }
            let mut all = [0; 8];
            for line in black_box(&lines) {
                all = std::array::from_fn(|i| all[i] | line.0[i]);
            }
            black_box(all);
        }
    };
    best((rounds * size) as f64, read)
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    /// Twelve sums of sixteen: enough to hide the latency.
    #[target_feature(enable = "avx512f")]
    pub(super) fn multiply_avx512(rounds: usize) {
        let mut sums: [__m512; 12] = std::array::from_fn(|i| black_box(_mm512_set1_ps(i as f32)));
        let (x, y) = (_mm512_set1_ps(0.5), _mm512_set1_ps(0.25));
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, x, y);
            }
        }
        let _ = sums.map(black_box);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn multiply_avx2(rounds: usize) {
        let mut sums: [__m256; 12] = std::array::from_fn(|i| black_box(_mm256_set1_ps(i as f32)));
        let (x, y) = (_mm256_set1_ps(0.5), _mm256_set1_ps(0.25));
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, x, y);
            }
        }
        let _ = sums.map(black_box);
    }

    /// Reads `lines` (a multiple of eight) cache lines.
    ///
    /// # Safety
    /// They are there, at a cache line's beginning.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn read_avx512(from: *const u8, lines: usize) {
        let mut all = [_mm512_setzero_si512(); 8];
        for line in (0..lines).step_by(8) {
            for (i, all) in all.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                let read = unsafe { _mm512_load_si512(from.add(64 * (line + i)).cast()) };
                *all = _mm512_or_si512(*all, read);
            }
        }
        let _ = all.map(black_box);
    }

    /// Reads `lines` (a multiple of eight) cache lines.
    ///
    /// # Safety
    /// They are there, at a cache line's beginning.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn read_avx2(from: *const u8, lines: usize) {
        let mut all = [_mm256_setzero_si256(); 8];
        for half in (0..2 * lines).step_by(8) {
            for (i, all) in all.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                let read = unsafe { _mm256_load_si256(from.add(32 * (half + i)).cast()) };
                *all = _mm256_or_si256(*all, read);
            }
        }
        let _ = all.map(black_box);
    }
}
