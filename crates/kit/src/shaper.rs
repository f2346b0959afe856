//! Saturation: the gentle curve of a driven microphone preamplifier.

/// Odd soft saturation: slope 1 at zero, bounded by 1, the rational approximation of tanh
/// `x (27 + x^2) / (27 + 9 x^2)`, held at 1 beyond 3, where it gets there.
#[inline]
pub(crate) fn soft(x: f32) -> f32 {
    let x = x.clamp(-3.0, 3.0);
    x * (27.0 + x * x) / (27.0 + 9.0 * x * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_saturation_is_odd_monotonic_and_bounded() {
        let mut last = -1.0;
        for i in -500..=500 {
            let x = i as f32 * 0.01;
            assert_eq!(soft(x), -soft(-x));
            // Up to rounding, where the curve is flat.
            assert!(soft(x) > last - 1e-6 && soft(x) < 1.0 + 1e-6);
            last = soft(x);
        }
    }
}
