//! Kick, snare and toms.

use super::tables;
use crate::colour::Colour;
use crate::drum::{DrumSpec, HeadSpec, HissSpec};
use crate::noise::Noise;

/// Centres of the octave bands from 1 to 16 kHz.
const OCTAVES_HZ: [f32; 4] = [1400.0, 2800.0, 5600.0, 11_300.0];

/// Wood, felt and skin give little above 8 kHz.
const DARK_HZ: Option<f32> = Some(4000.0);

/// Modes of the ideal circular membrane over the (0,1) mode: zeros of the Bessel functions divided by 2.405 (Fletcher and
/// Rossing, "The Physics of Musical Instruments").
const MEMBRANE: [f32; 19] = [
    1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.600, 3.652, 4.060, 4.154, 4.601, 4.832,
    4.903, 5.132, 5.412, 5.541, 5.651,
];

/// The membrane's modes from number `first` on, and `more` above those tabulated, up to `high_hz`: so many lie there that
/// evenly growing distances, moved at random, sound no different.
fn membrane(hz: f32, first: usize, more: usize, high_hz: f32, seed: u32) -> Vec<f32> {
    let mut noise = Noise::new(seed);
    let mut modes: Vec<f32> = MEMBRANE[first..].iter().map(|ratio| ratio * hz).collect();
    let from = 5.7 * hz;
    let growth = (high_hz / from).powf(1.0 / more as f32);
    modes.extend((0..more).map(|i| from * growth.powf(i as f32 + noise.around(0.5, 0.45))));
    modes
}

/// The kick: a 22-inch drum with a pillow in it and a felt beater that stays on the head.
pub(crate) fn kick() -> DrumSpec {
    const HZ: f32 = 61.0;
    let modes = membrane(HZ, 4, 22, 2600.0, 0x6b6b);
    DrumSpec {
        colour: tables::KICK,
        head: Some(HeadSpec {
            hz: [HZ, 1.594 * HZ, 2.296 * HZ, 2.917 * HZ],
            share: [1.0, 0.45, 0.8, 0.5],
            length: [1.0, 0.8, 1.0, 1.0],
            off_centre: [0.0, 0.3, 0.0, 0.3],
            glide: (0.10, 0.55),
            glide_s: 0.022,
            survival: 0.15,
            contact_s: 0.0022,
        }),
        modes,
        body: 1.0,
        scatter: 0.45,
        sway_db: 2.8,
        // A felt beater stays on the head for some milliseconds.
        bloom: Some((100.0, 1.0, 0.030)),
        hiss: HissSpec {
            hz: OCTAVES_HZ,
            q: [1.4; 4],
            share: [0.2, 0.4, 0.5, 0.5],
            t60_s: None,
            attack_s: [0.006, 0.005, 0.004, 0.004],
            dark_hz: Some(2200.0),
        },
        stick: HissSpec {
            hz: [700.0, 1500.0, 3000.0, 5200.0],
            q: [1.2, 1.2, 1.2, 1.5],
            share: [0.8, 1.0, 1.0, 0.9],
            t60_s: Some([0.060, 0.050, 0.042, 0.034]),
            attack_s: [0.010, 0.009, 0.008, 0.007],
            dark_hz: Some(2600.0),
        },
        slap: 0.0,
        slosh: 0.0,
        drag_t60_s: None,
        drive: 0.6,
        choke_t60_s: 0.05,
        seed: 0x6b69_636b,
    }
}

/// The snare: two coupled heads, a stick, and wires that rattle against the lower head. The heads' modes of a 14-inch drum: the
/// (0,1) pair at 182 and 330 Hz, the (1,1) pair at 278 and 341 Hz (Rossing, Bork, Zhao and Fystrom, "Acoustics of snare drums",
/// JASA 92, 1992), here tuned higher by 15 %.
pub(crate) fn snare() -> DrumSpec {
    const HZ: f32 = 210.0;
    let mut modes = vec![443.0, 476.0, 524.0, 563.0, 646.0, 735.0, 816.0, 892.0, 947.0, 1009.0];
    modes.extend(membrane(HZ, 16, 18, 3000.0, 0x736e));
    // The stand and the floor, which ring on quietly below the heads.
    modes.extend([64.0, 73.0, 84.0]);
    DrumSpec {
        colour: tables::SNARE,
        head: Some(HeadSpec {
            hz: [HZ, 1.81 * HZ, 1.53 * HZ, 1.87 * HZ],
            share: [1.0, 0.7, 0.55, 0.45],
            length: [1.0, 0.9, 0.9, 0.8],
            off_centre: [-0.15, -0.1, 0.3, 0.3],
            glide: (0.01, 0.10),
            glide_s: 0.030,
            survival: 0.5,
            contact_s: 0.0008,
        }),
        modes,
        body: 1.0,
        scatter: 0.6,
        sway_db: 4.0,
        bloom: Some((300.0, 0.9, 0.014)),
        hiss: HissSpec {
            hz: OCTAVES_HZ,
            q: [1.2; 4],
            share: [0.8, 1.0, 1.1, 1.1],
            t60_s: None,
            attack_s: [0.010, 0.009, 0.008, 0.007],
            dark_hz: DARK_HZ,
        },
        stick: HissSpec {
            hz: [800.0, 1900.0, 3800.0, 6400.0],
            q: [0.9, 1.0, 1.2, 1.4],
            share: [0.8, 0.8, 0.8, 0.7],
            t60_s: Some([0.050, 0.042, 0.034, 0.026]),
            attack_s: [0.0040, 0.0035, 0.0030, 0.0025],
            dark_hz: DARK_HZ,
        },
        slap: 0.45,
        slosh: 0.1,
        drag_t60_s: None,
        drive: 0.5,
        choke_t60_s: 0.05,
        seed: 0x736e_6172,
    }
}

