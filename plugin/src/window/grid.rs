//! The grid: the steps of a pattern x 9 instruments, and the playhead.
//!
//! A hit's height and strength of colour are its velocity, its sideways shift is its timing: the left edge of a
//! hit is the moment it sounds. A sign on it says how it is struck, if not plainly.

pub(crate) mod as_played;
mod cell;
pub mod drag;
mod geometry;
mod glyph;
pub(crate) mod playhead;
pub(crate) mod pointer;
pub(crate) mod ruler;
pub(crate) mod tween;

use egui::{Color32, Painter, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};
use groove::sequencer::Shape as Played;
use groove::{Bar, Hit, INSTRUMENTS, Instrument, Pattern};
use musicvae::infer::Locks;

use crate::window::grid::as_played::played_step;
use crate::window::grid::tween::Tween;
use crate::window::widgets::{Groove, Palette, UNIT, blend, polygon};
pub use geometry::{Geometry, ROWS};

/// Steps for which a hit glows after the playhead has struck it.
const GLOW_STEPS: f32 = 2.0;

/// The colour of a hit of `instrument` at `velocity`, on the panel.
pub fn hit_color(palette: &Palette, instrument: Instrument, velocity: f32) -> Color32 {
    blend(palette.panel, palette.instrument(instrument), 0.4 + 0.6 * velocity)
}

/// Marks that the grid shows beside the hits.
pub(crate) struct Marks<'a> {
    /// Where in the pattern the playhead is, in steps; `None` while stopped.
    pub(crate) at_step: Option<f32>,
    /// Which part of the pattern is played.
    pub(crate) played: Played,
    /// Locked cells: new grooves keep them.
    pub(crate) locks: &'a Locks,
    /// The groove as written, and that of the next cycle.
    pub(crate) now: &'a Pattern,
    pub(crate) next: &'a Pattern,
    /// The line that it is played to, in the same bars.
    pub(crate) line: Option<&'a Pattern>,
}

/// Draws the hits of `tween`, and `marks`.
pub(crate) fn groove_grid(
    ui: &Ui,
    palette: &Palette,
    place: &Groove,
    tween: &Tween,
    marks: &Marks<'_>,
) {
    let bar = marks.now.bar();
    let geometry = Geometry::of_bars(place.cells, bar);
    let painter = ui.painter();
    ground(painter, palette, place, &geometry, bar);
    let hits = ui.painter_at(place.cells.expand2(vec2(UNIT, 0.0)));
    let beneath = ui.painter_at(place.cells.expand2(vec2(UNIT, 1.5 * UNIT)));
    locks(&hits, palette, &geometry, marks.locks);
    for (step, instrument, cell) in tween.cells() {
        let rect = geometry.cell(step, instrument, cell);
        let glow = marks.at_step.map_or(0.0, |at| glow(at, step as f32 + cell.offset, bar));
        let glow = glow * cell.strength;
        let color = hit_color(palette, instrument, cell.velocity);
        let color = blend(blend(palette.panel, color, 0.3), color, cell.strength);
        let color = blend(color, palette.bright, 0.6 * glow);
        hits.rect_filled(rect.expand(1.5 * glow), 2.0, color.gamma_multiply(cell.presence));
    }
    for (step, instrument, cell) in tween.cells() {
        let hit = marks.now.hit(step, instrument);
        if let Some(articulation) = hit.map(Hit::articulation) {
            let rect = geometry.cell(step, instrument, cell);
            let color = blend(palette.panel, palette.bright, cell.strength.max(0.4));
            let place =
                glyph::Place { rect, row: geometry.row(instrument), step: geometry.step_width() };
            glyph::draw(&hits, &place, articulation, color.gamma_multiply(cell.presence), palette);
        }
    }
    next_cycle(&hits, palette, &geometry, marks);
    if let Some(line) = marks.line {
        onsets(&beneath, palette, place, &geometry, line);
    }
    unplayed_steps(painter, palette, place, &geometry, &marks.played);
    if let Some(at) = marks.at_step {
        playhead(painter, palette, place, geometry.x(at));
    }
}

/// How brightly a hit at step `hit` of a pattern of such bars glows while the playhead is at step `at`, `[0, 1]`.
pub(crate) fn glow(at: f32, hit: f32, bar: Bar) -> f32 {
    let age = (at - hit).rem_euclid(bar.pattern_steps() as f32);
    (1.0 - age / GLOW_STEPS).max(0.0)
}

