//! The corner that resizes the window.

use egui::{CursorIcon, Id, Rect, Sense, Ui, ViewportCommand, pos2, vec2};

use crate::window::widgets::{MIN_SIZE, Palette};

/// Draws the corner, for hosts whose own frame does not resize `window`.
pub(crate) fn corner(ui: &Ui, palette: &Palette, window: Rect) {
    let corner = Rect::from_min_max(window.max - vec2(14.0, 14.0), window.max);
    let response = ui
        .interact(corner, Id::unique("resize"), Sense::drag())
        .on_hover_and_drag_cursor(CursorIcon::ResizeNwSe);
    let is_lit = response.hovered() || response.dragged();
    let color = if is_lit { palette.text } else { palette.lifted };
    for reach in [4.0, 8.0] {
        let far = window.max - vec2(3.0, 3.0);
        let ends = [pos2(far.x - reach, far.y), pos2(far.x, far.y - reach)];
        ui.painter().line_segment(ends, (1.5, color));
    }
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let size = (pointer - window.min + vec2(4.0, 4.0)).max(MIN_SIZE);
        if (size - window.size()).length() > 1.0 {
            ui.ctx().send_viewport_cmd(ViewportCommand::InnerSize(size));
        }
    }
}
