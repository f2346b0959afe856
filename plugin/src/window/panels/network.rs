//! The state of the network, and the menu of its weights.

use egui::{Id, Popup, Rect, Role, Sense, Ui, pos2, vec2};

use crate::files::display_text::paragraph;
use crate::files::jobs::Job;
use crate::handoff::Network;
use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::Purpose;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::widgets::{
    ControlContext, Size, UNIT, Weight, blend, clickable, elided, focus_ring, theme,
};

/// The tooltip of a network that does not answer.
const SILENT: &str = "The network has stopped answering. What plays goes on, and what is asked for is made as soon as \
    it answers again.";

/// Draws the state at the right end of `room`.
pub(crate) fn network(
    ui: &Ui,
    cx: ControlContext<'_>,
    room: Rect,
    scene: &Scene,
    requests: &mut PanelRequests,
) {
    let palette = cx.palette;
    let (color, text, about) = if scene.is_bypassed {
        (palette.dim, "bypassed", "The host has switched the plugin off.")
    } else {
        match &scene.network {
            Network::Loading => (palette.dim, "loading", "The network's weights are being read."),
            Network::Ready => (palette.good, "ready", "The groove shown is the network's answer."),
            Network::Decoding => (palette.accent, "generating", "The network is making a groove."),
            Network::Failed(what) => (palette.bad, "error", what.as_str()),
            Network::Silent(_) => (palette.bad, "no answer", SILENT),
        }
    };
    let word = text;
    let (color, text) = match &scene.weights.trouble {
        Some(_) if !scene.is_bypassed => (palette.bad, "error"),
        _ => (color, text),
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
    let touched = touched.shrink2(vec2(0.0, 1.5 * UNIT)).with_max_x(room.right() + 4.0);
    let response =
        clickable(ui, touched, Id::unique("network"), Role::Button, &format!("Network: {word}"));
    focus_ring(ui.painter(), &response, touched, UNIT, palette.text);
    Popup::menu(&response).show(|ui| weights(ui, cx, scene, requests));
    response.on_hover_text(format!("{}\nClick: which weights it plays with.", paragraph(about)));
}

/// The menu: the weights in use, and how to load others.
fn weights(ui: &mut Ui, cx: ControlContext<'_>, scene: &Scene, requests: &mut PanelRequests) {
    const WIDTH: f32 = 32.0 * UNIT;
    // That of egui's own entries in menus.
    const MENU_INDENT: f32 = 2.0;
    ui.set_width(WIDTH);
    let palette = cx.palette;
    let line = |ui: &mut Ui, text: &str, weight, ink| {
        let (room, response) = ui.allocate_exact_size(vec2(WIDTH, 2.5 * UNIT), Sense::hover());
        elided(ui, room.shrink2(vec2(MENU_INDENT, 0.0)), text, weight, ink);
        response.on_hover_text(paragraph(text));
    };
    let info = &scene.weights;
    let is_missing = info.trouble.is_some();
    let plays = if is_missing { "The network is to play with" } else { "The network plays with" };
    line(ui, plays, Weight::Regular, palette.dim);
    let name = if info.is_built_in() { "the built-in weights" } else { &info.name };
    line(ui, name, Weight::Strong, palette.text);
    if let Some(path) = &info.path {
        line(ui, path, Weight::Regular, palette.dim);
    }
    if let Some(trouble) = &info.trouble {
        ui.horizontal_wrapped(|ui| {
            ui.add_space(MENU_INDENT);
            ui.colored_label(palette.bad, paragraph(trouble));
        });
    }
    ui.separator();
    if ui.button("Load other weights\u{2026}").clicked() {
        requests.look_for(Purpose::Weights, None);
    }
    let is_other = !info.is_built_in() || info.trouble.is_some();
    if ui.add_enabled(is_other, egui::Button::new("Use the built-in weights")).clicked() {
        requests.commands.push(Command::Job(Job::ReadWeights { path: None, revision: None }));
    }
}