fn ground(painter: &Painter, palette: &Palette, place: &Groove, geometry: &Geometry, bar: Bar) {
    let cells = place.cells;
    for number in (0..bar.bars()).step_by(2) {
        let x = geometry.x((number * bar.steps()) as f32);
        let right = geometry.x(((number + 1) * bar.steps()) as f32);
        let tone = blend(palette.panel, palette.raised, 0.4);
        painter.rect_filled(cells.with_min_x(x).with_max_x(right), 0.0, tone);
    }
    for row in 0..=INSTRUMENTS {
        let y = cells.top() + cells.height() * row as f32 / INSTRUMENTS as f32;
        let rule = blend(palette.panel, palette.line, 0.55);
        painter.hline(place.names.left()..=place.strip.right(), y, (1.0, rule));
    }
    let beats = bar.metre().beats();
    for beat in 0..=bar.bars() * beats {
        let step = beat / beats * bar.steps() + bar.beat_step(beat % beats);
        let is_bar = beat.is_multiple_of(beats);
        let color = blend(palette.panel, palette.line, if is_bar { 1.0 } else { 0.6 });
        let width = if is_bar { 1.5 } else { 1.0 };
        painter.vline(geometry.x(step as f32), cells.y_range(), (width, color));
    }
}

/// Draws a dot where the next cycle has a hit and this one has none.
fn next_cycle(painter: &Painter, palette: &Palette, geometry: &Geometry, marks: &Marks<'_>) {
    if marks.next.bar() != marks.now.bar() {
        return;
    }
    for (step, instrument, hit) in marks.next.iter() {
        if marks.now.hit(step, instrument).is_none() {
            let place = geometry.hit(step, instrument, hit);
            let at = pos2(place.center().x, geometry.row(instrument).center().y);
            let color = blend(palette.panel, palette.instrument(instrument), 0.65);
            painter.circle_filled(at, 1.75, color);
        }
    }
}

/// Draws what is struck in a line under the cells, low onsets in the kick's colour.
fn onsets(
    painter: &Painter,
    palette: &Palette,
    place: &Groove,
    geometry: &Geometry,
    line: &Pattern,
) {
    let top = place.cells.bottom() + 2.0;
    for (step, instrument, hit) in line.iter() {
        let x = geometry.x(step as f32 + hit.micro_offset());
        let height = 3.0 + 5.0 * hit.velocity();
        let tick = Rect::from_min_size(pos2(x, top), vec2(3.0, height));
        painter.rect_filled(tick, 1.0, palette.instrument(instrument));
    }
}

/// Frames the locked cells; neighbours in a row share a frame.
fn locks(painter: &Painter, palette: &Palette, geometry: &Geometry, locks: &Locks) {
    if locks.is_empty() {
        return;
    }
    for instrument in ROWS {
        let (mut step, steps) = (0, locks.pattern().steps());
        while step < steps {
            let first = step;
            while step < steps && locks.is_locked(step, instrument) {
                step += 1;
            }
            if step > first {
                let run = geometry.cell_at(first, instrument);
                let run = run.union(geometry.cell_at(step - 1, instrument)).shrink(1.0);
                let color = palette.instrument(instrument);
                painter.rect_filled(run, 3.0, color.gamma_multiply(0.1));
                let frame = Stroke::new(1.0, blend(palette.panel, color, 0.55));
                painter.rect_stroke(run, 3.0, frame, StrokeKind::Inside);
            }
            step += 1;
        }
    }
}

/// Veils the steps that are not played.
fn unplayed_steps(
    painter: &Painter,
    palette: &Palette,
    place: &Groove,
    geometry: &Geometry,
    played: &Played,
) {
    let veil = palette.panel.gamma_multiply(0.72);
    let (mut step, steps) = (0, played.bar.pattern_steps());
    while step < steps {
        let first = step;
        while step < steps && played_step(played, step, 0).is_none() {
            step += 1;
        }
        if step > first {
            let (left, right) = (geometry.x(first as f32), geometry.x(step as f32));
            painter.rect_filled(place.cells.with_min_x(left).with_max_x(right), 0.0, veil);
        }
        step += 1;
    }
}

fn playhead(painter: &Painter, palette: &Palette, place: &Groove, x: f32) {
    let top = place.cells.top() - UNIT;
    painter.vline(x, top..=place.cells.bottom(), (1.5, palette.text));
    polygon(painter, pos2(x, top), &[(-5.0, -3.0), (5.0, -3.0), (0.0, 4.0)], palette.text);
}

/// A filled diamond: locked. A hollow one: not.
pub(crate) fn diamond(painter: &Painter, place: Rect, color: Color32, is_filled: bool) {
    let (middle, far) = (place.center(), 4.0);
    let corners =
        [vec2(0.0, -far), vec2(far, 0.0), vec2(0.0, far), vec2(-far, 0.0)].map(|by| middle + by);
    let fill = if is_filled { color } else { Color32::TRANSPARENT };
    painter.add(Shape::convex_polygon(corners.to_vec(), fill, Stroke::new(1.2, color)));
}
