//! Each instrument and the room by themselves, beside the mix: their sum is the mix.

use groove::INSTRUMENTS;

use crate::output::DcBlocker;
use crate::voice::Chunk;

/// The nine instruments, in column order, and the room.
pub const STEMS: usize = INSTRUMENTS + 1;

/// The number of the room among them.
pub(crate) const ROOM: usize = INSTRUMENTS;

/// Left and right of each stem, as long as the mix; `None` for one that is not wanted.
pub type Stems<'a> = [Option<[&'a mut [f32]; 2]>; STEMS];

/// A chunk of every stem, left and right.
pub(crate) type StemChunks = [[Chunk; 2]; STEMS];

/// What the mix goes through at its end, for every stem.
#[derive(Clone, Debug)]
pub(crate) struct StemOutputs {
    blockers: [[DcBlocker; 2]; STEMS],
    follow: f32,
}

impl StemOutputs {
    pub(crate) fn new() -> Self {
        Self { blockers: [[DcBlocker::default(); 2]; STEMS], follow: 0.0 }
    }

    pub(crate) fn set_sample_rate(&mut self, sample_rate: f32) {
        self.follow = DcBlocker::follow(sample_rate);
    }

    pub(crate) fn reset(&mut self) {
        self.blockers = [[DcBlocker::default(); 2]; STEMS];
    }

    /// As [`DcBlocker::begin_chunk`].
    pub(crate) fn begin_chunk(&mut self, is_fed: bool) {
        self.blockers.as_flattened_mut().iter_mut().for_each(|one| one.begin_chunk(is_fed));
    }

    /// Takes the direct current off the first `frames` of every stem, and multiplies them by what the limiter did to the mix.
    pub(crate) fn process(&mut self, stems: &mut StemChunks, frames: usize, gains: &[Chunk; 2]) {
        for (blockers, stem) in self.blockers.iter_mut().zip(stems) {
            for (side, samples) in stem.iter_mut().enumerate() {
                blockers[side].process(self.follow, &mut samples[..frames]);
                for (x, gain) in samples.iter_mut().zip(&gains[side]) {
                    *x *= gain;
                }
            }
        }
    }
}
