//! Patterns as projects and presets store them.

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Hit, Pattern};
use crate::articulation::Articulation;
use crate::bar::Bar;
use crate::instrument::Instrument;

/// A hit; the field order is for ever. The last field is left out if it is plain.
struct SavedHit(u8, Instrument, f32, f32, Articulation);

impl Serialize for SavedHit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(step, instrument, velocity, micro_offset, articulation) = *self;
        if articulation == Articulation::Plain {
            return (step, instrument, velocity, micro_offset).serialize(serializer);
        }
        (step, instrument, velocity, micro_offset, articulation).serialize(serializer)
    }
}

/// The hit of [`SavedHit`] as it is read.
struct HitReader;

impl<'de> Visitor<'de> for HitReader {
    type Value = SavedHit;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("step, instrument, velocity and micro-offset of a hit")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<SavedHit, A::Error> {
        let missing = |length| A::Error::invalid_length(length, &self);
        Ok(SavedHit(
            fields.next_element()?.ok_or_else(|| missing(0))?,
            fields.next_element()?.ok_or_else(|| missing(1))?,
            fields.next_element()?.ok_or_else(|| missing(2))?,
            fields.next_element()?.ok_or_else(|| missing(3))?,
            fields.next_element()?.unwrap_or_default(),
        ))
    }
}

impl<'de> Deserialize<'de> for SavedHit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(HitReader)
    }
}

/// A hit by itself: `[velocity, micro_offset]`, and the articulation's id as the third unless it is plain.
impl Serialize for Hit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (velocity, micro_offset) = (self.velocity(), self.micro_offset());
        match self.articulation() {
            Articulation::Plain => (velocity, micro_offset).serialize(serializer),
            articulation => (velocity, micro_offset, articulation).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Hit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Hit;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("velocity and micro-offset of a hit")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Hit, A::Error> {
                let missing = |length| A::Error::invalid_length(length, &self);
                let velocity = fields.next_element()?.ok_or_else(|| missing(0))?;
                let micro_offset = fields.next_element()?.ok_or_else(|| missing(1))?;
                let articulation = fields.next_element()?.unwrap_or_default();
                Ok(Hit::new(velocity, micro_offset).struck_as(articulation))
            }
        }

        deserializer.deserialize_seq(Reader)
    }
}

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
            SavedHit(step, instrument, hit.velocity(), hit.micro_offset(), hit.articulation())
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
    for SavedHit(step, instrument, velocity, micro_offset, articulation) in hits {
        if usize::from(step) >= pattern.steps() {
            return Err(NoSuchStep { step, last: pattern.steps() - 1 });
        }
        let hit = Hit::new(velocity, micro_offset).struck_as(articulation);
        pattern.set(step.into(), instrument, Some(hit));
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
    fn an_articulation_is_saved_by_its_id_and_a_plain_one_not_at_all() {
        let mut pattern = Pattern::EMPTY;
        let hit = |articulation| Some(Hit::new(0.5, 0.25).struck_as(articulation));
        pattern.set(4, Instrument::Snare, hit(Articulation::CrossStick));
        pattern.set(5, Instrument::Snare, hit(Articulation::Plain));
        let json = serde_json::to_string(&pattern).unwrap();
        assert_eq!(json, r#"[[4,"snare",0.5,0.25,"cross-stick"],[5,"snare",0.5,0.25]]"#);
        assert_eq!(serde_json::from_str::<Pattern>(&json).unwrap(), pattern);
        let alone = serde_json::to_string(&hit(Articulation::Flam)).unwrap();
        assert_eq!(alone, r#"[0.5,0.25,"flam"]"#);
        assert_eq!(serde_json::from_str::<Option<Hit>>(&alone).unwrap(), hit(Articulation::Flam));
        assert_eq!(serde_json::to_string(&Hit::new(0.5, 0.25)).unwrap(), "[0.5,0.25]");
        for instrument in Instrument::ALL {
            for &articulation in Articulation::of(instrument) {
                let mut pattern =
                    Pattern::empty(Bar::new(Metre::new(3, 4).unwrap(), Grid::Triplets));
                pattern.set(1, instrument, hit(articulation));
                let json = serde_json::to_string(&pattern).unwrap();
                assert_eq!(serde_json::from_str::<Pattern>(&json).unwrap(), pattern, "{json}");
            }
        }
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
            (r#"[[4,"snare",1.0,0.0,"brush"]]"#, "unknown variant `brush`"),
            (r#"[[4,"snare",1.0]]"#, "invalid length 3"),
            (r#"[[4,"snare",1.0,0.0,"flam",1]]"#, "trailing characters"),
        ] {
            let error = serde_json::from_str::<Pattern>(json).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