/// The stick lies on the head, and its shoulder is let fall on the hoop: the wood clicks, the hand damps the head, and the shell
/// answers. What is heard of the stick are bending modes of a bar, here of hickory and 40 cm long, held at its tip.
pub(crate) fn cross_stick() -> DrumSpec {
    let snare = snare();
    DrumSpec {
        colour: tables::CROSS_STICK,
        head: None,
        modes: vec![
            182.0, 330.0, 443.0, 524.0, 612.0, 735.0, 816.0, 947.0, 1090.0, 1180.0, 1420.0, 1630.0,
            1890.0, 2230.0, 2640.0, 3150.0, 3800.0,
        ],
        scatter: 0.35,
        sway_db: 2.0,
        bloom: None,
        hiss: HissSpec { share: [0.4, 0.5, 0.7, 0.8], attack_s: [0.002; 4], ..snare.hiss },
        stick: HissSpec {
            share: [0.8, 0.9, 1.0, 1.0],
            t60_s: Some([0.030, 0.028, 0.024, 0.020]),
            attack_s: [0.0006, 0.0005, 0.0005, 0.0004],
            ..snare.stick
        },
        slap: 0.0,
        drive: 0.0,
        seed: 0x7869_636b,
        ..snare
    }
}

/// Head and hoop at once: the snare's own modes, and the shell's, which ring.
pub(crate) fn rim_shot() -> DrumSpec {
    let snare = snare();
    DrumSpec {
        colour: tables::RIM_SHOT,
        scatter: 0.4,
        sway_db: 2.5,
        stick: HissSpec { attack_s: [0.0015, 0.0012, 0.0010, 0.0008], ..snare.stick },
        ..snare
    }
}

/// One size of tom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TomSize {
    hz: f32,
    colour: Colour,
    seed: u32,
}

/// A 12-inch tom. The three stand four to five semitones apart.
pub(crate) const HIGH: TomSize = TomSize { hz: 127.0, colour: tables::HIGH_TOM, seed: 1 };
/// A 13-inch tom.
pub(crate) const LOW_MID: TomSize = TomSize { hz: 101.0, colour: tables::LOW_MID_TOM, seed: 2 };
/// A 16-inch floor tom.
pub(crate) const FLOOR: TomSize = TomSize { hz: 77.0, colour: tables::FLOOR_TOM, seed: 3 };

/// A head open to ring, struck with a stick. The first four modes glide with the head's tension.
pub(crate) fn tom(size: TomSize) -> DrumSpec {
    let hz = size.hz;
    DrumSpec {
        colour: size.colour,
        head: Some(HeadSpec {
            hz: [hz, 1.594 * hz, 2.136 * hz, 2.296 * hz],
            share: [1.0, 0.5, 0.6, 0.5],
            // The higher a mode, the more often it loses energy to the air and the hoop.
            length: [1.0, 0.75, 0.9, 0.8],
            off_centre: [-0.1, 0.25, 0.25, -0.15],
            glide: (0.05, 0.27),
            glide_s: 0.110,
            survival: 0.7,
            contact_s: 0.0012,
        }),
        modes: membrane(hz, 4, 24, 3000.0, 0x746f ^ size.seed),
        body: 1.0,
        scatter: 0.4,
        sway_db: 2.6,
        bloom: Some((200.0, 1.0, 0.022)),
        hiss: HissSpec {
            hz: OCTAVES_HZ,
            q: [1.4; 4],
            share: [0.1, 0.3, 0.5, 0.5],
            t60_s: None,
            attack_s: [0.008, 0.007, 0.006, 0.005],
            dark_hz: Some(2600.0),
        },
        stick: HissSpec {
            hz: [500.0, 1200.0, 2500.0, 4400.0],
            q: [1.2, 1.2, 1.3, 1.5],
            share: [0.6, 0.75, 0.75, 0.75],
            t60_s: Some([0.060, 0.050, 0.040, 0.032]),
            attack_s: [0.005, 0.0045, 0.004, 0.0035],
            dark_hz: DARK_HZ,
        },
        slap: 0.0,
        slosh: 0.0,
        drag_t60_s: None,
        drive: 0.0,
        choke_t60_s: 0.06,
        seed: 0x746f_6d73 ^ size.seed,
    }
}
