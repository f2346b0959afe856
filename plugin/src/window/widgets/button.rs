//! Buttons: pills, dice, arrows, segments, switches.

use egui::{
    Align2, Color32, CursorIcon, Id, Painter, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo,
    pos2, vec2,
};
use nice_plug::prelude::{BoolParam, Param};

use crate::state::numbers::finite_or;
use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::layout;
use crate::window::widgets::text::{polygon, write_text};
use crate::window::widgets::theme::{self, Palette, Size, UNIT, Weight, blend};
use crate::window::widgets::tooltip::explain;

/// A place to click, and its name for screen readers.
pub(crate) fn clickable(ui: &Ui, rect: Rect, id: Id, role: Role, name: &str) -> Response {
    let response = ui.interact(rect, id, Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), name));
    response
}

/// A place to click that is on or off.
pub(crate) fn toggleable(
    ui: &Ui,
    rect: Rect,
    id: Id,
    role: Role,
    is_on: bool,
    name: &str,
) -> Response {
    let response = ui.interact(rect, id, Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::selected(role, true, is_on, name));
    response
}

/// The weight of a pill.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Rank {
    /// The main button.
    First,
    /// An ordinary button.
    Plain,
}

/// Draws a pill in `rect`; with `pips`, a die of that many before `label`.
pub(crate) fn pill(
    ui: &Ui,
    cx: ControlContext<'_>,
    rect: Rect,
    label: &str,
    rank: Rank,
    pips: Option<usize>,
) -> Response {
    let response = clickable(ui, rect, Id::unique(("pill", label)), Role::Button, label);
    let palette = cx.palette;
    let Palette { accent, bright, on_accent, raised, lifted, text, .. } = *palette;
    let (fill, hovered, ink, weight) = match rank {
        Rank::First => (accent, blend(accent, bright, 0.25), on_accent, Weight::Strong),
        Rank::Plain => (raised, lifted, text, Weight::Regular),
    };
    let fill = if response.is_pointer_button_down_on() {
        blend(hovered, palette.ground, 0.2)
    } else if response.hovered() {
        hovered
    } else {
        fill
    };
    let painter = ui.painter();
    painter.rect_filled(rect, rect.height() / 2.0, fill);
    focus_ring(painter, &response, rect, rect.height() / 2.0, palette.text);
    let size = if rect.height() < 3.0 * UNIT { Size::Small } else { Size::Body };
    let font = theme::font(size, weight);
    let text = painter.layout_no_wrap(label.to_owned(), font, ink);
    let die_size = if pips.is_some() { (rect.height() * 0.5).round() } else { 0.0 };
    let gap = if pips.is_some() && !label.is_empty() { UNIT } else { 0.0 };
    let mut x = rect.center().x - (die_size + gap + text.size().x) / 2.0;
    if let Some(pips) = pips {
        die(painter, pos2(x + die_size / 2.0, rect.center().y), die_size, pips, ink, fill);
        x += die_size + gap;
    }
    painter.galley(pos2(x, rect.center().y - text.size().y / 2.0), text, ink);
    response
}

/// Draws a ring if `response` has the focus.
pub(crate) fn focus_ring(
    painter: &Painter,
    response: &Response,
    rect: Rect,
    radius: f32,
    color: Color32,
) {
    if response.has_focus() {
        painter.rect_stroke(rect.expand(2.0), radius + 2.0, (1.5, color), egui::StrokeKind::Inside);
    }
}

/// Draws a die that shows `pips`, `1..=6`.
pub(crate) fn die(
    painter: &Painter,
    center: Pos2,
    size: f32,
    pips: usize,
    body: Color32,
    hole: Color32,
) {
    painter.rect_filled(Rect::from_center_size(center, vec2(size, size)), size * 0.22, body);
    // Opposite corners, the other corners, the sides, each from two, four and six pips on; the middle if odd.
    let pairs = [(2, -1.0, -1.0), (4, 1.0, -1.0), (6, -1.0, 0.0)];
    let shown = pairs.into_iter().filter(|&(least, ..)| pips >= least);
    let shown = shown.flat_map(|(_, x, y)| [(x, y), (-x, -y)]);
    for (x, y) in shown.chain((pips % 2 == 1).then_some((0.0, 0.0))) {
        painter.circle_filled(center + vec2(x, y) * size * 0.26, size * 0.095, hole);
    }
}

/// Draws an arrow to the left or right in `rect`; returns whether it was pressed.
pub(crate) fn arrow(
    ui: &Ui,
    cx: ControlContext<'_>,
    rect: Rect,
    label: &str,
    is_next: bool,
) -> bool {
    let response = clickable(ui, rect, Id::unique(("arrow", label)), Role::Button, label);
    let palette = cx.palette;
    let is_lit = response.hovered() || response.has_focus();
    let color = if is_lit { palette.text } else { palette.dim };
    focus_ring(ui.painter(), &response, rect.shrink(4.0), 4.0, palette.text);
    let tip = if is_next { 3.5 } else { -3.5 };
    polygon(ui.painter(), rect.center(), &[(tip, 0.0), (-tip, -4.5), (-tip, 4.5)], color);
    response.on_hover_text(label).clicked()
}

