//! Which channel of a file is the drums'.

use std::collections::BTreeMap;

use super::{DRUM_CHANNEL, Note, Performance};
use crate::instrument::Instrument;
use crate::note_map::KeyMap;

/// What is played on one channel.
#[derive(Debug)]
pub(super) struct Voice {
    /// `0..16`.
    pub(super) channel: u8,
    /// By their starts.
    pub(super) notes: Vec<Note>,
    /// The names of the tracks that have nothing but this channel.
    pub(super) name: String,
    /// How its keys are read, guessed if need be.
    pub(super) key_map: KeyMap,
}

/// What names of drum tracks contain, in lower case.
const DRUMS: [&str; 6] = ["drum", "schlagz", "batterie", "bater", "드럼", "ドラム"];

/// Words in names of drum tracks.
const DRUM_WORDS: [&str; 20] = [
    "kit",
    "kits",
    "perc",
    "percussion",
    "kick",
    "snare",
    "hat",
    "hats",
    "hihat",
    "hihats",
    "cymbal",
    "cymbals",
    "beat",
    "beats",
    "tom",
    "toms",
    "crash",
    "ride",
    "clap",
    "claps",
];

/// Words in names of tracks that are a metronome or a count-in.
const CLICK_WORDS: [&str; 6] = ["click", "clicks", "klick", "metronome", "metronom", "countin"];

/// What words in names of other tracks begin with.
const MELODY_WORDS: [&str; 20] = [
    "bass", "piano", "guit", "gtr", "keys", "organ", "string", "lead", "synth", "pad", "vocal",
    "vox", "voice", "melod", "chord", "brass", "sax", "flute", "choir", "steel",
];

/// Keys that most notes of a drum track have: kick, snare, hats, crash and ride.
const COMMON: [Instrument; 6] = [
    Instrument::Kick,
    Instrument::Snare,
    Instrument::OpenHiHat,
    Instrument::ClosedHiHat,
    Instrument::Crash,
    Instrument::Ride,
];

impl Voice {
    /// The voices of `performance` by channel, read by `key_map`, without clicks.
    pub(super) fn of(performance: &Performance, key_map: KeyMap) -> Vec<Self> {
        let mut voices: BTreeMap<u8, (Vec<Note>, String)> = BTreeMap::new();
        for track in performance.tracks.iter().filter(|track| !is_click(&track.name)) {
            let first = track.notes.first().map(|note| note.channel);
            for note in &track.notes {
                voices.entry(note.channel).or_default().0.push(*note);
            }
            if let Some(channel) = first
                && track.notes.iter().all(|note| note.channel == channel)
            {
                let name = &mut voices.entry(channel).or_default().1;
                if !name.is_empty() && !track.name.is_empty() {
                    name.push_str(", ");
                }
                name.push_str(&track.name);
            }
        }
        let voice = |(channel, (mut notes, name)): (u8, (Vec<Note>, String))| {
            notes.sort_by_key(|note| note.start);
            let key_map = key_map.resolved(notes.iter().map(|note| note.key));
            Self { channel, notes, name, key_map }
        };
        voices.into_iter().map(voice).collect()
    }

    /// `voices`, in which single drums on channels of their own are one, the first of them, unless there is a whole kit.
    pub(super) fn with_single_drums_joined(mut voices: Vec<Self>, key_map: KeyMap) -> Vec<Self> {
        let is_whole = |voice: &Self| voice.has(Instrument::Kick) && voice.has(Instrument::Snare);
        let is_kit = |voice: &Self| voice.channel == DRUM_CHANNEL || voice.is_named_drums();
        let singles: Vec<usize> =
            (0..voices.len()).filter(|&i| voices[i].is_named_drums()).collect();
        if singles.len() < 2 || voices.iter().any(|voice| is_kit(voice) && is_whole(voice)) {
            return voices;
        }
        let parts: Vec<&Self> = singles.iter().map(|&i| &voices[i]).collect();
        let joined = Self::together(&parts, key_map);
        for i in singles[1..].iter().rev() {
            voices.remove(*i);
        }
        voices[singles[0]] = joined;
        voices
    }

    /// The notes of `voices`, read by `key_map`, as those of the first.
    pub(super) fn together(voices: &[&Self], key_map: KeyMap) -> Self {
        let mut notes: Vec<Note> = voices.iter().flat_map(|voice| &voice.notes).copied().collect();
        notes.sort_by_key(|note| note.start);
        let key_map = key_map.resolved(notes.iter().map(|note| note.key));
        Self { channel: voices[0].channel, notes, name: voices[0].name.clone(), key_map }
    }

    /// The voice that is the drums, by its place in `voices`: `channel` (`0..16`) if that is said, else channel 10
    /// if a kit plays on it, else the one that looks most like drums. `None` if none does.
    pub(super) fn drums(voices: &[Self], channel: Option<u8>) -> Option<usize> {
        let on = |channel| voices.iter().position(|voice| voice.channel == channel);
        if let Some(channel) = channel {
            return on(channel);
        }
        // A bass or piano on channel 10 is heard as drums, and yet is none.
        let is_melody = |i: usize| voices[i].named() == Some(false) && !voices[i].has_drum_keys();
        let ten = on(DRUM_CHANNEL).filter(|&ten| !is_melody(ten));
        if ten.is_some_and(|ten| voices[ten].has_kick_or_snare()) {
            return ten;
        }
        let others = (0..voices.len()).filter(|&i| Some(i) != ten && voices[i].looks_like_drums());
        let likeness = |&i: &usize| {
            let voice: &Self = &voices[i];
            // The first of equals.
            (voice.is_named_drums(), voice.families(), voice.notes.len(), std::cmp::Reverse(i))
        };
        let best = others.max_by_key(likeness);
        // A shaker on channel 10 does not hide a kit elsewhere.
        match (ten, best) {
            (Some(ten), Some(best))
                if voices[best].has_kick_or_snare()
                    || voices[ten].instruments().flatten().next().is_none() =>
            {
                Some(best)
            }
            (Some(ten), _) => Some(ten),
            (None, best) => best,
        }
    }

