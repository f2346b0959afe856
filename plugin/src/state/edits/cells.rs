//! Kept cells as projects store them: step, instrument, and velocity and micro-offset of the hit, if there is one.

use groove::{Hit, Instrument, STEPS};
use musicvae::infer::Locks;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The field order never changes.
#[derive(Serialize, Deserialize)]
struct SavedCell(usize, Instrument, Option<(f32, f32)>);

pub(super) fn serialize<S: Serializer>(locks: &Locks, serializer: S) -> Result<S::Ok, S::Error> {
    let places = (0..STEPS).flat_map(|step| Instrument::ALL.map(|instrument| (step, instrument)));
    let kept = places.filter(|&(step, instrument)| locks.is_locked(step, instrument));
    serializer.collect_seq(kept.map(|(step, instrument)| {
        let hit = locks.pattern().hit(step, instrument);
        SavedCell(step, instrument, hit.map(|hit| (hit.velocity(), hit.micro_offset())))
    }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Locks, D::Error> {
    let mut locks = Locks::default();
    for SavedCell(step, instrument, hit) in Vec::<SavedCell>::deserialize(deserializer)? {
        if step >= STEPS {
            let last = STEPS - 1;
            return Err(D::Error::custom(format_args!(
                "a kept cell is at step {step}, but the last is {last}"
            )));
        }
        let hit = hit.map(|(velocity, micro_offset)| Hit::new(velocity, micro_offset));
        locks.lock(step, instrument, hit);
    }
    Ok(locks)
}
