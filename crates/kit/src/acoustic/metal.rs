//! Hi-hats, crash and ride: sheets of bronze with hundreds of modes.

use super::tables;
use crate::drum::{DrumSpec, HissSpec};
use crate::metal::sheet;

/// Bands of the noise that stands for the modes too close to tell apart: above those that ring, where recorded cymbals fall silent
/// first, and in the octaves below.
const WASH_HZ: [f32; 4] = [1400.0, 2800.0, 5600.0, 13_000.0];

/// A pair of 14-inch hi-hats, pressed together.
pub(crate) fn closed_hat() -> DrumSpec {
    DrumSpec {
        colour: tables::CLOSED_HAT,
        head: None,
        // More than a hundred of them above 6 kHz.
        modes: sheet(160, 60.0, 17_000.0, 0.3, 0x6861_7473),
        body: 1.0,
        scatter: 0.9,
        sway_db: 4.0,
        bloom: None,
        hiss: HissSpec {
            hz: [1400.0, 2800.0, 5600.0, 15_000.0],
            q: [1.4; 4],
            share: [0.0, 0.6, 0.9, 1.1],
            t60_s: None,
            attack_s: [0.004, 0.003, 0.0025, 0.002],
            dark_hz: None,
        },
        stick: HissSpec {
            hz: [2000.0, 4000.0, 7000.0, 12_000.0],
            q: [1.4, 1.4, 1.4, 1.2],
            share: [0.4, 0.5, 0.6, 0.6],
            t60_s: Some([0.020, 0.020, 0.018, 0.016]),
            attack_s: [0.0010, 0.0009, 0.0008, 0.0007],
            dark_hz: None,
        },
        slap: 0.0,
        slosh: 0.5,
        drag_t60_s: None,
        drive: 0.0,
        // The foot stops the plates within some twenty milliseconds.
        choke_t60_s: 0.024,
        seed: 0x636c_6861,
    }
}

/// The plates a few millimetres apart. Struck softly, they soon lie still; struck hard, they swing for seconds.
pub(crate) fn open_hat() -> DrumSpec {
    let hat = closed_hat();
    let mut modes = vec![71.0, 84.0, 122.0, 146.0, 169.0];
    modes.extend(sheet(145, 285.0, 13_000.0, 0.3, 0x6861_7473));
    DrumSpec {
        colour: tables::OPEN_HAT,
        modes,
        hiss: HissSpec {
            hz: WASH_HZ,
            share: [0.0, 0.4, 0.7, 0.5],
            t60_s: Some([1.7, 1.6, 1.3, 0.95]),
            ..hat.hiss
        },
        stick: HissSpec { share: [0.8, 1.0, 1.0, 1.0], ..hat.stick },
        slosh: 1.0,
        drag_t60_s: Some(1.8),
        seed: 0x6f70_6861,
        ..hat
    }
}

/// The same plates, which the foot claps together: nothing strikes them, and air is pressed out between them.
pub(crate) fn pedal_hat() -> DrumSpec {
    let hat = closed_hat();
    DrumSpec {
        colour: tables::PEDAL_HAT,
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
    let hat = open_hat();
    DrumSpec {
        colour: tables::HALF_OPEN_HAT,
        hiss: HissSpec { t60_s: None, ..hat.hiss },
        slosh: 0.6,
        drag_t60_s: None,
        seed: 0x6861_6c66,
        ..hat
    }
}

/// A hand that grabs the edge.
const GRAB_T60_S: f32 = 0.12;

/// A 16-inch crash, struck on the edge with the shank: the low modes first, the shimmer grows over a tenth of a second.
pub(crate) fn crash() -> DrumSpec {
    DrumSpec {
        colour: tables::CRASH,
        head: None,
        modes: sheet(120, 60.0, 12_500.0, 0.6, 0x6372_6173),
        body: 1.0,
        scatter: 0.7,
        sway_db: 3.0,
        bloom: Some((1200.0, 0.8, 0.25)),
        hiss: HissSpec {
            hz: WASH_HZ,
            q: [1.4; 4],
            share: [0.0, 0.0, 0.05, 0.3],
            t60_s: Some([4.5, 4.0, 2.5, 0.8]),
            attack_s: [0.05, 0.08, 0.06, 0.01],
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
        drag_t60_s: None,
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
        modes: sheet(90, 60.0, 11_500.0, 0.8, 0x7269_6465),
        body: 1.0,
        scatter: 0.9,
        sway_db: 3.2,
        bloom: None,
        hiss: HissSpec {
            hz: WASH_HZ,
            q: [1.4; 4],
            share: [0.0, 0.25, 0.4, 0.4],
            t60_s: Some([3.0, 3.0, 2.5, 0.6]),
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
        drag_t60_s: None,
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
        hiss: HissSpec { t60_s: None, ..ride.hiss },
        stick: HissSpec { share: [1.6; 4], ..ride.stick },
        seed: 0x6265_6c6c,
        ..ride
    }
}
