//! Lines of text.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, Painter, Rect, Ui, pos2};

use crate::files::display_text::one_line;
use crate::window::widgets::theme::{self, Size, Weight};

/// Writes small text in `place`, from its left edge.
pub(crate) fn small_text(
    painter: &Painter,
    place: Rect,
    text: &str,
    weight: Weight,
    color: Color32,
) {
    let font = theme::font(Size::Small, weight);
    painter.text(place.left_center(), Align2::LEFT_CENTER, text, font, color);
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
