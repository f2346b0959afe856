//! Seeded noise that is the same on every platform: uniform, normal and Gumbel draws.
//!
//! A project must sound the same wherever it is opened, so nothing here calls the system's
//! mathematical library, whose last digits differ: logarithm and sine are polynomials in f32 of
//! additions and multiplications alone, which IEEE 754 rounds alike everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Purpose of a stream of noise. Streams of different purposes are independent.
///
/// The numbers are part of what a saved project sounds like: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// The point drawn in the latent space.
    Latent = 1,
    /// How far a cycle wanders from it.
    CycleLatent = 2,
    /// Gumbel noise on the tokens.
    Tokens = 3,
    /// Gumbel noise on the tokens of one cycle.
    CycleTokens = 4,
    /// Choice of the steps that a cycle draws anew.
    Redraw = 5,
    /// Gumbel noise on the tokens of the step model, one stream for each candidate.
    StepTokens = 6,
    /// Gumbel noise on its copies, velocities and micro-offsets.
    StepHits = 7,
    /// Cells that a variation draws anew.
    StepRedraw = 8,
    /// The style of a groove that may be of any.
    Style = 9,
    /// Gumbel noise on the articulations of a groove.
    Articulations = 10,
    /// A network's first weights.
    Weights = 16,
    /// The order of training windows.
    Shuffle = 17,
    /// Changes made to training windows.
    Augment = 18,
    /// Draws from the posterior.
    Posterior = 19,
    /// Activations and previous tokens dropped in training.
    Dropout = 20,
    /// Choice of the performances for validation.
    Split = 21,
    /// Draws that the prior learns from.
    Prior = 22,
    /// Contexts that the step model learns from.
    Context = 23,
}

/// One stream of noise.
#[derive(Clone, Debug)]
pub struct Noise {
    rng: ChaCha8Rng,
}

/// Words drawn at once where many are needed: enough for the loops over them to be vectorised.
const BLOCK: usize = 256;

impl Noise {
    /// The stream for `purpose` of `seed`; `index` numbers streams of one purpose (a cycle, an
    /// optimisation step).
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        Self { rng: ChaCha8Rng::from_seed(key) }
    }

    /// Words of the stream from its beginning that have been used.
    pub fn position(&self) -> u64 {
        u64::try_from(self.rng.get_word_pos()).unwrap_or(u64::MAX)
    }

    /// Continues `words` words after the stream's beginning.
    pub fn seek(&mut self, words: u64) {
        self.rng.set_word_pos(words.into());
    }

    /// A number in `(0, 1)`, never 0 nor 1. Uses one word.
    pub fn uniform(&mut self) -> f32 {
        to_uniform(self.rng.next_u32())
    }

    /// A number in `0..bound`. Uses two words; the bias is below `bound` / 2^64.
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "nothing lies below 0");
        // The high word of a 64 x 64 bit product: less than `bound`, so it fits.
        ((u128::from(self.rng.next_u64()) * bound as u128) >> 64) as usize
    }

    /// Brings `items` into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// Fills `out` with uniform draws from `(0, 1)`: one word each.
    pub fn fill_uniform(&mut self, out: &mut [f32]) {
        self.fill_with(out, |x| *x);
    }

    /// Fills `out` with Gumbel(0, 1) draws, within `[-2.8, 16.7]`: one word each.
    ///
    /// The argmax of logits plus such noise is a draw from their softmax.
    pub fn fill_gumbel(&mut self, out: &mut [f32]) {
        self.fill_with(out, |u| -ln(-ln(*u)));
    }

    /// Fills `out` with standard normal draws, within 5.8 of 0: two words for every two, or for a
    /// last one alone.
    pub fn fill_normal(&mut self, out: &mut [f32]) {
        for block in out.chunks_mut(BLOCK) {
            let mut u = [0.0; BLOCK];
            let pairs = block.len().div_ceil(2);
            self.fill_uniform(&mut u[..2 * pairs]);
            let (radius, angle) = u.split_at(pairs);
            let mut v = [0.0; BLOCK];
            for i in 0..pairs {
                // Box and Muller.
                let r = (-2.0 * ln(radius[i])).sqrt();
                let t = angle[i] - 0.5;
                v[2 * i] = r * sine_of_turn(0.25 - t.abs());
                v[2 * i + 1] =
                    r * sine_of_turn(if t.abs() <= 0.25 { t } else { 0.5f32.copysign(t) - t });
            }
            block.copy_from_slice(&v[..block.len()]);
        }
    }

    /// Fills `mask` with numbers that are 0 with probability `p`, else 1 / (1 - p): a dropout mask. One
    /// word for every two, or for a last one alone.
    ///
    /// `p` is rounded to a multiple of 2^-16.
    pub fn fill_mask(&mut self, mask: &mut [f32], p: f32) {
        // 16-bit numbers below it drop.
        let threshold = (p.clamp(0.0, 1.0) * 65536.0) as u32;
        let kept = 1.0 / (1.0 - p);
        for block in mask.chunks_mut(2 * BLOCK) {
            let mut bytes = [0; 4 * BLOCK];
            let bytes = &mut bytes[..4 * block.len().div_ceil(2)];
            self.rng.fill_bytes(bytes);
            for (x, &half) in block.iter_mut().zip(bytes.as_chunks().0) {
                let is_dropped = u32::from(u16::from_le_bytes(half)) < threshold;
                *x = if is_dropped { 0.0 } else { kept };
            }
        }
    }

    fn fill_with(&mut self, out: &mut [f32], f: impl Fn(&f32) -> f32) {
        for block in out.chunks_mut(BLOCK) {
            let mut bytes = [0; 4 * BLOCK];
            let bytes = &mut bytes[..4 * block.len()];
            self.rng.fill_bytes(bytes);
            for (x, &word) in block.iter_mut().zip(bytes.as_chunks().0) {
                *x = to_uniform(u32::from_le_bytes(word));
            }
            for x in block {
                *x = f(x);
            }
        }
    }
}

