//! Four decaying partials that share a pitch glide: the low modes of a drum.
//!
//! A head struck hard is stretched and sounds sharp until the motion dies down. The partials turn
//! sample by sample, so their frequency may glide; a new strike changes the "velocity" (real part) and
//! leaves the "displacement" (imaginary part, which is heard) where it is, so that it never clicks.

use crate::decay::{self, SILENCE};
use crate::tuning::Tuning;
use crate::voice::CHUNK;

const LANES: usize = 4;

/// Largest angle per sample, a quarter of the sample rate: as far as the polynomials in
/// [`Partials::turn`] are good (error 2e-4).
const MAX_ANGLE: f32 = std::f32::consts::FRAC_PI_2;

/// What four partials are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartialsSpec {
    pub(crate) hz: [f32; LANES],
    pub(crate) t60_s: [f32; LANES],
    /// Time constant of the pitch glide, seconds.
    pub(crate) glide_s: f32,
    /// Share of the old motion that survives a strike: a beater that stays on the head stops it.
    pub(crate) survival: f32,
    pub(crate) choke_t60_s: f32,
    /// How long a stroke pushes: what is left of it falls with this time constant, seconds; 0 for a blow without length.
    pub(crate) contact_s: f32,
}

#[derive(Clone, Debug)]
pub(crate) struct Partials {
    spec: PartialsSpec,
    sample_rate: f32,
    tuning: Tuning,
    /// Angle per sample without glide; 0 for a partial above the band limit.
    angle: [f32; LANES],
    decay: [f32; LANES],
    re: [f32; LANES],
    im: [f32; LANES],
    /// What is left of the push, and how much of that is left after a chunk.
    push: [f32; LANES],
    push_decay: f32,
    cos: [f32; LANES],
    sin: [f32; LANES],
    /// Relative detuning now, 0.1 being 10 % sharp.
    glide: f32,
    glide_decay: f32,
    /// This strike's tuning, about 1.
    detune: f32,
    is_choked: bool,
    choke: f32,
    is_active: bool,
}

impl Partials {
    pub(crate) fn new(spec: PartialsSpec) -> Self {
        Self {
            spec,
            sample_rate: 48_000.0,
            tuning: Tuning::AS_MADE,
            angle: [0.0; LANES],
            decay: [0.0; LANES],
            re: [0.0; LANES],
            im: [0.0; LANES],
            push: [0.0; LANES],
            push_decay: 0.0,
            cos: [0.0; LANES],
            sin: [0.0; LANES],
            glide: 0.0,
            glide_decay: 0.0,
            detune: 1.0,
            is_choked: false,
            choke: 0.0,
            is_active: false,
        }
    }

    pub(crate) fn set_sample_rate(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.prepare();
        self.choke = decay::per_sample(self.spec.choke_t60_s, sample_rate);
        self.glide_decay = (-(CHUNK as f32) / (self.spec.glide_s * sample_rate)).exp();
        self.push_decay = (-(CHUNK as f32) / (self.spec.contact_s * sample_rate)).exp();
        self.reset();
    }

    /// The angles and decays of this tuning.
    fn prepare(&mut self) {
        let Tuning { pitch, length } = self.tuning;
        for lane in 0..LANES {
            let hz = pitch * self.spec.hz[lane];
            self.angle[lane] = std::f32::consts::TAU * hz / self.sample_rate;
            let t60_s = length * self.spec.t60_s[lane];
            self.decay[lane] = decay::per_sample(t60_s, self.sample_rate);
        }
    }

    /// See [`Voice::tune`](crate::voice::Voice::tune).
    pub(crate) fn tune(&mut self, tuning: Tuning) {
        if self.tuning != tuning {
            self.tuning = tuning;
            self.prepare();
            self.turn();
        }
    }

    pub(crate) fn reset(&mut self) {
        self.re = [0.0; LANES];
        self.push = [0.0; LANES];
        self.im = [0.0; LANES];
        self.glide = 0.0;
        self.detune = 1.0;
        self.is_choked = false;
        self.is_active = false;
    }

    pub(crate) fn is_active(&self) -> bool {
        self.is_active
    }

    /// A strike: `levels` per partial, `glide` the relative detuning at its start, `detune` its
    /// tuning, about 1.
    pub(crate) fn strike(&mut self, levels: [f32; LANES], glide: f32, detune: f32) {
        for (lane, level) in levels.into_iter().enumerate() {
            let level = if self.angle[lane] < MAX_ANGLE { level } else { 0.0 };
            let later = level * self.push_decay;
            self.re[lane] = self.spec.survival * self.re[lane] + (level - later);
            self.push[lane] = later;
        }
        self.glide = self.glide.max(glide);
        self.detune = detune;
        self.is_choked = false;
        self.is_active = true;
        self.turn();
    }

    pub(crate) fn choke(&mut self) {
        if self.is_active {
            self.is_choked = true;
            self.turn();
        }
    }

    /// Rotation per sample at the present pitch. Taylor polynomials, because four sines and
    /// cosines per chunk would cost more than the rotation.
    fn turn(&mut self) {
        let damping = if self.is_choked { self.choke } else { 1.0 };
        for lane in 0..LANES {
            let x = (self.angle[lane] * self.detune * (1.0 + self.glide)).min(MAX_ANGLE);
            let q = x * x;
            let radius = self.decay[lane] * damping;
            self.sin[lane] = radius * x * (1.0 - q / 6.0 * (1.0 - q / 20.0 * (1.0 - q / 42.0)));
            self.cos[lane] =
                radius * (1.0 - q / 2.0 * (1.0 - q / 12.0 * (1.0 - q / 30.0 * (1.0 - q / 56.0))));
        }
    }

