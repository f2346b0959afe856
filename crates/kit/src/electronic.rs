//! The electronic kit: the sounds of a drum machine, on purpose. Short, bright, clean, each a few partials and bands of noise.

mod cymbal;
mod hi_hat;
mod kick;
mod rim;
mod snare;
mod tom;

use groove::{Articulation, Instrument};

use crate::acoustic::STROKES;
use crate::voice::Voice;
use cymbal::Cymbal;
use hi_hat::HiHat;
use kick::Kick;
use rim::Rim;
use snare::Snare;
use tom::Tom;

/// All nine sounds.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    kick: Kick,
    snare: Snare,
    high_tom: Tom,
    low_mid_tom: Tom,
    floor_tom: Tom,
    open_hat: HiHat,
    closed_hat: HiHat,
    crash: Cymbal,
    ride: Cymbal,
    cross_stick: Rim,
    rim_shot: Snare,
    half_open_hat: HiHat,
    pedal_hat: HiHat,
    bell: Cymbal,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            kick: Kick::new(),
            snare: Snare::new(),
            high_tom: Tom::new(tom::HIGH),
            low_mid_tom: Tom::new(tom::LOW_MID),
            floor_tom: Tom::new(tom::FLOOR),
            open_hat: HiHat::new(hi_hat::OPEN),
            closed_hat: HiHat::new(hi_hat::CLOSED),
            crash: Cymbal::new(&cymbal::CRASH),
            ride: Cymbal::new(&cymbal::RIDE),
            cross_stick: Rim::new(),
            rim_shot: Snare::rim_shot(),
            half_open_hat: HiHat::new(hi_hat::HALF_OPEN),
            pedal_hat: HiHat::new(hi_hat::PEDAL),
            bell: Cymbal::new(&cymbal::BELL),
        }
    }

    pub(crate) fn voice(&mut self, instrument: Instrument) -> &mut dyn Voice {
        match instrument {
            Instrument::Kick => &mut self.kick,
            Instrument::Snare => &mut self.snare,
            Instrument::HighTom => &mut self.high_tom,
            Instrument::LowMidTom => &mut self.low_mid_tom,
            Instrument::HighFloorTom => &mut self.floor_tom,
            Instrument::OpenHiHat => &mut self.open_hat,
            Instrument::ClosedHiHat => &mut self.closed_hat,
            Instrument::Crash => &mut self.crash,
            Instrument::Ride => &mut self.ride,
        }
    }

    /// The voice of a stroke that has one of its own, by its place in [`STROKES`](crate::acoustic::STROKES).
    pub(crate) fn stroke(&mut self, stroke: usize) -> &mut dyn Voice {
        match STROKES[stroke].1 {
            Articulation::CrossStick => &mut self.cross_stick,
            Articulation::RimShot => &mut self.rim_shot,
            Articulation::HalfOpen => &mut self.half_open_hat,
            Articulation::Pedal => &mut self.pedal_hat,
            Articulation::Bell => &mut self.bell,
            plain => unreachable!("{plain:?} has no voice of its own"),
        }
    }
}
