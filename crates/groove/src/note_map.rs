//! Note maps: on which keys other instruments have their drums.

use crate::articulation::Articulation;
use crate::instrument::{INSTRUMENTS, Instrument};

/// A ready map from instruments to MIDI keys, and back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// `avldrums.lv2`.
    Avldrums,
}

/// What is known of a map: a row of [`TABLE`].
struct Map {
    map: NoteMap,
    /// Name on command lines; for ever.
    id: &'static str,
    name: &'static str,
    /// In the order of [`Instrument::ALL`]: kick, snare, high, low-mid and floor tom, open and closed hat,
    /// crash, ride. Of each the key that is written, then all others that are read as it.
    keys: [&'static [u8]; INSTRUMENTS],
    /// Keys, of those above or of General MIDI's, that are other articulations than the plain one; the first of each is
    /// written. Articulations that are not here are written on the plain one's key.
    strokes: &'static [(Articulation, &'static [u8])],
    /// Whether the openness of the hi-hat is controller 4, sent before the stroke.
    has_openness: bool,
    /// Whether General MIDI says what keys outside `keys` are. If not they are chokes and effects.
    extends_general_midi: bool,
}

use Articulation::{Bell, CrossStick, HalfOpen, Pedal, RimShot};

/// General MIDI's side stick, pedal hi-hat and ride bell. Its electric snare is another drum to those who play it.
const GENERAL_MIDI: &[(Articulation, &[u8])] =
    &[(CrossStick, &[37]), (Pedal, &[44]), (Bell, &[53])];

/// The same of Roland's list, where the electric snare is the rim, as in most samplers. General MIDI's keys are read so, too, for
/// the files of V-Drums look like its own.
const ROLAND_TD: &[(Articulation, &[u8])] =
    &[(CrossStick, &[37]), (RimShot, &[40]), (Pedal, &[44]), (Bell, &[53])];

/// Snare sidestick and rimshot, hat open 1 and 2, hat pedal closed, ride bell: from two published transcripts.
const TOONTRACK: &[(Articulation, &[u8])] = &[
    (CrossStick, &[37]),
    (RimShot, &[40]),
    (HalfOpen, &[24, 25]),
    (Pedal, &[21, 44]),
    (Bell, &[53]),
];

