//! Which of the nine instruments a file or a drum is, and which of its strokes, by its name.

use groove::{Articulation, Instrument};

use Articulation::{Bell, CrossStick, HalfOpen, Pedal, Plain, RimShot};
use Instrument::{
    ClosedHiHat, Crash, HighFloorTom, HighTom, Kick, LowMidTom, OpenHiHat, Ride, Snare,
};

/// A stroke of an instrument.
pub(crate) type Stroke = (Instrument, Articulation);

/// The first row of which every word is in the name, without case, says what it is; `None` for drums that nobody plays here.
const WORDS: [(&[&str], Option<Stroke>); 53] = [
    (&["cowbell"], None),
    (&["clap"], None),
    (&["tamb"], None),
    (&["shaker"], None),
    (&["maraca"], None),
    (&["conga"], None),
    (&["bongo"], None),
    (&["agogo"], None),
    (&["clave"], None),
    (&["choke"], None),
    (&["sticks"], None),
    (&["rim", "click"], Some((Snare, CrossStick))),
    (&["rim", "shot"], Some((Snare, RimShot))),
    (&["rim"], None),
    (&["sidestick"], Some((Snare, CrossStick))),
    (&["side stick"], Some((Snare, CrossStick))),
    (&["xstick"], Some((Snare, CrossStick))),
    (&["x stick"], Some((Snare, CrossStick))),
    (&["cross", "stick"], Some((Snare, CrossStick))),
    (&["cross"], None),
    (&["roll"], None),
    (&["kick"], Some((Kick, Plain))),
    (&["kdrum"], Some((Kick, Plain))),
    (&["bassdrum"], Some((Kick, Plain))),
    (&["bass drum"], Some((Kick, Plain))),
    (&["bd"], Some((Kick, Plain))),
    (&["snare"], Some((Snare, Plain))),
    (&["sd"], Some((Snare, Plain))),
    (&["semi"], Some((OpenHiHat, HalfOpen))),
    (&["half", "open"], Some((OpenHiHat, HalfOpen))),
    (&["swish"], None),
    (&["pedal"], Some((ClosedHiHat, Pedal))),
    (&["foot"], Some((ClosedHiHat, Pedal))),
    (&["hat", "open"], Some((OpenHiHat, Plain))),
    (&["hh", "open"], Some((OpenHiHat, Plain))),
    (&["ohh"], Some((OpenHiHat, Plain))),
    (&["hat"], Some((ClosedHiHat, Plain))),
    (&["hh"], Some((ClosedHiHat, Plain))),
    (&["tom", "floor"], Some((HighFloorTom, Plain))),
    (&["tom", "mid"], Some((LowMidTom, Plain))),
    (&["tom", "low"], Some((HighFloorTom, Plain))),
    (&["tom", "hi"], Some((HighTom, Plain))),
    (&["tom", "4"], Some((HighFloorTom, Plain))),
    (&["tom", "3"], Some((HighFloorTom, Plain))),
    (&["tom", "2"], Some((LowMidTom, Plain))),
    (&["tom"], Some((HighTom, Plain))),
    (&["bell"], Some((Ride, Bell))),
    (&["splash"], None),
    (&["china"], None),
    (&["crash"], Some((Crash, Plain))),
    (&["ride"], Some((Ride, Plain))),
    (&["cymbal"], Some((Crash, Plain))),
    // In kits that follow General MIDI.
    (&["stick"], Some((Snare, CrossStick))),
];

/// The stroke that `name` names; `None` if it names none of the nine instruments'.
pub(crate) fn stroke(name: &str) -> Option<Stroke> {
    // A custom ride is no tom.
    let name = name.to_lowercase().replace(['_', '-'], " ").replace("custom", "");
    // "Pearl Tom 2", "Crash/Ride 18": words stand anywhere in it.
    let row = WORDS.iter().find(|(words, _)| words.iter().all(|word| name.contains(word)))?;
    row.1
}

/// The stroke that a recording named `stem`, in a folder named `parent`, is of.
pub(crate) fn stroke_of_recording(parent: &str, stem: &str) -> Option<Stroke> {
    stroke(stem).or_else(|| stroke(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_debian_s_kits_are_understood() {
        for (name, expected) in [
            ("BassDrum", Some((Kick, Plain))),
            ("Kick (Tama Superstar 22\")", Some((Kick, Plain))),
            ("Snare Rock", Some((Snare, Plain))),
            ("Snare Rimshot", Some((Snare, RimShot))),
            ("Stick", Some((Snare, CrossStick))),
            ("Pearl Tom Floor", Some((HighFloorTom, Plain))),
            ("Tom Low", Some((HighFloorTom, Plain))),
            ("Tom Mid", Some((LowMidTom, Plain))),
            ("Tom 2", Some((LowMidTom, Plain))),
            ("Tom Hi", Some((HighTom, Plain))),
            ("Sabian Hat Open", Some((OpenHiHat, Plain))),
            ("Hi Hat Opened", Some((OpenHiHat, Plain))),
            ("Hat Semi-Open", Some((OpenHiHat, HalfOpen))),
            ("Closed HH", Some((ClosedHiHat, Plain))),
            ("hihat_closed-3", Some((ClosedHiHat, Plain))),
            ("Pedal HH", Some((ClosedHiHat, Pedal))),
            ("Crash Left", Some((Crash, Plain))),
            ("Ride Bell", Some((Ride, Bell))),
            ("Ride (Custom, Zagrebin 22\")", Some((Ride, Plain))),
            ("Ride Jazz", Some((Ride, Plain))),
            ("Cowbell", None),
            ("Rim Click (Pearl 14x3.5)", Some((Snare, CrossStick))),
            ("Sticks", None),
            ("Hi-Hat Semiopen (Paiste edge 14\")", Some((OpenHiHat, HalfOpen))),
            ("Tambourine Pedal", None),
            ("1-KdrumL", Some((Kick, Plain))),
            ("RideLBell", Some((Ride, Bell))),
            ("Tom4", Some((HighFloorTom, Plain))),
            ("19", None),
        ] {
            assert_eq!(stroke(name), expected, "{name}");
        }
    }
}
