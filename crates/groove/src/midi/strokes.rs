//! How strokes are written as MIDI and read from it: flams, half-open hats, cymbals that are grabbed.

use super::{Note, Performance, TempoMap};
use crate::articulation::Articulation;
use crate::instrument::Instrument;
use crate::note_map::KeyMap;
use crate::time::Ticks;

/// The controller of a hi-hat's pedal.
pub const FOOT_CONTROLLER: u8 = 4;

/// From here on an open hi-hat is half-open: half of 90, which the pedal of a TD-11 sends when it is down.
const HALF_OPEN: u8 = 45;

/// A hand that grabs a cymbal later than this means another stroke's ring: of the 12 in the Groove MIDI Dataset 11 come within
/// .7 s.
const CHOKE_S: f64 = 1.0;

/// How far apart the two strokes of a flam are, in seconds. In the Groove MIDI Dataset, pairs on a snare that have nothing else
/// within .12 s: the first is softer in 84 % of those 10 to 15 ms apart and in 50 % of those 25 to 30 ms, as chance would have
/// it, and beyond 35 ms the second is a bounce. What is nearer than 10 ms nobody hears as two.
const FLAM_S: std::ops::RangeInclusive<f64> = 0.010..=0.030;

/// What [a flam is played as](crate::sequencer::grace), in parts of a beat: it is one at any tempo.
const FLAM_BEATS: std::ops::RangeInclusive<f64> = 0.03..=0.05;

/// The value of the [foot controller](FOOT_CONTROLLER) with which `instrument` is struck as `articulation`: 0 open, 127 closed.
/// `None` for what is no hi-hat.
pub const fn openness(instrument: Instrument, articulation: Articulation) -> Option<u8> {
    match (instrument, articulation) {
        (Instrument::OpenHiHat, Articulation::HalfOpen) => Some(64),
        (Instrument::OpenHiHat, _) => Some(0),
        (Instrument::ClosedHiHat, _) => Some(127),
        _ => None,
    }
}

/// How `instrument` was struck by `note`, as far as the note alone says it.
pub(super) fn articulation(
    note: &Note,
    instrument: Instrument,
    key_map: KeyMap,
    tempo: &TempoMap,
) -> Articulation {
    let of_key = key_map.articulation(note.key).on(instrument);
    let seconds = |since: Ticks| tempo.seconds(since) - tempo.seconds(note.start);
    match instrument {
        Instrument::OpenHiHat if note.foot.is_some_and(|foot| foot >= HALF_OPEN) => {
            Articulation::HalfOpen
        }
        Instrument::Crash if note.grabbed.is_some_and(|grabbed| seconds(grabbed) <= CHOKE_S) => {
            Articulation::Choke
        }
        _ => of_key,
    }
}

/// Whether strokes at `first` and `second` are as far apart as those of a flam.
pub(super) fn is_flam(first: Ticks, second: Ticks, performance: &Performance) -> bool {
    let seconds = performance.tempo.seconds(second) - performance.tempo.seconds(first);
    let ticks = second.0.saturating_sub(first.0) as f64;
    let of_beats = |beats: f64| beats * f64::from(performance.ticks_per_beat);
    // Rounded to a tick, both.
    let (from, to) = (of_beats(*FLAM_BEATS.start()) - 1.0, of_beats(*FLAM_BEATS.end()) + 1.0);
    FLAM_S.contains(&seconds) || ticks > 0.0 && (from..=to).contains(&ticks)
}
