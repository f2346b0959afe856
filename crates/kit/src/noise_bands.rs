//! Four bands of noise, each with its own attack and decay: snare wires, sticks, the hiss of metal.
//!
//! White noise through four band-pass biquads side by side (Bristow-Johnson, "Audio EQ Cookbook",
//! constant peak gain; transposed direct form II). An envelope is a leaky integrator fed by a
//! decaying charge: it rises smoothly, falls exponentially, and a strike during the decay adds
//! without a step.

use crate::decay::{self, SILENCE};
use crate::noise::Noise;
use crate::tuning::Tuning;

const LANES: usize = 4;

/// What four bands are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoiseBandsSpec {
    pub(crate) hz: [f32; LANES],
    /// Centre frequency over bandwidth.
    pub(crate) q: [f32; LANES],
    pub(crate) t60_s: [f32; LANES],
    /// T60 of the charge: the envelope peaks after roughly half of it.
    pub(crate) attack_s: [f32; LANES],
    pub(crate) choke_t60_s: f32,
    /// The noise falls by 12 dB an octave above this, Hz; `None` for white noise.
    pub(crate) dark_hz: Option<f32>,
    pub(crate) seed: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct NoiseBands {
    spec: NoiseBandsSpec,
    sample_rate: f32,
    tuning: Tuning,
    noise: Noise,
    /// Share of the way to its input that each of two low-passes goes in a sample.
    follow: f32,
    darkened: [f32; 2],
    b0: [f32; LANES],
    a1: [f32; LANES],
    a2: [f32; LANES],
    s1: [f32; LANES],
    s2: [f32; LANES],
    env: [f32; LANES],
    env_decay: [f32; LANES],
    charge: [f32; LANES],
    charge_decay: [f32; LANES],
    /// Makes the envelope of a charge of 1 peak at 1.
    charge_gain: [f32; LANES],
    choke: f32,
    is_active: bool,
}

impl NoiseBands {
    pub(crate) fn new(spec: NoiseBandsSpec) -> Self {
        Self {
            spec,
            sample_rate: 48_000.0,
            tuning: Tuning::AS_MADE,
            noise: Noise::new(spec.seed),
            follow: 1.0,
            darkened: [0.0; 2],
            b0: [0.0; LANES],
            a1: [0.0; LANES],
            a2: [0.0; LANES],
            s1: [0.0; LANES],
            s2: [0.0; LANES],
            env: [0.0; LANES],
            env_decay: [0.0; LANES],
            charge: [0.0; LANES],
            charge_decay: [0.0; LANES],
            charge_gain: [0.0; LANES],
            choke: 0.0,
            is_active: false,
        }
    }

    pub(crate) fn set_sample_rate(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.prepare();
        self.choke = decay::per_sample(self.spec.choke_t60_s, sample_rate);
        self.reset();
    }

    /// The filters of this tuning.
    fn prepare(&mut self) {
        let pitch = self.tuning.pitch;
        let follow = |hz: f32| 1.0 - (-std::f32::consts::TAU * pitch * hz / self.sample_rate).exp();
        self.follow = self.spec.dark_hz.map_or(1.0, follow);
        for lane in 0..LANES {
            let (hz, q) = (pitch * self.spec.hz[lane], self.spec.q[lane]);
            if hz >= 0.45 * self.sample_rate {
                (self.b0[lane], self.a1[lane], self.a2[lane]) = (0.0, 0.0, 0.0);
                continue;
            }
            let (sin, cos) = (std::f32::consts::TAU * hz / self.sample_rate).sin_cos();
            let alpha = sin / (2.0 * q);
            // Uniform noise has the power 1/3; of it a band-pass of this kind lets through
            // pi/2 of its bandwidth. Scaled so that an envelope of 1 means an RMS of 1.
            let share = std::f32::consts::FRAC_PI_2 * (hz / q) / (0.5 * self.sample_rate);
            let to_unit_rms = (3.0 / share.min(1.0)).sqrt();
            self.b0[lane] = to_unit_rms * alpha / (1.0 + alpha);
            self.a1[lane] = -2.0 * cos / (1.0 + alpha);
            self.a2[lane] = (1.0 - alpha) / (1.0 + alpha);
        }
    }

    /// See [`Voice::tune`](crate::voice::Voice::tune); the length counts from the next stroke on.
    pub(crate) fn tune(&mut self, tuning: Tuning) {
        if self.tuning != tuning {
            self.tuning = tuning;
            self.prepare();
        }
    }

    pub(crate) fn reset(&mut self) {
        self.silence();
        self.noise.reset();
    }

    fn silence(&mut self) {
        for state in [&mut self.s1, &mut self.s2, &mut self.env, &mut self.charge] {
            *state = [0.0; LANES];
        }
        self.darkened = [0.0; 2];
        self.is_active = false;
    }

    pub(crate) fn is_active(&self) -> bool {
        self.is_active
    }

