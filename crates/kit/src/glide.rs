//! Gains that move to where they are set without a step.

use crate::voice::CHUNK;

/// Time constant of the way, seconds.
const TIME_S: f32 = 0.008;

/// What is this near is there.
const NEAR: f32 = 1e-4;

/// The share of its way that a gain goes in a chunk.
pub(crate) fn share_a_chunk(sample_rate: f32) -> f32 {
    1.0 - (-(CHUNK as f32) / (TIME_S * sample_rate)).exp()
}

/// Some gains: straight lines from chunk to chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glide<const N: usize> {
    start: [f32; N],
    end: [f32; N],
    target: [f32; N],
}

impl<const N: usize> Glide<N> {
    pub(crate) fn new(gains: [f32; N]) -> Self {
        Self { start: gains, end: gains, target: gains }
    }

    /// Where to go.
    pub(crate) fn aim(&mut self, target: [f32; N]) {
        self.target = target;
    }

    /// Is there at once.
    pub(crate) fn jump(&mut self) {
        (self.start, self.end) = (self.target, self.target);
    }

    /// Called when a chunk begins.
    pub(crate) fn advance(&mut self, share: f32) {
        self.start = self.end;
        for (end, target) in self.end.iter_mut().zip(self.target) {
            let left = target - *end;
            *end = if left.abs() < NEAR { target } else { *end + share * left };
        }
    }

    /// The gains of this chunk, if they do not move.
    pub(crate) fn still(&self) -> Option<[f32; N]> {
        (self.start == self.end).then_some(self.end)
    }

    /// Gain `lane` at sample `n` of this chunk.
    #[inline]
    pub(crate) fn at(&self, lane: usize, n: usize) -> f32 {
        let way = (n + 1) as f32 / CHUNK as f32;
        self.start[lane] + way * (self.end[lane] - self.start[lane])
    }

    /// Multiplies `samples`, which begin at `at` of this chunk, by gain `lane`.
    pub(crate) fn apply(&self, lane: usize, at: usize, samples: &mut [f32]) {
        match self.still() {
            Some(gains) if gains[lane] == 1.0 => {}
            Some(gains) => samples.iter_mut().for_each(|x| *x *= gains[lane]),
            None => {
                for (n, x) in samples.iter_mut().enumerate() {
                    *x *= self.at(lane, at + n);
                }
            }
        }
    }

    /// Whether gain `lane` lets anything through in this chunk.
    pub(crate) fn is_open(&self, lane: usize) -> bool {
        self.start[lane] != 0.0 || self.end[lane] != 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_arrives_exactly_within_a_tenth_of_a_second_and_never_jumps() {
        let mut gain = Glide::new([0.0]);
        gain.aim([1.0]);
        let (share, mut last, mut samples) = (share_a_chunk(48_000.0), 0.0, 0);
        while gain.still() != Some([1.0]) {
            gain.advance(share);
            for n in 0..CHUNK {
                let now = gain.at(0, n);
                assert!((0.0..0.01).contains(&(now - last)), "from {last} to {now}");
                last = now;
            }
            samples += CHUNK;
            assert!(samples < 9600, "it never arrives");
        }
    }
}
