//! Exponential, sigmoid and tanh in loops that compilers turn into vector code.
//!
//! Call them within [`vectorised`], which compiles its loop for every instruction set that the
//! processor may have and takes the best at run time.

/// Runs `f` compiled for the processor at hand. What `f` calls must be `#[inline(always)]`.
pub(crate) fn vectorised<R>(f: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(f)
}

/// e^x, within 2e-7 relatively; x is moved into `[-87, 88]` first.
///
/// Splits off the power of two, then Taylor's polynomial of degree 6 on `[-ln 2 / 2, ln 2 / 2]`
/// (its remainder is below 2e-7).
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding and taking away 1.5 x 2^23 rounds to the nearest whole number.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let n = x * std::f32::consts::LOG2_E + ROUND;
    let power = f32::from_bits((n.to_bits().wrapping_add(127)) << 23);
    let n = n - ROUND;
    // ln 2 in two parts, the first of few bits, so that n times it is exact.
    let r = x - n * (355.0 / 512.0) + n * 2.121_944_4e-4;
    let p = 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let p = p * r + 1.0;
    let p = p * r + 1.0;
    p * power
}

/// 1 / (1 + e^-x), within 2e-7.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Hyperbolic tangent, within 3e-7 (absolutely).
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x))
}

/// The share of the normal distribution that lies below x, within 2e-7 (absolutely), and its density at x.
///
/// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
#[inline(always)]
pub(crate) fn normal(x: f32) -> (f32, f32) {
    let y = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * y);
    let p = 1.061_405_4;
    let p = p * t - 1.453_152_1;
    let p = p * t + 1.421_413_8;
    let p = p * t - 0.284_496_74;
    let p = p * t + 0.254_829_6;
    let e = exp(-y * y);
    let beyond = 0.5 * p * t * e;
    // 1 / sqrt(2 pi)
    (if x < 0.0 { beyond } else { 1.0 - beyond }, 0.398_942_3 * e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_systems_mathematics() {
        for i in -20_000..=20_000 {
            let x = i as f32 / 1000.0;
            let exact = f64::from(x);
            let near = |ours: f32, exact: f64, tolerance: f64| {
                assert!((f64::from(ours) - exact).abs() <= tolerance, "{x}: {ours}, {exact}");
            };
            near(exp(x), exact.exp(), 4e-7 * exact.exp());
            near(sigmoid(x), 1.0 / (1.0 + (-exact).exp()), 2e-7);
            near(tanh(x), exact.tanh(), 3e-7);
        }
    }

    #[test]
    fn far_arguments_saturate() {
        assert_eq!((sigmoid(1e9), tanh(1e9), tanh(-1e9)), (1.0, 1.0, -1.0));
        assert!(sigmoid(-1e9) < 1e-37 && exp(f32::NEG_INFINITY) < 1e-37);
        assert_eq!(exp(0.0), 1.0);
    }
}
