//! What every voice can do, and the chunk that the kit's clock counts in.
//!
//! The kit renders on a grid of [`CHUNK`] samples. Work that need not happen at every sample
//! (envelope-driven coefficients, finding out what has ended, a whole chunk of a modal bank) is done
//! when a chunk begins; the host may cut the timeline into any blocks, and a strike may fall anywhere
//! inside a chunk, without changing a single sample.

use crate::noise::Noise;
use crate::tuning::Tuning;

/// Samples per chunk: four SSE vectors, and a third of a millisecond at 48 kHz, finer than any
/// envelope here.
pub(crate) const CHUNK: usize = 16;

/// A chunk of samples.
pub(crate) type Chunk = [f32; CHUNK];

/// One instrument's sound. Two outputs, `a` and `b`, carry different halves of its modes, so that
/// the mixer can spread it.
pub(crate) trait Voice {
    /// Recomputes everything that depends on the sample rate, and falls silent. Allocates.
    fn set_sample_rate(&mut self, sample_rate: f32);

    /// Falls silent at once and forgets the past. Does not allocate, nor does anything below.
    fn reset(&mut self);

    /// Tunes and damps the sound: what rings goes on in the new way, without a step.
    fn tune(&mut self, tuning: Tuning);

    /// A strike `at` samples into the current chunk; `velocity` in `(0, 1]`.
    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise);

    /// Damps the sound by hand, from sample `at` of the current chunk on.
    fn choke(&mut self, at: usize);

    /// Whether anything sounds. Exactly false after the decay.
    fn is_active(&self) -> bool;

    /// Called at the beginning of every chunk, also when inactive.
    fn begin_chunk(&mut self);

    /// Overwrites `a` and `b`, equally long, with the chunk's samples from `at` on.
    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]);
}
