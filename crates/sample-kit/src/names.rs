//! Which of the nine instruments a file or a drum is, by its name.

use groove::Instrument;

/// The first row of which every word is in the name, without case, says what it is; `None` for drums that nobody plays here.
const WORDS: [(&[&str], Option<Instrument>); 45] = [
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
    (&["rim"], None),
    (&["sidestick"], None),
    (&["side stick"], None),
    (&["xstick"], None),
    (&["cross"], None),
    (&["roll"], None),
    (&["kick"], Some(Instrument::Kick)),
    (&["bassdrum"], Some(Instrument::Kick)),
    (&["bass drum"], Some(Instrument::Kick)),
    (&["bd"], Some(Instrument::Kick)),
    (&["snare"], Some(Instrument::Snare)),
    (&["sd"], Some(Instrument::Snare)),
    (&["semi"], None),
    (&["swish"], None),
    (&["pedal"], None),
    (&["foot"], None),
    (&["hat", "open"], Some(Instrument::OpenHiHat)),
    (&["hh", "open"], Some(Instrument::OpenHiHat)),
    (&["ohh"], Some(Instrument::OpenHiHat)),
    (&["hat"], Some(Instrument::ClosedHiHat)),
    (&["hh"], Some(Instrument::ClosedHiHat)),
    (&["tom", "floor"], Some(Instrument::HighFloorTom)),
    (&["tom", "mid"], Some(Instrument::LowMidTom)),
    (&["tom", "low"], Some(Instrument::HighFloorTom)),
    (&["tom", "hi"], Some(Instrument::HighTom)),
    (&["tom", "3"], Some(Instrument::HighFloorTom)),
    (&["tom", "2"], Some(Instrument::LowMidTom)),
    (&["tom"], Some(Instrument::HighTom)),
    (&["bell"], None),
    (&["splash"], None),
    (&["china"], None),
    (&["crash"], Some(Instrument::Crash)),
    (&["ride"], Some(Instrument::Ride)),
    (&["cymbal"], Some(Instrument::Crash)),
    (&["stick"], None),
];

/// The instrument that `name` names; `None` if it names none of the nine, or one of their other strokes (rim, pedal, bell).
pub(crate) fn instrument(name: &str) -> Option<Instrument> {
    // A custom ride is no tom.
    let name = name.to_lowercase().replace(['_', '-'], " ").replace("custom", "");
    // "Pearl Tom 2", "Crash/Ride 18": words stand anywhere in it.
    let row = WORDS.iter().find(|(words, _)| words.iter().all(|word| name.contains(word)))?;
    row.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_debian_s_kits_are_understood() {
        use Instrument::*;
        for (name, expected) in [
            ("BassDrum", Some(Kick)),
            ("Kick (Tama Superstar 22\")", Some(Kick)),
            ("Snare Rock", Some(Snare)),
            ("Snare Rimshot", None),
            ("Stick", None),
            ("Pearl Tom Floor", Some(HighFloorTom)),
            ("Tom Low", Some(HighFloorTom)),
            ("Tom Mid", Some(LowMidTom)),
            ("Tom 2", Some(LowMidTom)),
            ("Tom Hi", Some(HighTom)),
            ("Sabian Hat Open", Some(OpenHiHat)),
            ("Hi Hat Opened", Some(OpenHiHat)),
            ("Hat Semi-Open", None),
            ("Closed HH", Some(ClosedHiHat)),
            ("hihat_closed-3", Some(ClosedHiHat)),
            ("Pedal HH", None),
            ("Crash Left", Some(Crash)),
            ("Ride Bell", None),
            ("Ride (Custom, Zagrebin 22\")", Some(Ride)),
            ("Ride Jazz", Some(Ride)),
            ("Cowbell", None),
            ("19", None),
        ] {
            assert_eq!(instrument(name), expected, "{name}");
        }
    }
}
