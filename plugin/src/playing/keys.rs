//! The keys that play the drummer: what each does, by name.
//!
//! nice-plug 0.4.2 offers hosts no note names (neither CLAP's `note-name` extension nor VST3's key
//! names), so the names are shown in the window and in the README alone.

use crate::state::choice::SLOTS;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Chooses the groove in a slot, `0..12`.
    Slot(u8),
    /// Chooses the groove that the controls make.
    Live,
    /// Makes a fill: from the next beat on, as long as it is held, and on to the next bar line.
    Fill,
    /// Makes another variation of the groove that plays.
    Variation,
    /// Mutes while it is held.
    Mute,
    /// Plays on while it is held, where the drummer plays only while a key is.
    Play,
}

impl Deed {
    /// Whether the drummer plays while such a key is held, where he plays only while a key is.
    pub const fn plays(self) -> bool {
        matches!(self, Self::Slot(_) | Self::Live | Self::Play)
    }
}

/// A key: a row of [`KEYS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// MIDI key; 36 is C1.
    pub key: u8,
    /// Name shown to people.
    pub name: &'static str,
    /// What it does.
    pub deed: Deed,
}

/// The lowest key: C1, where drum pads and small keyboards begin.
const FIRST: u8 = 36;

const SLOT_NAMES: [&str; SLOTS] = [
    "Slot 1", "Slot 2", "Slot 3", "Slot 4", "Slot 5", "Slot 6", "Slot 7", "Slot 8", "Slot 9",
    "Slot 10", "Slot 11", "Slot 12",
];

/// Every key that does something, side by side from C1 on.
pub const KEYS: [Key; SLOTS + 5] = {
    let live = Key { key: FIRST + 12, name: "Live", deed: Deed::Live };
    let mut keys = [live; SLOTS + 5];
    let mut slot = 0;
    while slot < SLOTS {
        let place = slot as u8;
        keys[slot] = Key { key: FIRST + place, name: SLOT_NAMES[slot], deed: Deed::Slot(place) };
        slot += 1;
    }
    keys[13] = Key { key: FIRST + 13, name: "Fill", deed: Deed::Fill };
    keys[14] = Key { key: FIRST + 14, name: "Variation", deed: Deed::Variation };
    keys[15] = Key { key: FIRST + 15, name: "Mute", deed: Deed::Mute };
    keys[16] = Key { key: FIRST + 16, name: "Play", deed: Deed::Play };
    keys
};

/// What `key` does, if anything.
pub fn deed(key: u8) -> Option<Deed> {
    let row = KEYS.get(usize::from(key.checked_sub(FIRST)?))?;
    Some(row.deed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_side_by_side_from_c1_on_and_each_does_what_its_row_says() {
        for (place, row) in KEYS.iter().enumerate() {
            assert_eq!(usize::from(row.key), 36 + place);
            assert_eq!(deed(row.key), Some(row.deed));
        }
        assert_eq!((deed(35), deed(53)), (None, None));
        assert_eq!(KEYS[11].deed, Deed::Slot(11));
        let mut names: Vec<_> = KEYS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KEYS.len());
    }
}
