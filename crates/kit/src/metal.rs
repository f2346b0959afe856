//! The modes of a sheet of bronze.
//!
//! A cymbal has several hundred modes with no harmonic relation. A few dozen to a hundred are enough
//! if they stand where the ear can tell them apart: evenly on the ERB-rate scale (Glasberg and Moore
//! 1990), about three to each auditory filter, so that what is missing would only have been heard as
//! noise, which a noise band adds. Each is moved at random within its place, so that no regular comb
//! is heard and neighbours beat irregularly.

use crate::modal::Mode;
use crate::noise::Noise;

/// What a sheet is like.
pub(crate) struct MetalSpec {
    pub(crate) count: usize,
    pub(crate) low_hz: f32,
    pub(crate) high_hz: f32,
    /// Decay time (60 dB) at a frequency.
    pub(crate) t60_s: fn(f32) -> f32,
    /// Amplitude at a frequency, before normalisation.
    pub(crate) gain: fn(f32) -> f32,
    pub(crate) seed: u32,
}

/// Number of auditory filters below `hz` (Glasberg and Moore 1990, equation 4).
fn erb_rate(hz: f32) -> f32 {
    21.4 * (1.0 + 0.004_37 * hz).log10()
}

fn from_erb_rate(rate: f32) -> f32 {
    (10_f32.powf(rate / 21.4) - 1.0) / 0.004_37
}

/// Frequencies of `count` modes from `low_hz` to `high_hz`. `by_ear` of them stand evenly on the ERB-rate scale, the rest evenly in
/// Hz, as the modes of a thin plate do, where the ear hears them together as a shimmer.
pub(crate) fn sheet(count: usize, low_hz: f32, high_hz: f32, by_ear: f32, seed: u32) -> Vec<f32> {
    let mut noise = Noise::new(seed);
    let (low, high) = (erb_rate(low_hz), erb_rate(high_hz));
    let number = |hz: f32| {
        by_ear * (erb_rate(hz) - low) / (high - low)
            + (1.0 - by_ear) * (hz - low_hz) / (high_hz - low_hz)
    };
    (0..count)
        .map(|i| {
            let wanted = (i as f32 + noise.around(0.5, 0.5)) / count as f32;
            let (mut below, mut above) = (low_hz, high_hz);
            for _ in 0..30 {
                let middle = 0.5 * (below + above);
                if number(middle) < wanted {
                    below = middle;
                } else {
                    above = middle;
                }
            }
            below
        })
        .collect()
}

/// Modes whose sum has an RMS of 1 just after a strike of level 1 with no falloff.
pub(crate) fn modes(spec: &MetalSpec) -> Vec<Mode> {
    let mut noise = Noise::new(spec.seed);
    let (low, high) = (erb_rate(spec.low_hz), erb_rate(spec.high_hz));
    let place = (high - low) / spec.count as f32;
    let mut modes: Vec<Mode> = (0..spec.count)
        .map(|i| {
            let hz = from_erb_rate(low + place * (i as f32 + noise.around(0.5, 0.5)));
            // Modes differ in how well they couple to the mount and to the air, hence in decay
            // and amplitude; the sign is the mode shape's at the striking point.
            let t60_s = (spec.t60_s)(hz) * noise.around(1.0, 0.2);
            let sign = if noise.next() < 0.0 { -1.0 } else { 1.0 };
            Mode { hz, t60_s, gain: sign * (spec.gain)(hz) * noise.around(1.0, 0.6) }
        })
        .collect();
    let power: f32 = modes.iter().map(|mode| 0.5 * mode.gain * mode.gain).sum();
    for mode in &mut modes {
        mode.gain /= power.sqrt();
    }
    modes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_its_modes_in_order_and_where_they_were_asked_for() {
        let by_ear = sheet(100, 200.0, 15_000.0, 1.0, 3);
        let evenly = sheet(100, 200.0, 15_000.0, 0.0, 3);
        for modes in [&by_ear, &evenly] {
            assert!(modes.is_sorted() && modes[0] >= 200.0 && modes[99] <= 15_000.0);
        }
        let above_6_khz = |modes: &[f32]| modes.iter().filter(|&&hz| hz > 6000.0).count();
        assert!(above_6_khz(&by_ear) < 35 && above_6_khz(&evenly) > 55);
    }

    #[test]
    fn modes_fill_the_range_and_their_power_is_one() {
        let spec = MetalSpec {
            count: 64,
            low_hz: 300.0,
            high_hz: 12_000.0,
            t60_s: |_| 1.0,
            gain: |_| 1.0,
            seed: 3,
        };
        let modes = modes(&spec);
        assert!(modes.iter().all(|m| (299.0..12_010.0).contains(&m.hz) && m.t60_s > 0.5));
        let power: f32 = modes.iter().map(|m| 0.5 * m.gain * m.gain).sum();
        assert!((power - 1.0).abs() < 1e-4, "{power}");
    }
}
