//! Elementary functions with the same bits on every machine.
//!
//! The system's mathematics library differs between platforms in the last bit, and one bit can
//! change which drum is struck. These are branch-free, made of exactly rounded operations in a
//! fixed order, and vectorise. Bounds on the error are measured by the tests below, against f64, and
//! counted in units in the last place (ulp).

use std::f32::consts::LOG2_E;

/// 1.5 x 2^23: adding it leaves a number's nearest integer in the low bits of the sum.
const ROUNDER: f32 = 12_582_912.0;
/// ln 2 in two parts, the first with so few bits that small multiples of it are exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// e^x for x in `[-87, 88]`, within 1 ulp; other results are meaningless.
#[inline(always)]
fn exp_in_range(x: f32) -> f32 {
    let shifted = x.mul_add(LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(-LN_2_HIGH, x);
    let r = n.mul_add(-LN_2_LOW, r); // |r| <= ln 2 / 2
    // Taylor's series; the first term left out is below 2^-27.
    let mut p = 1.0 / 5040.0;
    p = r.mul_add(p, 1.0 / 720.0);
    p = r.mul_add(p, 1.0 / 120.0);
    p = r.mul_add(p, 1.0 / 24.0);
    p = r.mul_add(p, 1.0 / 6.0);
    p = r.mul_add(p, 0.5);
    p = r.mul_add(p, 1.0);
    p = r.mul_add(p, 1.0);
    let scale = (shifted.to_bits() << 23).wrapping_add(127 << 23);
    p * f32::from_bits(scale)
}

/// e^x, within 1 ulp in `[-87, 88]`; beyond, its value at the nearer end.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    exp_in_range(x.clamp(-87.0, 88.0))
}

/// Natural logarithm of a positive normal number, within 2 ulp.
#[inline(always)]
pub(super) fn ln(x: f32) -> f32 {
    /// Bits of sqrt(1/2), the least mantissa.
    const LEAST: u32 = 0x3f35_04f3;
    let exponent = (x.to_bits().wrapping_sub(LEAST) as i32) >> 23;
    let m = f32::from_bits(x.to_bits().wrapping_sub((exponent as u32) << 23)); // sqrt(1/2)..sqrt(2)
    // ln m = 2 artanh s = 2 s (1 + s^2 / 3 + s^4 / 5 + ..); the first term left out is below 2^-28.
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut p = 2.0 / 9.0;
    p = z.mul_add(p, 2.0 / 7.0);
    p = z.mul_add(p, 2.0 / 5.0);
    p = z.mul_add(p, 2.0 / 3.0);
    // 2 s = f - s f exactly, which keeps the leading term free of the division's rounding.
    let n = exponent as f32;
    let tail = s.mul_add(z.mul_add(p, -f), n * LN_2_LOW);
    n.mul_add(LN_2_HIGH, f + tail)
}

/// 1 / (1 + e^-x), within 3 ulp for x >= -87.
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// x / (1 + e^-x), as exact as [`sigmoid`].
#[inline(always)]
pub(super) fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

/// Hyperbolic tangent, within 2^-22 absolutely.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let e = exp_in_range((-2.0 * x).clamp(-40.0, 40.0));
    (1.0 - e) / (1.0 + e)
}

/// ln(1 + e^x), within 2^-22 x max(1, result) absolutely.
#[inline(always)]
pub(super) fn softplus(x: f32) -> f32 {
    let magnitude = if x < 0.0 { -x } else { x };
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + ln(1.0 + exp(-magnitude))
}

/// x / 2 (1 + erf(x / sqrt 2)), within 3e-7 x max(1, |x|) absolutely.
///
/// erf by Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
#[inline(always)]
pub(super) fn gelu(x: f32) -> f32 {
    let y = x * std::f32::consts::FRAC_1_SQRT_2;
    let magnitude = if y < 0.0 { -y } else { y };
    let t = 1.0 / magnitude.mul_add(0.327_591_1, 1.0);
    let mut p = 1.061_405_4;
    p = t.mul_add(p, -1.453_152_1);
    p = t.mul_add(p, 1.421_413_8);
    p = t.mul_add(p, -0.284_496_74);
    p = t.mul_add(p, 0.254_829_6);
    let rest = p * t * exp(-magnitude * magnitude);
    let erf = if y < 0.0 { rest - 1.0 } else { 1.0 - rest };
    0.5 * x * (1.0 + erf)
}

