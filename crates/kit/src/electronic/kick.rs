//! The kick: a 22-inch drum with a pillow in it and a felt beater that stays on the head.

use crate::decay::strike_level;
use crate::modal::{Excitation, ModalBank, Mode};
use crate::noise::Noise;
use crate::noise_bands::{NoiseBands, NoiseBandsSpec};
use crate::partials::{Partials, PartialsSpec};
use crate::shaper::soft;
use crate::tuning::Tuning;
use crate::voice::Voice;

/// Fundamental. Tuned rock and jazz kicks lie between 50 and 70 Hz.
const HZ: f32 = 54.0;

/// Low membrane modes (0,1), (1,1), (0,2) and (2,2), as multiples of the fundamental: ratios of the
/// zeros of Bessel functions (Fletcher and Rossing, "The Physics of Musical Instruments", table of
/// the ideal circular membrane). A pillow damps the upper ones most.
const BODY: PartialsSpec = PartialsSpec {
    hz: [HZ, 1.594 * HZ, 2.296 * HZ, 3.501 * HZ],
    t60_s: [0.48, 0.22, 0.14, 0.09],
    // The head is back at its resting tension within two cycles.
    glide_s: 0.014,
    survival: 0.15,
    choke_t60_s: 0.05,
    contact_s: 0.0,
};

/// The knock of head and shell: damped modes between the body and the click.
const KNOCK: [(f32, f32, f32); 10] = [
    (178.0, 0.085, 0.50),
    (214.0, 0.075, -0.42),
    (263.0, 0.068, 0.38),
    (318.0, 0.060, 0.34),
    (394.0, 0.054, -0.30),
    (497.0, 0.046, 0.26),
    (634.0, 0.040, -0.22),
    (812.0, 0.034, 0.18),
    (1043.0, 0.029, -0.15),
    (1380.0, 0.024, 0.12),
];

/// The beater's slap, 1 to 8 kHz, gone in some ten milliseconds.
const BEATER: NoiseBandsSpec = NoiseBandsSpec {
    hz: [900.0, 2200.0, 3900.0, 6800.0],
    q: [0.9, 1.0, 1.1, 0.9],
    t60_s: [0.040, 0.030, 0.026, 0.018],
    attack_s: [0.0022, 0.0016, 0.0012, 0.0010],
    choke_t60_s: 0.02,
    dark_hz: None,
    seed: 0x6b69_636b,
};

/// Drive of the saturation that adds the even-handed warmth of a microphone close to the head.
const DRIVE: f32 = 1.15;

#[derive(Clone, Debug)]
pub(crate) struct Kick {
    body: Partials,
    knock: ModalBank,
    beater: NoiseBands,
}

impl Kick {
    pub(crate) fn new() -> Self {
        let knock = KNOCK.iter().map(|&(hz, t60_s, gain)| Mode { hz, t60_s, gain }).collect();
        Self {
            body: Partials::new(BODY),
            knock: ModalBank::new(knock, 0.03, 0.05),
            beater: NoiseBands::new(BEATER),
        }
    }
}

impl Voice for Kick {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.body.set_sample_rate(sample_rate);
        self.knock.set_sample_rate(sample_rate);
        self.beater.set_sample_rate(sample_rate);
    }

    fn reset(&mut self) {
        self.body.reset();
        self.knock.reset();
        self.beater.reset();
    }

    fn tune(&mut self, tuning: Tuning) {
        self.body.tune(tuning);
        self.knock.tune(tuning);
    }

    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise) {
        let level = strike_level(velocity);
        let spot = variation.around(1.0, 0.12);
        // A soft stroke hardly stretches the head; a full one starts an octave up.
        let glide = 0.25 + 0.85 * velocity * velocity;
        let upper = 0.45 + 0.55 * velocity;
        self.body.strike(
            [level, 0.34 * level * upper * spot, 0.26 * level * upper, 0.16 * level * upper / spot],
            glide,
            variation.around(1.0, 0.004),
        );
        // Felt compresses: its contact time halves between a soft and a hard stroke.
        let cutoff_hz = 250.0 + 1100.0 * velocity * velocity;
        self.knock.strike(
            Excitation { level: 0.45 * level, cutoff_hz, scatter: 0.15 },
            at,
            variation,
        );
        let slap = level * (0.10 + 0.90 * velocity);
        let click = level * velocity * velocity;
        self.beater.strike(
            [0.20 * slap, 0.24 * slap * spot, 0.24 * click / spot, 0.12 * click],
            0.7 + 0.3 * velocity,
        );
    }

    fn choke(&mut self, at: usize) {
        self.body.choke();
        self.knock.choke(at);
        self.beater.choke();
    }

    fn is_active(&self) -> bool {
        self.body.is_active() || self.knock.is_active() || self.beater.is_active()
    }

    fn begin_chunk(&mut self) {
        self.body.begin_chunk();
        self.knock.begin_chunk();
        self.beater.begin_chunk();
    }

    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]) {
        self.body.render(a);
        b.copy_from_slice(a);
        self.knock.add_to(at, a, b);
        self.beater.add_to(a, b);
        for x in a.iter_mut().chain(b) {
            *x = soft(DRIVE * *x);
        }
    }
}
