//! Articulations: the ways in which an instrument is struck. One table for all instruments.

use serde::{Deserialize, Serialize};

use crate::instrument::{INSTRUMENTS, Instrument};

/// How an instrument is struck. Its value is what a [`Hit`](crate::Hit) holds, its id what files do; both are for ever.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Articulation {
    /// The default: head, closed or open hat, bow.
    #[default]
    Plain,
    /// The stick lies on the head and clicks on the rim.
    CrossStick,
    /// Head and rim at once.
    RimShot,
    /// A soft stroke just before the stroke.
    Flam,
    /// The hi-hat is closed by the foot, and not struck.
    Pedal,
    /// The hi-hat's cymbals touch, and sizzle.
    HalfOpen,
    /// The cup of the ride.
    Bell,
    /// The cymbal is grabbed after the stroke.
    Choke,
}

use Articulation::{Bell, Choke, CrossStick, Flam, HalfOpen, Pedal, Plain, RimShot};

/// By [`Instrument::index`]; [`Plain`] first. The order is that of a network's classes.
const TABLE: [&[Articulation]; INSTRUMENTS] = [
    &[Plain],
    &[Plain, CrossStick, RimShot, Flam],
    &[Plain, Flam],
    &[Plain, Flam],
    &[Plain, Flam],
    &[Plain, HalfOpen],
    &[Plain, Pedal],
    &[Plain, Choke],
    &[Plain, Bell],
];

impl Articulation {
    /// Every articulation.
    pub const ALL: [Self; 8] = [Plain, CrossStick, RimShot, Flam, Pedal, HalfOpen, Bell, Choke];

    /// The most articulations of one instrument.
    pub const MOST: usize = 4;

    /// The articulations of `instrument`, [`Plain`](Self::Plain) first. An articulation's index here is its class in a
    /// network.
    pub const fn of(instrument: Instrument) -> &'static [Self] {
        TABLE[instrument.index()]
    }

    /// This articulation if `instrument` has it, else the plain one.
    #[must_use]
    pub const fn on(self, instrument: Instrument) -> Self {
        let all = Self::of(instrument);
        let mut i = 0;
        while i < all.len() {
            if all[i] as u8 == self as u8 {
                return self;
            }
            i += 1;
        }
        Plain
    }

    /// The name shown to people of this articulation of `instrument`, such as `bow` or `cross-stick`.
    pub const fn name(self, instrument: Instrument) -> &'static str {
        match (self, instrument) {
            (Plain, Instrument::OpenHiHat) => "open",
            (Plain, Instrument::ClosedHiHat) => "closed",
            (Plain, Instrument::Crash | Instrument::Ride) => "bow",
            (Plain, _) => "head",
            (CrossStick, _) => "cross-stick",
            (RimShot, _) => "rim shot",
            (Flam, _) => "flam",
            (Pedal, _) => "pedal",
            (HalfOpen, _) => "half-open",
            (Bell, _) => "bell",
            (Choke, _) => "choke",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instrument_can_be_struck_plainly_and_every_articulation_is_somebody_s() {
        for (i, articulation) in Articulation::ALL.into_iter().enumerate() {
            assert_eq!(articulation as usize, i);
            assert!(Instrument::ALL.iter().any(|&i| articulation.on(i) == articulation));
        }
        for instrument in Instrument::ALL {
            let all = Articulation::of(instrument);
            assert_eq!(all[0], Plain, "{instrument:?}");
            assert!(all.len() <= Articulation::MOST);
            assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "none twice: {instrument:?}");
        }
        assert_eq!(Bell.on(Instrument::Snare), Plain);
    }
}