/// One unit of an LSTM: the new cell and output from the gates' sums and the old cell.
///
/// c' = sigmoid(f) c + sigmoid(i) tanh(g); h = sigmoid(o) tanh(c'). Each line is brought over one
/// denominator: two divisions instead of five. The sums are clamped where the functions are flat
/// (at 20 the sigmoid is 2e-9 from its limit, at 10 the hyperbolic tangent 4e-9), so that no product of
/// exponentials overflows. Within 2^-21 x max(1, |c'|) absolutely.
#[inline(always)]
pub(super) fn lstm_unit(i: f32, f: f32, g: f32, o: f32, c: f32) -> (f32, f32) {
    let i = 1.0 + exp_in_range((-i).clamp(-20.0, 20.0));
    let f = 1.0 + exp_in_range((-f).clamp(-20.0, 20.0));
    let g = exp_in_range((-2.0 * g).clamp(-20.0, 20.0));
    let o = 1.0 + exp_in_range((-o).clamp(-20.0, 20.0));
    let ig = i * (1.0 + g);
    let c = c.mul_add(ig, (1.0 - g) * f) / (ig * f);
    let e = exp_in_range((-2.0 * c).clamp(-20.0, 20.0));
    (c, (1.0 - e) / (o * (1.0 + e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in units in the last place of `exact`, or of the least normal number.
    fn ulps(found: f32, exact: f64) -> f64 {
        let exponent = exact.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
        (f64::from(found) - exact).abs() / (exponent - 23.0).exp2()
    }

    /// The largest of `error` over a dense sweep of `[from, to]`.
    fn worst(from: f64, to: f64, error: impl Fn(f32) -> f64) -> f64 {
        let count = 400_000;
        (0..=count)
            .map(|i| error((from + (to - from) * f64::from(i) / f64::from(count)) as f32))
            .fold(0.0, f64::max)
    }

    #[test]
    fn exponential_and_logarithm_are_within_their_bounds() {
        assert!(worst(-87.0, 88.0, |x| ulps(exp(x), f64::from(x).exp())) <= 1.0);
        assert!(worst(-0.1, 0.1, |x| ulps(exp(x), f64::from(x).exp())) <= 1.0);
        assert!(worst(1e-7, 1.0, |x| ulps(ln(x), f64::from(x).ln())) <= 2.0);
        assert!(worst(1.2e-38, 1e-30, |x| ulps(ln(x), f64::from(x).ln())) <= 2.0);
        assert!(worst(0.9999, 1.0001, |x| ulps(ln(x), f64::from(x).ln())) <= 2.0);
        assert!(worst(1.0, 1e6, |x| ulps(ln(x), f64::from(x).ln())) <= 2.0);
        assert_eq!((exp(0.0), ln(1.0)), (1.0, 0.0));
        assert_eq!((exp(-1e30), exp(f32::INFINITY)), (exp(-87.0), exp(88.0)));
    }

    #[test]
    fn activations_are_within_their_bounds() {
        let absolute = |found: f32, exact: f64| (f64::from(found) - exact).abs();
        let sigmoid_64 = |x: f32| 1.0 / (1.0 + (-f64::from(x)).exp());
        assert!(worst(-87.0, 90.0, |x| ulps(sigmoid(x), sigmoid_64(x))) <= 3.0);
        assert!(worst(-30.0, 30.0, |x| absolute(tanh(x), f64::from(x).tanh())) <= 2f64.powi(-22));
        let softplus_error = |x: f32| {
            let exact = f64::from(x).exp().ln_1p();
            absolute(softplus(x), exact) / exact.max(1.0)
        };
        assert!(worst(-50.0, 50.0, softplus_error) <= 2f64.powi(-22));
        assert_eq!((tanh(1e9), tanh(-1e9), sigmoid(1e9)), (1.0, -1.0, 1.0));
        assert!(tanh(f32::NAN).is_nan());
    }

    #[test]
    fn gelu_agrees_with_pytorch() {
        // torch.nn.functional.gelu(torch.tensor([-6., -2.5, -1., -.1, 0., .3, 1.7, 5.], dtype=torch.float64))
        let expected = [
            (-6.0, -5.919_525_869_479_969e-9),
            (-2.5, -0.015_524_163_314_440_398),
            (-1.0, -0.158_655_253_931_457_02),
            (-0.1, -0.046_017_216_272_297_1),
            (0.0, 0.0),
            (0.3, 0.185_373_426_656_685_8),
            (1.7, 1.624_238_713_310_476_8),
            (5.0, 4.999_998_566_742_141_f64),
        ];
        for (x, exact) in expected {
            let error = (f64::from(gelu(x)) - exact).abs();
            assert!(error <= 3e-7 * f64::from(x.abs().max(1.0)), "gelu({x}) is off by {error}");
        }
    }

    #[test]
    fn an_lstm_unit_is_within_its_bound() {
        let sigmoid_64 = |x: f32| 1.0 / (1.0 + (-f64::from(x)).exp());
        let mut state = 1u32;
        let mut draw = |range: f32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            range * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
        };
        for n in 0..200_000 {
            let range = if n % 2 == 0 { 3.0 } else { 60.0 };
            let (i, f, g, o, c) = (draw(range), draw(range), draw(range), draw(range), draw(4.0));
            let (cell, output) = lstm_unit(i, f, g, o, c);
            let cell_64 = sigmoid_64(f) * f64::from(c) + sigmoid_64(i) * f64::from(g).tanh();
            let output_64 = sigmoid_64(o) * cell_64.tanh();
            let error = (f64::from(cell) - cell_64).abs() / cell_64.abs().max(1.0);
            assert!(error <= 2f64.powi(-21), "cell of {i} {f} {g} {o} {c} is off by {error}");
            let error = (f64::from(output) - output_64).abs();
            assert!(error <= 2f64.powi(-21), "output of {i} {f} {g} {o} {c} is off by {error}");
        }
    }

    #[test]
    fn bits_are_those_of_every_other_machine() {
        // Captured once; a platform that rounds otherwise would decode other grooves.
        let digest = |f: fn(f32) -> f32| {
            (-4000..4000).fold(0u32, |sum, i| sum.rotate_left(5) ^ f(i as f32 / 400.0).to_bits())
        };
        let log = |x: f32| ln(if x < 0.0 { 0.001 - x } else { 0.001 + x });
        assert_eq!(
            [
                digest(exp),
                digest(log),
                digest(sigmoid),
                digest(tanh),
                digest(softplus),
                digest(gelu)
            ],
            [
                1_498_132_391,
                860_447_716,
                1_191_116_120,
                2_410_059_461,
                2_487_917_301,
                3_518_568_251
            ]
        );
    }
}
