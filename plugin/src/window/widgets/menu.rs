//! A choice among many: a button that opens a list beneath it.

use egui::{Align, Align2, Id, Layout, Popup, Rect, Role, Ui, pos2, vec2};
use nice_plug::prelude::Param;

use crate::state::numbers::finite_or;
use crate::window::widgets::button::{clickable, focus_ring};
use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::text::{elided, polygon, write_text};
use crate::window::widgets::theme::{UNIT, Weight};
use crate::window::widgets::tooltip::explain;

/// The longest column of a list.
const COLUMN: usize = 13;

/// Draws all choices of the stepped `param` as a menu in `rect`.
pub(crate) fn whole_menu<P: Param>(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &P,
    rect: Rect,
    about: &str,
) {
    menu(ui, cx, param, param.step_count().unwrap_or(0) + 1, rect, "", about);
}

/// Draws the first `count` choices of the stepped `param` as a menu in `rect`.
pub(crate) fn menu<P: Param>(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &P,
    count: usize,
    rect: Rect,
    title: &str,
    about: &str,
) {
    let last = param.step_count().unwrap_or(1).max(1);
    let value = finite_or(param.modulated_normalized_value(), param.default_normalized_value());
    let chosen = (value * last as f32).round() as usize;
    let palette = cx.palette;
    let words = param.normalized_value_to_string(value, true);
    let label = format!("{}: {words}", param.name());
    let response = clickable(ui, rect, Id::unique(("menu", param.name())), Role::ComboBox, &label);
    let is_lit = response.hovered() || response.has_focus();
    let fill = if is_lit { palette.lifted } else { palette.raised };
    let radius = (rect.height() / 2.0).min(UNIT);
    let painter = ui.painter();
    painter.rect_filled(rect, radius, fill);
    focus_ring(painter, &response, rect, radius, palette.text);
    let arrow = pos2(rect.right() - 1.5 * UNIT, rect.center().y + 1.0);
    polygon(painter, arrow, &[(-3.5, -2.0), (3.5, -2.0), (0.0, 3.0)], palette.dim);
    let mut left = rect.left() + 1.25 * UNIT;
    if !title.is_empty() {
        let at = pos2(left, rect.center().y);
        left = write_text(painter, (at, Align2::LEFT_CENTER), title, Weight::Regular, palette.dim)
            .right()
            + UNIT;
    }
    let room = Rect::from_min_max(pos2(left, rect.top()), pos2(arrow.x - UNIT, rect.bottom()));
    elided(ui, room, &words, Weight::Strong, palette.text);

    let columns = count.div_ceil(COLUMN).max(1);
    let width = (rect.width() / columns as f32 - 2.0 * UNIT).max(10.0 * UNIT);
    Popup::menu(&response).show(|ui| {
        ui.horizontal_top(|ui| {
            for first in (0..count).step_by(COLUMN) {
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.spacing_mut().button_padding = vec2(UNIT, 3.0);
                    ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
                        for choice in first..count.min(first + COLUMN) {
                            let normalized = choice as f32 / last as f32;
                            let label = param.normalized_value_to_string(normalized, true);
                            if ui.selectable_label(choice == chosen, label).clicked() {
                                cx.set_once(param, normalized);
                            }
                        }
                    });
                });
            }
        });
    });
    explain(response, cx, param, about);
}
