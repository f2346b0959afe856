//! Patterns as grids of cells, the louder the darker: as played, and as decoded.

use groove::{INSTRUMENTS, Instrument, Pattern, STEPS, STEPS_PER_BAR, STEPS_PER_BEAT};

use super::drawing::{Anchor, COLOURS, Drawing, FAINT, GREY};

/// Size of a cell, a step of an instrument.
const CELL: [f64; 2] = [6.2, 8.0];
/// Room for the instruments' names, between the two grids, and for the line above them.
const NAMES: f64 = 74.0;
const GAP: f64 = 14.0;
const HEADING: f64 = 20.0;

/// A window called `title` and its reconstruction, beside each other.
pub(super) fn pair(title: &str, played: &Pattern, decoded: &Pattern) -> Drawing {
    let grid = STEPS as f64 * CELL[0];
    let mut drawing =
        Drawing::new(NAMES + 2.0 * grid + GAP, HEADING + INSTRUMENTS as f64 * CELL[1]);
    for (row, instrument) in Instrument::ALL.into_iter().rev().enumerate() {
        let y = HEADING + (row as f64 + 0.85) * CELL[1];
        drawing.text([NAMES - 6.0, y], 8.0, Anchor::End, instrument.name());
    }
    let sides = [(NAMES, title, played), (NAMES + grid + GAP, "decoded", decoded)];
    for (left, title, pattern) in sides {
        drawing.text([left, 13.0], 10.0, Anchor::Start, title);
        draw_grid(&mut drawing, left, pattern);
    }
    drawing
}

/// Draws `pattern` from `left` on.
fn draw_grid(drawing: &mut Drawing, left: f64, pattern: &Pattern) {
    let place = |step: f64, row: usize| [left + step * CELL[0], HEADING + row as f64 * CELL[1]];
    for row in 0..INSTRUMENTS {
        let size = [STEPS as f64 * CELL[0], CELL[1] - 1.0];
        drawing.rect(place(0.0, row), size, FAINT, 0.6);
    }
    for beat in (0..=STEPS).step_by(STEPS_PER_BEAT) {
        let colour = if beat % STEPS_PER_BAR == 0 { GREY } else { "#ffffff" };
        drawing.line(place(beat as f64, 0), place(beat as f64, INSTRUMENTS), colour);
    }
    for (step, instrument, hit) in pattern.iter() {
        let row = INSTRUMENTS - 1 - instrument.index();
        let [x, y] = place(step as f64 + f64::from(hit.micro_offset()), row);
        let opacity = 0.15 + 0.85 * f64::from(hit.velocity());
        drawing.rect([x + 0.6, y], [CELL[0] - 1.2, CELL[1] - 1.0], COLOURS[0], opacity);
    }
}
