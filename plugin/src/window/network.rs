//! How the network is doing.

use egui::{Id, Rect, Sense, Ui, pos2};

use super::Scene;
use super::control::Hand;
use super::desk::Desk;
use super::theme::{self, Size, UNIT, Weight, blend};
use crate::handoff::Network;

/// Draws it at the right end of `room`.
pub(super) fn network(ui: &Ui, hand: Hand<'_>, room: Rect, scene: &Scene, _desk: &mut Desk) {
    let palette = hand.palette;
    let (color, text, about) = if scene.is_bypassed {
        (palette.dim, "bypassed", "The host has switched the plugin off.")
    } else {
        match &scene.network {
            Network::Loading => (palette.dim, "loading", "The network's weights are being read."),
            Network::Ready => (palette.good, "ready", "The groove shown is the network's answer."),
            Network::Decoding => (palette.accent, "dreaming", "The network is making a groove."),
            Network::Failed(what) => (palette.bad, "trouble", what.as_str()),
        }
    };
    let mut job = egui::text::LayoutJob::simple_singleline(
        text.to_owned(),
        theme::font(Size::Small, Weight::Regular),
        blend(palette.dim, palette.text, 0.4),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width((room.width() - 2.5 * UNIT).max(0.0));
    let text = ui.painter().layout_job(job);
    let left = room.right() - text.size().x;
    ui.painter().galley(pos2(left, room.center().y - text.size().y / 2.0), text, palette.text);
    ui.painter().circle_filled(pos2(left - 1.5 * UNIT, room.center().y), 4.5, color);
    let touched = room.with_min_x((left - 2.5 * UNIT).max(room.left()));
    ui.interact(touched, Id::unique("network"), Sense::hover()).on_hover_text(about);
}
