//! The groove: 64 steps x 9 instruments, and the playhead.
//!
//! A hit's height and strength of colour are its velocity, its sideways shift is its
//! micro-offset: the left edge of a hit is the moment it sounds.

use egui::{Align2, Color32, Painter, Rect, Shape, Ui, pos2, vec2};
use groove::{BARS, Beats, Hit, INSTRUMENTS, Instrument, STEPS, STEPS_PER_BAR, STEPS_PER_BEAT};

use super::layout::Groove;
use super::morph::{Cell, Morph};
use super::theme::{self, Palette, Size, UNIT, Weight, blend};

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

/// Steps for which a hit glows after the playhead has struck it.
const GLOW_STEPS: f32 = 2.0;

/// Where in the cells things lie.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    cells: Rect,
}

impl Geometry {
    /// The geometry of a grid whose cells fill `cells`.
    pub fn new(cells: Rect) -> Self {
        Self { cells }
    }

    /// The place in points of the time `steps` after the pattern's start.
    pub fn x(&self, steps: f32) -> f32 {
        self.cells.left() + steps * self.step_width()
    }

    fn step_width(&self) -> f32 {
        self.cells.width() / STEPS as f32
    }

    /// The row of `instrument`, all steps.
    pub fn row(&self, instrument: Instrument) -> Rect {
        let row = ROWS.iter().position(|&at| at == instrument).unwrap_or(0);
        let height = self.cells.height() / INSTRUMENTS as f32;
        Rect::from_min_size(
            pos2(self.cells.left(), self.cells.top() + row as f32 * height),
            vec2(self.cells.width(), height),
        )
    }

    /// The box that `hit` of `instrument` at `step` is drawn as.
    pub fn hit(&self, step: usize, instrument: Instrument, hit: Hit) -> Rect {
        let cell =
            Cell { velocity: hit.velocity(), micro_offset: hit.micro_offset(), presence: 1.0 };
        self.cell(step, instrument, cell)
    }

    fn cell(&self, step: usize, instrument: Instrument, cell: Cell) -> Rect {
        let row = self.row(instrument);
        let bottom = row.bottom() - 0.12 * row.height();
        let height = (0.16 + 0.6 * cell.velocity) * row.height() * cell.presence;
        let left = self.x(step as f32 + cell.micro_offset);
        Rect::from_min_max(
            pos2(left, bottom - height),
            pos2(left + (self.step_width() * 0.7).max(3.0), bottom),
        )
    }
}

/// The colour of a hit of `instrument` at `velocity`, on the panel.
pub fn hit_color(palette: &Palette, instrument: Instrument, velocity: f32) -> Color32 {
    blend(palette.panel, palette.instrument(instrument), 0.4 + 0.6 * velocity)
}

/// Draws the groove as `morph` has it, and the playhead at `position` of a cycle, if it plays.
pub(super) fn groove_grid(
    ui: &Ui,
    palette: &Palette,
    place: &Groove,
    morph: &Morph,
    position: Option<Beats>,
) {
    let geometry = Geometry::new(place.cells);
    let painter = ui.painter();
    ground(painter, palette, place, &geometry);
    let at_step = position.map(|position| position.to_steps().rem_euclid(STEPS as f64) as f32);
    for (step, instrument, cell) in morph.cells() {
        let rect = geometry.cell(step, instrument, cell);
        let glow = at_step.map_or(0.0, |at| glow(at, step as f32 + cell.micro_offset));
        let color = hit_color(palette, instrument, cell.velocity);
        let color = blend(color, Color32::WHITE, 0.6 * glow);
        painter.rect_filled(rect.expand(1.5 * glow), 2.0, color.gamma_multiply(cell.presence));
    }
    names(painter, palette, place, &geometry, morph, at_step);
    if let Some(at) = at_step {
        playhead(painter, palette, place, geometry.x(at));
    }
}

/// How brightly a hit at step `hit` glows while the playhead is at step `at`, `[0, 1]`.
fn glow(at: f32, hit: f32) -> f32 {
    let age = (at - hit).rem_euclid(STEPS as f32);
    (1.0 - age / GLOW_STEPS).max(0.0)
}

fn ground(painter: &Painter, palette: &Palette, place: &Groove, geometry: &Geometry) {
    let cells = place.cells;
    for bar in 0..BARS {
        let x = geometry.x((bar * STEPS_PER_BAR) as f32);
        let right = geometry.x(((bar + 1) * STEPS_PER_BAR) as f32);
        if bar % 2 == 0 {
            let tone = blend(palette.panel, palette.raised, 0.35);
            painter.rect_filled(cells.with_min_x(x).with_max_x(right), 0.0, tone);
        }
        painter.text(
            pos2(x + 4.0, place.ruler.center().y),
            Align2::LEFT_CENTER,
            format!("bar {}", bar + 1),
            theme::font(Size::Small, Weight::Regular),
            palette.dim,
        );
    }
    for row in 0..=INSTRUMENTS {
        let y = cells.top() + cells.height() * row as f32 / INSTRUMENTS as f32;
        painter.hline(
            place.names.left()..=cells.right(),
            y,
            (1.0, blend(palette.panel, palette.line, 0.55)),
        );
    }
    for beat in 0..=STEPS / STEPS_PER_BEAT {
        let step = beat * STEPS_PER_BEAT;
        let is_bar = step.is_multiple_of(STEPS_PER_BAR);
        let color = blend(palette.panel, palette.line, if is_bar { 1.0 } else { 0.6 });
        let width = if is_bar { 1.5 } else { 1.0 };
        painter.vline(geometry.x(step as f32), cells.y_range(), (width, color));
    }
}

fn names(
    painter: &Painter,
    palette: &Palette,
    place: &Groove,
    geometry: &Geometry,
    morph: &Morph,
    at_step: Option<f32>,
) {
    let mut struck = [0.0_f32; INSTRUMENTS];
    let mut is_used = [false; INSTRUMENTS];
    for (step, instrument, cell) in morph.cells() {
        let i = instrument.index();
        is_used[i] = true;
        if let Some(at) = at_step {
            struck[i] = struck[i].max(glow(at, step as f32 + cell.micro_offset) * cell.velocity);
        }
    }
    for instrument in ROWS {
        let i = instrument.index();
        let row = geometry.row(instrument);
        let color = palette.instrument(instrument);
        let color = if is_used[i] { color } else { blend(palette.panel, color, 0.45) };
        let mark = Rect::from_center_size(
            pos2(place.names.left() + 2.0, row.center().y),
            vec2(4.0, (row.height() * 0.4).round()),
        );
        painter.rect_filled(
            mark.expand(1.5 * struck[i]),
            2.0,
            blend(color, Color32::WHITE, 0.6 * struck[i]),
        );
        painter.text(
            pos2(place.names.left() + 1.5 * UNIT, row.center().y),
            Align2::LEFT_CENTER,
            instrument.name(),
            theme::font(Size::Small, Weight::Regular),
            if is_used[i] { palette.text } else { palette.dim },
        );
    }
}

fn playhead(painter: &Painter, palette: &Palette, place: &Groove, x: f32) {
    let top = place.cells.top() - UNIT;
    painter.vline(x, top..=place.cells.bottom(), (1.5, palette.text));
    painter.add(Shape::convex_polygon(
        vec![pos2(x - 5.0, top - 3.0), pos2(x + 5.0, top - 3.0), pos2(x, top + 4.0)],
        palette.text,
        egui::Stroke::NONE,
    ));
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
    fn every_instrument_has_one_row() {
        let mut rows = ROWS.to_vec();
        rows.sort();
        assert_eq!(rows, Instrument::ALL);
    }
}
