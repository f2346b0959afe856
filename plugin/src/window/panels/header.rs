//! The bar at the top: list of grooves, new seeds, undo, A/B, files, network, theme and zoom.

use egui::{CursorIcon, Id, Popup, Rect, Role, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::window::panels::browser::{self, Browser};
use crate::window::panels::command::Command;
use crate::window::panels::files::files;
use crate::window::panels::network::network;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::{Scene, UndoState};
use crate::window::panels::transport::transport;
use crate::window::panels::wordmark::wordmark;
use crate::window::panels::zoom::zoom_button;
use crate::window::widgets::{
    ControlContext, Layout, Rank, Theme, UNIT, blend, clickable, dice, focus_ring, pill, polygon,
    segments,
};

const SIDES_ABOUT: &str = "Two sides to compare, everything on them. The other waits as it was left. Right-click: copy \
    this one over to it.";
/// Width of all buttons, in points.
const NEEDED: f32 = 946.0;

/// Draws the header. `theme` is changed by its button.
pub(crate) fn header(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    layout: &Layout,
    scene: &Scene,
    theme: &mut Theme,
    browser: &mut Browser,
    requests: &mut PanelRequests,
) {
    let bar = layout.header;
    let (palette, params) = (cx.palette, cx.params);
    ui.painter().rect_filled(bar, 0.0, palette.panel);
    let name = pos2(layout.shape.frame.left() + 0.5 * UNIT, bar.center().y);
    let name_right = wordmark(ui, palette, name);
    let before_grid = pos2(layout.shape.frame.right(), bar.center().y);
    transport(ui, palette, &params.clock, before_grid);

    // Over the grid, where there is room.
    let right = layout.groove.frame.right();
    let is_narrow = bar.width() < 1200.0 && !params.clock.is_in_charge();
    let mut left = if is_narrow { name_right + 3.0 * UNIT } else { layout.groove.frame.left() };
    let share = ((right - left) / NEEDED).min(1.0);
    let mut place = |width: f32| {
        let width = (width * share).round();
        let top = bar.center().y - 2.0 * UNIT;
        let rect = Rect::from_min_size(pos2(left, top), vec2(width, 4.0 * UNIT));
        left = rect.right() + (UNIT * share).round();
        rect
    };
    browser::browser(ui, cx, place(28.0 * UNIT), scene, browser, requests);
    let seed = &params.generate.seed;
    let pips = seed.value().rem_euclid(6) as usize + 1;
    let new = pill(ui, cx, place(10.0 * UNIT), "New", Rank::First, Some(pips))
        .on_hover_text("Another groove: draws a new seed");
    if new.clicked() {
        dice::draw_seed(cx, seed);
    }
    let near = pill(ui, cx, place(9.0 * UNIT), "near", Rank::Plain, Some(1))
        .on_hover_text("A groove nearby: moves all eight latent sliders a little, by chance");
    if near.clicked() {
        dice::move_nearby(cx, &params.generate);
    }
    if let Some(state) = scene.undo {
        let places = [Command::Undo, Command::Redo].map(|command| (command, place(4.0 * UNIT)));
        undo_buttons(ui, cx, state, places, &mut requests.commands);
    }
    if let Some(is_b) = scene.is_b {
        sides(ui, cx, place(8.0 * UNIT), is_b, &mut requests.commands);
    }
    files(ui, cx, [place(9.0 * UNIT), place(11.0 * UNIT), place(3.0 * UNIT)], requests);

    let zoom = Rect::from_center_size(
        pos2(right - 3.25 * UNIT, bar.center().y),
        vec2(6.5 * UNIT, 3.5 * UNIT),
    );
    zoom_button(ui, cx, zoom);
    let other = Rect::from_center_size(
        pos2(zoom.left() - 2.75 * UNIT, bar.center().y),
        vec2(3.5 * UNIT, 3.5 * UNIT),
    );
    theme_button(ui, cx, other, theme);
    let room = Rect::from_min_max(pos2(left, bar.top()), pos2(other.left() - UNIT, bar.bottom()));
    network(ui, cx, room, scene, requests);
}

/// Draws the sides A and B; a menu copies one to the other.
fn sides(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: Rect,
    is_b: bool,
    commands: &mut Vec<Command>,
) {
    let options = [("A", SIDES_ABOUT), ("B", SIDES_ABOUT)];
    let place = place.shrink2(vec2(0.0, 2.0));
    let (pressed, all) = segments(ui, cx, "side", place, &options, usize::from(is_b));
    if pressed.is_some_and(|side| (side == 1) != is_b) {
        commands.push(Command::Switch);
    }
    let label = if is_b { "Copy B to A" } else { "Copy A to B" };
    Popup::context_menu(&all).show(|ui| {
        if ui.button(label).clicked() {
            commands.push(Command::Copy);
        }
    });
}

/// Draws the buttons for undo and redo.
fn undo_buttons(
    ui: &Ui,
    cx: ControlContext<'_>,
    state: UndoState,
    places: [(Command, Rect); 2],
    commands: &mut Vec<Command>,
) {
    let palette = cx.palette;
    for (command, rect) in places {
        let (label, can, side) = match command {
            Command::Undo => ("Undo", state.can_undo, 1.0),
            Command::Redo => ("Redo", state.can_redo, -1.0),
            _ => continue,
        };
        let sense = if can { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, Id::unique(label), sense);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, can, label));
        let painter = ui.painter();
        let fill = if can && response.hovered() { palette.lifted } else { palette.raised };
        painter.rect_filled(rect, UNIT, fill);
        focus_ring(painter, &response, rect, UNIT, palette.text);
        let ink = if can { palette.text } else { blend(palette.raised, palette.dim, 0.4) };
        let middle = rect.center() + vec2(0.0, 1.5);
        let bow = (0..=12).map(|i| {
            let angle = std::f32::consts::PI * (1.05 - 1.3 * i as f32 / 12.0);
            middle + vec2(side * 5.5 * angle.cos(), -5.5 * angle.sin())
        });
        painter.add(Shape::line(bow.collect(), Stroke::new(1.6, ink)));
        let tip = middle + vec2(side * -5.5, 4.0);
        polygon(painter, tip, &[(-4.0, -3.0), (4.0, -3.0), (0.0, 2.0)], ink);
        if response.clicked() {
            commands.push(command);
        }
        let cursor = if can { CursorIcon::PointingHand } else { CursorIcon::Default };
        response.on_hover_cursor(cursor).on_hover_text(label);
    }
}

