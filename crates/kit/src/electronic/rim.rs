//! The rim: a click of two tones, as drum machines make it.

use crate::decay::strike_level;
use crate::modal::{Excitation, ModalBank, Mode};
use crate::noise::Noise;
use crate::noise_bands::{NoiseBands, NoiseBandsSpec};
use crate::shaper::soft;
use crate::tuning::Tuning;
use crate::voice::Voice;

/// Two tones, and two quiet ones that keep them from being a chord: frequency, decay and level.
const TONES: [(f32, f32, f32); 4] =
    [(455.0, 0.075, 0.55), (1667.0, 0.060, 1.0), (2210.0, 0.045, -0.35), (3120.0, 0.035, 0.25)];

const CLICK: NoiseBandsSpec = NoiseBandsSpec {
    hz: [1500.0, 3000.0, 5600.0, 9500.0],
    q: [0.9; 4],
    t60_s: [0.020, 0.018, 0.015, 0.012],
    attack_s: [0.0006, 0.0005, 0.0004, 0.0004],
    choke_t60_s: 0.02,
    dark_hz: None,
    seed: 0x636c_636b,
};

/// Gain into the saturation that makes it hard.
const DRIVE: f32 = 1.2;

#[derive(Clone, Debug)]
pub(crate) struct Rim {
    tones: ModalBank,
    click: NoiseBands,
}

impl Rim {
    pub(crate) fn new() -> Self {
        let tones = TONES.iter().map(|&(hz, t60_s, gain)| Mode { hz, t60_s, gain }).collect();
        Self { tones: ModalBank::new(tones, 0.03, 0.05), click: NoiseBands::new(CLICK) }
    }
}

impl Voice for Rim {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.tones.set_sample_rate(sample_rate);
        self.click.set_sample_rate(sample_rate);
    }

    fn reset(&mut self) {
        self.tones.reset();
        self.click.reset();
    }

    fn tune(&mut self, tuning: Tuning) {
        self.tones.tune(tuning);
    }

    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise) {
        let level = strike_level(velocity);
        let cutoff_hz = 2500.0 + 6000.0 * velocity;
        self.tones.strike(
            Excitation { level: 0.8 * level, cutoff_hz, scatter: 0.12 },
            at,
            variation,
        );
        let click = 0.35 * level * variation.around(1.0, 0.1);
        self.click.strike([click, click, 0.7 * click, 0.4 * click], 1.0);
    }

    fn choke(&mut self, at: usize) {
        self.tones.choke(at);
        self.click.choke();
    }

    fn is_active(&self) -> bool {
        self.tones.is_active() || self.click.is_active()
    }

    fn begin_chunk(&mut self) {
        self.tones.begin_chunk();
        self.click.begin_chunk();
    }

    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]) {
        a.fill(0.0);
        b.fill(0.0);
        self.tones.add_to(at, a, b);
        self.click.add_to(a, b);
        // The two halves are the same sound: a click stands in the middle.
        for (a, b) in a.iter_mut().zip(b) {
            let sum = soft(DRIVE * (*a + *b)) / DRIVE;
            (*a, *b) = (0.5 * sum, 0.5 * sum);
        }
    }
}
