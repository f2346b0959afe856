//! The channels on which notes that come in are control keys.

/// The channels on which notes are control keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyChannel {
    /// None: no note is a control key.
    None,
    /// All.
    #[default]
    Any,
    /// One of `0..16`.
    One(u8),
}

impl KeyChannel {
    /// Whether a note on `channel` is a control key; `None` means all channels.
    pub fn hears(self, channel: Option<u8>) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::One(own) => channel.is_none_or(|channel| channel == own),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_of_ones_own_leaves_notes_on_others_alone() {
        let heard = |channel: KeyChannel| [None, Some(0), Some(9)].map(|on| channel.hears(on));
        assert_eq!(heard(KeyChannel::None), [false; 3]);
        assert_eq!(heard(KeyChannel::Any), [true; 3]);
        assert_eq!(heard(KeyChannel::One(9)), [true, false, true]);
    }
}
