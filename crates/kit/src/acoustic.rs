//! The acoustic kit: what each drum and cymbal is made of. How loud and how long each octave is stands in `tables`.

use groove::{Articulation, INSTRUMENTS, Instrument};

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
        metal::open_hat(),
        metal::closed_hat(),
        metal::crash(),
        metal::ride(),
    ]
    .map(|spec| Drum::new(&spec))
}

/// The strokes that have a voice of their own. A flam is two plain ones, and a choke ends one.
pub(crate) const STROKES: [(Instrument, Articulation); 5] = [
    (Instrument::Snare, Articulation::CrossStick),
    (Instrument::Snare, Articulation::RimShot),
    (Instrument::OpenHiHat, Articulation::HalfOpen),
    (Instrument::ClosedHiHat, Articulation::Pedal),
    (Instrument::Ride, Articulation::Bell),
];

/// The voices of [`STROKES`].
pub(crate) fn strokes() -> [Drum; STROKES.len()] {
    [
        drums::cross_stick(),
        drums::rim_shot(),
        metal::half_open_hat(),
        metal::pedal_hat(),
        metal::bell(),
    ]
    .map(|spec| Drum::new(&spec))
}