const TABLE: [Map; 8] = [
    // General MIDI 1 Sound Set, percussion key map: midi.org, General MIDI specifications. Its foot controller says
    // nothing to those who do not know it.
    Map {
        map: NoteMap::GeneralMidi,
        id: "general-midi",
        name: "General MIDI",
        keys: [&[36], &[38], &[50], &[47], &[43], &[46], &[42], &[49], &[51]],
        strokes: GENERAL_MIDI,
        has_openness: true,
        extends_general_midi: true,
    },
    // Roland, "TD-17: Default Factory MIDI Note Map" (support.roland.com, article 360005173411): heads and
    // bows. The TD-11 of the Groove MIDI Dataset has the same. "TD-17: MIDI Implementation" (1 May 2018): controller 4 is
    // sent before the stroke, 0 to 127 for open to closed.
    Map {
        map: NoteMap::RolandTd,
        id: "roland-td",
        name: "Roland TD",
        keys: [&[36], &[38], &[48], &[45], &[43], &[46], &[42], &[49], &[51]],
        strokes: ROLAND_TD,
        has_openness: true,
        extends_general_midi: true,
    },
    // XLN Audio, "Addictive Drums 2 Keymap" (2 June 2021): kick, snare open hit, toms 1 to 3 open hit,
    // hi-hat open A and closed 1 tip, cymbal 1 hit, ride 1 tip; read from two published transcripts. Keys 3
    // to 9 are places that a controller chooses, 26 to 35 brushes. Snare side stick, rim click, rim shots, hi-hat foot
    // close, ride bells; open A, which stands for all open hats, is the least open one.
    Map {
        map: NoteMap::AddictiveDrums2,
        id: "addictive-drums-2",
        name: "Addictive Drums 2",
        keys: [
            &[36],
            &[38, 37, 39, 40, 41, 42, 43, 44, 5, 6, 26, 28, 29, 30, 31, 32, 33, 34, 35],
            &[71, 72],
            &[69, 70],
            &[67, 68, 65, 66],
            &[54, 55, 56, 57, 58, 59],
            &[49, 50, 51, 52, 53, 48, 7, 8, 9],
            &[77, 46, 79, 81, 89, 91, 93],
            &[60, 61, 62, 45, 84, 85, 86, 3, 4],
        ],
        strokes: &[
            (CrossStick, &[42, 44]),
            (RimShot, &[37, 39, 41]),
            (Pedal, &[48]),
            (Bell, &[61, 85]),
        ],
        has_openness: false,
        extends_general_midi: false,
    },
    // Toontrack says of EZdrummer's layout that it is General MIDI's, extended. The further keys are from
    // two published transcripts of version 2: both kick aliases, snare left and right, hats by opening, the
    // crashes' aliases. Chokes and the cowbell are left out.
    Map {
        map: NoteMap::EzDrummer,
        id: "ezdrummer",
        name: "EZdrummer",
        keys: [
            &[36, 34, 35],
            &[38, 37, 39, 40, 33],
            &[48, 50, 82],
            &[47, 45, 80, 78],
            &[43, 41, 75, 73],
            &[46, 24, 25, 26, 60, 17, 23, 123, 124],
            &[42, 22, 44, 21, 61, 62, 63, 64, 65, 122],
            &[49, 52, 55, 57, 27, 28, 29, 30, 31, 32],
            &[51, 53, 59],
        ],
        strokes: TOONTRACK,
        has_openness: false,
        extends_general_midi: false,
    },
    // Toontrack, Superior Drummer 3's default MIDI layout: kick, snare hit, rack toms 1 and 2, floor tom 1,
    // hi-hat open 3 and closed tip, crash 2, ride 1 bow; read from three published transcripts. Its keys 50,
    // 54, 56 and 58 are muted crashes.
    Map {
        map: NoteMap::SuperiorDrummer3,
        id: "superior-drummer-3",
        name: "Superior Drummer 3",
        keys: [
            &[36, 34, 35],
            &[38, 37, 39, 40, 33],
            &[48, 82],
            &[47, 45, 80, 78],
            &[43, 41, 75, 73],
            &[26, 46, 24, 25, 60, 17, 23, 123, 124],
            &[42, 22, 44, 21, 61, 62, 63, 64, 65, 122],
            &[49, 52, 55, 57, 27, 28, 29, 30, 31, 32],
            &[51, 53, 59],
        ],
        strokes: TOONTRACK,
        has_openness: false,
        extends_general_midi: false,
    },
    // The 16 pads are C1 to D#2 (36 to 51) from the lowest left one on. What lies on which pad every kit
    // decides anew: this order is ours, kick, snare, closed and open hat first. Not verified.
    Map {
        map: NoteMap::Pads,
        id: "pads",
        name: "Pads from C1",
        keys: [&[36], &[37], &[42], &[41], &[40], &[39], &[38], &[43], &[44]],
        strokes: &[],
        has_openness: false,
        extends_general_midi: true,
    },
    // The rack shows C1 to D#2 (36 to 51): Sound on Sound, October 2015, "Ableton Tips & Techniques".
    // Its kits keep to General MIDI within these pads; which of them lie where was not verified.
    Map {
        map: NoteMap::DrumRack,
        id: "drum-rack",
        name: "Drum Rack C1",
        keys: [&[36], &[38], &[50], &[47], &[43], &[46], &[42], &[49], &[51]],
        strokes: &[(CrossStick, &[37]), (RimShot, &[40]), (Pedal, &[44])],
        has_openness: false,
        extends_general_midi: true,
    },
    // The key names that avldrums.lv2 gives to hosts (its MIDNAM document). There is one rack tom: its centre
    // is written as the high tom, its edge as the low one. Of the open hats, "semi" and "swish", the louder
    // is 48. Keys 50, 52 and 58 are chokes.
    Map {
        map: NoteMap::Avldrums,
        id: "avldrums",
        name: "avldrums",
        keys: [
            &[36],
            &[38, 37, 39, 40],
            &[45],
            &[47],
            &[41, 43],
            &[46, 48],
            &[42, 44, 54, 61],
            &[49, 55, 57, 60],
            &[51, 53, 56, 59],
        ],
        strokes: &[(CrossStick, &[37]), (Pedal, &[44]), (Bell, &[53])],
        has_openness: false,
        extends_general_midi: false,
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

    /// Name on command lines, such as `roland-td`.
    pub const fn id(self) -> &'static str {
        TABLE[self as usize].id
    }

    /// The key that each instrument is written as, by [`Instrument::index`].
    pub const fn keys(self) -> [u8; INSTRUMENTS] {
        let mut keys = [0; INSTRUMENTS];
        let mut i = 0;
        while i < INSTRUMENTS {
            keys[i] = TABLE[self as usize].keys[i][0];
            i += 1;
        }
        keys
    }

    /// The key that `articulation` of `instrument` is written as, which is the plain one's if the map has none for it.
    pub fn key(self, instrument: Instrument, articulation: Articulation) -> u8 {
        let plain = TABLE[self as usize].keys[instrument.index()][0];
        self.key_of_its_own(instrument, articulation).unwrap_or(plain)
    }

    /// The key that is for `articulation` of `instrument` alone; `None` if the map has none.
    pub fn key_of_its_own(self, instrument: Instrument, articulation: Articulation) -> Option<u8> {
        let mut strokes = TABLE[self as usize].strokes.iter();
        let stroke = strokes.find(|(found, _)| *found == articulation.on(instrument));
        stroke.map(|(_, keys)| keys[0])
    }

    /// Whether the openness of the hi-hat is controller 4, sent before the stroke: see [`openness`](crate::midi::openness).
    pub const fn has_openness(self) -> bool {
        TABLE[self as usize].has_openness
    }

    /// How the instrument is struck that is read from `key`.
    pub fn articulation(self, key: u8) -> Articulation {
        let of = |strokes: &[(Articulation, &[u8])]| {
            let stroke = strokes.iter().find(|(_, keys)| keys.contains(&key));
            stroke.map(|(articulation, _)| *articulation)
        };
        let row = &TABLE[self as usize];
        let extends = row.extends_general_midi && self.own_instrument(key).is_none();
        of(row.strokes).or_else(|| of(ROLAND_TD).filter(|_| extends)).unwrap_or_default()
    }

    /// The instrument that the map itself has on `key`.
    fn own_instrument(self, key: u8) -> Option<Instrument> {
        let keys = &TABLE[self as usize].keys;
        Instrument::ALL.into_iter().find(|instrument| keys[instrument.index()].contains(&key))
    }

    /// The instrument that is read from `key`; `None` for a key of no drum.
    pub fn instrument(self, key: u8) -> Option<Instrument> {
        self.own_instrument(key).or_else(|| {
            let extends = TABLE[self as usize].extends_general_midi;
            Instrument::nearest_to_key(key).filter(|_| extends)
        })
    }

    /// The map that explains the keys of a file best.
    ///
    /// General MIDI, unless another map knows more of them. If the file has hi-hats of General MIDI, the other map must have
    /// them on the same keys, and know keys that General MIDI does not have. Otherwise the file must have hi-hats of the
    /// other map, and a General MIDI percussion key (such as a conga, which is some library's hi-hat) counts half. Maps with
    /// keys of General MIDI alone, such as avldrums, are never guessed: their keys do not distinguish them.
    pub fn guess(keys: impl IntoIterator<Item = u8>) -> Self {
        let mut present: Vec<u8> = keys.into_iter().filter(|key| !EFFECTS.contains(key)).collect();
        present.sort_unstable();
        present.dedup();
        let hats: Vec<u8> = present.iter().copied().filter(|key| HATS.contains(key)).collect();
        let general_midi = |key: &u8| match (is_kit_key(*key), Instrument::nearest_to_key(*key)) {
            (true, _) => 2,
            (_, Some(_)) if hats.is_empty() => 1,
            (_, Some(_)) => 2,
            _ => 0,
        };
        let score = |map: Self| match map {
            Self::GeneralMidi => present.iter().map(general_midi).sum(),
            _ => 2 * present.iter().filter(|&&key| map.own_instrument(key).is_some()).count(),
        };
        let is_hat = |instrument| {
            matches!(instrument, Some(Instrument::OpenHiHat | Instrument::ClosedHiHat))
        };
        let agrees = |map: Self| {
            hats.iter().all(|&hat| map.own_instrument(hat) == Instrument::nearest_to_key(hat))
                && present.iter().any(|&key| is_hat(map.own_instrument(key)))
        };
        let others = Self::ALL.into_iter().filter(|map| !TABLE[*map as usize].extends_general_midi);
        let candidates = others.filter(|&map| map != Self::Avldrums && agrees(map));
        candidates.fold(
            Self::GeneralMidi,
            |best, map| {
                if score(map) > score(best) { map } else { best }
            },
        )
    }
}