    /// A strike: `levels` are the RMS at each band's peak, `length` scales the decay times.
    pub(crate) fn strike(&mut self, levels: [f32; LANES], length: f32) {
        for (lane, level) in levels.into_iter().enumerate() {
            let t60_s = self.spec.t60_s[lane] * length * self.tuning.length;
            let attack_s = self.spec.attack_s[lane].min(0.9 * t60_s);
            let d = decay::per_sample(t60_s, self.sample_rate);
            let c = decay::per_sample(attack_s, self.sample_rate);
            // The envelope is (d^n - c^n) / (d - c); it peaks where the two fall equally fast.
            let peak_at = (c.ln() / d.ln()).ln() / (d / c).ln();
            let peak = (d.powf(peak_at) - c.powf(peak_at)).max(1e-3);
            self.env_decay[lane] = d;
            self.charge_decay[lane] = c;
            self.charge_gain[lane] = (d - c) / peak;
            // A roll swells, but does not pile up without end.
            self.charge[lane] = (level - 0.6 * self.env[lane]).max(0.4 * level);
        }
        self.is_active = true;
    }

    pub(crate) fn choke(&mut self) {
        self.charge = [0.0; LANES];
        for decay in &mut self.env_decay {
            *decay = decay.min(self.choke);
        }
    }

    pub(crate) fn begin_chunk(&mut self) {
        if !self.is_active {
            return;
        }
        let mut is_active = false;
        for (env, charge) in self.env.iter_mut().zip(&mut self.charge) {
            if *charge < SILENCE {
                *charge = 0.0;
            }
            if *env + *charge < SILENCE {
                *env = 0.0;
            } else {
                is_active = true;
            }
        }
        if !is_active {
            self.silence();
        }
    }

    /// Adds two bands to `a` and the two others to `b`.
    pub(crate) fn add_to(&mut self, a: &mut [f32], b: &mut [f32]) {
        if !self.is_active {
            return;
        }
        let (mut s1, mut s2) = (self.s1, self.s2);
        let (mut env, mut charge) = (self.env, self.charge);
        let [mut once, mut twice] = self.darkened;
        for (a, b) in a.iter_mut().zip(b) {
            once += self.follow * (self.noise.next() - once);
            twice += self.follow * (once - twice);
            let x = twice;
            let mut y = [0.0; LANES];
            for lane in 0..LANES {
                let fed = self.b0[lane] * x;
                y[lane] = fed + s1[lane];
                s1[lane] = s2[lane] - self.a1[lane] * y[lane];
                s2[lane] = -fed - self.a2[lane] * y[lane];
                env[lane] =
                    env[lane] * self.env_decay[lane] + charge[lane] * self.charge_gain[lane];
                charge[lane] *= self.charge_decay[lane];
                y[lane] *= env[lane];
            }
            *a += y[0] + y[2];
            *b += y[1] + y[3];
        }
        (self.s1, self.s2) = (s1, s2);
        (self.env, self.charge) = (env, charge);
        self.darkened = [once, twice];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::CHUNK;

    fn bands(sample_rate: f32) -> NoiseBands {
        let mut bands = NoiseBands::new(NoiseBandsSpec {
            hz: [1000.0, 2000.0, 3000.0, 20_000.0],
            q: [1.0; 4],
            t60_s: [0.5, 0.05, 0.05, 0.05],
            attack_s: [0.010, 0.0005, 0.0005, 0.0005],
            choke_t60_s: 0.02,
            dark_hz: None,
            seed: 5,
        });
        bands.set_sample_rate(sample_rate);
        bands
    }

    fn render(bands: &mut NoiseBands, chunks: usize) -> Vec<f32> {
        let mut sound = vec![0.0; chunks * CHUNK];
        for chunk in sound.chunks_mut(CHUNK) {
            let mut other = [0.0; CHUNK];
            bands.begin_chunk();
            bands.add_to(chunk, &mut other);
        }
        sound
    }

    fn rms(sound: &[f32]) -> f32 {
        (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt()
    }

    #[test]
    fn a_band_is_as_loud_as_asked_at_its_peak_at_any_rate() {
        for sample_rate in [16_000.0, 48_000.0, 192_000.0] {
            // Averaged over many strikes, noise being noise, from 5 to 15 ms.
            let mut bands = bands(sample_rate);
            let (mut power, strikes) = (0.0, 100);
            for _ in 0..strikes {
                bands.silence();
                bands.strike([0.5, 0.0, 0.0, 0.0], 1.0);
                let chunks = (0.015 * sample_rate) as usize / CHUNK;
                let sound = render(&mut bands, chunks);
                power += rms(&sound[(0.005 * sample_rate) as usize..]).powi(2);
            }
            let level = (power / strikes as f32).sqrt();
            assert!((0.40..0.56).contains(&level), "{sample_rate}: {level}");
        }
    }

    #[test]
    fn bands_end_in_exact_zeros_with_no_denormals_on_the_way() {
        for sample_rate in [8_000.0, 48_000.0, 192_000.0] {
            let mut bands = bands(sample_rate);
            bands.strike([1.0; 4], 1.0);
            for _ in 0..(2.0 * sample_rate) as usize / CHUNK {
                render(&mut bands, 1);
                let states = [&bands.s1, &bands.s2, &bands.env, &bands.charge];
                assert!(states.into_iter().flatten().all(|x| x.is_finite() && !x.is_subnormal()));
            }
            assert!(!bands.is_active());
            assert_eq!(render(&mut bands, 1), [0.0; CHUNK]);
        }
    }
}
