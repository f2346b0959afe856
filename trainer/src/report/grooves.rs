//! Grooves as grids of cells, the louder the darker: as played, and as played back.

use groove::{Instrument, Pattern, STEPS, STEPS_PER_BAR};

use super::drawing::{Anchor, COLOURS, Drawing, FAINT, GREY};

/// Size of a cell, a step of an instrument.
const CELL: [f64; 2] = [6.2, 8.0];
/// Room for the instruments' names, and between the two grids.
const NAMES: f64 = 74.0;
const GAP: f64 = 14.0;
/// Height of the line above a pair of grids, and of all that belongs to it.
const HEADING: f64 = 20.0;
const ROW: f64 = HEADING + 9.0 * CELL[1] + 12.0;

/// A window and what came back of it.
pub(super) struct Pair {
    pub(super) title: String,
    pub(super) played: Pattern,
    pub(super) decoded: Pattern,
}

/// Each pair beside each other, one under another.
pub(super) fn grooves(pairs: &[Pair]) -> Drawing {
    let grid = STEPS as f64 * CELL[0];
    let mut drawing = Drawing::new(NAMES + 2.0 * grid + GAP, HEADING + pairs.len() as f64 * ROW);
    let sides = [NAMES, NAMES + grid + GAP];
    for (x, name) in sides.into_iter().zip(["played", "played back"]) {
        drawing.text([x, 13.0], 12.0, Anchor::Start, name);
    }
    for (i, pair) in pairs.iter().enumerate() {
        let top = HEADING + i as f64 * ROW;
        drawing.text([sides[0], top + 13.0], 10.0, Anchor::Start, &pair.title);
        for (row, instrument) in Instrument::ALL.into_iter().rev().enumerate() {
            let y = top + HEADING + (row as f64 + 0.85) * CELL[1];
            drawing.text([NAMES - 6.0, y], 8.0, Anchor::End, instrument.name());
        }
        for (x, pattern) in sides.into_iter().zip([&pair.played, &pair.decoded]) {
            drawing.place([x, top + HEADING], &grid_of(pattern));
        }
    }
    drawing
}

fn grid_of(pattern: &Pattern) -> Drawing {
    let size = [STEPS as f64 * CELL[0], 9.0 * CELL[1]];
    let mut drawing = Drawing::new(size[0], size[1]);
    for row in 0..9 {
        let y = row as f64 * CELL[1];
        drawing.rect([0.0, y], [size[0], CELL[1] - 1.0], FAINT, 0.6);
    }
    for beat in (0..=STEPS).step_by(4) {
        let x = beat as f64 * CELL[0];
        let colour = if beat % STEPS_PER_BAR == 0 { GREY } else { "#ffffff" };
        drawing.line([x, 0.0], [x, size[1]], colour);
    }
    for (step, instrument, hit) in pattern.iter() {
        let row = Instrument::ALL.len() - 1 - instrument.index();
        let offset = f64::from(hit.micro_offset());
        let at = [(step as f64 + offset) * CELL[0] + 0.6, row as f64 * CELL[1]];
        let opacity = 0.15 + 0.85 * f64::from(hit.velocity());
        drawing.rect(at, [CELL[0] - 1.2, CELL[1] - 1.0], COLOURS[0], opacity);
    }
    drawing
}