    fn instruments(&self) -> impl Iterator<Item = Option<Instrument>> {
        self.notes.iter().map(|note| self.key_map.instrument(note.key))
    }

    fn has_kick_or_snare(&self) -> bool {
        self.has(Instrument::Kick) || self.has(Instrument::Snare)
    }

    /// Whether `instrument` is struck.
    pub(super) fn has(&self, instrument: Instrument) -> bool {
        self.instruments().any(|struck| struck == Some(instrument))
    }

    /// How many of kick, snare, and hats or cymbals it has.
    fn families(&self) -> u32 {
        let family = |instrument| match instrument {
            Instrument::Kick => 1,
            Instrument::Snare => 2,
            Instrument::HighTom | Instrument::LowMidTom | Instrument::HighFloorTom => 0,
            _ => 4,
        };
        self.instruments().flatten().fold(0_u32, |all, i| all | family(i)).count_ones()
    }

    /// Whether its name says drums (`Some(true)`) or another instrument.
    fn named(&self) -> Option<bool> {
        let name = self.name.to_lowercase();
        let words = || name.split(|c: char| !c.is_alphabetic());
        let is_melody =
            words().any(|word| MELODY_WORDS.iter().any(|start| word.starts_with(start)));
        let is_drums = DRUMS.iter().any(|part| name.contains(part))
            || words().any(|word| DRUM_WORDS.contains(&word));
        // Bass drum, drum pad, steel drum.
        match (is_drums, is_melody) {
            (true, _) => Some(!name.contains("steel")),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    fn is_named_drums(&self) -> bool {
        self.named() == Some(true)
    }

    /// Whether this may be drums although it is not on channel 10: by its name, else by its keys.
    fn looks_like_drums(&self) -> bool {
        self.named().unwrap_or_else(|| self.has_drum_keys())
    }

    /// Whether its keys are those of a kit, and its lengths not those of a melody.
    fn has_drum_keys(&self) -> bool {
        let share = |count: usize| count as f64 / self.notes.len() as f64;
        let of_kit = self.notes.iter().filter(|note| self.key_map.is_kit_key(note.key)).count();
        if share(of_kit) < 0.8 {
            return false;
        }
        let mut keys: Vec<u8> = self.notes.iter().map(|note| note.key).collect();
        keys.sort_unstable();
        keys.dedup();
        if !self.has_kick_or_snare() && keys.len() > 3 {
            return false;
        }
        if !self.is_sustained() {
            return true;
        }
        // Notes that sound until the next ones are a melody's, but some programs write drums so, too.
        let common = self.instruments().flatten().filter(|i| COMMON.contains(i)).count();
        !self.is_one_voice() && self.families() == 3 && share(common) >= 0.9 && keys.len() <= 10
    }

    /// Whether this is a kit that plays beside that of another channel: by kick, snare and its name. Without one there
    /// must be hats or cymbals too, and strokes together, for a bass line has a kit's keys.
    pub(super) fn is_whole_kit(&self) -> bool {
        let looks_so = || self.has_drum_keys() && self.families() == 3 && !self.is_one_voice();
        self.has(Instrument::Kick)
            && self.has(Instrument::Snare)
            && self.named().unwrap_or_else(looks_so)
    }

    /// Whether no two notes begin together.
    fn is_one_voice(&self) -> bool {
        self.notes.windows(2).all(|pair| pair[0].start < pair[1].start)
    }

    /// Whether most notes sound until the next begins, or nearly.
    fn is_sustained(&self) -> bool {
        let groups: Vec<&[Note]> = self.notes.chunk_by(|a, b| a.start == b.start).collect();
        let (mut sustained, mut all) = (0, 0);
        for pair in groups.windows(2) {
            let until_next = (pair[1][0].start.0 - pair[0][0].start.0) as f64;
            for note in pair[0] {
                let length = note.end.map_or(0.0, |end| (end.0 - note.start.0) as f64);
                all += 1;
                sustained += usize::from(length >= 0.8 * until_next);
            }
        }
        2 * sustained > all
    }

    /// The voice in words, such as `channel 1 (Piano, 96 notes)`.
    pub(super) fn told(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!("{}, ", self.name) };
        let plural = if self.notes.len() == 1 { "" } else { "s" };
        format!("channel {} ({name}{} note{plural})", self.channel + 1, self.notes.len())
    }
}

/// Whether a track called `name` is a metronome or a count-in, not a drum: a kick may have a click, too.
pub(super) fn is_click(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphabetic());
    let is_count = name.contains("count-in") || name.contains("count in");
    let is_drums = DRUMS.iter().any(|part| name.contains(part))
        || words.clone().any(|word| DRUM_WORDS.contains(&word));
    (is_count || words.any(|word| CLICK_WORDS.contains(&word))) && !is_drums
}
