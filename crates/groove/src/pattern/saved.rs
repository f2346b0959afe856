//! Patterns as projects and presets store them.

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Hit, Pattern};
use crate::bar::Bar;
use crate::instrument::Instrument;

/// A hit; the field order is for ever.
#[derive(Serialize, Deserialize)]
struct SavedHit(u8, Instrument, f32, f32);

/// A pattern that is not in 4/4 and 16ths.
#[derive(Serialize, Deserialize)]
struct SavedPattern {
    #[serde(flatten)]
    bar: Bar,
    hits: Vec<SavedHit>,
}

/// A saved pattern names a step that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("a pattern has steps 0 to {last}, not {step}")]
struct NoSuchStep {
    step: u8,
    last: usize,
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hits = self.iter().map(|(step, instrument, hit)| {
            let step = u8::try_from(step).expect("96 steps fit a byte");
            SavedHit(step, instrument, hit.velocity(), hit.micro_offset())
        });
        if self.bar == Bar::COMMON {
            return serializer.collect_seq(hits);
        }
        SavedPattern { bar: self.bar, hits: hits.collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

/// Reads either form.
struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Pattern;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of hits, or a map of metre, grid and hits")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, hits: A) -> Result<Pattern, A::Error> {
        let hits = Vec::deserialize(SeqAccessDeserializer::new(hits))?;
        filled(Bar::COMMON, hits).map_err(A::Error::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pattern, A::Error> {
        let saved = SavedPattern::deserialize(MapAccessDeserializer::new(map))?;
        filled(saved.bar, saved.hits).map_err(A::Error::custom)
    }
}

fn filled(bar: Bar, hits: Vec<SavedHit>) -> Result<Pattern, NoSuchStep> {
    let mut pattern = Pattern::empty(bar);
    for SavedHit(step, instrument, velocity, micro_offset) in hits {
        if usize::from(step) >= pattern.steps() {
            return Err(NoSuchStep { step, last: pattern.steps() - 1 });
        }
        pattern.set(step.into(), instrument, Some(Hit::new(velocity, micro_offset)));
    }
    Ok(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bar::{Grid, Metre};

    #[test]
    fn a_saved_pattern_loads_to_the_same_bits() {
        let mut pattern = Pattern::EMPTY;
        pattern.set(0, Instrument::Kick, Some(Hit::new(0.9, 0.123_456_79)));
        pattern.set(63, Instrument::Ride, Some(Hit::new(0.1, -0.5)));
        let json = serde_json::to_string(&pattern).unwrap();
        assert_eq!(json, r#"[[0,"kick",0.9,0.12345679],[63,"ride",0.1,-0.5]]"#);
        assert_eq!(serde_json::from_str::<Pattern>(&json).unwrap(), pattern);
    }

    #[test]
    fn a_pattern_of_another_metre_names_metre_and_grid() {
        let mut pattern = Pattern::empty(Bar::new(Metre::new(6, 8).unwrap(), Grid::Eighths));
        pattern.set(23, Instrument::Snare, Some(Hit::new(0.5, 0.25)));
        let json = serde_json::to_string(&pattern).unwrap();
        assert_eq!(json, r#"{"metre":"6/8","grid":"8","hits":[[23,"snare",0.5,0.25]]}"#);
        assert_eq!(serde_json::from_str::<Pattern>(&json).unwrap(), pattern);
        for metre in Metre::ALL {
            for grid in Grid::ALL {
                let pattern = Pattern::empty(Bar::new(metre, grid));
                let json = serde_json::to_string(&pattern).unwrap();
                assert_eq!(serde_json::from_str::<Pattern>(&json).unwrap(), pattern, "{json}");
            }
        }
    }

    #[test]
    fn what_no_pattern_can_be_is_refused_and_named() {
        for (json, reason) in [
            (r#"[[64,"kick",1.0,0.0]]"#, "steps 0 to 63, not 64"),
            (
                r#"{"metre":"3/4","grid":"16","hits":[[48,"kick",1.0,0.0]]}"#,
                "steps 0 to 47, not 48",
            ),
            (r#"{"metre":"13/16","grid":"16","hits":[]}"#, "no pattern is in 13/16"),
            (r#"{"metre":"3/4","grid":"5","hits":[]}"#, "no pattern is in steps of 5"),
        ] {
            let error = serde_json::from_str::<Pattern>(json).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
