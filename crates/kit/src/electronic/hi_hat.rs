//! A pair of 14-inch hi-hats, closed or open. The kit makes two of these.

use crate::decay::strike_level;
use crate::metal::{self, MetalSpec};
use crate::modal::{Excitation, ModalBank};
use crate::noise::Noise;
use crate::noise_bands::{NoiseBands, NoiseBandsSpec};
use crate::tuning::Tuning;
use crate::voice::Voice;

/// How the two plates stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HiHatSpec {
    modes: usize,
    /// Scales the decay of modes and hiss; 1 is open.
    length: f32,
    /// How much a hard stroke lengthens the sound: pressed plates are kicked apart for a moment.
    slosh: f32,
    hiss_t60_s: [f32; 4],
    /// Loudness of hiss against modes.
    hiss: f32,
    seed: u32,
}

/// Plates pressed together: the low modes are damped away, what is left is a short band of noise
/// around 8 kHz, 20 dB down in some 40 ms.
pub(crate) const CLOSED: HiHatSpec = HiHatSpec {
    modes: 56,
    length: 0.145,
    slosh: 0.7,
    hiss_t60_s: [0.110, 0.135, 0.140, 0.115],
    hiss: 0.9,
    seed: 0x6361,
};

/// Plates a few millimetres apart, rattling.
pub(crate) const OPEN: HiHatSpec = HiHatSpec {
    modes: 80,
    length: 1.0,
    slosh: 0.25,
    hiss_t60_s: [0.75, 0.90, 0.85, 0.65],
    hiss: 0.8,
    seed: 0x6f70,
};

/// Half-open: the plates stop each other sooner.
pub(crate) const HALF_OPEN: HiHatSpec = HiHatSpec {
    modes: 72,
    length: 0.5,
    hiss_t60_s: [0.42, 0.50, 0.48, 0.38],
    hiss: 1.0,
    seed: 0x6861,
    ..OPEN
};

/// Closed by the foot.
pub(crate) const PEDAL: HiHatSpec = HiHatSpec {
    length: 0.10,
    hiss_t60_s: [0.075, 0.085, 0.080, 0.065],
    hiss: 0.65,
    seed: 0x7065,
    ..CLOSED
};

/// Bands of the hiss.
const HISS_HZ: [f32; 4] = [4800.0, 7300.0, 10_200.0, 13_500.0];

/// The stick's tick on the edge.
const TICK: NoiseBandsSpec = NoiseBandsSpec {
    hz: [2400.0, 5200.0, 8800.0, 13_000.0],
    q: [0.9, 0.9, 1.0, 1.0],
    t60_s: [0.013, 0.014, 0.013, 0.010],
    attack_s: [0.0008, 0.0007, 0.0006, 0.0005],
    choke_t60_s: 0.01,
    dark_hz: None,
    seed: 0x7469_636b,
};

/// The foot stops the plates within some twenty milliseconds.
const CHOKE_T60_S: f32 = 0.024;

#[derive(Clone, Debug)]
pub(crate) struct HiHat {
    spec: HiHatSpec,
    plates: ModalBank,
    hiss: NoiseBands,
    tick: NoiseBands,
}

impl HiHat {
    pub(crate) fn new(spec: HiHatSpec) -> Self {
        let mut modes = metal::modes(&MetalSpec {
            count: spec.modes,
            low_hz: 320.0,
            high_hz: 14_500.0,
            // Open, a second in the middle; the air takes the top sooner, the felts the bottom.
            t60_s: |hz| 1.15 / (1.0 + (hz / 11_000.0).powi(2)) * (hz / (hz + 250.0)),
            // Small thin plates radiate badly below 3 kHz.
            gain: |hz| (hz / 6500.0).powi(2).min(1.0) * 0.93 + 0.07,
            // The same pair of plates, open or closed.
            seed: 0x6861_7473,
        });
        for mode in &mut modes {
            mode.t60_s *= spec.length;
        }
        Self {
            spec,
            plates: ModalBank::new(modes, CHOKE_T60_S, 0.2 * spec.length),
            hiss: NoiseBands::new(NoiseBandsSpec {
                hz: HISS_HZ,
                q: [1.1, 1.2, 1.3, 1.3],
                t60_s: spec.hiss_t60_s,
                attack_s: [0.003, 0.0025, 0.002, 0.002],
                choke_t60_s: CHOKE_T60_S,
                dark_hz: None,
                seed: 0x6869_7373 ^ spec.seed,
            }),
            tick: NoiseBands::new(NoiseBandsSpec { seed: TICK.seed ^ spec.seed, ..TICK }),
        }
    }
}

impl Voice for HiHat {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.plates.set_sample_rate(sample_rate);
        self.hiss.set_sample_rate(sample_rate);
        self.tick.set_sample_rate(sample_rate);
    }

    fn reset(&mut self) {
        self.plates.reset();
        self.hiss.reset();
        self.tick.reset();
    }

    fn tune(&mut self, tuning: Tuning) {
        self.plates.tune(tuning);
        self.hiss.tune(tuning);
    }

    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise) {
        let level = strike_level(velocity);
        // Shank on the edge or tip on the bow: from stroke to stroke the tone tilts a little.
        let tilt = variation.around(1.0, 0.14);
        let bright = (0.25 + 0.75 * velocity) * tilt;
        let cutoff_hz = 2500.0 + 15_000.0 * velocity * tilt;
        let blow = Excitation { level: 0.62 * level, cutoff_hz, scatter: 0.35 };
        self.plates.strike(blow, at, variation);
        self.plates.feed(1.6 * level * velocity);
        let length = 1.0 + self.spec.slosh * (velocity - 0.6);
        let hiss = 0.36 * level * self.spec.hiss;
        self.hiss.strike(
            [hiss * 0.75, hiss * 0.9, hiss * bright, hiss * 0.9 * bright * bright],
            length * variation.around(1.0, 0.06),
        );
        let tick = level * (0.35 + 0.65 * velocity);
        self.tick.strike(
            [0.08 * tick / tilt, 0.17 * tick, 0.20 * tick * bright, 0.16 * tick * bright * bright],
            1.0,
        );
    }

    fn choke(&mut self, at: usize) {
        self.plates.choke(at);
        self.hiss.choke();
        self.tick.choke();
    }

    fn is_active(&self) -> bool {
        self.plates.is_active() || self.hiss.is_active() || self.tick.is_active()
    }

    fn begin_chunk(&mut self) {
        self.plates.begin_chunk();
        self.hiss.begin_chunk();
        self.tick.begin_chunk();
    }

    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]) {
        a.fill(0.0);
        b.fill(0.0);
        self.plates.add_to(at, a, b);
        self.hiss.add_to(a, b);
        self.tick.add_to(a, b);
    }
}