/// General MIDI's hi-hats.
const HATS: [u8; 3] = [42, 44, 46];

/// General MIDI 2's effects, sticks and clicks: in files of any map, and so no evidence for one.
const EFFECTS: std::ops::RangeInclusive<u8> = 27..=34;

/// Whether General MIDI, or Roland's extension of it, has a piece of a drum kit on `key`.
fn is_kit_key(key: u8) -> bool {
    matches!(key, 35 | 41) || Instrument::from_key(key).is_some()
}

/// By which map the keys of a file are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyMap {
    /// The one that [`NoteMap::guess`] finds.
    #[default]
    Guess,
    /// This one.
    Ready(NoteMap),
    /// One of the user's own: the key of each instrument, by [`Instrument::index`]; General MIDI for others.
    Own([u8; INSTRUMENTS]),
}

impl KeyMap {
    /// This map, or the one that is guessed from `keys`.
    #[must_use]
    pub fn resolved(self, keys: impl IntoIterator<Item = u8>) -> Self {
        match self {
            Self::Guess => Self::Ready(NoteMap::guess(keys)),
            chosen => chosen,
        }
    }

    /// The instrument that is read from `key`, by General MIDI as long as nothing is guessed.
    pub fn instrument(self, key: u8) -> Option<Instrument> {
        match self {
            Self::Guess => NoteMap::GeneralMidi.instrument(key),
            Self::Ready(map) => map.instrument(key),
            Self::Own(keys) => by_map(&keys, key).or_else(|| Instrument::nearest_to_key(key)),
        }
    }

