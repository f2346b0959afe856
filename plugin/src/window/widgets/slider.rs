//! Sliders with zero in the middle: vertical for latents, horizontal for attributes.

use egui::{Align2, CursorIcon, Id, Rect, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param as _};

use crate::window::widgets::control::{Direction, Travel, turn};
use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::text::{small_text, write_text};
use crate::window::widgets::theme::{UNIT, Weight, blend};
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

/// The looks of a slider.
pub(crate) struct Slider<'a> {
    pub(crate) id: Id,
    pub(crate) name: &'a str,
    /// The tooltip.
    pub(crate) about: &'a str,
    /// Name and value stand beneath it, not beside it.
    pub(crate) is_vertical: bool,
}

/// Draws the slider of `param` in `rect`.
pub(crate) fn slider(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &FloatParam,
    rect: Rect,
    look: &Slider<'_>,
) {
    let Slider { id, name, about, is_vertical } = *look;
    let (body, track, value) = if is_vertical {
        let body = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - 2.0 * LINE));
        let value = Rect::from_min_max(pos2(rect.left(), rect.bottom() - LINE), rect.max);
        (body, vec2(TRACK, (body.height() - 2.0 * HANDLE).max(UNIT)), value)
    } else {
        let body = rect.with_min_x(rect.left() + NAME).with_max_x(rect.right() - VALUE);
        let value = rect.with_min_x(body.right()).shrink2(vec2(0.0, (rect.height() - LINE) / 2.0));
        (body, vec2((body.width() - 2.0 * HANDLE).max(UNIT), TRACK), value)
    };
    let track = Rect::from_center_size(body.center(), track);
    let direction = if is_vertical { Direction::Up } else { Direction::Right };
    let turned = turn(ui, cx, param, body, id, Travel::on_track(direction, track));

    let (painter, palette) = (ui.painter(), cx.palette);
    painter.rect_filled(track, 2.0, palette.line);
    let zero = track.center();
    let (across, handle, filled) = if is_vertical {
        let handle = pos2(zero.x, track.bottom() - turned.value * track.height());
        let filled = [pos2(track.left(), zero.y), pos2(track.right(), handle.y)];
        (vec2(6.0, 0.0), handle, filled)
    } else {
        let handle = pos2(track.left() + turned.value * track.width(), zero.y);
        let filled = [pos2(zero.x, track.top()), pos2(handle.x, track.bottom())];
        (vec2(0.0, 6.0), handle, filled)
    };
    painter.line_segment([zero - across, zero + across], (1.0, palette.lifted));
    painter.rect_filled(Rect::from_two_pos(filled[0], filled[1]), 2.0, palette.accent);
    let has_focus = turned.response.has_focus();
    if has_focus {
        painter.circle_stroke(handle, HANDLE + 3.0, (1.5, palette.accent));
    }
    painter.circle_filled(handle, HANDLE + 1.0, palette.panel);
    let is_lit = turned.is_held || turned.response.hovered() || has_focus;
    let fill = if is_lit { palette.bright } else { blend(palette.dim, palette.text, 0.9) };
    painter.circle_filled(handle, HANDLE - if turned.is_held { -0.5 } else { 0.5 }, fill);

    if is_vertical {
        let at = pos2(rect.center().x, body.bottom() + LINE / 2.0);
        write_text(painter, (at, Align2::CENTER_CENTER), name, Weight::Regular, palette.dim);
    } else {
        let place = rect.with_max_x(body.left());
        small_text(painter, place, name, Weight::Regular, palette.dim);
    }
    let plain = param.preview_plain(turned.value);
    let text = &one_digit(plain);
    let shown = Shown { text, is_strong: plain.abs() >= 0.05, is_clickable: true };
    value_text(ui, cx, param, value, id.with("value"), &shown, turned.wants_typing);
    let cursor =
        if is_vertical { CursorIcon::ResizeVertical } else { CursorIcon::ResizeHorizontal };
    tooltip(turned.response.on_hover_cursor(cursor), cx, param, about);
}

/// One digit, short enough for eight side by side: `+1.3`, `0`.
fn one_digit(value: f32) -> String {
    match value {
        _ if value.abs() < 0.05 => "0".to_owned(),
        _ if value < 0.0 => format!("\u{2212}{:.1}", -value),
        _ => format!("+{value:.1}"),
    }
}
