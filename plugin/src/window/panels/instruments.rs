//! Left of the cells: each instrument's name, die, mute and solo.

use egui::{Align2, Color32, Id, Rect, Role, Ui, pos2, vec2};
use groove::sequencer::Lanes;
use groove::{INSTRUMENTS, Instrument};
use nice_plug::prelude::{BoolParam, Param};

use crate::window::grid::tween::Tween;
use crate::window::grid::{Geometry, ROWS, glow};
use crate::window::widgets::{
    ControlContext, Groove, UNIT, Weight, blend, clickable, die, explain, focus_ring, small_text,
    toggleable, write_text,
};

/// Side of the mute and solo buttons, in points.
const BUTTON: f32 = 2.25 * UNIT;
const MUTE_ABOUT: &str = "Silences this instrument.";
const SOLO_ABOUT: &str = "Silences all instruments but this one and others that are solo.";

/// Draws the names with die, mute and solo; the marks beside them flash with each hit. Returns the instrument whose die
/// was pressed.
pub(crate) fn names(
    ui: &Ui,
    cx: ControlContext<'_>,
    place: &Groove,
    lanes: &Lanes,
    tween: &Tween,
    at_step: Option<f32>,
) -> Option<Instrument> {
    let mut thrown = None;
    let palette = cx.palette;
    let geometry = Geometry::new(place.cells);
    let mut struck = [0.0_f32; INSTRUMENTS];
    let mut is_used = [false; INSTRUMENTS];
    for (step, instrument, cell) in tween.cells() {
        let i = instrument.index();
        is_used[i] = true;
        if let Some(at) = at_step {
            let light =
                glow(at, step as f32 + cell.offset, tween.bar()) * cell.velocity * cell.strength;
            struck[i] = struck[i].max(light);
        }
    }
    for instrument in ROWS {
        let i = instrument.index();
        let row = geometry.row(instrument).with_min_x(place.names.left());
        let row = row.with_max_x(place.names.right());
        let is_lit = is_used[i] && lanes.hears(instrument);
        let color = palette.instrument(instrument);
        let color = if is_lit { color } else { blend(palette.panel, color, 0.45) };
        let mark = Rect::from_center_size(
            pos2(row.left() + 2.0, row.center().y),
            vec2(4.0, (row.height() * 0.4).round()),
        );
        let flash = blend(color, palette.bright, 0.6 * struck[i]);
        ui.painter().rect_filled(mark.expand(1.5 * struck[i]), 2.0, flash);
        let name = row.with_min_x(row.left() + 1.5 * UNIT);
        let ink = if is_lit { palette.text } else { palette.dim };
        small_text(ui.painter(), name, instrument.name(), Weight::Regular, ink);
        let own = cx.params.instruments.of(instrument);
        let button = |right: f32| {
            let middle = pos2(row.right() - right, row.center().y);
            let side = BUTTON.min(row.height() - 2.0);
            Rect::from_center_size(middle, vec2(BUTTON, side))
        };
        if dice(ui, cx, row, instrument) {
            thrown = Some(instrument);
        }
        let mute = Lamp { letter: "M", color: palette.bad, is_lit: !own.is_on.value() };
        lamp(ui, cx, &own.is_on, button(1.5 * BUTTON + 4.0), &mute, MUTE_ABOUT);
        let solo = Lamp { letter: "S", color: palette.accent, is_lit: own.is_solo.value() };
        lamp(ui, cx, &own.is_solo, button(0.5 * BUTTON), &solo, SOLO_ABOUT);
    }
    thrown
}

/// Draws the die of an instrument while the pointer is in its row or it has the focus. Returns whether it was pressed.
fn dice(ui: &Ui, cx: ControlContext<'_>, row: Rect, instrument: Instrument) -> bool {
    let palette = cx.palette;
    let middle = pos2(row.right() - 8.5 * UNIT, row.center().y);
    let rect = Rect::from_center_size(middle, vec2(BUTTON, BUTTON.min(row.height() - 2.0)));
    let label = format!("Another row for {}", instrument.name());
    let response =
        clickable(ui, rect, Id::unique(("dice", instrument.index())), Role::Button, &label);
    if ui.rect_contains_pointer(row) || response.has_focus() {
        let is_lit = response.hovered() || response.has_focus();
        let body = if is_lit { palette.instrument(instrument) } else { palette.dim };
        die(ui.painter(), rect.center(), 13.0, 5, body, palette.panel);
        focus_ring(ui.painter(), &response, rect.shrink(1.0), 4.0, palette.text);
    }
    response.on_hover_text(format!("{label}, that fits what the others play")).clicked()
}

/// A letter that is lit while on.
struct Lamp {
    letter: &'static str,
    color: Color32,
    is_lit: bool,
}

/// Draws `lamp` in `rect`; a press toggles `param`.
fn lamp(ui: &Ui, cx: ControlContext<'_>, param: &BoolParam, rect: Rect, lamp: &Lamp, about: &str) {
    let response = toggleable(
        ui,
        rect,
        Id::unique(("lamp", param.name())),
        Role::Switch,
        lamp.is_lit,
        param.name(),
    );
    if response.clicked() {
        cx.set_once(param, if param.value() { 0.0 } else { 1.0 });
    }
    let palette = cx.palette;
    let painter = ui.painter();
    if lamp.is_lit {
        let fill =
            if response.hovered() { blend(lamp.color, palette.text, 0.2) } else { lamp.color };
        painter.rect_filled(rect, 4.0, fill);
    } else if response.hovered() {
        painter.rect_filled(rect, 4.0, palette.lifted);
    }
    focus_ring(painter, &response, rect, 4.0, palette.text);
    let ink = match (lamp.is_lit, response.hovered()) {
        (true, _) => palette.on_accent,
        (false, true) => palette.text,
        (false, false) => palette.dim,
    };
    let weight = if lamp.is_lit { Weight::Strong } else { Weight::Regular };
    write_text(painter, (rect.center(), Align2::CENTER_CENTER), lamp.letter, weight, ink);
    explain(response, cx, param, about);
}
