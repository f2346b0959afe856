//! A knob: an arc that shows the value, with name and value as text beneath.

use std::f32::consts::PI;

use egui::{Align2, Color32, CursorIcon, Id, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use nice_plug::prelude::Param;

use crate::window::widgets::control::{Direction, Travel, turn};
use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::text::{text_width, write_text};
use crate::window::widgets::theme::{self, UNIT, Weight};
use crate::window::widgets::tooltip::tooltip;
use crate::window::widgets::typing::{Shown, value_text};

/// Points that the pointer travels for the whole range.
const TRAVEL: f32 = 160.0;
/// The arc's ends, in turns from straight up.
const SWEEP: f32 = 0.375;
/// Height of a line of text, in points.
const LINE: f32 = 2.0 * UNIT;

/// The looks of a knob.
#[derive(Clone, Copy)]
pub(crate) struct Face<'a> {
    /// The name in the window.
    pub(crate) name: &'a str,
    /// The tooltip.
    pub(crate) about: &'a str,
    pub(crate) color: Color32,
    /// The normalised value that the arc is drawn from: 0, or the middle of a two-sided range.
    pub(crate) origin: f32,
    /// Drawn faint, because it has no effect now.
    pub(crate) is_faint: bool,
}

/// Draws the knob of `param` in `rect`.
pub(crate) fn knob<P: Param>(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &P,
    rect: Rect,
    face: Face<'_>,
) {
    let id = Id::unique(("knob", param.name()));
    let text_top = rect.bottom() - 2.0 * LINE;
    let round = Rect::from_min_max(rect.min, pos2(rect.right(), text_top));
    let radius = (round.height().min(round.width()) / 2.0 - 3.0).clamp(10.0, 30.0);
    let center = pos2(round.center().x, round.top() + 3.0 + radius);
    let body = Rect::from_center_size(center, vec2(2.0 * radius + 8.0, 2.0 * radius + 8.0));
    let turned = turn(ui, cx, param, body, id, Travel::free(Direction::Up, TRAVEL));

    let palette = cx.palette;
    let fade = if face.is_faint { 0.35 } else { 1.0 };
    let width = (radius * 0.14).clamp(3.0, 4.5);
    let painter = ui.painter();
    painter.add(arc(center, radius, 0.0, 1.0, Stroke::new(width, palette.line)));
    let (low, high) = (face.origin.min(turned.value), face.origin.max(turned.value));
    if high - low > 0.002 {
        let color = theme::blend(palette.panel, face.color, fade);
        painter.add(arc(center, radius, low, high, Stroke::new(width, color)));
    }
    let lifted = turned.is_held || turned.response.hovered() || turned.response.has_focus();
    let cap = if lifted { palette.lifted } else { palette.raised };
    painter.circle_filled(center, radius * 0.66, cap);
    if turned.response.has_focus() {
        painter.circle_stroke(center, radius * 0.66, (1.5, face.color));
    }
    let needle =
        [along(center, radius * 0.26, turned.value), along(center, radius * 0.54, turned.value)];
    let needle_color = theme::blend(palette.panel, palette.text, fade.max(0.5));
    painter.line_segment(needle, (2.5, needle_color));

    write_text(
        painter,
        (pos2(rect.center().x, text_top + LINE / 2.0), Align2::CENTER_CENTER),
        face.name,
        Weight::Regular,
        palette.dim,
    );
    let value = Rect::from_min_max(pos2(rect.left(), text_top + LINE), rect.max);
    let text = shown_value(ui, param, turned.value, rect.width() - 4.0);
    let shown = Shown { text: &text, is_strong: true, is_clickable: true };
    value_text(ui, cx, param, value, id.with("value"), &shown, turned.wants_typing);
    tooltip(turned.response.on_hover_cursor(CursorIcon::ResizeVertical), cx, param, face.about);
}

/// The value as text, or only its number if the text has no room.
fn shown_value<P: Param>(ui: &Ui, param: &P, normalized: f32, width: f32) -> String {
    let mut text = param.normalized_value_to_string(normalized, true).replace('-', "\u{2212}");
    if text_width(ui, &text, Weight::Strong) > width
        && let Some(end) = text.find(", ").or_else(|| text.find(" of "))
    {
        text.truncate(end);
    }
    text
}

/// The point at `radius` in the direction of the normalised `value`.
fn along(center: Pos2, radius: f32, value: f32) -> Pos2 {
    let angle = (value - 0.5) * 2.0 * SWEEP * 2.0 * PI;
    center + radius * vec2(angle.sin(), -angle.cos())
}

fn arc(center: Pos2, radius: f32, from: f32, to: f32, stroke: Stroke) -> Shape {
    // A segment every 4 degrees looks round at twice the size.
    let segments = ((to - from) * 2.0 * SWEEP * 90.0).ceil().max(1.0) as usize;
    let points = (0..=segments)
        .map(|i| along(center, radius, from + (to - from) * i as f32 / segments as f32))
        .collect();
    Shape::line(points, stroke)
}
