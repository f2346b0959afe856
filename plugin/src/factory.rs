//! The factory pattern, which plays until the network's first answer, and the factory [`grooves`].

pub mod grooves;
pub mod performances;
pub mod weights;
mod written;

use groove::{Hit, Instrument, Pattern, STEPS_PER_BAR};

/// One instrument's bar: a character per 16th, from `.` silent through `1` softest to `9` loudest.
type Lane = (Instrument, [&'static str; 4]);

/// Four bars of mid-tempo funk-rock, written for this program: ghost notes around the backbeat,
/// hats that breathe with the 8ths, an opening hat and a short fill at the end.
const LANES: [Lane; 8] = [
    (
        Instrument::Kick,
        ["9......5..8.....", "9......5..8..4..", "9......5..8.....", "9..6....8.....8."],
    ),
    (
        Instrument::Snare,
        ["....8..1.1..8...", "....8..1.1..8..1", "....8..1.1..8...", "....8..1.1......"],
    ),
    (
        Instrument::ClosedHiHat,
        ["..4.6.4.6.4.6.4.", "6.4.6.4.6.4.6.4.", "6.4.6.4.6.4.6.4.", "6.4.6.4.6......."],
    ),
    (
        Instrument::OpenHiHat,
        ["................", "..............5.", "................", "..........5....."],
    ),
    (
        Instrument::Crash,
        ["7...............", "................", "................", "................"],
    ),
    (
        Instrument::HighTom,
        ["................", "................", "................", "............77.."],
    ),
    (
        Instrument::LowMidTom,
        ["................", "................", "................", "..............7."],
    ),
    (
        Instrument::HighFloorTom,
        ["................", "................", "................", "...............8"],
    ),
];

/// How far behind the grid the backbeat lies, in steps: 8 ms at 100 BPM, where drummers lay it.
const LAID_BACK: f32 = 0.05;

/// The factory pattern.
pub fn pattern() -> Pattern {
    let mut pattern = Pattern::EMPTY;
    for (instrument, bars) in LANES {
        for (bar, lane) in bars.iter().enumerate() {
            for (step, &character) in lane.as_bytes().iter().enumerate() {
                if character.is_ascii_digit() {
                    let velocity = f32::from(character - b'0') / 9.0;
                    let late = if instrument == Instrument::Snare { LAID_BACK } else { 0.0 };
                    let hit = Hit::new(velocity, late);
                    pattern.set(bar * STEPS_PER_BAR + step, instrument, Some(hit));
                }
            }
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hands_can_play_it_and_it_has_dynamics() {
        let pattern = pattern();
        for step in 0..groove::STEPS {
            let hands = pattern.token(step).instruments().filter(|&i| i != Instrument::Kick);
            assert!(hands.count() <= 2, "step {step}");
        }
        let velocities: Vec<f32> = pattern.iter().map(|(_, _, hit)| hit.velocity()).collect();
        assert!(velocities.iter().any(|&v| v < 0.2) && velocities.iter().any(|&v| v > 0.9));
    }

    #[test]
    fn every_lane_is_sixteen_steps_long() {
        for (instrument, bars) in LANES {
            for lane in bars {
                assert_eq!(lane.len(), STEPS_PER_BAR, "{instrument:?} {lane}");
                assert!(lane.bytes().all(|c| c == b'.' || (b'1'..=b'9').contains(&c)), "{lane}");
            }
        }
    }
}
