//! A small deterministic noise generator.

/// Uniform white noise from a 32-bit linear congruential generator (multiplier and increment of
/// Press et al., "Numerical Recipes", section 7.1). Its period of 2^32 samples is a day at 48 kHz;
/// only the high bits, which are the good ones, reach the float.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    seed: u32,
    state: u32,
}

impl Noise {
    pub(crate) const fn new(seed: u32) -> Self {
        Self { seed, state: seed }
    }

    /// Back to the first value.
    pub(crate) fn reset(&mut self) {
        self.state = self.seed;
    }

    /// The next 32 bits, of which the high ones are good.
    #[inline]
    pub(crate) fn next_bits(&mut self) -> u32 {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.state
    }

    /// The next value in `[-1, 1)`.
    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        self.next_bits() as i32 as f32 * (1.0 / 2_147_483_648.0)
    }

    /// The next value in `[center - spread, center + spread)`: the small differences between hits.
    #[inline]
    pub(crate) fn around(&mut self, center: f32, spread: f32) -> f32 {
        center + spread * self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_centred_uniform_and_repeats_after_reset() {
        let mut noise = Noise::new(7);
        let first: Vec<f32> = (0..100_000).map(|_| noise.next()).collect();
        noise.reset();
        assert!(first.iter().all(|&x| x == noise.next() && (-1.0..=1.0).contains(&x)));
        let mean = first.iter().sum::<f32>() / 1e5;
        let power = first.iter().map(|x| x * x).sum::<f32>() / 1e5;
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((power - 1.0 / 3.0).abs() < 0.01, "{power}");
    }
}
