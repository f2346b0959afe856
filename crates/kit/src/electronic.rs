//! The electronic kit: the sounds of a drum machine, on purpose. Short, bright, clean, each a few partials and bands of noise.

mod cymbal;
mod hi_hat;
mod kick;
mod snare;
mod tom;

use groove::Instrument;

use crate::voice::Voice;
use cymbal::Cymbal;
use hi_hat::HiHat;
use kick::Kick;
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
}
