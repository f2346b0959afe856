//! The zoom: chosen with a button, and made smaller where the host's window has no room for everything.

use egui::{Align2, Context, Id, Rect, Role, Ui, Vec2, ViewportCommand};

use crate::window::widgets::{ControlContext, MIN_SIZE, Weight, clickable, write_text};

/// The zooms of the button.
const ZOOMS: [f32; 5] = [1.0, 1.25, 1.5, 1.75, MAX_ZOOM];
/// The largest zoom.
pub(crate) const MAX_ZOOM: f32 = 2.0;
/// The smallest zoom.
pub(crate) const MIN_ZOOM: f32 = 0.7;
/// Seconds in which a host may resize its window before everything is made smaller.
const RESIZE_TIMEOUT_S: f64 = 0.5;

/// Draws the button that steps through the zooms.
pub(crate) fn zoom_button(ui: &Ui, cx: ControlContext<'_>, rect: Rect) {
    let label = format!("{:.0} %", ui.ctx().zoom_factor() * 100.0);
    let response = clickable(ui, rect, Id::unique("zoom"), Role::Button, &format!("Zoom {label}"));
    let palette = cx.palette;
    let is_lit = response.hovered() || response.has_focus();
    let fill = if is_lit { palette.lifted } else { palette.raised };
    ui.painter().rect_filled(rect, rect.height() / 2.0, fill);
    write_text(
        ui.painter(),
        (rect.center(), Align2::CENTER_CENTER),
        label,
        Weight::Regular,
        palette.dim,
    );
    if response.clicked() {
        next(ui.ctx());
    }
    response.on_hover_text("Size of everything: click for the next, 100 to 200 %");
}

/// Sets the next zoom, and asks the host for a window of as many points.
fn next(ctx: &Context) {
    let zoom = ctx.zoom_factor();
    let larger = ZOOMS.iter().copied().find(|&at| at > zoom + 0.01);
    let size = ctx.content_rect().size();
    ctx.set_zoom_factor(larger.unwrap_or(ZOOMS[0]));
    ctx.send_viewport_cmd(ViewportCommand::InnerSize(size.max(MIN_SIZE)));
}

/// When the window became too small, if it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Zoomed {
    tight_since_s: Option<f64>,
}

impl Zoomed {
    /// Zooms out if the window, of `size` points, has stayed too small.
    pub(crate) fn fit(&mut self, ctx: &Context, size: Vec2, now_s: f64) {
        let Some(zoom) = fitting(size, ctx.zoom_factor()) else {
            self.tight_since_s = None;
            return;
        };
        let since_s = *self.tight_since_s.get_or_insert(now_s);
        if now_s - since_s >= RESIZE_TIMEOUT_S {
            ctx.set_zoom_factor(zoom);
            self.tight_since_s = None;
        } else {
            ctx.request_repaint_after_secs(RESIZE_TIMEOUT_S as f32);
        }
    }
}

/// The smaller zoom that a window of `size` points at `zoom` needs to show everything; `None` if it needs none.
fn fitting(size: Vec2, zoom: f32) -> Option<f32> {
    let share = (size / MIN_SIZE).min_elem();
    // Half a point too few is a matter of rounding.
    let fits = share > 1.0 - 0.5 / MIN_SIZE.max_elem();
    let smaller = (zoom * share).max(MIN_ZOOM);
    (!fits && smaller < zoom).then_some(smaller)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_window_without_room_is_zoomed_out() {
        assert_eq!(fitting(MIN_SIZE, 1.5), None);
        assert_eq!(fitting(2.0 * MIN_SIZE, 1.0), None);
        assert_eq!(fitting(MIN_SIZE / 1.25, 1.25), Some(1.0));
        assert_eq!(fitting(Vec2::new(MIN_SIZE.x / 2.0, 2000.0), 2.0), Some(1.0));
        assert_eq!(fitting(MIN_SIZE / 4.0, 1.0), Some(MIN_ZOOM));
        assert_eq!(fitting(MIN_SIZE / 4.0, MIN_ZOOM), None);
    }
}
