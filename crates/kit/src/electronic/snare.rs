//! The snare: two coupled heads, a stick, and wires that rattle against the lower head.

use crate::decay::strike_level;
use crate::modal::{Excitation, ModalBank, Mode};
use crate::noise::Noise;
use crate::noise_bands::{NoiseBands, NoiseBandsSpec};
use crate::partials::{Partials, PartialsSpec};
use crate::shaper::soft;
use crate::tuning::Tuning;
use crate::voice::Voice;

/// The heads' coupled modes of a 14-inch drum: the (0,1) pair, moving together at 182 Hz and against
/// each other at 330 Hz, and the (1,1) pair at 278 and 341 Hz (Rossing, Bork, Zhao and Fystrom,
/// "Acoustics of snare drums", JASA 92, 1992). The pair that moves together radiates best, so it
/// also dies fastest.
const HEADS: PartialsSpec = PartialsSpec {
    hz: [182.0, 330.0, 278.0, 341.0],
    t60_s: [0.19, 0.17, 0.15, 0.13],
    glide_s: 0.030,
    survival: 0.5,
    choke_t60_s: 0.05,
    contact_s: 0.0,
};

/// Higher head modes and the ring of shell and hoop: frequency, T60, gain.
const RING: [(f32, f32, f32); 14] = [
    (403.0, 0.16, 0.55),
    (476.0, 0.14, -0.42),
    (512.0, 0.13, 0.40),
    (587.0, 0.15, 0.36),
    (668.0, 0.13, -0.34),
    (742.0, 0.12, 0.30),
    (861.0, 0.13, 0.34),
    (973.0, 0.11, -0.30),
    (1124.0, 0.10, 0.28),
    (1297.0, 0.085, -0.24),
    (1486.0, 0.075, 0.22),
    (1723.0, 0.065, -0.20),
    (2051.0, 0.055, 0.18),
    (2480.0, 0.045, -0.16),
];

/// The wires: broad noise from 2 to 12 kHz. They are thrown off the lower head and fall back, so
/// their sound grows over a few milliseconds and outlasts the head's.
const WIRES: NoiseBandsSpec = NoiseBandsSpec {
    hz: [1900.0, 3600.0, 6100.0, 9800.0],
    q: [0.9, 0.9, 1.0, 0.9],
    t60_s: [0.22, 0.27, 0.25, 0.20],
    attack_s: [0.011, 0.009, 0.008, 0.007],
    choke_t60_s: 0.04,
    dark_hz: None,
    seed: 0x7769_7265,
};

/// The stick's crack.
const STICK: NoiseBandsSpec = NoiseBandsSpec {
    hz: [800.0, 2300.0, 4700.0, 8600.0],
    q: [0.8, 0.9, 1.0, 0.9],
    t60_s: [0.026, 0.022, 0.018, 0.014],
    attack_s: [0.0012, 0.0009, 0.0008, 0.0007],
    choke_t60_s: 0.02,
    dark_hz: None,
    seed: 0x7374_636b,
};

/// How much the moving head modulates the rattle: the wires are pressed and released once a cycle.
const SLAP: f32 = 0.45;

/// Loudest strokes touch the bend of the saturation, ghost notes do not.
const DRIVE: f32 = 0.6;

#[derive(Clone, Debug)]
pub(crate) struct Snare {
    /// How much of the rim every stroke catches.
    rim: f32,
    heads: Partials,
    ring: ModalBank,
    wires: NoiseBands,
    stick: NoiseBands,
}

impl Snare {
    pub(crate) fn new() -> Self {
        Self::of(0.0)
    }

    /// Every stroke on head and rim at once.
    pub(crate) fn rim_shot() -> Self {
        Self::of(2.0)
    }

    fn of(rim: f32) -> Self {
        let ring = RING.iter().map(|&(hz, t60_s, gain)| Mode { hz, t60_s, gain }).collect();
        Self {
            rim,
            heads: Partials::new(HEADS),
            ring: ModalBank::new(ring, 0.05, 0.05),
            wires: NoiseBands::new(WIRES),
            stick: NoiseBands::new(STICK),
        }
    }
}

impl Voice for Snare {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.heads.set_sample_rate(sample_rate);
        self.ring.set_sample_rate(sample_rate);
        self.wires.set_sample_rate(sample_rate);
        self.stick.set_sample_rate(sample_rate);
    }

    fn reset(&mut self) {
        self.heads.reset();
        self.ring.reset();
        self.wires.reset();
        self.stick.reset();
    }

    fn tune(&mut self, tuning: Tuning) {
        self.heads.tune(tuning);
        self.ring.tune(tuning);
        self.wires.tune(tuning);
    }

    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise) {
        let level = strike_level(velocity);
        let hard = velocity * velocity;
        // Off-centre strokes ring more and sound less of the fundamental.
        let spot = variation.around(1.0, 0.15);
        // A soft tap hardly gets the air between the heads moving.
        let body = level * (0.62 + 0.38 * velocity);
        self.heads.strike(
            [0.52 * body / spot, 0.26 * body, 0.20 * body * spot, 0.16 * body * spot],
            0.02 + 0.09 * hard,
            variation.around(1.0, 0.005),
        );
        let cutoff_hz = 500.0 + 3000.0 * hard;
        // Above a velocity of about 0.8 the stick begins to catch the rim, which makes the shell ring.
        let rim = 1.0 + self.rim + 1.2 * ((velocity - 0.8) * 5.0).clamp(0.0, 1.0);
        let ring = Excitation { level: 0.30 * level * rim, cutoff_hz, scatter: 0.25 };
        self.ring.strike(ring, at, variation);
        // The wires answer to the softest touch and saturate: a ghost note is mostly wires, darker
        // and shorter than an accent.
        let rattle = 0.92 * velocity.powf(1.38);
        let air = 0.3 + 0.7 * velocity;
        self.wires.strike(
            [
                0.34 * rattle,
                0.38 * rattle,
                0.42 * rattle * air * spot,
                0.42 * rattle * air * air / spot,
            ],
            0.45 + 0.6 * velocity,
        );
        let crack = level * (0.2 + 0.8 * velocity);
        self.stick.strike(
            [0.22 * crack, 0.30 * crack, 0.26 * crack * air, 0.20 * crack * hard],
            0.8 + 0.3 * velocity,
        );
    }

    fn choke(&mut self, at: usize) {
        self.heads.choke();
        self.ring.choke(at);
        self.wires.choke();
        self.stick.choke();
    }

    fn is_active(&self) -> bool {
        self.heads.is_active()
            || self.ring.is_active()
            || self.wires.is_active()
            || self.stick.is_active()
    }

    fn begin_chunk(&mut self) {
        self.heads.begin_chunk();
        self.ring.begin_chunk();
        self.wires.begin_chunk();
        self.stick.begin_chunk();
    }

    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]) {
        let mut heads = [0.0; crate::voice::CHUNK];
        let heads = &mut heads[..a.len()];
        self.heads.render(heads);
        a.fill(0.0);
        b.fill(0.0);
        self.wires.add_to(a, b);
        for ((a, b), head) in a.iter_mut().zip(b.iter_mut()).zip(heads.iter()) {
            let slap = 1.0 + SLAP * soft(2.0 * head);
            *a = *a * slap + head;
            *b = *b * slap + head;
        }
        self.ring.add_to(at, a, b);
        self.stick.add_to(a, b);
        for x in a.iter_mut().chain(b) {
            *x = soft(DRIVE * *x);
        }
    }
}
