//! A tom: a head open to ring, struck with a stick. Three of them, tuned apart.

use crate::decay::strike_level;
use crate::modal::{Excitation, ModalBank, Mode};
use crate::noise::Noise;
use crate::noise_bands::{NoiseBands, NoiseBandsSpec};
use crate::partials::{Partials, PartialsSpec};
use crate::tuning::Tuning;
use crate::voice::Voice;

/// Modes of the ideal circular membrane over the (0,1) mode: zeros of the Bessel functions divided by
/// 2.405 (Fletcher and Rossing). The first four glide with the head's tension, the others, which die
/// quickly, do not.
const GLIDING: [f32; 4] = [1.0, 1.594, 2.136, 2.296];
const STEADY: [f32; 14] = [
    2.653, 2.918, 3.156, 3.501, 3.600, 3.652, 4.060, 4.154, 4.601, 4.832, 4.903, 5.132, 5.412,
    5.541,
];

/// Bands of the stick's attack.
const STICK: NoiseBandsSpec = NoiseBandsSpec {
    hz: [650.0, 1600.0, 3300.0, 6200.0],
    q: [0.8, 0.9, 0.9, 0.9],
    t60_s: [0.045, 0.030, 0.022, 0.015],
    attack_s: [0.0022, 0.0016, 0.0011, 0.0009],
    choke_t60_s: 0.02,
    dark_hz: None,
    seed: 0x746f_6d73,
};

/// One size of tom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TomSpec {
    /// Fundamental.
    hz: f32,
    /// T60 of the fundamental.
    t60_s: f32,
    seed: u32,
}

/// A 10-inch tom. The three stand about a fourth apart, the usual tuning.
pub(crate) const HIGH: TomSpec = TomSpec { hz: 150.0, t60_s: 0.75, seed: 1 };
/// A 12-inch tom.
pub(crate) const LOW_MID: TomSpec = TomSpec { hz: 112.0, t60_s: 0.95, seed: 2 };
/// A 16-inch floor tom.
pub(crate) const FLOOR: TomSpec = TomSpec { hz: 82.0, t60_s: 1.3, seed: 3 };

#[derive(Clone, Debug)]
pub(crate) struct Tom {
    head: Partials,
    overtones: ModalBank,
    stick: NoiseBands,
}

impl Tom {
    pub(crate) fn new(spec: TomSpec) -> Self {
        let head = PartialsSpec {
            hz: GLIDING.map(|ratio| ratio * spec.hz),
            // The higher a mode, the more often it loses energy to the air and the hoop.
            t60_s: [spec.t60_s, 0.50 * spec.t60_s, 0.34 * spec.t60_s, 0.28 * spec.t60_s],
            glide_s: 0.060,
            survival: 0.7,
            choke_t60_s: 0.06,
            contact_s: 0.0,
        };
        let overtones = STEADY
            .iter()
            .enumerate()
            .map(|(i, &ratio)| Mode {
                hz: ratio * spec.hz,
                t60_s: 0.55 * spec.t60_s / ratio,
                gain: if i % 2 == 1 { -1.0 } else { 1.0 } * 0.9 / ratio,
            })
            .collect();
        let stick = NoiseBandsSpec { seed: STICK.seed ^ spec.seed, ..STICK };
        Self {
            head: Partials::new(head),
            overtones: ModalBank::new(overtones, 0.05, 0.05),
            stick: NoiseBands::new(stick),
        }
    }
}

impl Voice for Tom {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.head.set_sample_rate(sample_rate);
        self.overtones.set_sample_rate(sample_rate);
        self.stick.set_sample_rate(sample_rate);
    }

    fn reset(&mut self) {
        self.head.reset();
        self.overtones.reset();
        self.stick.reset();
    }

    fn tune(&mut self, tuning: Tuning) {
        self.head.tune(tuning);
        self.overtones.tune(tuning);
    }

    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise) {
        let level = strike_level(velocity);
        let hard = velocity * velocity;
        // Off-centre strokes excite the modes with nodal diameters, (1,1) and (2,1), more.
        let spot = variation.around(1.0, 0.2);
        let upper = 0.5 + 0.5 * velocity;
        self.head.strike(
            [
                0.70 * level,
                0.34 * level * upper * spot,
                0.18 * level * upper * spot,
                0.16 * level * upper / spot,
            ],
            // Some 1 to 1.5 semitones for a full stroke.
            0.010 + 0.075 * hard,
            variation.around(1.0, 0.004),
        );
        let cutoff_hz = 250.0 + 1500.0 * hard;
        let blow = Excitation { level: 0.27 * level, cutoff_hz, scatter: 0.3 };
        self.overtones.strike(blow, at, variation);
        let tap = level * (0.25 + 0.75 * velocity);
        self.stick.strike(
            [0.13 * tap, 0.13 * tap, 0.10 * tap * upper, 0.05 * level * hard],
            0.8 + 0.4 * velocity,
        );
    }

    fn choke(&mut self, at: usize) {
        self.head.choke();
        self.overtones.choke(at);
        self.stick.choke();
    }

    fn is_active(&self) -> bool {
        self.head.is_active() || self.overtones.is_active() || self.stick.is_active()
    }

    fn begin_chunk(&mut self) {
        self.head.begin_chunk();
        self.overtones.begin_chunk();
        self.stick.begin_chunk();
    }

    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]) {
        self.head.render(a);
        b.copy_from_slice(a);
        self.overtones.add_to(at, a, b);
        self.stick.add_to(a, b);
    }
}
