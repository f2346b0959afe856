//! The end of the signal path: no direct current, never beyond full scale.

use crate::decay::SILENCE;
use crate::voice::Chunk;

/// Below this the limiter is a straight wire: -3 dBFS, which an ordinary groove never reaches.
const KNEE: f32 = 0.7;

/// The limiter's asymptote, a hair under 0 dBFS.
const CEILING: f32 = 0.985;

/// Corner of the high-pass: an octave and a half under the kick's fundamental.
const DC_CORNER_HZ: f32 = 12.0;

/// Far below anything that is heard, far above denormals.
const TINY: f32 = 1e-20;

/// One channel's DC blocker, a one-pole high-pass.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DcBlocker {
    mean: f32,
}

impl DcBlocker {
    /// The share of its way to its input that the mean goes in a sample.
    pub(crate) fn follow(sample_rate: f32) -> f32 {
        1.0 - (-std::f32::consts::TAU * DC_CORNER_HZ / sample_rate).exp()
    }

    /// Called when a chunk begins; `is_fed` says whether anything will still come in.
    pub(crate) fn begin_chunk(&mut self, is_fed: bool) {
        // One side may be silent while the other is fed: no denormals there either.
        if self.mean.abs() < if is_fed { TINY } else { SILENCE } {
            self.mean = 0.0;
        }
    }

    pub(crate) fn process(&mut self, follow: f32, samples: &mut [f32]) {
        let mut mean = self.mean;
        for x in samples {
            *x -= mean;
            mean += follow * *x;
        }
        self.mean = mean;
    }
}

/// DC blockers and soft limiter of both channels.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    left: DcBlocker,
    right: DcBlocker,
    follow: f32,
}

/// Straight up to [`KNEE`], then bending towards [`CEILING`] with a continuous slope; odd, memoryless,
/// strictly below 1 for every input that is not NaN.
fn limit(x: f32) -> f32 {
    let magnitude = x.abs();
    let over = (magnitude - KNEE).max(0.0) / (CEILING - KNEE);
    // over / (1 + over), written so that infinity stays below 1.
    let bent = KNEE + (CEILING - KNEE) * (1.0 - 1.0 / (1.0 + over));
    magnitude.min(bent).copysign(x)
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { left: DcBlocker::default(), right: DcBlocker::default(), follow: 0.0 }
    }

    pub(crate) fn set_sample_rate(&mut self, sample_rate: f32) {
        self.follow = DcBlocker::follow(sample_rate);
        self.reset();
    }

    pub(crate) fn reset(&mut self) {
        self.left.mean = 0.0;
        self.right.mean = 0.0;
    }

    pub(crate) fn is_active(&self) -> bool {
        self.left.mean != 0.0 || self.right.mean != 0.0
    }

    /// As [`DcBlocker::begin_chunk`].
    pub(crate) fn begin_chunk(&mut self, is_fed: bool) {
        self.left.begin_chunk(is_fed);
        self.right.begin_chunk(is_fed);
    }

    /// The gains that the limiter had at each sample go to `gains`, if they are wanted.
    pub(crate) fn process(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        mut gains: Option<&mut [Chunk; 2]>,
    ) {
        self.left.process(self.follow, left);
        self.right.process(self.follow, right);
        for (side, samples) in [left, right].into_iter().enumerate() {
            for (n, x) in samples.iter_mut().enumerate() {
                let limited = limit(*x);
                if let Some(gains) = &mut gains {
                    gains[side][n] = if *x == 0.0 { 1.0 } else { limited / *x };
                }
                *x = limited;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limiter_is_straight_below_its_knee_and_never_reaches_full_scale() {
        assert_eq!(limit(0.5), 0.5);
        assert_eq!(limit(-0.69), -0.69);
        let mut last = 0.0;
        for i in 0..10_000 {
            let y = limit(i as f32 * 0.01);
            assert!(y >= last && y < 1.0);
            assert_eq!(limit(i as f32 * -0.01), -y);
            last = y;
        }
        assert!(limit(f32::INFINITY) < 1.0);
    }
}
