//! Fills: what a drummer plays instead of the groove to lead into the next bar.
//!
//! Written for this program. A fill is a bar that is joined at any beat; it lands on the first beat
//! after it, on crash and kick.

use super::chance::{Purpose, bits};
use crate::instrument::{INSTRUMENTS, Instrument};
use crate::pattern::{Hit, STEPS_PER_BAR};

/// One instrument's bar: a character per 16th, from `.` silent through `1` softest to `9` loudest.
type Line = (Instrument, &'static [u8; STEPS_PER_BAR]);

use Instrument::{
    ClosedHiHat as Hat, HighFloorTom as Floor, HighTom as High, Kick, LowMidTom as Low,
    OpenHiHat as Open, Snare,
};

/// The fills.
const FIGURES: [&[Line]; 8] = [
    // Down the toms in 16ths.
    &[
        (Kick, b"8...8...8...8..."),
        (Snare, b"8657............"),
        (High, b"....8657........"),
        (Low, b"........8657...."),
        (Floor, b"............8678"),
    ],
    // A snare roll that swells.
    &[(Kick, b"8...7...8...7..."), (Snare, b"2223333444556789"), (Hat, b"5...5...5...5...")],
    // Broken between snare and floor tom, kick in the gaps.
    &[(Kick, b"8..7..7...7..7.."), (Snare, b"..8..8...8..8..."), (Floor, b".7..7..8...8..88")],
    // Groove on for two beats, then 8ths on the toms.
    &[
        (Kick, b"9.....6.8...8..."),
        (Snare, b"....8..28......."),
        (Hat, b"6.4.6.4........."),
        (High, b"..........8....."),
        (Low, b"............8..."),
        (Floor, b"..............9."),
    ],
    // Stabs in unison.
    &[
        (Kick, b"9..9..9...9...9."),
        (Snare, b"9..9..9...9...9."),
        (Low, b"....4.....4....."),
        (Floor, b"...............7"),
    ],
    // Ghosted snare with toms answering.
    &[
        (Kick, b"8.....7.8....7.."),
        (Snare, b"82128...82.28..."),
        (High, b".....77........."),
        (Low, b".......7....7..."),
        (Floor, b".............878"),
    ],
    // Open hat and snare, in threes.
    &[(Kick, b"9..7..7..7..7..."), (Snare, b"..7..7..7..7..88"), (Open, b"7..6..6..6..6...")],
    // Late: nearly all of it in the last beat.
    &[
        (Kick, b"9...8.6.8...8..."),
        (Snare, b"....8......28686"),
        (Hat, b"6.5.6.5.6......."),
        (Floor, b".............7.8"),
    ],
];

/// What is played at `step_of_bar` of the fill that belongs to the bar of played step `bar` (its first).
///
/// # Panics
/// If `step_of_bar` is 16 or more.
pub fn row(seed: u64, bar: i64, step_of_bar: usize) -> [Option<Hit>; INSTRUMENTS] {
    let figure = bits(seed, Purpose::Fill, bar, 0) % FIGURES.len() as u64;
    let mut row = [None; INSTRUMENTS];
    for (instrument, line) in FIGURES[figure as usize] {
        let character = line[step_of_bar];
        if character.is_ascii_digit() {
            row[instrument.index()] = Some(Hit::new(f32::from(character - b'0') / 9.0, 0.0));
        }
    }
    row
}

/// The groove's `row` as it is played where a fill lands: with crash and kick, and no hat.
pub fn landing(mut row: [Option<Hit>; INSTRUMENTS]) -> [Option<Hit>; INSTRUMENTS] {
    row[Instrument::Crash.index()] = Some(Hit::new(0.9, 0.0));
    row[Instrument::Kick.index()] = Some(Hit::new(0.95, 0.0));
    row[Hat.index()] = None;
    row[Open.index()] = None;
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hands_can_play_every_fill() {
        for figure in FIGURES {
            for step in 0..STEPS_PER_BAR {
                let hands = figure.iter().filter(|(i, line)| *i != Kick && line[step] != b'.');
                assert!(hands.count() <= 2, "step {step}");
            }
            for (instrument, line) in figure {
                assert!(line.iter().all(|c| matches!(c, b'.' | b'1'..=b'9')), "{instrument:?}");
            }
        }
    }

    #[test]
    fn every_fill_is_met_and_a_bar_always_has_the_same() {
        let fill = |seed, bar| std::array::from_fn::<_, STEPS_PER_BAR, _>(|s| row(seed, bar, s));
        let mut met: Vec<[[Option<Hit>; INSTRUMENTS]; STEPS_PER_BAR]> = Vec::new();
        for bar in 0..200 {
            let one = fill(7, bar * 16);
            assert_eq!(one, fill(7, bar * 16));
            if !met.contains(&one) {
                met.push(one);
            }
        }
        assert_eq!(met.len(), FIGURES.len());
    }
}