/// Draws the choices of `param` side by side in `rect`, the chosen one raised.
pub(crate) fn choices<P: Param>(
    ui: &Ui,
    cx: ControlContext<'_>,
    param: &P,
    rect: Rect,
    about: &str,
) {
    let last = param.step_count().unwrap_or(1).max(1);
    let value = finite_or(param.modulated_normalized_value(), param.default_normalized_value());
    let chosen = (value * last as f32).round() as usize;
    for choice in 0..=last {
        let normalized = choice as f32 / last as f32;
        let label = &param.normalized_value_to_string(normalized, true);
        let cell = layout::column(rect, choice, last + 1);
        let look = Segment { label, is_chosen: choice == chosen, is_first: choice == 0 };
        let response = segment(ui, cx, Id::unique((param.name(), choice)), rect, cell, &look);
        if response.clicked() {
            cx.set_once(param, normalized);
        }
        explain(response, cx, param, about);
    }
}

/// Draws `options` (name, tooltip) side by side in `rect`. Returns the one pressed, and the response of all.
pub(crate) fn segments(
    ui: &Ui,
    cx: ControlContext<'_>,
    name: &str,
    rect: Rect,
    options: &[(&str, &str)],
    chosen: usize,
) -> (Option<usize>, Response) {
    let mut pressed = None;
    let mut all = ui.interact(rect, Id::unique((name, "all")), Sense::hover());
    for (i, (label, about)) in options.iter().enumerate() {
        let cell = layout::column(rect, i, options.len());
        let look = Segment { label, is_chosen: i == chosen, is_first: i == 0 };
        let response = segment(ui, cx, Id::unique((name, i)), rect, cell, &look);
        let response = response.on_hover_text(*about);
        if response.clicked() {
            pressed = Some(i);
        }
        all |= response;
    }
    (pressed, all)
}

struct Segment<'a> {
    label: &'a str,
    is_chosen: bool,
    is_first: bool,
}

/// Draws one of several segments of `bar` in `cell`; the first draws the bar behind all.
fn segment(
    ui: &Ui,
    cx: ControlContext<'_>,
    id: Id,
    bar: Rect,
    cell: Rect,
    look: &Segment<'_>,
) -> Response {
    let palette = cx.palette;
    let response = toggleable(ui, cell, id, Role::RadioButton, look.is_chosen, look.label);
    if look.is_first {
        ui.painter().rect_filled(bar, bar.height() / 2.0, palette.ground);
    }
    let face = cell.shrink(2.0);
    let radius = face.height() / 2.0;
    if look.is_chosen || response.hovered() {
        let fill = if look.is_chosen { palette.chosen } else { palette.raised };
        ui.painter().rect_filled(face, radius, fill);
    }
    focus_ring(ui.painter(), &response, face, radius, palette.text);
    let weight = if look.is_chosen { Weight::Strong } else { Weight::Regular };
    write_text(
        ui.painter(),
        (cell.center(), Align2::CENTER_CENTER),
        look.label,
        weight,
        if look.is_chosen { palette.text } else { palette.dim },
    );
    response
}

/// Draws a switch for `param` in `rect`, its name to the right if there is room.
pub(crate) fn switch(
    ui: &Ui,
    cx: ControlContext<'_>,
    param: &BoolParam,
    rect: Rect,
    name: &str,
    about: &str,
) {
    let palette = cx.palette;
    let is_on = param.value();
    let response = toggleable(ui, rect, Id::unique(("switch", name)), Role::Switch, is_on, name);
    if response.clicked() {
        cx.set_once(param, if is_on { 0.0 } else { 1.0 });
    }
    let track = Rect::from_min_size(
        pos2(rect.left(), rect.center().y - UNIT),
        vec2(3.5 * UNIT, 2.0 * UNIT),
    );
    let fill = if is_on { palette.good } else { palette.line };
    let fill = if response.hovered() { blend(fill, palette.text, 0.15) } else { fill };
    let painter = ui.painter();
    painter.rect_filled(track, UNIT, fill);
    focus_ring(painter, &response, track, UNIT, palette.text);
    let x = if is_on { track.right() - UNIT } else { track.left() + UNIT };
    let thumb = if is_on { palette.panel } else { palette.dim };
    painter.circle_filled(pos2(x, track.center().y), UNIT - 2.0, thumb);
    if rect.right() > track.right() + UNIT {
        let at = pos2(track.right() + UNIT, rect.center().y);
        let font = theme::font(Size::Body, Weight::Strong);
        painter.text(at, Align2::LEFT_CENTER, name, font, palette.text);
    }
    explain(response, cx, param, about);
}
