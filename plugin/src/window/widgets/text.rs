//! Lines of text, and small shapes.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

use crate::files::display_text::one_line;
use crate::window::widgets::theme::{self, Size, Weight};

/// Writes small text with `align` at `at`; returns its place.
pub(crate) fn write_text(
    painter: &Painter,
    (at, align): (Pos2, Align2),
    text: impl ToString,
    weight: Weight,
    color: Color32,
) -> Rect {
    painter.text(at, align, text, theme::font(Size::Small, weight), color)
}

/// Writes small text at the left edge of `place`.
pub(crate) fn small_text(
    painter: &Painter,
    place: Rect,
    text: &str,
    weight: Weight,
    color: Color32,
) {
    write_text(painter, (place.left_center(), Align2::LEFT_CENTER), text, weight, color);
}

/// Width of `text` in one line, in points.
pub(crate) fn text_width(ui: &Ui, text: &str, weight: Weight) -> f32 {
    let font = theme::font(Size::Small, weight);
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

/// Writes `text` at the left edge of `room`, shortened with an ellipsis. Any text: control characters are left out.
pub(crate) fn elided(ui: &Ui, room: Rect, text: &str, weight: Weight, color: Color32) {
    let font = theme::font(Size::Small, weight);
    let mut job = LayoutJob::simple_singleline(one_line(text).into_owned(), font, color);
    job.wrap = TextWrapping::truncate_at_width(room.width().max(0.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(room.left(), room.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

/// Draws the convex polygon with `corners` around `middle`.
pub(crate) fn polygon(painter: &Painter, middle: Pos2, corners: &[(f32, f32)], color: Color32) {
    let corners = corners.iter().map(|&(x, y)| middle + vec2(x, y)).collect();
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}
