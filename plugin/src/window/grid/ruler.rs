//! The ruler above the cells: bars and beats, and the part of the pattern that is played.
//!
//! Dragging it sideways changes the step on which the pattern begins.

use egui::{CursorIcon, Id, Rect, Ui, pos2};
use groove::Bar;
use groove::sequencer::Shape as Played;

use crate::params::PatternParams;
use crate::window::grid::Geometry;
use crate::window::widgets::{
    ControlContext, Direction, Groove, Travel, UNIT, Weight, blend, choices, polygon, small_text,
    text_width, tooltip, turn, whole_menu,
};

/// Width of a lock and a number beside it, at the end of a bar.
const LOCK: f32 = 28.0;
const START_ABOUT: &str = "Where in the pattern it begins to play, in steps; drag the ruler \
    sideways. The bars wrap around.";
const METRE_ABOUT: &str = "The metre of the live groove: the song's, or one of its own. What the network draws in 4/4 \
    is taken over by whole beats; clips that are imported keep theirs.";
const GRID_ABOUT: &str =
    "The steps of the live groove: 8ths, 16ths, or triplets, three or six to the beat.";
const LENGTH_ABOUT: &str = "How much of the pattern is played over and over: 1, 2 or 4 bars.";

/// Draws the ruler, and the choices of metre, grid and length in the corner beside it.
pub(crate) fn ruler(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: &Groove,
    params: &PatternParams,
    played: &Played,
) {
    let palette = cx.palette;
    let bars = played.bar;
    let geometry = Geometry::of_bars(place.cells, bars);
    // A step of the parameter, which the longest pattern needs all of, is as wide as a step of this one.
    let width = place.cells.width() * Bar::MOST_STEPS as f32 / bars.pattern_steps() as f32;
    let travel = Travel::free(Direction::Right, width);
    let turned = turn(ui, cx, &params.start, place.ruler, Id::unique("ruler"), travel);
    let painter = ui.painter();
    for bar in 0..bars.bars() {
        let at = pos2(geometry.x((bar * bars.steps()) as f32), place.ruler.center().y);
        let label = Rect::from_min_max(pos2(at.x + 4.0, at.y), at);
        let text = format!("bar {}", bar + 1);
        small_text(painter, label, &text, Weight::Regular, palette.dim);
        // Where beats are narrow, those that would touch what is beside them have no number: a bar's name, its lock.
        let mut free = label.left() + text_width(ui, &text, Weight::Regular) + 6.0;
        for beat in 1..bars.metre().beats() {
            let step = (bar * bars.steps() + bars.beat_step(beat)) as f32;
            let at = pos2(geometry.x(step) + 4.0, at.y);
            let is_clear =
                at.x >= free && at.x <= geometry.x(((bar + 1) * bars.steps()) as f32) - LOCK;
            if is_clear {
                let faint = blend(palette.panel, palette.dim, 0.6);
                let (text, place) = ((beat + 1).to_string(), Rect::from_pos(at));
                small_text(painter, place, &text, Weight::Regular, faint);
                free = at.x + text_width(ui, &text, Weight::Regular) + 6.0;
            }
        }
    }
    let steps = bars.pattern_steps();
    let is_whole = usize::from(played.start) % steps == 0 && played.steps() == steps;
    let is_lit = turned.is_held || turned.response.hovered() || turned.response.has_focus();
    if !is_whole || is_lit {
        range(ui, cx, place, &geometry, played);
    }
    let cursor = CursorIcon::ResizeHorizontal;
    tooltip(turned.response.on_hover_cursor(cursor), cx, &params.start, START_ABOUT);
    let corner = place.above_names();
    let line = |middle: f32| {
        let middle = pos2(corner.center().x, corner.center().y + middle * UNIT);
        Rect::from_center_size(middle, egui::vec2(corner.width(), 2.5 * UNIT))
    };
    let (metre, grid) = line(-1.4).split_left_right_at_fraction(0.42);
    whole_menu(ui, cx, &params.metre, metre.with_max_x(metre.right() - 2.0), METRE_ABOUT);
    whole_menu(ui, cx, &params.grid, grid.with_min_x(grid.left() + 2.0), GRID_ABOUT);
    choices(ui, cx, &params.length, line(1.4), LENGTH_ABOUT);
}

/// Draws what is played as a line under the bars' names, a flag at its start.
fn range(ui: &Ui, cx: ControlContext<'_>, place: &Groove, geometry: &Geometry, played: &Played) {
    let painter = ui.painter();
    let y = place.cells.top() - 3.0;
    let steps = played.bar.pattern_steps();
    let start = usize::from(played.start) % steps;
    let end = start + played.steps();
    let color = cx.palette.accent;
    for (from, to) in [(start, end.min(steps)), (0, end.saturating_sub(steps))] {
        if to > from {
            let (left, right) = (geometry.x(from as f32), geometry.x(to as f32));
            painter.hline(left..=right, y, (2.0, color));
        }
    }
    let x = geometry.x(start as f32);
    polygon(painter, pos2(x, y), &[(0.0, -9.0), (8.0, -5.0), (0.0, -1.0)], color);
    painter.vline(x, (y - 9.0)..=place.cells.top(), (1.5, color));
}
