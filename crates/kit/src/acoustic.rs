//! The acoustic kit: what each drum and cymbal is made of. How loud and how long each octave is stands in `tables`.

use groove::INSTRUMENTS;

use crate::drum::Drum;

mod drums;
mod metal;
mod tables;

/// The nine instruments, in column order.
pub(crate) fn drums() -> [Drum; INSTRUMENTS] {
    [
        drums::kick(),
        drums::snare(),
        drums::tom(drums::HIGH),
        drums::tom(drums::LOW_MID),
        drums::tom(drums::FLOOR),
        metal::hi_hat(tables::OPEN_HAT),
        metal::hi_hat(tables::CLOSED_HAT),
        metal::crash(),
        metal::ride(),
    ]
    .map(|spec| Drum::new(&spec))
}
