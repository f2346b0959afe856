//! A compact number field: the value, and a thin bar beneath it.

use egui::{Color32, CursorIcon, Id, Rect, Ui, pos2};
use nice_plug::prelude::Param;

use crate::window::widgets::control::{Direction, Travel, turn};
use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::theme::blend;
use crate::window::widgets::tooltip::tooltip;
use crate::window::widgets::typing::{Shown, value_text};

/// Points that the pointer travels for the whole range.
const TRAVEL: f32 = 160.0;

/// How a field looks.
pub(crate) struct Look<'a> {
    /// The tooltip.
    pub(crate) about: &'a str,
    pub(crate) color: Color32,
    /// The normalised value that the bar is drawn from; `None` without a bar.
    pub(crate) origin: Option<f32>,
    /// Shortens the parameter's text.
    pub(crate) short: fn(&str) -> String,
    /// Drawn dim, because it has no effect now.
    pub(crate) is_faint: bool,
}

/// Draws `param` in `rect`.
pub(crate) fn field<P: Param>(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &P,
    rect: Rect,
    look: &Look<'_>,
) {
    let id = Id::unique(("field", param.name()));
    let travel = Travel::free(Direction::UpOrRight, TRAVEL);
    let turned = turn(ui, cx, param, rect, id, travel);
    let palette = cx.palette;
    let is_lit = turned.is_held || turned.response.hovered() || turned.response.has_focus();
    let painter = ui.painter();
    if is_lit {
        painter.rect_filled(rect, 4.0, palette.raised);
    }
    let bar_height = if look.origin.is_some() { 7.0 } else { 0.0 };
    let body = rect.shrink2(egui::vec2(4.0, 0.0));
    let middle = rect.center().y;
    if let Some(origin) = look.origin {
        let track = Rect::from_min_max(
            pos2(body.left(), middle + 7.0),
            pos2(body.right(), middle + 7.0 + 3.0),
        );
        painter.rect_filled(track, 1.5, palette.line);
        let x = |value: f32| track.left() + value * track.width();
        let filled =
            Rect::from_two_pos(pos2(x(origin), track.top()), pos2(x(turned.value), track.bottom()));
        let color = blend(palette.panel, look.color, if look.is_faint { 0.4 } else { 0.9 });
        painter.rect_filled(filled, 1.5, color);
    }
    let text = rect.translate(egui::vec2(0.0, -bar_height / 2.0));
    let words = param.normalized_value_to_string(turned.value, true);
    // Normalised values of a curved range are not exact.
    let is_default = (turned.value - param.default_normalized_value()).abs() < 1e-5;
    let shown = Shown {
        text: &(look.short)(&words),
        is_strong: !is_default && !look.is_faint,
        is_clickable: false,
    };
    let line = Rect::from_center_size(text.center(), egui::vec2(rect.width(), 16.0));
    value_text(ui, cx, param, line, id.with("value"), &shown, turned.wants_typing);
    tooltip(turned.response.on_hover_cursor(CursorIcon::ResizeVertical), cx, param, look.about);
}
