//! Chance that repeats: small random numbers that are functions of where they are needed.
//!
//! A stateless generator: the place (seed, purpose, step, instrument) is hashed. So a block that is cut
//! elsewhere, a loop, a seek and a bounce all meet the same numbers.

use crate::instrument::Instrument;

/// What a number is for; each purpose has its own, so that they are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// How early or late a hit is.
    Timing = 1,
    /// How much louder or softer a hit is.
    Velocity = 2,
    /// Which fill a bar gets.
    Fill = 3,
    /// Whether a crash follows a fill.
    Crash = 4,
}

/// The output function of `SplitMix64` (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number
/// Generators*, OOPSLA 2014): every bit of `x` changes about half of the result's.
const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// 64 bits that belong to a place.
pub(crate) const fn bits(seed: u64, purpose: Purpose, step: i64, lane: usize) -> u64 {
    /// 2^64 divided by the golden ratio, the increment of `SplitMix64`.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let place = mix(seed.wrapping_add(GOLDEN)) ^ ((purpose as u64) << 8 | lane as u64);
    mix(mix(place.wrapping_mul(GOLDEN)).wrapping_add(step.cast_unsigned()).wrapping_mul(GOLDEN))
}

/// A number in `(-1, 1)` that is likelier the nearer to 0 it is: the density falls in straight lines
/// from 0 to both ends, the standard deviation is 1 / sqrt(6).
pub(crate) fn around_0(seed: u64, purpose: Purpose, step: i64, instrument: Instrument) -> f64 {
    let bits = bits(seed, purpose, step, instrument.index());
    let unit = |half: u64| half as f64 / (1_u64 << 32) as f64;
    unit(bits >> 32) - unit(bits & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_centred_spread_as_stated_and_differ_from_place_to_place() {
        let mut sum = 0.0;
        let mut squares = 0.0;
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..10 {
            for step in -500..500 {
                for instrument in [Instrument::Kick, Instrument::Ride] {
                    let x = around_0(seed, Purpose::Timing, step, instrument);
                    assert!(x > -1.0 && x < 1.0);
                    sum += x;
                    squares += x * x;
                    seen.insert(x.to_bits());
                }
            }
        }
        let count = 20_000.0;
        // Four standard errors.
        assert!((sum / count).abs() < 4.0 * (1.0 / 6.0_f64 / count).sqrt(), "{sum}");
        assert!((squares / count - 1.0 / 6.0).abs() < 0.006, "{squares}");
        assert_eq!(seen.len(), 20_000);
        assert_eq!(
            around_0(3, Purpose::Velocity, -7, Instrument::Snare),
            around_0(3, Purpose::Velocity, -7, Instrument::Snare)
        );
    }
}
