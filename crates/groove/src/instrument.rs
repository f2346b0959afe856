//! The nine instruments and the one table that everything about them derives from.
//!
//! The order of [`Instrument::ALL`] is the order of tensor columns and of token bits, kick (the
//! highest bit) first. It is part of the weights format and must not change.

use serde::{Deserialize, Serialize};

/// Number of instruments, the `D` of tensor shapes.
pub const INSTRUMENTS: usize = 9;

/// One of the nine drum sounds a pattern can strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Instrument {
    /// Bass drum.
    Kick,
    /// Snare drum: head, rim and cross-stick.
    Snare,
    /// High rack tom.
    HighTom,
    /// Low rack tom, which General MIDI splits into low and low-mid.
    LowMidTom,
    /// Floor tom.
    HighFloorTom,
    /// Open hi-hat.
    OpenHiHat,
    /// Closed hi-hat, and the hat closed by the pedal.
    ClosedHiHat,
    /// Crash, splash and china cymbals.
    Crash,
    /// Ride cymbal: bow, edge and bell.
    Ride,
}

/// What is known of an instrument: a row of [`TABLE`].
struct Row {
    instrument: Instrument,
    /// Token format and file-format name; for ever.
    id: &'static str,
    name: &'static str,
    /// The key written, first, then every other key read as this instrument: the roll-up of the
    /// Groove MIDI Dataset's Roland TD-11 mapping (Gillick et al. 2019, appendix A).
    keys: &'static [u8],
    /// Further General MIDI (1 and 2) percussion keys for which this is the nearest drum: shaken and scraped
    /// ones a closed hat, struck wood the snare's rim, struck metal a ride, the samba's surdo a kick.
    general_midi: &'static [u8],
}

const TABLE: [Row; INSTRUMENTS] = [
    row(Instrument::Kick, "kick", "Kick", &[36], &[35, 86, 87]),
    row(Instrument::Snare, "snare", "Snare", &[38, 40, 37], &[39, 31, 75, 76, 77, 85]),
    row(Instrument::HighTom, "high-tom", "High tom", &[50, 48], &[60, 65]),
    row(Instrument::LowMidTom, "low-mid-tom", "Low-mid tom", &[47, 45], &[61, 66, 62, 63]),
    row(Instrument::HighFloorTom, "high-floor-tom", "Floor tom", &[43, 58], &[41, 64]),
    row(Instrument::OpenHiHat, "open-hi-hat", "Open hat", &[46, 26], &[]),
    row(
        Instrument::ClosedHiHat,
        "closed-hi-hat",
        "Closed hat",
        &[42, 22, 44],
        &[54, 69, 70, 73, 74, 82, 83],
    ),
    row(Instrument::Crash, "crash", "Crash", &[49, 55, 57, 52], &[]),
    row(Instrument::Ride, "ride", "Ride", &[51, 59, 53], &[56, 67, 68, 80, 81]),
];

const fn row(
    instrument: Instrument,
    id: &'static str,
    name: &'static str,
    keys: &'static [u8],
    general_midi: &'static [u8],
) -> Row {
    Row { instrument, id, name, keys, general_midi }
}

impl Instrument {
    /// Every instrument, in tensor-column order.
    pub const ALL: [Self; INSTRUMENTS] = {
        let mut all = [Self::Kick; INSTRUMENTS];
        let mut i = 0;
        while i < INSTRUMENTS {
            all[i] = TABLE[i].instrument;
            i += 1;
        }
        all
    };

    /// Column in tensors and grids, `0..9`; kick is 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The instrument of column `index`, or `None` from 9 on.
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// Value of this instrument's bit in a [`Token`](crate::Token): 256 for kick down to 1 for ride.
    pub const fn bit(self) -> u16 {
        1 << (INSTRUMENTS - 1 - self.index())
    }

    /// Name in files and parameter ids, such as `closed-hi-hat`.
    pub fn id(self) -> &'static str {
        TABLE[self.index()].id
    }

    /// Name shown to people, such as `Closed hat`.
    pub fn name(self) -> &'static str {
        TABLE[self.index()].name
    }

    /// The MIDI key (note number) this instrument is written and played as.
    pub fn key(self) -> u8 {
        TABLE[self.index()].keys[0]
    }

    /// The instrument that the Groove MIDI Dataset has on MIDI key `key`; `None` for a key outside the table.
    pub fn from_key(key: u8) -> Option<Self> {
        TABLE.iter().find(|row| row.keys.contains(&key)).map(|row| row.instrument)
    }

    /// The instrument nearest to General MIDI percussion key `key`; `None` for those that no drum of a kit is
    /// near to (clicks, whistles, effects: [`percussion_name`] has them).
    pub fn nearest_to_key(key: u8) -> Option<Self> {
        Self::from_key(key).or_else(|| {
            TABLE.iter().find(|row| row.general_midi.contains(&key)).map(|row| row.instrument)
        })
    }
}

/// The keys of General MIDI 2's drum set for which no instrument stands.
const NO_DRUMS: [(u8, &str); 12] = [
    (27, "high Q"),
    (28, "slap"),
    (29, "scratch push"),
    (30, "scratch pull"),
    (32, "square click"),
    (33, "metronome click"),
    (34, "metronome bell"),
    (71, "short whistle"),
    (72, "long whistle"),
    (78, "mute cuica"),
    (79, "open cuica"),
    (84, "bell tree"),
];

/// The name in General MIDI 2 of a percussion key for which no instrument stands; `None` for others.
pub fn percussion_name(key: u8) -> Option<&'static str> {
    NO_DRUMS.iter().find(|(number, _)| *number == key).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_column_order_and_no_key_stands_twice() {
        for (i, row) in TABLE.iter().enumerate() {
            assert_eq!(row.instrument.index(), i);
        }
        let mut keys: Vec<u8> =
            TABLE.iter().flat_map(|r| r.keys.iter().chain(r.general_midi)).copied().collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn bits_run_from_256_for_kick_to_1_for_ride() {
        let bits: Vec<u16> = Instrument::ALL.iter().map(|i| i.bit()).collect();
        assert_eq!(bits, [256, 128, 64, 32, 16, 8, 4, 2, 1]);
    }

    #[test]
    fn every_general_midi_percussion_key_is_an_instrument_or_has_a_name_to_be_told_by() {
        for key in 27..=87 {
            let (instrument, name) = (Instrument::nearest_to_key(key), percussion_name(key));
            assert!(instrument.is_some() != name.is_some(), "{key}: {instrument:?}, {name:?}");
        }
        assert_eq!(Instrument::from_key(35), None);
        assert_eq!(Instrument::nearest_to_key(35), Some(Instrument::Kick));
    }

    #[test]
    fn every_instrument_reads_the_key_it_writes() {
        for instrument in Instrument::ALL {
            assert_eq!(Instrument::from_key(instrument.key()), Some(instrument));
        }
    }
}
