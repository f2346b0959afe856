//! Sliders with zero in the middle: vertical for latents, horizontal for attributes.

use egui::{CursorIcon, Id, Rect, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param};

use crate::window::widgets::control::{Direction, Travel, Turned, turn};
use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::text::small_text;
use crate::window::widgets::theme::{self, Size, UNIT, Weight, blend};
use crate::window::widgets::tooltip::tooltip;
use crate::window::widgets::typing::{Shown, value_text};

/// Radius of the handle, in points.
const HANDLE: f32 = 7.0;
/// Width of the track, in points.
const TRACK: f32 = 4.0;
/// Height of a line of text beneath the track, in points.
const LINE: f32 = 2.0 * UNIT;
/// Width of the name at the left of a horizontal slider, and of the value at its right.
const NAME: f32 = 9.0 * UNIT;
const VALUE: f32 = 4.0 * UNIT;

/// Draws a vertical slider in `rect`, name and value at the bottom.
pub(crate) fn latent_slider(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &FloatParam,
    rect: Rect,
    name: &str,
    about: &str,
) {
    let id = Id::unique(("latent", name));
    let body = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - 2.0 * LINE));
    let track = Rect::from_center_size(
        body.center(),
        vec2(TRACK, (body.height() - 2.0 * HANDLE).max(UNIT)),
    );
    let travel = Travel::on_track(Direction::Up, track);
    let turned = turn(ui, cx, param, body, id, travel);
    let palette = cx.palette;
    let painter = ui.painter();

    painter.rect_filled(track, 2.0, palette.line);
    painter.hline(
        track.center().x - 6.0..=track.center().x + 6.0,
        track.center().y,
        (1.0, palette.lifted),
    );
    let y = track.bottom() - turned.value * track.height();
    let filled = Rect::from_two_pos(pos2(track.left(), track.center().y), pos2(track.right(), y));
    painter.rect_filled(filled, 2.0, palette.accent);
    handle(ui, cx, pos2(track.center().x, y), &turned);

    ui.painter().text(
        pos2(rect.center().x, body.bottom() + LINE / 2.0),
        egui::Align2::CENTER_CENTER,
        name,
        theme::font(Size::Small, Weight::Regular),
        palette.dim,
    );
    let value = Rect::from_min_max(pos2(rect.left(), rect.bottom() - LINE), rect.max);
    let plain = (turned.value - 0.5) * 6.0;
    let shown =
        Shown { text: &one_digit(plain), is_strong: plain.abs() >= 0.05, is_clickable: true };
    value_text(ui, cx, param, value, id.with("value"), &shown, turned.wants_typing);
    tooltip(turned.response.on_hover_cursor(CursorIcon::ResizeVertical), cx, param, about);
}

/// Draws a horizontal slider in `rect`, name at the left, value at the right.
pub(crate) fn attribute_slider(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &FloatParam,
    rect: Rect,
    name: &str,
    about: &str,
) {
    let id = Id::unique(("attribute", param.name()));
    let palette = cx.palette;
    let body = rect.with_min_x(rect.left() + NAME).with_max_x(rect.right() - VALUE);
    let track =
        Rect::from_center_size(body.center(), vec2((body.width() - 2.0 * HANDLE).max(UNIT), TRACK));
    let travel = Travel::on_track(Direction::Right, track);
    let turned = turn(ui, cx, param, body, id, travel);
    let painter = ui.painter();
    small_text(painter, rect.with_max_x(body.left()), name, Weight::Regular, palette.dim);
    painter.rect_filled(track, 2.0, palette.line);
    painter.vline(
        track.center().x,
        track.center().y - 6.0..=track.center().y + 6.0,
        (1.0, palette.lifted),
    );
    let x = track.left() + turned.value * track.width();
    let filled = Rect::from_two_pos(pos2(track.center().x, track.top()), pos2(x, track.bottom()));
    painter.rect_filled(filled, 2.0, palette.accent);
    handle(ui, cx, pos2(x, track.center().y), &turned);
    let value = rect.with_min_x(body.right()).shrink2(vec2(0.0, (rect.height() - LINE) / 2.0));
    let plain = (turned.value - 0.5) * 6.0;
    let shown =
        Shown { text: &one_digit(plain), is_strong: plain.abs() >= 0.05, is_clickable: true };
    value_text(ui, cx, param, value, id.with("value"), &shown, turned.wants_typing);
    tooltip(turned.response.on_hover_cursor(CursorIcon::ResizeHorizontal), cx, param, about);
}

/// Draws the handle of a slider at `at`.
fn handle(ui: &Ui, cx: ControlContext<'_>, at: egui::Pos2, turned: &Turned) {
    let (painter, palette) = (ui.painter(), cx.palette);
    let is_lit = turned.is_held || turned.response.hovered() || turned.response.has_focus();
    if turned.response.has_focus() {
        painter.circle_stroke(at, HANDLE + 3.0, (1.5, palette.accent));
    }
    painter.circle_filled(at, HANDLE + 1.0, palette.panel);
    let fill = if is_lit { palette.bright } else { blend(palette.dim, palette.text, 0.9) };
    painter.circle_filled(at, HANDLE - 0.5 + if turned.is_held { 1.0 } else { 0.0 }, fill);
}

/// One digit, short enough for eight side by side: `+1.3`, `0`.
fn one_digit(value: f32) -> String {
    if value.abs() < 0.05 { "0".to_owned() } else { signed(value) }
}

fn signed(value: f32) -> String {
    let sign = if value < 0.0 { '\u{2212}' } else { '+' };
    format!("{sign}{:.1}", value.abs())
}
