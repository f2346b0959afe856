//! The vertical latent slider: zero in the middle, filled from there to the handle.

use egui::{CursorIcon, Id, Rect, Ui, pos2, vec2};
use nice_plug::prelude::FloatParam;

use super::control::{Hand, Travel, turn};
use super::theme::{self, Size, UNIT, Weight, blend};
use super::tooltip::tooltip;
use super::typing::{Shown, value_text};

/// Radius of the handle, in points.
const HANDLE: f32 = 7.0;
/// Width of the track, in points.
const TRACK: f32 = 4.0;
/// Height of a line of text beneath the track, in points.
const LINE: f32 = 2.0 * UNIT;

/// Draws the slider of `param`, called `name`, in `rect`; its value stands at the bottom.
pub(super) fn latent_slider(
    ui: &mut Ui,
    hand: Hand<'_>,
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
    let travel = Travel { points: track.height(), jumps_in: Some(track) };
    let turned = turn(ui, hand, param, body, id, travel);
    let palette = hand.palette;
    let painter = ui.painter();
    let is_lit = turned.is_held || turned.response.hovered() || turned.response.has_focus();

    painter.rect_filled(track, 2.0, palette.line);
    painter.hline(
        track.center().x - 6.0..=track.center().x + 6.0,
        track.center().y,
        (1.0, palette.lifted),
    );
    let y = track.bottom() - turned.value * track.height();
    let filled = Rect::from_two_pos(pos2(track.left(), track.center().y), pos2(track.right(), y));
    painter.rect_filled(filled, 2.0, palette.accent);
    let handle = pos2(track.center().x, y);
    if turned.response.has_focus() {
        painter.circle_stroke(handle, HANDLE + 3.0, (1.5, palette.accent));
    }
    painter.circle_filled(handle, HANDLE + 1.0, palette.panel);
    let white = if is_lit { egui::Color32::WHITE } else { blend(palette.dim, palette.text, 0.9) };
    painter.circle_filled(handle, HANDLE - 0.5 + if turned.is_held { 1.0 } else { 0.0 }, white);

    painter.text(
        pos2(rect.center().x, body.bottom() + LINE / 2.0),
        egui::Align2::CENTER_CENTER,
        name,
        theme::font(Size::Small, Weight::Regular),
        palette.dim,
    );
    let value = Rect::from_min_max(pos2(rect.left(), rect.bottom() - LINE), rect.max);
    let plain = (turned.value - 0.5) * 6.0;
    let shown = Shown { text: &one_digit(plain), is_strong: plain.abs() >= 0.05 };
    value_text(ui, hand, param, value, id.with("value"), &shown, turned.wants_typing);
    tooltip(turned.response.on_hover_cursor(CursorIcon::ResizeVertical), hand, param, about);
}

/// Short enough for eight of them side by side: `+1.3`, `0`.
fn one_digit(value: f32) -> String {
    if value.abs() < 0.05 { "0".to_owned() } else { signed(value) }
}

fn signed(value: f32) -> String {
    let sign = if value < 0.0 { '\u{2212}' } else { '+' };
    format!("{sign}{:.1}", value.abs())
}
