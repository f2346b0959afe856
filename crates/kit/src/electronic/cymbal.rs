//! Crash and ride: large plates that ring for seconds.

use crate::decay::strike_level;
use crate::metal::{self, MetalSpec};
use crate::modal::{Excitation, ModalBank};
use crate::noise::Noise;
use crate::noise_bands::{NoiseBands, NoiseBandsSpec};
use crate::tuning::Tuning;
use crate::voice::Voice;

/// One cymbal and the way it is played. Decay times follow what is measured on cymbals: several
/// seconds below 1 kHz, falling to under two at 10 kHz, because radiation into air grows with
/// frequency.
pub(crate) struct CymbalSpec {
    metal: MetalSpec,
    /// Softest and hardest strokes' spectral cutoff.
    cutoff_hz: (f32, f32),
    /// Strength of the cascade of energy into the high modes.
    swell: f32,
    swell_t60_s: f32,
    wash: NoiseBandsSpec,
    wash_levels: [f32; 4],
    tick: NoiseBandsSpec,
    tick_levels: [f32; 4],
    /// Modes against noise.
    body: f32,
}

/// A 16-inch crash, struck on the edge with the shank: everything at once, the low modes first, the
/// shimmer growing over some tens of milliseconds.
pub(crate) const CRASH: CymbalSpec = CymbalSpec {
    metal: MetalSpec {
        count: 120,
        low_hz: 190.0,
        high_hz: 13_500.0,
        t60_s: |hz| 4.6 / (1.0 + (hz / 3600.0).powf(1.4)) + 0.30,
        gain: |hz| (hz / 900.0).min(1.0) * (1.0 + 1.2 * (-((hz - 4200.0) / 2600.0).powi(2)).exp()),
        seed: 0x6372_6173,
    },
    cutoff_hz: (1400.0, 12_000.0),
    swell: 3.4,
    swell_t60_s: 0.55,
    wash: NoiseBandsSpec {
        hz: [3200.0, 5600.0, 8700.0, 12_400.0],
        q: [1.4, 1.5, 1.6, 1.5],
        t60_s: [2.8, 1.7, 1.1, 0.75],
        attack_s: [0.070, 0.055, 0.040, 0.028],
        choke_t60_s: CHOKE_T60_S,
        dark_hz: None,
        seed: 0x7761_7368,
    },
    wash_levels: [0.20, 0.25, 0.24, 0.17],
    tick: NoiseBandsSpec {
        hz: [1300.0, 3000.0, 6000.0, 10_500.0],
        q: [0.8, 0.8, 0.8, 0.8],
        t60_s: [0.035, 0.040, 0.045, 0.040],
        attack_s: [0.0015, 0.0012, 0.0010, 0.0008],
        choke_t60_s: CHOKE_T60_S,
        dark_hz: None,
        seed: 0x7469_636b,
    },
    tick_levels: [0.22, 0.36, 0.38, 0.28],
    body: 0.50,
};

/// A 20-inch ride, struck on the bow with the tip: a clear ping over a quiet wash.
pub(crate) const RIDE: CymbalSpec = CymbalSpec {
    metal: MetalSpec {
        count: 104,
        low_hz: 240.0,
        high_hz: 11_500.0,
        t60_s: |hz| {
            // The ping: the modes the tip excites best, 3 to 7 kHz, radiate best too.
            let ping = (-((hz - 5000.0) / 2600.0).powi(2)).exp();
            (5.0 / (1.0 + (hz / 3600.0).powf(1.3)) + 0.3) * (1.0 - 0.75 * ping)
        },
        gain: |hz| {
            0.20 * (hz / 500.0).min(1.0)
                + 1.0 * (-((hz - 4100.0) / 1500.0).powi(2)).exp()
                + 0.30 * (-((hz - 7500.0) / 2500.0).powi(2)).exp()
        },
        seed: 0x7269_6465,
    },
    cutoff_hz: (3000.0, 14_000.0),
    swell: 0.5,
    swell_t60_s: 0.8,
    wash: NoiseBandsSpec {
        hz: [2800.0, 4900.0, 7600.0, 11_000.0],
        q: [1.4, 1.5, 1.6, 1.5],
        t60_s: [2.8, 2.0, 1.3, 0.8],
        attack_s: [0.10, 0.08, 0.06, 0.04],
        choke_t60_s: CHOKE_T60_S,
        dark_hz: None,
        seed: 0x7772_6964,
    },
    wash_levels: [0.040, 0.050, 0.040, 0.022],
    tick: NoiseBandsSpec {
        hz: [1800.0, 3900.0, 6400.0, 10_000.0],
        q: [0.9, 0.9, 0.9, 0.9],
        t60_s: [0.030, 0.055, 0.050, 0.030],
        attack_s: [0.0010, 0.0008, 0.0007, 0.0006],
        choke_t60_s: CHOKE_T60_S,
        dark_hz: None,
        seed: 0x7074_6970,
    },
    tick_levels: [0.16, 0.55, 0.55, 0.30],
    body: 0.42,
};

