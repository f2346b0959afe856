//! Control keys: incoming MIDI keys and their actions.
//!
//! They lie below the keys that every ready note map plays, so that notes which the plugin has sent do not act when they
//! are played back into it.

use groove::Instrument;

use crate::state::choice::SLOTS;

/// The action of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAction {
    /// Chooses the groove in a slot, `0..12`.
    Slot(u8),
    /// Chooses the live groove.
    Live,
    /// Plays a fill from the next beat, while held, and on to the next bar line.
    Fill,
    /// Makes a new variation of the current groove.
    Variation,
    /// Mutes while it is held.
    Mute,
    /// Plays while held, in the play mode that needs a held key.
    Play,
    /// Taps a rhythm, which becomes a groove, on this instrument.
    Tap(Instrument),
}

impl KeyAction {
    /// Whether holding this key starts playing in the play mode that needs a held key.
    pub const fn plays(self) -> bool {
        matches!(self, Self::Slot(_) | Self::Live | Self::Play)
    }
}

/// A key: a row of [`KEYS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// MIDI key; 0 is C-2.
    pub key: u8,
    /// Name in the window.
    pub name: &'static str,
    /// Its action.
    pub action: KeyAction,
}

/// The lowest key, C-2.
const FIRST: u8 = 0;

const SLOT_NAMES: [&str; SLOTS] = [
    "Slot 1", "Slot 2", "Slot 3", "Slot 4", "Slot 5", "Slot 6", "Slot 7", "Slot 8", "Slot 9",
    "Slot 10", "Slot 11", "Slot 12",
];

/// All control keys, in order from C-2.
pub const KEYS: [Key; SLOTS + 7] = {
    let live = Key { key: FIRST + 12, name: "Live", action: KeyAction::Live };
    let mut keys = [live; SLOTS + 7];
    let mut slot = 0;
    while slot < SLOTS {
        let place = slot as u8;
        keys[slot] =
            Key { key: FIRST + place, name: SLOT_NAMES[slot], action: KeyAction::Slot(place) };
        slot += 1;
    }
    keys[13] = Key { key: FIRST + 13, name: "Fill", action: KeyAction::Fill };
    keys[14] = Key { key: FIRST + 14, name: "Variation", action: KeyAction::Variation };
    keys[15] = Key { key: FIRST + 15, name: "Mute", action: KeyAction::Mute };
    keys[16] = Key { key: FIRST + 16, name: "Play", action: KeyAction::Play };
    let (kick, snare) = (KeyAction::Tap(Instrument::Kick), KeyAction::Tap(Instrument::Snare));
    keys[17] = Key { key: FIRST + 17, name: "Tap kick", action: kick };
    keys[18] = Key { key: FIRST + 18, name: "Tap snare", action: snare };
    keys
};

/// The action of MIDI key `key`, if it has one.
pub fn action(key: u8) -> Option<KeyAction> {
    let row = KEYS.get(usize::from(key.checked_sub(FIRST)?))?;
    Some(row.action)
}

/// The bit of `action` in [`KeyActivity`](crate::handoff::KeyActivity).
pub fn bit(action: KeyAction) -> u32 {
    KEYS.iter().position(|row| row.action == action).map_or(0, |place| 1 << place)
}

/// The bit of a note that is followed.
pub const FOLLOWED: u32 = 1 << KEYS.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_side_by_side_and_each_does_what_its_row_says() {
        for (place, row) in KEYS.iter().enumerate() {
            assert_eq!(usize::from(row.key), place);
            assert_eq!(action(row.key), Some(row.action));
        }
        assert_eq!((action(19), action(127)), (None, None));
        assert_eq!(KEYS[11].action, KeyAction::Slot(11));
        let mut names: Vec<_> = KEYS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KEYS.len());
    }

    #[test]
    fn no_ready_note_map_plays_a_control_key() {
        for map in groove::NoteMap::ALL {
            let shared = map.keys().into_iter().find(|&key| action(key).is_some());
            assert_eq!(shared, None, "{}", map.name());
        }
    }
}
