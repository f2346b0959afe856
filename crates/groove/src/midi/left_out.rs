//! What a clip's reader leaves out of a file, by reason.

use crate::instrument::percussion_name;

/// Why something in a file is not in the clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// Hits on a key for which no instrument stands.
    Key(u8),
    /// Clicks of a metronome (General MIDI 2's keys 32 to 34).
    Click,
    /// Hits of a count-in: sticks, blocks or claves on the beat before the music.
    CountIn,
    /// Hits of a pickup, an incomplete bar before the first.
    Pickup,
    /// Bars in a metre that a pattern cannot hold.
    Metre {
        /// Beats in a bar.
        numerator: u8,
        /// The beat's note value as a power of two.
        denominator_power: u8,
    },
    /// Hits in bars that a new time signature ends early.
    Incomplete,
    /// Bars in 4/4 that too few follow one another for a pattern, in a file where elsewhere enough do.
    Apart,
    /// Hits at or after the end.
    AfterEnd,
    /// Notes on a channel (`0..16`) that is not the drums'.
    Channel(u8),
}

impl LeftOut {
    /// `count` of this in words, such as `16 hits on key 27 (high Q)`.
    pub fn describe(self, count: usize) -> String {
        let many = |thing: &str| format!("{count} {thing}{}", if count == 1 { "" } else { "s" });
        match self {
            Self::Key(key) => match percussion_name(key) {
                Some(name) => format!("{} on key {key} ({name})", many("hit")),
                None => format!("{} on key {key}", many("hit")),
            },
            Self::Click => format!("{} of a metronome", many("click")),
            Self::CountIn => format!("a count-in of {}", many("hit")),
            Self::Pickup => format!("a pickup of {}", many("hit")),
            Self::Metre { numerator, denominator_power } => {
                // Denominators beyond 128 are in damaged files only.
                let denominator = 1_u128.checked_shl(denominator_power.into()).unwrap_or(0);
                format!("{} in {numerator}/{denominator}", many("bar"))
            }
            Self::Incomplete => format!("{} in incomplete bars", many("hit")),
            Self::Apart => format!("{} that too few follow", many("bar")),
            Self::AfterEnd => format!("{} after the end", many("hit")),
            Self::Channel(channel) => format!("{} on channel {}", many("note"), channel + 1),
        }
    }
}
