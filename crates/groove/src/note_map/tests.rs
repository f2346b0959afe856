//! Note maps: what they hold together.

use super::*;

#[test]
fn the_table_stands_in_order_and_no_map_has_a_key_twice() {
    for (i, row) in TABLE.iter().enumerate() {
        assert_eq!(row.map as usize, i);
        let mut keys = row.keys.concat();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "{}", row.name);
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
            assert_eq!(map.instrument(key), Some(instrument), "{}", map.name());
            assert_eq!(KeyMap::Own(map.keys()).instrument(key), Some(instrument));
        }
    }
}

#[test]
fn a_choke_is_no_hit_of_what_general_midi_has_on_its_key() {
    assert_eq!(NoteMap::AddictiveDrums2.instrument(63), None);
    assert_eq!(NoteMap::SuperiorDrummer3.instrument(54), None);
    assert_eq!(NoteMap::Avldrums.instrument(50), None);
    assert_eq!(NoteMap::Avldrums.instrument(48), Some(Instrument::OpenHiHat));
    assert_eq!(NoteMap::RolandTd.instrument(63), Some(Instrument::LowMidTom));
}

#[test]
fn a_map_is_guessed_by_the_keys_that_only_it_knows() {
    let cases: [(&[u8], NoteMap); 10] = [
        (&[27, 31, 33, 34, 36, 38, 42], NoteMap::GeneralMidi),
        (&[], NoteMap::GeneralMidi),
        (&[36, 38, 42, 46, 49, 51], NoteMap::GeneralMidi),
        // Latin percussion and a whistle beside a kit; a ride alone; a conga alone.
        (&[35, 38, 42, 46, 54, 56, 60, 62, 63, 64, 70, 71], NoteMap::GeneralMidi),
        (&[36, 38, 51, 53, 59], NoteMap::GeneralMidi),
        (&[36, 38, 43, 71, 72], NoteMap::GeneralMidi),
        (&[22, 26, 36, 37, 38, 40, 43, 45, 47, 48, 50, 58], NoteMap::GeneralMidi),
        (&[36, 38, 49, 54, 60, 67, 71, 77], NoteMap::AddictiveDrums2),
        (&[24, 36, 38, 61, 63], NoteMap::EzDrummer),
        // General MIDI's hats where the library has them as well, and some of its own.
        (&[24, 25, 36, 38, 42, 62, 63], NoteMap::EzDrummer),
    ];
    for (keys, expected) in cases {
        assert_eq!(NoteMap::guess(keys.iter().copied()), expected, "{keys:?}");
    }
}

#[test]
fn maps_whose_keys_are_all_general_midis_are_not_guessed() {
    for map in [NoteMap::Avldrums, NoteMap::Pads, NoteMap::DrumRack, NoteMap::RolandTd] {
        let keys = TABLE[map as usize].keys.concat();
        assert!(keys.iter().all(|&key| Instrument::nearest_to_key(key).is_some()), "{map:?}");
        assert_eq!(NoteMap::guess(keys), NoteMap::GeneralMidi, "{map:?}");
    }
}

#[test]
fn every_stroke_has_keys_of_its_instrument_and_is_read_from_them() {
    for map in NoteMap::ALL {
        let mut seen = map.keys().to_vec();
        for (articulation, keys) in TABLE[map as usize].strokes {
            for key in *keys {
                let instrument = map.instrument(*key).unwrap();
                assert_eq!(articulation.on(instrument), *articulation, "{map:?} {key}");
                assert_eq!(map.articulation(*key), *articulation, "{map:?} {key}");
                assert!(!seen.contains(key), "{map:?}: {key} twice, or a plain stroke's");
                seen.push(*key);
            }
        }
        for instrument in Instrument::ALL {
            let plain = map.key(instrument, Articulation::Plain);
            assert_eq!(plain, map.keys()[instrument.index()]);
            assert_eq!(map.articulation(plain), Articulation::Plain);
            for &articulation in Articulation::of(instrument) {
                let key = map.key(instrument, articulation);
                assert_eq!(map.instrument(key), Some(instrument), "{map:?} {articulation:?}");
                assert!(key == plain || map.articulation(key) == articulation);
            }
        }
    }
}

#[test]
fn a_key_of_the_user_s_own_is_the_plain_stroke_whatever_general_midi_has_there() {
    let mut keys = NoteMap::GeneralMidi.keys();
    keys[Instrument::Snare.index()] = 40;
    assert_eq!(KeyMap::Own(keys).articulation(40), Articulation::Plain);
    assert_eq!(KeyMap::Own(keys).articulation(37), Articulation::CrossStick);
    assert_eq!(NoteMap::Pads.articulation(40), Articulation::Plain);
    assert_eq!(NoteMap::Pads.articulation(53), Articulation::Bell);
}