    pub(crate) fn begin_chunk(&mut self) {
        if !self.is_active {
            return;
        }
        self.is_active = false;
        for ((re, im), push) in self.re.iter_mut().zip(&mut self.im).zip(&mut self.push) {
            let later = *push * self.push_decay;
            *re += *push - later;
            *push = if later.abs() < SILENCE { 0.0 } else { later };
            if re.abs() + im.abs() + push.abs() < SILENCE {
                *re = 0.0;
                *im = 0.0;
            } else {
                self.is_active = true;
            }
        }
        if self.glide > 0.0 {
            // A thousandth of a percent is no longer a detuning.
            self.glide = if self.glide < 1e-5 { 0.0 } else { self.glide * self.glide_decay };
            self.turn();
        }
    }

    /// Overwrites `out` with the sum of the partials.
    pub(crate) fn render(&mut self, out: &mut [f32]) {
        if !self.is_active {
            out.fill(0.0);
            return;
        }
        let (mut re, mut im) = (self.re, self.im);
        for out in out {
            let old = re;
            for lane in 0..LANES {
                re[lane] = old[lane] * self.cos[lane] - im[lane] * self.sin[lane];
                im[lane] = old[lane] * self.sin[lane] + im[lane] * self.cos[lane];
            }
            *out = (im[0] + im[2]) + (im[1] + im[3]);
        }
        (self.re, self.im) = (re, im);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: PartialsSpec = PartialsSpec {
        hz: [100.0, 160.0, 230.0, 9000.0],
        t60_s: [0.4, 0.2, 0.1, 0.02],
        glide_s: 0.02,
        survival: 0.5,
        choke_t60_s: 0.05,
        contact_s: 0.0,
    };

    fn partials(sample_rate: f32) -> Partials {
        let mut partials = Partials::new(SPEC);
        partials.set_sample_rate(sample_rate);
        partials
    }

    fn render(partials: &mut Partials, chunks: usize) -> Vec<f32> {
        let mut sound = vec![0.0; chunks * CHUNK];
        for chunk in sound.chunks_mut(CHUNK) {
            partials.begin_chunk();
            partials.render(chunk);
        }
        sound
    }

    #[test]
    fn a_partial_without_glide_is_a_decaying_sine() {
        let mut partials = partials(48_000.0);
        partials.strike([1.0, 0.0, 0.0, 0.0], 0.0, 1.0);
        for (n, x) in render(&mut partials, 600).into_iter().enumerate() {
            let t = (n + 1) as f64 / 48_000.0;
            let sine = (std::f64::consts::TAU * 100.0 * t).sin();
            let expected = 10_f64.powf(-3.0 * t / 0.4) * sine;
            assert!((f64::from(x) - expected).abs() < 1e-3, "{n}: {x} is not {expected}");
        }
    }

    #[test]
    fn a_glide_starts_sharp_and_settles_at_the_tuning() {
        let mut partials = partials(48_000.0);
        partials.strike([1.0, 0.0, 0.0, 0.0], 0.5, 1.0);
        let sound = render(&mut partials, 600);
        let ups: Vec<usize> =
            (1..sound.len()).filter(|&n| sound[n - 1] < 0.0 && sound[n] >= 0.0).collect();
        let periods: Vec<usize> = ups.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // 100 Hz is 480 samples; the second cycle is still about a quarter sharp.
        assert!((370..430).contains(&periods[0]), "{periods:?}");
        assert!(periods.windows(2).all(|pair| pair[1] + 1 >= pair[0]), "{periods:?}");
        assert!((479..=480).contains(periods.last().expect("rings on")), "{periods:?}");
    }

    #[test]
    fn a_second_strike_leaves_the_displacement_where_it_is() {
        let mut partials = partials(48_000.0);
        partials.strike([1.0, 0.5, 0.2, 0.0], 0.5, 1.0);
        let before = render(&mut partials, 31);
        partials.strike([1.0, 0.5, 0.2, 0.0], 0.5, 1.0);
        let after = render(&mut partials, 1);
        let step = (after[0] - before[before.len() - 1]).abs();
        // The steepest that partials of this size can be without a jump.
        let slope: f32 = [1.5 * 100.0, 0.75 * 160.0, 0.3 * 230.0].iter().sum::<f32>() * 1.5;
        assert!(step < std::f32::consts::TAU * slope / 48_000.0, "{step}");
    }

    #[test]
    fn partials_end_in_exact_zeros_with_no_denormals_on_the_way_at_any_rate() {
        for sample_rate in [8_000.0, 48_000.0, 192_000.0] {
            let mut partials = partials(sample_rate);
            partials.strike([1.0; 4], 1.0, 1.0);
            for _ in 0..(sample_rate as usize / CHUNK) {
                let sound = render(&mut partials, 1);
                assert!(sound.iter().all(|x| x.is_finite() && !x.is_subnormal()));
                assert!(!partials.re.iter().chain(&partials.im).any(|x| x.is_subnormal()));
            }
            assert!(!partials.is_active());
            assert_eq!(render(&mut partials, 1), [0.0; CHUNK]);
        }
    }
}
