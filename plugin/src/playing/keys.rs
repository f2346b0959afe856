//! Control keys: incoming MIDI keys and their actions.
//!
//! nice-plug 0.4.2 offers hosts no note names (neither CLAP's `note-name` extension nor VST3's key
//! names), so the names are shown in the window and in the README alone.

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
    /// MIDI key; 36 is C1.
    pub key: u8,
    /// Name in the window.
    pub name: &'static str,
    /// Its action.
    pub action: KeyAction,
}

/// The lowest key: C1, where drum pads and small keyboards begin.
const FIRST: u8 = 36;

const SLOT_NAMES: [&str; SLOTS] = [
    "Slot 1", "Slot 2", "Slot 3", "Slot 4", "Slot 5", "Slot 6", "Slot 7", "Slot 8", "Slot 9",
    "Slot 10", "Slot 11", "Slot 12",
];

/// All control keys, in order from C1.
pub const KEYS: [Key; SLOTS + 5] = {
    let live = Key { key: FIRST + 12, name: "Live", action: KeyAction::Live };
    let mut keys = [live; SLOTS + 5];
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
    keys
};

/// The action of MIDI key `key`, if it has one.
pub fn action(key: u8) -> Option<KeyAction> {
    let row = KEYS.get(usize::from(key.checked_sub(FIRST)?))?;
    Some(row.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_side_by_side_from_c1_on_and_each_does_what_its_row_says() {
        for (place, row) in KEYS.iter().enumerate() {
            assert_eq!(usize::from(row.key), 36 + place);
            assert_eq!(action(row.key), Some(row.action));
        }
        assert_eq!((action(35), action(53)), (None, None));
        assert_eq!(KEYS[11].action, KeyAction::Slot(11));
        let mut names: Vec<_> = KEYS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KEYS.len());
    }
}