    /// How the instrument is struck that is read from `key`.
    pub fn articulation(self, key: u8) -> Articulation {
        match self {
            Self::Guess => NoteMap::GeneralMidi.articulation(key),
            Self::Ready(map) => map.articulation(key),
            Self::Own(keys) if keys.contains(&key) => Articulation::Plain,
            Self::Own(_) => NoteMap::GeneralMidi.articulation(key),
        }
    }

    /// Whether `key` is a piece of a drum kit here. Hand percussion does not count: its keys are those of melodies.
    pub(crate) fn is_kit_key(self, key: u8) -> bool {
        match self {
            Self::Ready(map) if !TABLE[map as usize].extends_general_midi => {
                map.own_instrument(key).is_some()
            }
            Self::Ready(map) => is_kit_key(key) || map.own_instrument(key).is_some(),
            Self::Guess => is_kit_key(key),
            Self::Own(keys) => is_kit_key(key) || keys.contains(&key),
        }
    }
}

fn by_map(keys: &[u8; INSTRUMENTS], key: u8) -> Option<Instrument> {
    Instrument::ALL.into_iter().find(|instrument| keys[instrument.index()] == key)
}

/// Keys from here on are high: middle C, by which keyboards are split.
const MIDDLE_C: u8 = 60;

/// The instrument that `key` means where the instruments are on `keys` (by [`Instrument::index`]): the one on this key, else
/// the nearest by General MIDI, else a kick for a low key and a snare for a high one. So a bass line is a rhythm, too.
pub fn instrument_meant(keys: &[u8; INSTRUMENTS], key: u8) -> Instrument {
    let by_pitch = if key < MIDDLE_C { Instrument::Kick } else { Instrument::Snare };
    by_map(keys, key).or_else(|| Instrument::nearest_to_key(key)).unwrap_or(by_pitch)
}

#[cfg(test)]
mod tests;
