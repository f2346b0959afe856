//! The written factory grooves: in metres that the network has not learned, and a set of jangdan.
//!
//! Figures of ours. Of the jangdan each stroke of the janggu became an instrument: *deong*, both heads, kick and snare;
//! *kung*, the low head, the kick; *deok*, the stick, the snare; *gideok*, a deok with a grace note, the snare with a soft
//! stroke before it; *deoreoreo*, a roll of the stick, soft strokes. Hats or ride keep the beats. Where each is documented,
//! and where sources differ, stands in docs/jangdan.md.

use groove::{Bar, Grid, Hit, Instrument, Metre, Pattern};

use Instrument::{ClosedHiHat as Hat, Kick, Ride, Snare};

/// One instrument's bars: a character per step, from `.` silent through `1` softest to `9` loudest.
type Line = (Instrument, &'static str);

/// A written groove.
pub(super) struct Written {
    /// The group it is listed in.
    pub(super) style: &'static str,
    /// What it plays, in a few words.
    pub(super) description: &'static str,
    /// Its origin, in one line.
    pub(super) about: &'static str,
    metre: (u32, u32),
    grid: Grid,
    /// Bars that are played over until the pattern is full.
    lines: &'static [Line],
}

const METRES: &str = "Metres";
const JANGDAN: &str = "Jangdan";
const OURS: &str = "Written for this program";

/// All of them.
pub(super) const WRITTEN: [Written; 12] = [
    Written {
        style: METRES,
        description: "3/4, waltz",
        about: OURS,
        metre: (3, 4),
        grid: Grid::Sixteenths,
        lines: &[
            (Kick, "9...........9.....5....."),
            (Snare, "....5...6.......5...6.1."),
            (Ride, "8...6.4.6...8...6.4.6.4."),
        ],
    },
    Written {
        style: METRES,
        description: "6/8, ballad",
        about: OURS,
        metre: (6, 8),
        grid: Grid::Eighths,
        lines: &[(Kick, "9.....9.5..6"), (Snare, "...9.....9.."), (Hat, "755655755655")],
    },
    Written {
        style: METRES,
        description: "12/8, shuffle",
        about: OURS,
        metre: (12, 8),
        grid: Grid::Eighths,
        lines: &[
            (Kick, "9.....9....69....58....."),
            (Snare, "...9.....9.2...9..2..9.."),
            (Hat, "8.68.68.68.68.68.68.68.6"),
        ],
    },
    Written {
        style: METRES,
        description: "5/4, three and two",
        about: OURS,
        metre: (5, 4),
        grid: Grid::Sixteenths,
        lines: &[
            (Kick, "9.....6.....8......."),
            (Snare, "....3...7..2....7..1"),
            (Ride, "8...6.4.6...8...6.4."),
        ],
    },
    Written {
        style: METRES,
        description: "7/8, two two three",
        about: OURS,
        metre: (7, 8),
        grid: Grid::Sixteenths,
        lines: &[(Kick, "9.....6.8....."), (Snare, "....9......19."), (Hat, "7.5.7.5.7.5.5.")],
    },
    Written {
        style: JANGDAN,
        description: "jungmori, 12/4",
        about: "The strokes in their proportions 2:1:1:2 2:1:1:2, as documented for sanjo; the ninth beat is pressed",
        metre: (12, 4),
        grid: Grid::Eighths,
        lines: &[
            (Kick, "9.....7.....8.....7....."),
            (Snare, "6...6...6.......8...6..."),
            (Ride, "5.4.4.5.4.4.5.4.4.5.4.4."),
        ],
    },
    Written {
        style: JANGDAN,
        description: "jungjungmori, 12/8",
        about: "The strokes in their proportions 2:1:2:1 2:1:2:1, as documented for sanjo; the ninth 8th is pressed",
        metre: (12, 8),
        grid: Grid::Eighths,
        lines: &[(Kick, "9..7..8..7.."), (Snare, "6.6..6..8..6"), (Hat, "5..5..5..5..")],
    },
    Written {
        style: JANGDAN,
        description: "gutgeori, 12/8",
        about: "deong gideok kung deoreoreo, kung gideok kung deok: as taught for folk songs",
        metre: (12, 8),
        grid: Grid::Sixteenths,
        lines: &[
            (Kick, "9.....7.....8.....7....."),
            (Snare, "7..27.....43...27.....6."),
            (Hat, "4.....4.....4.....4....."),
        ],
    },
    Written {
        style: JANGDAN,
        description: "jajinmori, 12/8",
        about: "deong deong deong deok-kung-deok: as taught to players of pungmul (samchae)",
        metre: (12, 8),
        grid: Grid::Eighths,
        lines: &[(Kick, "9..8..8...7."), (Snare, "7..6..6..7.7"), (Hat, "5..5..5..5..")],
    },
    Written {
        style: JANGDAN,
        description: "hwimori, 4/4",
        about: "deong deong kung-deok kung: as taught to players of pungmul (ichae)",
        metre: (4, 4),
        grid: Grid::Eighths,
        lines: &[(Kick, "9.8.7.7."), (Snare, "7.6..7.."), (Hat, "5.5.5.5.")],
    },
    Written {
        style: JANGDAN,
        description: "semachi, 9/8",
        about: "deong, deong-deok, kung-deok: as taught for Arirang",
        metre: (9, 8),
        grid: Grid::Eighths,
        lines: &[(Kick, "9..8..7.."), (Snare, "7..6.6.7."), (Hat, "5..5..5..")],
    },
    Written {
        style: JANGDAN,
        description: "eotmori, 10/8",
        about: "deong-deok, kung, kung-deok, kung in 3 + 2 + 3 + 2: as documented for shaman songs (garaejo)",
        metre: (10, 8),
        grid: Grid::Eighths,
        lines: &[(Kick, "9..7.8..7."), (Snare, "6.6....7.."), (Hat, "5..5.5..5.")],
    },
];

impl Written {
    /// The pattern.
    pub(super) fn pattern(&self) -> Pattern {
        let metre = Metre::new(self.metre.0, self.metre.1).unwrap_or_default();
        let mut pattern = Pattern::empty(Bar::new(metre, self.grid));
        for (instrument, line) in self.lines {
            let steps = line.bytes().cycle().take(pattern.steps());
            for (step, character) in steps.enumerate().filter(|(_, c)| c.is_ascii_digit()) {
                let velocity = f32::from(character - b'0') / 9.0;
                pattern.set(step, *instrument, Some(Hit::new(velocity, 0.0)));
            }
        }
        pattern
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fills_whole_bars_and_nothing_but_steps() {
        for written in &WRITTEN {
            let bar = written.pattern().bar();
            let (numerator, denominator) = written.metre;
            assert_eq!(bar.metre().to_string(), format!("{numerator}/{denominator}"));
            assert_eq!(bar.grid(), written.grid, "{}", written.description);
            for (instrument, line) in written.lines {
                let what = format!("{} {instrument:?}", written.description);
                assert!(line.len().is_multiple_of(bar.steps()), "{what}: {}", line.len());
                assert!(bar.pattern_steps().is_multiple_of(line.len()), "{what}");
                assert!(line.bytes().all(|c| matches!(c, b'.' | b'1'..=b'9')), "{what}");
            }
            assert!(written.pattern().count() >= 20, "{}", written.description);
        }
    }

    #[test]
    fn a_jangdan_begins_on_both_heads() {
        for written in WRITTEN.iter().filter(|written| written.style == JANGDAN) {
            let row = written.pattern().token(0);
            assert!(row.contains(Kick) && row.contains(Snare), "{}", written.description);
        }
    }
}
