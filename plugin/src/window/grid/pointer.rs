//! The pointer on the grid: egui's events for [`drag`](crate::window::grid::drag), the diamonds that lock whole instruments
//! and bars, and the tooltip of a hit.

use egui::{CursorIcon, Id, Key, PointerButton, Pos2, Rect, Response, Role, Sense, Ui, pos2, vec2};
use groove::{Articulation, Bar, Grid, Hit, Instrument};
use musicvae::infer::Locks;

use crate::state::edit::{Edit, Part, Pen};
use crate::window::grid::cell::Cells;
use crate::window::grid::drag::{Button, DragContext, GridDrag, Pointer, next_articulation};
use crate::window::grid::{Geometry, Marks, ROWS, diamond};
use crate::window::widgets::{ControlContext, FINE, Groove, UNIT, is_fine, toggleable};

const HOW: &str = "Click: add or remove. Drag up or down: velocity. Drag sideways: timing. \
    Alt-click: another stroke. Right-click: lock.";

/// Lets the user edit the groove with `pen`; without one the grid is read-only.
pub(crate) fn pen_on_grid(
    ui: &Ui,
    cx: ControlContext<'_>,
    place: &Groove,
    marks: &Marks<'_>,
    drawn: &Cells,
    drag: &mut GridDrag,
    pen: Option<&mut dyn Pen>,
) {
    let geometry = Geometry::of_bars(place.cells, marks.now.bar());
    let sense = if pen.is_some() { Sense::click_and_drag() } else { Sense::hover() };
    let response = ui.interact(place.cells, Id::unique("cells"), sense);
    if let Some(pen) = pen {
        let is_locked = |step, instrument| marks.locks.is_locked(step, instrument);
        let pattern = marks.now;
        let grid = DragContext { geometry, pattern, drawn, is_locked: &is_locked };
        if let Some(pointer) = pointer(ui, &response, drag) {
            drag.point(pointer, &grid, pen);
        }
        lock_marks(ui, cx, place, marks.locks, pen);
        if !drag.is_held() {
            describe(response.on_hover_cursor(CursorIcon::Crosshair), &geometry, marks, HOW);
        }
    } else {
        describe(response, &geometry, marks, "");
    }
}

/// The pointer event over the cells in this frame.
fn pointer(ui: &Ui, response: &Response, drag: &GridDrag) -> Option<Pointer> {
    ui.input(|input| {
        let at = input.pointer.interact_pos();
        if drag.is_held() {
            if input.key_pressed(Key::Escape) {
                return Some(Pointer::Cancel);
            }
            let speed = if is_fine(input.modifiers) { FINE } else { 1.0 };
            return match at {
                Some(at) if input.pointer.any_down() => Some(Pointer::Drag(at, speed)),
                _ => Some(Pointer::Release),
            };
        }
        let buttons = [
            (PointerButton::Primary, Button::Edit),
            (PointerButton::Secondary, Button::Lock),
            (PointerButton::Middle, Button::Articulation),
        ];
        let pressed = buttons.into_iter().find(|&(button, _)| input.pointer.button_pressed(button));
        let (_, button) = pressed.filter(|_| response.contains_pointer())?;
        let is_other = button == Button::Edit && input.modifiers.alt;
        let button = if is_other { Button::Articulation } else { button };
        Some(Pointer::Press(at?, button))
    })
}

/// Draws a diamond for every instrument and every bar, filled if all of it is locked; a press locks or unlocks it.
fn lock_marks(ui: &Ui, cx: ControlContext<'_>, place: &Groove, locks: &Locks, pen: &mut dyn Pen) {
    let bars = locks.pattern().bar();
    let geometry = Geometry::of_bars(place.cells, bars);
    let palette = cx.palette;
    for instrument in ROWS {
        let row = geometry.row(instrument);
        let middle = pos2(place.names.right() - 6.25 * UNIT, row.center().y);
        let is_locked = (0..bars.pattern_steps()).all(|step| locks.is_locked(step, instrument));
        let what = format!("{} in all bars", instrument.name());
        let color = if is_locked { palette.instrument(instrument) } else { palette.dim };
        if lock_mark(ui, middle, color, is_locked, &what) {
            turn_over(pen, Part::Row(instrument), is_locked);
        }
    }
    for bar in 0..bars.bars() {
        let steps = bar * bars.steps()..(bar + 1) * bars.steps();
        let is_locked = Instrument::ALL
            .into_iter()
            .all(|instrument| steps.clone().all(|step| locks.is_locked(step, instrument)));
        let right = geometry.x(steps.end as f32);
        let middle = pos2(right - 1.5 * UNIT, place.ruler.center().y);
        let color = if is_locked { palette.accent } else { palette.dim };
        if lock_mark(ui, middle, color, is_locked, &format!("Bar {}", bar + 1)) {
            turn_over(pen, Part::Bar(bar), is_locked);
        }
    }
}

