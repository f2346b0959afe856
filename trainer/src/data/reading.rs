//! How MIDI files are read: what is asked for on the command line and in config files.

use clap::Args;
use clap::builder::PossibleValuesParser;
use groove::midi::ClipOptions;
use groove::{KeyMap, NoteMap};
use serde::{Deserialize, Serialize};

/// The note map that is found by the keys of a file.
const GUESS: &str = "guess";

// How the notes of MIDI files are read. The published windowing (`seed`) has its own way and takes no notice. (No doc
// comment: clap would show it as that of the commands.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
pub(crate) struct ReadArgs {
    /// Note map that the files were written with [default: guess, by the keys that occur]
    #[arg(long, value_name = "MAP", value_parser = PossibleValuesParser::new(note_maps()))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note_map: Option<String>,
    /// Channel that the drums are on [default: 10, or else the one that looks like drums]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<u8>,
}

fn note_maps() -> impl Iterator<Item = &'static str> {
    [GUESS].into_iter().chain(NoteMap::ALL.map(NoteMap::id))
}

impl ReadArgs {
    /// What this means for the reader.
    ///
    /// # Errors
    /// If a config file names a note map or channel that there is not.
    pub(crate) fn options(&self) -> anyhow::Result<ClipOptions> {
        let named = |id: &str| NoteMap::ALL.into_iter().find(|map| map.id() == id);
        let key_map = match self.note_map.as_deref() {
            None | Some(GUESS) => KeyMap::Guess,
            Some(id) => KeyMap::Ready(named(id).ok_or_else(|| {
                let known: Vec<_> = note_maps().collect();
                anyhow::anyhow!("`note_map` is one of {}, not {id}", known.join(", "))
            })?),
        };
        match self.channel {
            Some(channel @ (0 | 17..)) => anyhow::bail!("`channel` is 1 to 16, not {channel}"),
            channel => {
                let channel = channel.map(|channel| channel - 1);
                Ok(ClipOptions { channel, key_map, only_windows: true })
            }
        }
    }
}
