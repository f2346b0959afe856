//! Which key of an SFZ plays which stroke: General MIDI's or, where the recordings' names contradict it, the key of what is so called.

use groove::{Articulation, Instrument, NoteMap};

use super::{Opcodes, key, plays};
use crate::names::{self, Stroke};

/// General MIDI's second bass drum and second floor tom, which the dataset's drummers had not.
const FURTHER: [(u8, Instrument); 2] = [(35, Instrument::Kick), (41, Instrument::HighFloorTom)];

/// The keys of an SFZ.
pub(super) struct Keys<'a> {
    regions: &'a [Opcodes],
    /// The strokes that recordings are called by and their keys, the lowest first, if names count.
    named: Option<Vec<(Stroke, u8)>>,
}

impl<'a> Keys<'a> {
    /// Names count if more recordings are on keys where General MIDI has something else than what they are called.
    pub(super) fn of(regions: &'a [Opcodes]) -> Self {
        let mut named: Vec<(Stroke, u8)> = regions.iter().filter_map(named).collect();
        let is_elsewhere = |&&(stroke, key): &&(Stroke, u8)| {
            Instrument::nearest_to_key(key).map(family) != Some(family(stroke.0))
        };
        let elsewhere = named.iter().filter(is_elsewhere).count();
        let do_count = 2 * elsewhere > named.len();
        named.sort_by_key(|(_, key)| *key);
        Self { regions, named: do_count.then_some(named) }
    }

    /// The key of the plain stroke: by General MIDI its own or, if nothing plays there, the next of its other keys.
    pub(super) fn plain(&self, instrument: Instrument) -> Option<u8> {
        if self.named.is_some() {
            return self.called((instrument, Articulation::Plain));
        }
        let others = (0..128).filter(|key| Instrument::from_key(*key) == Some(instrument));
        let further = FURTHER.into_iter().filter(|(_, of)| *of == instrument).map(|(key, _)| key);
        let mut keys = std::iter::once(instrument.key()).chain(others).chain(further);
        keys.find(|key| self.regions.iter().any(|region| plays(region, *key)))
    }

    /// The key of another stroke. V-Drums' keys are General MIDI's, and the rim.
    pub(super) fn other(&self, stroke: Stroke) -> Option<u8> {
        match self.named {
            Some(_) => self.called(stroke),
            None => NoteMap::RolandTd.key_of_its_own(stroke.0, stroke.1),
        }
    }

    /// Whether `region`, on the key of another stroke, is of it: what General MIDI calls the electric snare is a rim shot only where
    /// the kit says so.
    pub(super) fn is_meant(&self, (_, articulation): Stroke, region: &Opcodes) -> bool {
        let says_rim = || region["sample"].to_lowercase().contains("rim");
        self.named.is_some() || articulation != Articulation::RimShot || says_rim()
    }

    fn called(&self, wanted: Stroke) -> Option<u8> {
        let named = self.named.as_ref()?;
        named.iter().find(|(stroke, _)| *stroke == wanted).map(|(_, key)| *key)
    }
}

/// What the recording of a region with one key is called by, and that key.
fn named(region: &Opcodes) -> Option<(Stroke, u8)> {
    let border = |name| key(region, name).or_else(|| key(region, "key"));
    let (low, high) = (border("lokey")?, border("hikey")?);
    let key = u8::try_from(low).ok().filter(|_| low == high)?;
    let path = region["sample"].replace('\\', "/");
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let folder = folder.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let stroke = names::stroke_of_recording(folder, stem)?;
    plays(region, key).then_some((stroke, key))
}

/// What kits number or place differently is of one kind.
fn family(instrument: Instrument) -> Instrument {
    match instrument {
        Instrument::LowMidTom | Instrument::HighFloorTom => Instrument::HighTom,
        Instrument::OpenHiHat => Instrument::ClosedHiHat,
        Instrument::Ride => Instrument::Crash,
        other => other,
    }
}