fn turn_over(pen: &mut dyn Pen, part: Part, is_locked: bool) {
    pen.begin();
    pen.edit(Edit::Lock { part, is_locked: !is_locked });
    pen.end();
}

/// Draws a diamond; returns whether it was pressed.
fn lock_mark(ui: &Ui, middle: Pos2, color: egui::Color32, is_locked: bool, what: &str) -> bool {
    let rect = Rect::from_center_size(middle, vec2(2.0 * UNIT, 2.0 * UNIT));
    let response = toggleable(
        ui,
        rect,
        Id::unique(("lock", what)),
        Role::Switch,
        is_locked,
        &format!("Lock {what}"),
    );
    let is_lit = is_locked || response.hovered() || response.has_focus();
    diamond(ui.painter(), rect, if is_lit { color } else { color.gamma_multiply(0.5) }, is_locked);
    let state =
        if is_locked { "locked: what is generated next keeps it" } else { "free; press to lock" };
    response.on_hover_text(format!("{what}: {state}")).clicked()
}

/// Shows the tooltip of the cell under the pointer.
fn describe(response: Response, geometry: &Geometry, marks: &Marks<'_>, how: &str) {
    let Some((step, instrument)) = response.hover_pos().and_then(|at| geometry.at(at)) else {
        return;
    };
    let hit = marks.now.hit(step, instrument);
    if hit.is_none() && how.is_empty() {
        return;
    }
    let is_locked = marks.locks.is_locked(step, instrument);
    response.on_hover_ui_at_pointer(|ui| {
        ui.strong(place_in_words(marks.now.bar(), step, instrument));
        if let Some(hit) = hit {
            ui.label(hit_in_words(marks.now.bar().grid(), hit));
            if Articulation::of(instrument).len() > 1 {
                ui.label(stroke_in_words(instrument, hit));
            }
        }
        if is_locked {
            ui.label("Locked");
        }
        if hit.is_none() {
            ui.weak(how);
        }
    });
}

/// `Snare, bar 2, beat 3.2`: the second step of the third beat.
fn place_in_words(bars: Bar, step: usize, instrument: Instrument) -> String {
    let (bar, in_bar) = (step / bars.steps() + 1, step % bars.steps());
    let beat = (0..bars.metre().beats()).rfind(|&beat| bars.beat_step(beat) <= in_bar);
    let beat = beat.unwrap_or_default();
    let of_beat = in_bar - bars.beat_step(beat) + 1;
    format!("{}, bar {bar}, beat {}.{of_beat}", instrument.name(), beat + 1)
}

/// `Struck as rim shot; Alt-click: flam`.
fn stroke_in_words(instrument: Instrument, hit: Hit) -> String {
    let next = next_articulation(instrument, hit).name(instrument);
    format!("Struck as {}; Alt-click: {next}", hit.articulation().name(instrument))
}

/// `Velocity 88, 12 % of a 16th late`.
fn hit_in_words(grid: Grid, hit: Hit) -> String {
    let step = match grid {
        Grid::Eighths => "an 8th",
        Grid::Sixteenths => "a 16th",
        Grid::Triplets => "an 8th triplet",
        Grid::Sextuplets => "a 16th triplet",
    };
    let velocity = (hit.velocity() * 127.0).round();
    let per_cent = (hit.micro_offset() * 100.0).round();
    let timing = match per_cent {
        0.0 => "on the grid".to_owned(),
        _ if per_cent > 0.0 => format!("{per_cent:.0} % of {step} late"),
        _ => format!("{:.0} % of {step} early", -per_cent),
    };
    format!("Velocity {velocity:.0}, {timing}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_told_in_musical_words() {
        let told = |step, instrument| place_in_words(Bar::COMMON, step, instrument);
        assert_eq!(told(25, Instrument::Snare), "Snare, bar 2, beat 3.2");
        assert_eq!(told(0, Instrument::Kick), "Kick, bar 1, beat 1.1");
        let rim_shot = Hit::new(0.5, 0.0).struck_as(Articulation::RimShot);
        let words = stroke_in_words(Instrument::Snare, rim_shot);
        assert_eq!(words, "Struck as rim shot; Alt-click: flam");
        let open = stroke_in_words(Instrument::OpenHiHat, Hit::new(0.5, 0.0));
        assert_eq!(open, "Struck as open; Alt-click: half-open");
        let seven_eight = Bar::new(groove::Metre::new(7, 8).unwrap(), Grid::Eighths);
        assert_eq!(place_in_words(seven_eight, 13, Instrument::Kick), "Kick, bar 2, beat 3.3");
        let hit_in_words = |hit| super::hit_in_words(Grid::Sixteenths, hit);
        assert_eq!(hit_in_words(Hit::new(0.7, 0.12)), "Velocity 89, 12 % of a 16th late");
        assert_eq!(hit_in_words(Hit::new(1.0, -0.3)), "Velocity 127, 30 % of a 16th early");
        assert_eq!(hit_in_words(Hit::new(0.5, 0.001)), "Velocity 64, on the grid");
    }
}
