//! Hi-hats, crash and ride: sheets of bronze with hundreds of modes.

use super::tables;
use crate::colour::Colour;
use crate::drum::{DrumSpec, HissSpec};
use crate::metal::sheet;

/// Bands of the noise that stands for the modes too close to tell apart.
const WASH_HZ: [f32; 4] = [1400.0, 2800.0, 5600.0, 11_300.0];

/// A pair of 14-inch hi-hats, pressed together or a few millimetres apart: the same plates.
pub(crate) fn hi_hat(colour: Colour) -> DrumSpec {
    let is_open = colour.t60_s[6] > 0.6;
    DrumSpec {
        colour,
        head: None,
        // More than a hundred of them above 6 kHz.
        modes: sheet(160, 125.0, 15_500.0, 0.3, 0x6861_7473),
        body: 1.0,
        scatter: 0.9,
        sway_db: 4.0,
        bloom: None,
        hiss: HissSpec {
            hz: WASH_HZ,
            q: [1.4; 4],
            share: [0.0, 0.4, 0.7, 0.7],
            t60_s: None,
            attack_s: [0.004, 0.003, 0.0025, 0.002],
            dark_hz: None,
        },
        stick: HissSpec {
            hz: [2000.0, 4000.0, 7000.0, 12_000.0],
            q: [1.4, 1.4, 1.4, 1.2],
            share: if is_open { [0.4, 0.5, 0.5, 0.5] } else { [0.4, 0.5, 0.6, 0.6] },
            t60_s: Some([0.020, 0.020, 0.018, 0.016]),
            attack_s: [0.0010, 0.0009, 0.0008, 0.0007],
            dark_hz: None,
        },
        slap: 0.0,
        slosh: if is_open { 0.6 } else { 0.5 },
        drive: 0.0,
        // The foot stops the plates within some twenty milliseconds.
        choke_t60_s: 0.024,
        seed: if is_open { 0x6f70_6861 } else { 0x636c_6861 },
    }
}

/// The same plates, which the foot claps together: nothing strikes them, and air is pressed out between them.
pub(crate) fn pedal_hat() -> DrumSpec {
    let hat = hi_hat(tables::PEDAL_HAT);
    DrumSpec {
        hiss: HissSpec {
            share: [0.3, 0.5, 0.7, 0.8],
            attack_s: [0.008, 0.007, 0.006, 0.005],
            ..hat.hiss
        },
        stick: HissSpec {
            share: [0.3; 4],
            t60_s: Some([0.035, 0.035, 0.030, 0.025]),
            attack_s: [0.004, 0.004, 0.0035, 0.003],
            ..hat.stick
        },
        seed: 0x7065_6461,
        ..hat
    }
}

/// The plates touch: they sizzle against each other, and stop each other sooner.
pub(crate) fn half_open_hat() -> DrumSpec {
    DrumSpec { seed: 0x6861_6c66, ..hi_hat(tables::HALF_OPEN_HAT) }
}

/// A hand that grabs the edge.
const GRAB_T60_S: f32 = 0.12;

/// A 16-inch crash, struck on the edge with the shank: the low modes first, the shimmer grows over tenths of a second.
pub(crate) fn crash() -> DrumSpec {
    DrumSpec {
        colour: tables::CRASH,
        head: None,
        modes: sheet(130, 120.0, 15_000.0, 0.6, 0x6372_6173),
        body: 1.0,
        scatter: 0.9,
        sway_db: 4.0,
        bloom: Some((1200.0, 0.95, 0.90)),
        hiss: HissSpec {
            hz: WASH_HZ,
            q: [1.4; 4],
            share: [0.0, 0.5, 0.8, 0.8],
            t60_s: None,
            attack_s: [0.25, 0.40, 0.45, 0.45],
            dark_hz: None,
        },
        stick: HissSpec {
            hz: [1400.0, 2800.0, 5600.0, 10_000.0],
            q: [1.4; 4],
            share: [0.3, 0.2, 0.1, 0.1],
            t60_s: Some([0.045, 0.045, 0.045, 0.040]),
            attack_s: [0.0025, 0.0020, 0.0016, 0.0012],
            dark_hz: None,
        },
        slap: 0.0,
        slosh: 0.3,
        drive: 0.0,
        choke_t60_s: GRAB_T60_S,
        seed: 0x6372_7368,
    }
}

/// A 20-inch ride, struck on the bow with the tip: a clear ping over a wash.
pub(crate) fn ride() -> DrumSpec {
    DrumSpec {
        colour: tables::RIDE,
        head: None,
        modes: sheet(130, 230.0, 15_000.0, 0.5, 0x7269_6465),
        body: 1.0,
        scatter: 0.9,
        sway_db: 4.0,
        bloom: None,
        hiss: HissSpec {
            hz: WASH_HZ,
            q: [1.4; 4],
            share: [0.0, 0.25, 0.4, 0.4],
            t60_s: None,
            attack_s: [0.03, 0.03, 0.02, 0.02],
            dark_hz: None,
        },
        stick: HissSpec {
            hz: [2400.0, 4200.0, 6800.0, 10_500.0],
            q: [1.4; 4],
            share: [1.6, 2.6, 2.8, 2.6],
            t60_s: Some([0.050, 0.055, 0.050, 0.045]),
            attack_s: [0.0010, 0.0008, 0.0007, 0.0006],
            dark_hz: None,
        },
        slap: 0.0,
        slosh: 0.0,
        drive: 0.0,
        choke_t60_s: GRAB_T60_S,
        seed: 0x7069_6e67,
    }
}

/// The cup of the ride, struck with the shoulder of the stick: thicker and smaller than the bow, so fewer modes, that stand apart
/// and ring long.
pub(crate) fn bell() -> DrumSpec {
    let ride = ride();
    DrumSpec {
        colour: tables::BELL,
        modes: sheet(48, 260.0, 12_000.0, 0.8, 0x6265_6c6c),
        scatter: 0.4,
        sway_db: 2.0,
        stick: HissSpec { share: [1.6; 4], ..ride.stick },
        seed: 0x6265_6c6c,
        ..ride
    }
}
