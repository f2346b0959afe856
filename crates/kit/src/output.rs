//! The end of the signal path: no direct current, never beyond full scale.

use crate::decay::SILENCE;

/// Below this the limiter is a straight wire: -3 dBFS, which an ordinary groove never reaches.
const KNEE: f32 = 0.7;

/// The limiter's asymptote, a hair under 0 dBFS.
const CEILING: f32 = 0.985;

/// Corner of the high-pass: an octave and a half under the kick's fundamental.
const DC_CORNER_HZ: f32 = 12.0;

/// Far below anything that is heard, far above denormals.
const TINY: f32 = 1e-20;

/// One channel's DC blocker, a one-pole high-pass.
#[derive(Clone, Debug, Default)]
struct DcBlocker {
    mean: f32,
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
        self.follow = 1.0 - (-std::f32::consts::TAU * DC_CORNER_HZ / sample_rate).exp();
        self.reset();
    }

    pub(crate) fn reset(&mut self) {
        self.left.mean = 0.0;
        self.right.mean = 0.0;
    }

    pub(crate) fn is_active(&self) -> bool {
        self.left.mean != 0.0 || self.right.mean != 0.0
    }

    /// Called when a chunk begins; `is_fed` says whether anything will still come in.
    pub(crate) fn begin_chunk(&mut self, is_fed: bool) {
        // One side may be silent while the other is fed: no denormals there either.
        let ended = if is_fed { TINY } else { SILENCE };
        for channel in [&mut self.left, &mut self.right] {
            if channel.mean.abs() < ended {
                channel.mean = 0.0;
            }
        }
    }

    pub(crate) fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let (mut l, mut r) = (self.left.mean, self.right.mean);
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            *left -= l;
            *right -= r;
            l += self.follow * *left;
            r += self.follow * *right;
        }
        (self.left.mean, self.right.mean) = (l, r);
        for x in left.iter_mut().chain(right) {
            *x = limit(*x);
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
