//! From cells to points and back.

use egui::{Pos2, Rect, pos2, vec2};
use groove::{Bar, Hit, INSTRUMENTS, Instrument};

use crate::window::grid::cell::Cell;

/// The rows from top to bottom, as drummers read: cymbals, toms from high to low, snare, kick.
pub const ROWS: [Instrument; INSTRUMENTS] = [
    Instrument::Ride,
    Instrument::Crash,
    Instrument::ClosedHiHat,
    Instrument::OpenHiHat,
    Instrument::HighTom,
    Instrument::LowMidTom,
    Instrument::HighFloorTom,
    Instrument::Snare,
    Instrument::Kick,
];

/// The places of cells and hits.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    cells: Rect,
    steps: usize,
}

impl Geometry {
    /// The geometry of a grid of 4/4 in 16ths whose cells fill `cells`.
    pub fn new(cells: Rect) -> Self {
        Self::of_bars(cells, Bar::COMMON)
    }

    /// The geometry of a grid of such bars whose cells fill `cells`.
    pub fn of_bars(cells: Rect, bar: Bar) -> Self {
        Self { cells, steps: bar.pattern_steps() }
    }

    /// The x coordinate of the time `steps` after the pattern's start.
    pub fn x(&self, steps: f32) -> f32 {
        self.cells.left() + steps * self.step_width()
    }

    /// Points per step.
    pub fn step_width(&self) -> f32 {
        self.cells.width() / self.steps as f32
    }

    /// Points per row.
    pub fn row_height(&self) -> f32 {
        self.cells.height() / INSTRUMENTS as f32
    }

    /// The row of `instrument`, all steps.
    pub fn row(&self, instrument: Instrument) -> Rect {
        let row = ROWS.iter().position(|&at| at == instrument).unwrap_or(0);
        let height = self.row_height();
        Rect::from_min_size(
            pos2(self.cells.left(), self.cells.top() + row as f32 * height),
            vec2(self.cells.width(), height),
        )
    }

    /// The whole cell of `instrument` at `step`.
    pub fn cell_at(&self, step: usize, instrument: Instrument) -> Rect {
        let x = self.x(step as f32);
        self.row(instrument).with_min_x(x).with_max_x(x + self.step_width())
    }

    /// The box that `hit` of `instrument` at `step` is drawn as.
    pub fn hit(&self, step: usize, instrument: Instrument, hit: Hit) -> Rect {
        let (velocity, offset) = (hit.velocity(), hit.micro_offset());
        self.cell(step, instrument, Cell { velocity, offset, presence: 1.0, strength: 1.0 })
    }

    pub(in crate::window) fn cell(&self, step: usize, instrument: Instrument, cell: Cell) -> Rect {
        let row = self.row(instrument);
        let bottom = row.bottom() - 0.12 * row.height();
        let height = (0.16 + 0.6 * cell.velocity) * row.height() * cell.presence;
        let left = self.x(step as f32 + cell.offset);
        Rect::from_min_max(
            pos2(left, bottom - height),
            pos2(left + (self.step_width() * 0.7).max(3.0), bottom),
        )
    }

    /// The step and the instrument at `at`; `None` outside of the cells.
    pub fn at(&self, at: Pos2) -> Option<(usize, Instrument)> {
        let step = (at.x - self.cells.left()) / self.step_width();
        let row = (at.y - self.cells.top()) / self.row_height();
        let is_inside = (0.0..self.steps as f32).contains(&step) && row >= 0.0;
        let instrument = *ROWS.get(row as usize)?;
        is_inside.then_some((step as usize, instrument))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_loud_hit_is_drawn_further_right_and_higher() {
        let geometry = Geometry::new(Rect::from_min_size(pos2(0.0, 0.0), vec2(640.0, 180.0)));
        let soft = geometry.hit(3, Instrument::Snare, Hit::new(0.2, 0.0));
        let loud = geometry.hit(3, Instrument::Snare, Hit::new(1.0, 0.4));
        assert_eq!(soft.left(), 30.0);
        assert_eq!(loud.left(), 34.0);
        assert!(loud.height() > 2.0 * soft.height());
        assert!(geometry.row(Instrument::Snare).contains_rect(loud));
    }

    #[test]
    fn every_cell_is_found_where_it_is_and_nothing_beside_the_cells() {
        let cells = Rect::from_min_size(pos2(20.0, 30.0), vec2(640.0, 180.0));
        let geometry = Geometry::new(cells);
        for step in 0..groove::STEPS {
            for instrument in Instrument::ALL {
                let middle = geometry.cell_at(step, instrument).center();
                assert_eq!(geometry.at(middle), Some((step, instrument)));
            }
        }
        for beside in [pos2(19.0, 40.0), pos2(661.0, 40.0), pos2(30.0, 29.0), pos2(30.0, 211.0)] {
            assert_eq!(geometry.at(beside), None);
        }
    }
}
