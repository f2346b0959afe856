//! Choosing the widest vector instructions that this processor has, once, at run time.
//!
//! A [`Job`] is written once, as plain loops over `f32`; [`Isa::run`] compiles it once per
//! instruction set. Every job gives the same bits whichever is chosen: products are accumulated
//! input after input with a fused multiply-add per output, so the width of a vector decides only
//! how many outputs advance at a time.
//!
//! Unsafe are the calls of functions compiled for instructions that were found on this processor.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{Lanes, Portable};

/// A computation to be compiled for every instruction set.
///
/// Implementations mark `run`, and what it calls in its loops, `#[inline(always)]`: only what is
/// inlined is compiled for the instruction set chosen.
pub(super) trait Job {
    /// Its result.
    type Output;

    /// Does it; who wants to write with vectors writes with `L`.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// A set of vector instructions. A value proves that this processor has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Isa(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// The instructions that the compiler's target always has: NEON on aarch64; on x86-64 SSE2, whose
    /// fused multiply-add is a slow library call.
    Baseline,
}

impl Isa {
    /// The widest that this processor has.
    pub(super) fn best() -> Self {
        Self::available()[0]
    }

    /// All that this processor has, widest first; never empty.
    pub(super) fn available() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                all.push(Self(Kind::Avx512));
            }
            if is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c")
            {
                all.push(Self(Kind::Avx2));
            }
        }
        all.push(Self(Kind::Baseline));
        all
    }

    /// Name for logs and benchmarks.
    pub(super) fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "AVX2",
            Kind::Baseline if cfg!(target_arch = "aarch64") => "NEON",
            Kind::Baseline => "portable",
        }
    }

    /// Numbers in a vector.
    pub(super) fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => Avx512::COUNT,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => Avx2::COUNT,
            Kind::Baseline => Portable::COUNT,
        }
    }

    /// Whether 16-bit floats are widened as fast as they are read.
    pub(super) fn widens_halves(self) -> bool {
        !matches!(self.0, Kind::Baseline)
    }

    /// Whether widening them takes the ports that multiply-adds need, so that it pays to keep some weights wide: so on
    /// Intel's processors with AVX-512, not so on AMD's with AVX2 (docs/performance.md).
    pub(super) fn widening_costs(self) -> bool {
        self.registers() > 16
    }

    /// The most inputs that share each weight read: with more, too few sums would fit the registers.
    pub(super) fn inputs_together(self) -> usize {
        if self.registers() > 16 { 8 } else { 4 }
    }

    /// Vectors that the processor holds at once.
    fn registers(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => Avx512::REGISTERS,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => Avx2::REGISTERS,
            Kind::Baseline => Portable::REGISTERS,
        }
    }

    /// Runs `job` with these instructions.
    pub(super) fn run<J: Job>(self, job: J) -> J::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` is the only maker of this value, after finding avx512f.
            Kind::Avx512 => unsafe { run_avx512(job) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `available` is the only maker of this value, after finding avx2, fma and f16c.
            Kind::Avx2 => unsafe { run_avx2(job) },
            Kind::Baseline => job.run::<Portable>(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn run_avx512<J: Job>(job: J) -> J::Output {
    job.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,f16c")]
fn run_avx2<J: Job>(job: J) -> J::Output {
    job.run::<Avx2>()
}
