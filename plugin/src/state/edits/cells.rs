//! Kept cells as projects store them: step, instrument, and the hit, if there is one; of a
//! pattern that is not in 4/4 and 16ths with its bars.

use groove::{Bar, Hit, Instrument};
use musicvae::infer::Locks;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The field order never changes.
#[derive(Serialize, Deserialize)]
struct SavedCell(usize, Instrument, Option<Hit>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Saved {
    Common(Vec<SavedCell>),
    OfBars {
        #[serde(flatten)]
        bar: Bar,
        cells: Vec<SavedCell>,
    },
}

pub(super) fn serialize<S: Serializer>(locks: &Locks, serializer: S) -> Result<S::Ok, S::Error> {
    let (steps, bar) = (0..locks.pattern().steps(), locks.pattern().bar());
    let places = steps.flat_map(|step| Instrument::ALL.map(|instrument| (step, instrument)));
    let kept = places.filter(|&(step, instrument)| locks.is_locked(step, instrument));
    let cells = kept.map(|(step, instrument)| {
        SavedCell(step, instrument, locks.pattern().hit(step, instrument))
    });
    let cells = cells.collect();
    let saved =
        if bar == Bar::COMMON { Saved::Common(cells) } else { Saved::OfBars { bar, cells } };
    saved.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Locks, D::Error> {
    let (bar, cells) = match Saved::deserialize(deserializer)? {
        Saved::Common(cells) => (Bar::COMMON, cells),
        Saved::OfBars { bar, cells } => (bar, cells),
    };
    let mut locks = Locks::of(bar);
    for SavedCell(step, instrument, hit) in cells {
        if step >= bar.pattern_steps() {
            let last = bar.pattern_steps() - 1;
            return Err(D::Error::custom(format_args!(
                "a kept cell is at step {step}, but the last is {last}"
            )));
        }
        locks.lock(step, instrument, hit);
    }
    Ok(locks)
}
