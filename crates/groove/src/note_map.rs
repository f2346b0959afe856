//! Note maps: on which keys other instruments have their drums.

use crate::instrument::{INSTRUMENTS, Instrument};

/// A ready map from instruments to MIDI keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteMap {
    /// General MIDI, which most drum samplers read.
    #[default]
    GeneralMidi,
    /// Roland's V-Drums and what is made for them.
    RolandTd,
    /// Addictive Drums 2.
    AddictiveDrums2,
    /// `EZdrummer`.
    EzDrummer,
    /// Superior Drummer 3.
    SuperiorDrummer3,
    /// Battery, Maschine and other instruments whose pads lie side by side from C1 on.
    Pads,
    /// Ableton Live's Drum Rack from C1 on.
    DrumRack,
}

/// What is known of a map: a row of [`TABLE`].
struct Map {
    map: NoteMap,
    name: &'static str,
    /// In the order of [`Instrument::ALL`]: kick, snare, high, low-mid and floor tom, open and closed hat,
    /// crash, ride.
    keys: [u8; INSTRUMENTS],
}

const TABLE: [Map; 7] = [
    // General MIDI 1 Sound Set, percussion key map: midi.org, General MIDI specifications.
    Map {
        map: NoteMap::GeneralMidi,
        name: "General MIDI",
        keys: [36, 38, 50, 47, 43, 46, 42, 49, 51],
    },
    // Roland, "TD-17: Default Factory MIDI Note Map" (support.roland.com, article 360005173411): heads and
    // bows. The TD-11 of the Groove MIDI Dataset has the same.
    Map { map: NoteMap::RolandTd, name: "Roland TD", keys: [36, 38, 48, 45, 43, 46, 42, 49, 51] },
    // XLN Audio, "Addictive Drums 2 Keymap" (2 June 2021): kick, snare open hit, toms 1 to 3 open hit,
    // hi-hat open A and closed 1 tip, cymbal 1 hit, ride 1 tip. Read in a published transcript.
    Map {
        map: NoteMap::AddictiveDrums2,
        name: "Addictive Drums 2",
        keys: [36, 38, 71, 69, 67, 54, 49, 77, 60],
    },
    // Toontrack says of EZdrummer's layout that it is General MIDI's, extended; its key 50 is a muted
    // crash and not a tom, as in Superior Drummer. Not verified beyond that.
    Map { map: NoteMap::EzDrummer, name: "EZdrummer", keys: [36, 38, 48, 47, 43, 46, 42, 49, 51] },
    // Toontrack, Superior Drummer 3's default MIDI layout: kick, snare hit, rack toms 1 and 2, floor tom 1,
    // hi-hat open 3 and closed tip, crash 2, ride 1 bow. Read in two published transcripts.
    Map {
        map: NoteMap::SuperiorDrummer3,
        name: "Superior Drummer 3",
        keys: [36, 38, 48, 47, 43, 26, 42, 49, 51],
    },
    // The 16 pads are C1 to D#2 (36 to 51) from the lowest left one on. What lies on which pad every kit
    // decides anew: this order is ours, kick, snare, closed and open hat first. Not verified.
    Map { map: NoteMap::Pads, name: "Pads from C1", keys: [36, 37, 42, 41, 40, 39, 38, 43, 44] },
    // The rack shows C1 to D#2 (36 to 51): Sound on Sound, October 2015, "Ableton Tips & Techniques".
    // Its kits keep to General MIDI within these pads; which of them lie where was not verified.
    Map {
        map: NoteMap::DrumRack,
        name: "Drum Rack C1",
        keys: [36, 38, 50, 47, 43, 46, 42, 49, 51],
    },
];

impl NoteMap {
    /// Every map.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::GeneralMidi; TABLE.len()];
        let mut i = 0;
        while i < TABLE.len() {
            all[i] = TABLE[i].map;
            i += 1;
        }
        all
    };

    /// Name shown to people.
    pub const fn name(self) -> &'static str {
        TABLE[self as usize].name
    }

    /// The key of each instrument, by [`Instrument::index`].
    pub const fn keys(self) -> [u8; INSTRUMENTS] {
        TABLE[self as usize].keys
    }
}

/// Keys from here on are high: middle C, by which keyboards are split.
const MIDDLE_C: u8 = 60;

/// The instrument that a player means by `key` who plays on `keys` (by [`Instrument::index`]): the one it
/// belongs to there, else the nearest by General MIDI, else a kick for a low key and a snare for a
/// high one. So a bass line is a rhythm, too.
pub fn instrument_meant(keys: &[u8; INSTRUMENTS], key: u8) -> Instrument {
    let by_map = Instrument::ALL.into_iter().find(|instrument| keys[instrument.index()] == key);
    let by_pitch = if key < MIDDLE_C { Instrument::Kick } else { Instrument::Snare };
    by_map.or_else(|| Instrument::nearest_to_key(key)).unwrap_or(by_pitch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_order_and_no_map_has_a_key_twice() {
        for (i, row) in TABLE.iter().enumerate() {
            assert_eq!(row.map as usize, i);
            let mut keys = row.keys.to_vec();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), INSTRUMENTS, "{}", row.name);
            assert!(keys.iter().all(|&key| key < 128));
        }
    }

    #[test]
    fn general_midi_is_what_the_instruments_are_written_as() {
        assert_eq!(NoteMap::GeneralMidi.keys(), Instrument::ALL.map(Instrument::key));
    }

    #[test]
    fn a_key_is_read_by_the_map_then_by_general_midi_then_by_pitch() {
        let keys = NoteMap::AddictiveDrums2.keys();
        assert_eq!(instrument_meant(&keys, 49), Instrument::ClosedHiHat);
        assert_eq!(instrument_meant(&keys, 46), Instrument::OpenHiHat);
        assert_eq!(instrument_meant(&keys, 28), Instrument::Kick);
        assert_eq!(instrument_meant(&keys, 100), Instrument::Snare);
        for map in NoteMap::ALL {
            for instrument in Instrument::ALL {
                let key = map.keys()[instrument.index()];
                assert_eq!(instrument_meant(&map.keys(), key), instrument, "{}", map.name());
            }
        }
    }
}