/// The cup of the ride: fewer modes, further apart, and hardly a wash.
pub(crate) const BELL: CymbalSpec = CymbalSpec {
    metal: MetalSpec {
        count: 24,
        low_hz: 480.0,
        high_hz: 9000.0,
        t60_s: |hz| 3.6 / (1.0 + (hz / 4200.0).powf(1.3)) + 0.3,
        gain: |hz| 0.25 * (hz / 900.0).min(1.0) + 1.0 * (-((hz - 2900.0) / 1100.0).powi(2)).exp(),
        seed: 0x6265_6c6c,
    },
    swell: 0.0,
    wash_levels: [0.012, 0.014, 0.010, 0.006],
    tick_levels: [0.20, 0.40, 0.30, 0.15],
    body: 0.32,
    ..RIDE
};

/// A hand that grabs the edge.
const CHOKE_T60_S: f32 = 0.12;

#[derive(Clone, Debug)]
pub(crate) struct Cymbal {
    plate: ModalBank,
    wash: NoiseBands,
    tick: NoiseBands,
    cutoff_hz: (f32, f32),
    swell: f32,
    wash_levels: [f32; 4],
    tick_levels: [f32; 4],
    body: f32,
}

impl Cymbal {
    pub(crate) fn new(spec: &CymbalSpec) -> Self {
        Self {
            plate: ModalBank::new(metal::modes(&spec.metal), CHOKE_T60_S, spec.swell_t60_s),
            wash: NoiseBands::new(spec.wash),
            tick: NoiseBands::new(spec.tick),
            cutoff_hz: spec.cutoff_hz,
            swell: spec.swell,
            wash_levels: spec.wash_levels,
            tick_levels: spec.tick_levels,
            body: spec.body,
        }
    }
}

impl Voice for Cymbal {
    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.plate.set_sample_rate(sample_rate);
        self.wash.set_sample_rate(sample_rate);
        self.tick.set_sample_rate(sample_rate);
    }

    fn reset(&mut self) {
        self.plate.reset();
        self.wash.reset();
        self.tick.reset();
    }

    fn tune(&mut self, tuning: Tuning) {
        self.plate.tune(tuning);
        self.wash.tune(tuning);
    }

    fn trigger(&mut self, velocity: f32, at: usize, variation: &mut Noise) {
        let level = strike_level(velocity);
        let tilt = variation.around(1.0, 0.12);
        let (soft, hard) = self.cutoff_hz;
        let cutoff_hz = (soft + (hard - soft) * velocity * velocity) * tilt;
        let blow = Excitation { level: self.body * level, cutoff_hz, scatter: 0.3 };
        self.plate.strike(blow, at, variation);
        // The cascade is nonlinear: it takes a hard stroke.
        self.plate.feed(self.swell * self.body * level * velocity * velocity);
        let bright = (0.2 + 0.8 * velocity) * tilt;
        let mut share = level * (0.3 + 0.7 * velocity);
        let wash = self.wash_levels.map(|level| {
            let band = level * share;
            share *= bright; // each band up answers more to velocity
            band
        });
        self.wash.strike(wash, 0.75 + 0.3 * velocity);
        let mut share = level;
        let tick = self.tick_levels.map(|level| {
            let band = level * share;
            share *= 0.4 + 0.6 * bright;
            band
        });
        self.tick.strike(tick, 1.0);
    }

    fn choke(&mut self, at: usize) {
        self.plate.choke(at);
        self.wash.choke();
        self.tick.choke();
    }

    fn is_active(&self) -> bool {
        self.plate.is_active() || self.wash.is_active() || self.tick.is_active()
    }

    fn begin_chunk(&mut self) {
        self.plate.begin_chunk();
        self.wash.begin_chunk();
        self.tick.begin_chunk();
    }

    fn render(&mut self, at: usize, a: &mut [f32], b: &mut [f32]) {
        a.fill(0.0);
        b.fill(0.0);
        self.plate.add_to(at, a, b);
        self.wash.add_to(a, b);
        self.tick.add_to(a, b);
    }
}
