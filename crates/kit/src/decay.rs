//! Decay times as per-sample factors, and the levels at which a sound has ended.

/// Below this a component is set to exactly zero: -120 dB under a full-scale hit, inaudible under
/// any 16-bit noise floor, and far above the denormal numbers (1e-38) that slow a processor down.
pub(crate) const SILENCE: f32 = 1e-6;

/// ln(1000): a T60 is the time in which a sound falls by 60 dB.
const LN_1000: f32 = 6.907_755_4;

/// Factor per sample that makes a level fall by 60 dB in `t60_s` seconds.
pub(crate) fn per_sample(t60_s: f32, sample_rate: f32) -> f32 {
    (-LN_1000 / (t60_s * sample_rate)).exp()
}

/// Amplitude of a strike of `velocity` in `[0, 1]`.
///
/// Synthesizers answer velocity with roughly its square (Dannenberg, "The Interpretation of MIDI
/// Velocity", ICMC 2006). The exponent 1.5 keeps ghost notes (velocity 0.2 to 0.3, as drummers
/// record them) 15 to 20 dB under an accent: soft, yet there.
pub(crate) fn strike_level(velocity: f32) -> f32 {
    velocity.powf(1.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_t60_of_one_second_falls_by_60_db_in_one_second() {
        let left = f64::from(per_sample(1.0, 48_000.0)).powi(48_000);
        assert!((20.0 * left.log10() + 60.0).abs() < 0.5, "{left}");
    }

    #[test]
    fn ghost_notes_lie_15_to_20_db_under_an_accent() {
        for velocity in [0.2_f32, 0.25, 0.3] {
            let db = 20.0 * (strike_level(velocity) / strike_level(0.95)).log10();
            assert!((-20.5..-14.5).contains(&db), "{velocity}: {db}");
        }
    }
}
