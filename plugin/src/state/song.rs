//! The song: sections one after another, as projects and presets store them.

use engine::MOST_BARS;
use groove::Bar;
use serde::{Deserialize, Serialize};

use crate::state::bounded_list;
use crate::state::choice::SLOTS;
use crate::state::numbers::finite_or;

/// The most sections of a song.
pub const MOST_SECTIONS: usize = 64;

/// The longest name of a section, in characters.
pub const LONGEST_NAME: usize = 24;

/// The longest fill or stop, in beats.
pub const LONGEST_ENDING: u8 = 4;

/// How a section ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// It plays on to its end.
    #[default]
    Plain,
    /// A fill leads into the next section.
    Fill {
        /// Its length in beats.
        beats: u8,
        /// Its size, `[0, 1]`.
        size: f32,
    },
    /// One stroke, and silence up to the next section.
    Stop {
        /// Its length in beats.
        beats: u8,
    },
}

impl From<Ending> for engine::Ending {
    fn from(ending: Ending) -> Self {
        let within = |beats: u8| beats.clamp(1, LONGEST_ENDING);
        match ending {
            Ending::Plain => Self::Plain,
            Ending::Fill { beats, size } => {
                Self::Fill { beats: within(beats), size: finite_or(size, 0.5) }
            }
            Ending::Stop { beats } => Self::Stop { beats: within(beats) },
        }
    }
}

/// How far the cycles of a section differ from each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cycles {
    /// As the groove's variation says.
    #[default]
    Groove,
    /// They vary: where the groove's variation is 0 the first is the groove, and the others have some variation.
    Vary,
    /// Each is the groove's first.
    Same,
}

/// A part of a song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// The slot that it plays; `None` for the live groove, which also plays for a slot that is empty.
    #[serde(default)]
    pub slot: Option<u8>,
    /// Its length in bars.
    pub bars: u16,
    /// The bars of the live groove in this section, whatever the host's metre; only their metre counts.
    #[serde(default)]
    pub bar: Bar,
    /// Intensity, `[-1, 1]`: how much softer and sparser, or louder and denser, than the groove it plays.
    #[serde(default)]
    pub intensity: f32,
    /// How it ends.
    #[serde(default)]
    pub ending: Ending,
    /// Whether the section after it begins with a crash.
    #[serde(default)]
    pub has_crash: bool,
    /// How far its cycles differ.
    #[serde(default)]
    pub cycles: Cycles,
}

impl Section {
    /// The slot that it plays, if there is such a slot.
    pub fn slot(&self) -> Option<u8> {
        self.slot.filter(|slot| usize::from(*slot) < SLOTS)
    }

    /// Its length in bars, in range.
    pub fn bars(&self) -> u16 {
        self.bars.clamp(1, MOST_BARS)
    }

    /// Its intensity, in range.
    pub fn intensity(&self) -> f32 {
        finite_or(self.intensity, 0.0).clamp(-1.0, 1.0)
    }
}

/// A song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Song {
    /// Whether it is played. Otherwise the chosen groove is.
    pub is_on: bool,
    /// Whether it begins again after its last section.
    pub is_repeated: bool,
    /// Its sections.
    #[serde(deserialize_with = "bounded_list::list::<_, _, MOST_SECTIONS>")]
    pub sections: Vec<Section>,
}

impl Default for Song {
    fn default() -> Self {
        Self { is_on: false, is_repeated: true, sections: Vec::new() }
    }
}

impl Song {
    /// Whether it is played.
    pub fn plays(&self) -> bool {
        self.is_on && !self.sections.is_empty()
    }

    /// The song of a new lane: intro, then verse and chorus twice, of the live groove in bars of `bar`.
    pub fn first(bar: Bar) -> Self {
        let verse = Section::new("Verse", 8, bar);
        let chorus = Section { intensity: 0.4, ..Section::new("Chorus", 8, bar) };
        let sections = vec![
            Section { intensity: -0.4, ..Section::new("Intro", 4, bar) },
            verse.clone(),
            chorus.clone(),
            verse,
            chorus,
        ];
        Self { is_on: true, is_repeated: true, sections }
    }
}

impl Section {
    /// A section of the live groove that ends with a fill.
    pub fn new(name: &str, bars: u16, bar: Bar) -> Self {
        Self {
            name: name.to_owned(),
            slot: None,
            bars,
            bar,
            intensity: 0.0,
            ending: Ending::Fill { beats: 2, size: 0.5 },
            has_crash: true,
            cycles: Cycles::Groove,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_is_read_as_it_was_saved() {
        let mut song = Song::first(Bar::COMMON);
        song.sections[1].slot = Some(3);
        song.sections[2].ending = Ending::Stop { beats: 2 };
        song.sections[3].ending = Ending::Plain;
        song.sections[3].cycles = Cycles::Vary;
        let text = serde_json::to_string(&song).unwrap();
        assert_eq!(serde_json::from_str::<Song>(&text).unwrap(), song);
        let off: Song =
            serde_json::from_str(r#"{"is_on": false, "is_repeated": true, "sections": []}"#)
                .unwrap();
        assert_eq!(off, Song::default());
    }

    #[test]
    fn values_out_of_range_are_brought_into_it() {
        let section =
            Section { slot: Some(12), bars: 0, intensity: 9.0, ..Section::new("", 1, Bar::COMMON) };
        assert_eq!((section.slot(), section.bars(), section.intensity()), (None, 1, 1.0));
        let fill = Ending::Fill { beats: 99, size: f32::NAN };
        assert_eq!(engine::Ending::from(fill), engine::Ending::Fill { beats: 4, size: 0.5 });
        let section = serde_json::to_string(&section).unwrap();
        let many = vec![section; MOST_SECTIONS + 1].join(",");
        let text = format!(r#"{{"is_on": true, "is_repeated": true, "sections": [{many}]}}"#);
        assert!(serde_json::from_str::<Song>(&text).is_err());
    }
}