/// The upper 23 bits as a number in `(0, 1)`: (k + 1/2) / 2^23, exact in f32.
fn to_uniform(word: u32) -> f32 {
    ((word >> 9) as f32 + 0.5) * (1.0 / (1 << 23) as f32)
}

/// Natural logarithm of a positive normal number, within 2 units in the last place.
///
/// Splits off the exponent, then the polynomial of the Cephes library's `logf` (Moshier 1989).
fn ln(x: f32) -> f32 {
    const P: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    // Mantissa in [sqrt(1/2), sqrt(2)).
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let bits = x.to_bits().wrapping_sub(SQRT_HALF);
    let exponent = (bits.cast_signed() >> 23) as f32;
    let m = f32::from_bits((bits & 0x007f_ffff) + SQRT_HALF) - 1.0;
    let square = m * m;
    let mut p = P[0];
    for &c in &P[1..] {
        p = p * m + c;
    }
    // ln 2 in two parts, the first of few bits, so that its product is exact.
    let tail = m * square * p + exponent * -2.121_944_4e-4 - 0.5 * square;
    (m + tail) + exponent * (355.0 / 512.0)
}

/// sin(2 pi t) for |t| <= 1/4, within 1e-7: the Taylor polynomial of degree 11.
fn sine_of_turn(t: f32) -> f32 {
    const C: [f32; 6] =
        [-1.0 / 39_916_800.0, 1.0 / 362_880.0, -1.0 / 5040.0, 1.0 / 120.0, -1.0 / 6.0, 1.0];
    let x = t * std::f32::consts::TAU;
    let square = x * x;
    let mut p = C[0];
    for &c in &C[1..] {
        p = p * square + c;
    }
    p * x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise() -> Noise {
        Noise::new(7, Purpose::Tokens, 0)
    }

    /// Mean and variance in double precision.
    fn moments(x: &[f32]) -> (f64, f64) {
        let n = x.len() as f64;
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        (mean, x.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn the_logarithm_agrees_with_the_systems() {
        for i in 0..200_000u32 {
            let x = to_uniform(i.wrapping_mul(2_654_435_769));
            let (ours, exact) = (f64::from(ln(x)), f64::from(x).ln());
            assert!((ours - exact).abs() <= 3e-7 * exact.abs(), "ln({x}): {ours} and {exact}");
        }
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn the_sine_agrees_with_the_systems() {
        for i in -1000..=1000 {
            let t = i as f32 / 4000.0;
            let exact = (f64::from(t) * std::f64::consts::TAU).sin();
            assert!((f64::from(sine_of_turn(t)) - exact).abs() < 3e-7, "{t}");
        }
    }

    #[test]
    fn normal_draws_have_the_moments_and_tails_of_a_normal_distribution() {
        let mut x = vec![0.0; 400_001];
        noise().fill_normal(&mut x);
        let (mean, variance) = moments(&x);
        // Five standard errors: 1 / sqrt(n) and sqrt(2 / n).
        assert!(mean.abs() < 0.008 && (variance - 1.0).abs() < 0.012, "{mean} {variance}");
        let beyond_two = x.iter().filter(|x| x.abs() > 2.0).count() as f64 / x.len() as f64;
        assert!((beyond_two - 0.0455).abs() < 0.002, "{beyond_two}");
        let products: Vec<f32> = x.windows(2).map(|w| w[0] * w[1]).collect();
        assert!(moments(&products).0.abs() < 0.008);
    }

    #[test]
    fn gumbel_draws_choose_as_a_softmax_does() {
        let logits = [0.0, 1.0, 2.0_f32];
        let mut counts = [0; 3];
        let mut g = vec![0.0; 300_000];
        noise().fill_gumbel(&mut g);
        for g in g.chunks(3) {
            let score = |i: &usize| logits[*i] + g[*i];
            counts[(0..3).max_by(|i, j| score(i).total_cmp(&score(j))).unwrap()] += 1;
        }
        // exp(logit) / sum: .0900, .2447, .6652.
        for (count, share) in counts.into_iter().zip([0.0900, 0.2447, 0.6652]) {
            assert!((f64::from(count) / 100_000.0 - share).abs() < 0.008, "{counts:?}");
        }
    }

    #[test]
    fn draws_are_these_bits_for_ever() {
        // From this code; they stand here so that a change to the noise, which would change saved
        // songs, is seen.
        let mut x = [0.0; 3];
        noise().fill_normal(&mut x);
        let normal = x.map(f32::to_bits);
        noise().fill_gumbel(&mut x);
        let gumbel = x.map(f32::to_bits);
        assert_eq!(normal, [0xbea8_bb9d, 0x3f9c_d96d, 0xbf85_ba4c]);
        assert_eq!(gumbel, [0x3e5e_01b7, 0xbecd_89fb, 0x3fba_3970]);
    }

    #[test]
    fn streams_differ_by_seed_purpose_and_index_and_can_be_continued() {
        let first = |seed, purpose, index| Noise::new(seed, purpose, index).uniform();
        let base = first(1, Purpose::Latent, 0);
        assert_eq!(base, first(1, Purpose::Latent, 0));
        assert_ne!(base, first(2, Purpose::Latent, 0));
        assert_ne!(base, first(1, Purpose::Tokens, 0));
        assert_ne!(base, first(1, Purpose::Latent, 1));

        let (mut a, mut b) = (noise(), noise());
        a.fill_gumbel(&mut [0.0; 300]);
        b.seek(a.position());
        assert_eq!(a.position(), 300);
        assert_eq!(a.uniform(), b.uniform());
    }

    #[test]
    fn a_mask_drops_its_share_and_makes_up_for_it() {
        let mut mask = vec![0.0; 100_001];
        noise().fill_mask(&mut mask, 0.1);
        let (mean, _) = moments(&mask);
        assert!((mean - 1.0).abs() < 0.006, "{mean}");
        assert!(mask.iter().all(|&x| x == 0.0 || x == 1.0 / 0.9));
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..100).collect();
        noise().shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