/// Draws the button for the theme: a sun in the dark, a moon in the light.
fn theme_button(ui: &Ui, cx: ControlContext<'_>, rect: Rect, theme: &mut Theme) {
    let palette = cx.palette;
    let label = match theme {
        Theme::Dark => "Light theme",
        Theme::Light => "Dark theme",
    };
    let response = clickable(ui, rect, Id::unique("theme"), Role::Button, label);
    let painter = ui.painter();
    let fill = if response.hovered() { palette.lifted } else { palette.raised };
    painter.circle_filled(rect.center(), rect.width() / 2.0, fill);
    focus_ring(painter, &response, rect, rect.width() / 2.0, palette.text);
    let middle = rect.center();
    match theme {
        Theme::Dark => {
            painter.circle_filled(middle, 3.5, palette.dim);
            for i in 0..8 {
                let way = egui::Vec2::angled(i as f32 * std::f32::consts::TAU / 8.0);
                let ray = [middle + 5.5 * way, middle + 8.0 * way];
                painter.line_segment(ray, (1.4, palette.dim));
            }
        }
        Theme::Light => {
            painter.circle_filled(middle, 6.5, palette.dim);
            painter.circle_filled(middle + vec2(3.0, -2.5), 5.5, fill);
        }
    }
    if response.clicked() {
        *theme = theme.other();
    }
    response.on_hover_text(label);
}
