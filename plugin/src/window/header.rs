//! The bar at the top: the name, the style, the seed with its dice, how the network is doing, theme and zoom.

use egui::{Align2, CursorIcon, Id, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use nice_plug::prelude::{IntParam, Param};

use super::Scene;
use super::button::{Rank, focus_ring, pill};
use super::command::{Command, UndoState, typed};
use super::control::{Hand, Travel, Way, turn};
use super::dice;
use super::layout::Layout;
use super::menu::menu;
use super::theme::{self, Size, Theme, UNIT, Weight, blend};
use super::tooltip::tooltip;
use super::transport::transport;
use super::typing::{Shown, value_text};
use super::wordmark::wordmark;
use super::zoom;
use crate::handoff::Network;
use crate::params::JangdanParams;

/// Points of drag for the whole range of seeds: a third of a point each.
const SEED_TRAVEL: f32 = 3000.0;
const SEED_ABOUT: &str = "The number that everything random is drawn from: the point in the latent \
    space and each hit. The same seed and controls always give the same groove.";
const STYLE_ABOUT: &str = "The style that grooves are drawn from, as drummers named theirs.";

/// Draws the header. `theme` is changed by its button; what is to be done beside parameters goes to `commands`.
pub(super) fn header(
    ui: &mut Ui,
    hand: Hand<'_>,
    layout: &Layout,
    params: &JangdanParams,
    scene: &Scene,
    theme: &mut Theme,
    commands: &mut Vec<Command>,
) {
    let bar = layout.header;
    let palette = hand.palette;
    ui.painter().rect_filled(bar, 0.0, palette.panel);
    wordmark(ui, palette, pos2(layout.shape.frame.left() + 0.5 * UNIT, bar.center().y));
    let before_grid = pos2(layout.shape.frame.right(), bar.center().y);
    transport(ui, palette, &params.clock, before_grid);

    let mut left = layout.groove.frame.left();
    let share = if bar.width() < 1120.0 { 0.85 } else { 1.0 };
    let mut place = |width: f32| {
        let width = (width * share).round();
        let top = bar.center().y - 2.0 * UNIT;
        let rect = Rect::from_min_size(pos2(left, top), vec2(width, 4.0 * UNIT));
        left = rect.right() + UNIT;
        rect
    };
    if scene.styles > 0 {
        let count = scene.styles + 1;
        menu(ui, hand, &params.character.style, count, place(20.0 * UNIT), "Style", STYLE_ABOUT);
    }
    let seed = &params.generate.seed;
    seed_field(ui, hand, seed, place(20.0 * UNIT));
    let pips = seed.value().rem_euclid(6) as usize + 1;
    let new = pill(ui, hand, place(11.0 * UNIT), "New", Rank::First, Some(pips))
        .on_hover_text("Another groove: draws a new seed");
    if new.clicked() {
        dice::throw(hand, seed);
    }
    let near = pill(ui, hand, place(9.0 * UNIT), "near", Rank::Plain, Some(1))
        .on_hover_text("A groove nearby: moves all eight latent sliders a little, by chance");
    if near.clicked() {
        dice::throw_near(hand, &params.generate);
    }

    if let Some(state) = scene.undo {
        let places = [Command::Undo, Command::Redo].map(|command| (command, place(4.0 * UNIT)));
        undo_buttons(ui, hand, state, &places, commands);
    }

    let right = layout.groove.frame.right();
    let zoom = Rect::from_center_size(
        pos2(right - 3.5 * UNIT, bar.center().y),
        vec2(7.0 * UNIT, 3.5 * UNIT),
    );
    zoom_button(ui, hand, zoom);
    let other = Rect::from_center_size(
        pos2(zoom.left() - 2.75 * UNIT, bar.center().y),
        vec2(3.5 * UNIT, 3.5 * UNIT),
    );
    theme_button(ui, hand, other, theme);
    let room = Rect::from_min_max(
        pos2(left + UNIT, bar.top()),
        pos2(other.left() - 1.5 * UNIT, bar.bottom()),
    );
    status(ui, hand, room, scene);
}

/// Arrows back and forth through what was done; Ctrl-Z and Ctrl-Shift-Z do the same.
fn undo_buttons(
    ui: &Ui,
    hand: Hand<'_>,
    state: UndoState,
    places: &[(Command, Rect)],
    commands: &mut Vec<Command>,
) {
    let palette = hand.palette;
    let typed = typed(ui);
    for &(command, rect) in places {
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
        let head = [vec2(-4.0, -3.0), vec2(4.0, -3.0), vec2(0.0, 2.0)].map(|by| tip + by);
        painter.add(Shape::convex_polygon(head.to_vec(), ink, Stroke::NONE));
        if response.clicked() || can && typed == Some(command) {
            commands.push(command);
        }
        let cursor = if can { CursorIcon::PointingHand } else { CursorIcon::Default };
        response.on_hover_cursor(cursor).on_hover_text(label);
    }
}

/// The seed between arrows to the ones before and after it.
fn seed_field(ui: &mut Ui, hand: Hand<'_>, seed: &IntParam, field: Rect) {
    let palette = hand.palette;
    let id = Id::unique("seed");
    let arrow_width = 4.0 * UNIT;
    let middle = field.shrink2(vec2(arrow_width, 0.0));
    let turned = turn(ui, hand, seed, middle, id, Travel::free(Way::Up, SEED_TRAVEL));
    ui.painter().rect_filled(field, UNIT, palette.raised);
    if turned.response.has_focus() {
        let ring = Stroke::new(1.5, palette.text);
        ui.painter().rect_stroke(field, UNIT, ring, egui::StrokeKind::Inside);
    }
    let label = middle.with_max_x(middle.left() + 0.42 * middle.width());
    ui.painter().text(
        label.right_center() - vec2(UNIT, 0.0),
        Align2::RIGHT_CENTER,
        "Seed",
        theme::font(Size::Small, Weight::Regular),
        palette.dim,
    );
    let value = middle.with_min_x(label.right()).shrink2(vec2(0.0, 7.0));
    let text = seed.normalized_value_to_string(turned.value, true);
    let shown = Shown { text: &text, is_strong: true, is_clickable: true };
    value_text(ui, hand, seed, value, id.with("value"), &shown, turned.wants_typing);
    let now = seed.unmodulated_normalized_value();
    for (is_next, left) in [(false, field.left()), (true, middle.right())] {
        let button =
            Rect::from_min_size(pos2(left, field.top()), vec2(arrow_width, field.height()));
        if arrow(ui, hand, button, is_next) {
            let stepped = if is_next {
                seed.next_normalized_step(now, false)
            } else {
                seed.previous_normalized_step(now, false)
            };
            hand.set_once(seed, stepped);
        }
    }
    tooltip(turned.response.on_hover_cursor(CursorIcon::ResizeVertical), hand, seed, SEED_ABOUT);
}

fn arrow(ui: &Ui, hand: Hand<'_>, rect: Rect, is_next: bool) -> bool {
    let label = if is_next { "Next seed" } else { "Previous seed" };
    let response = ui
        .interact(rect, Id::unique(label), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label));
    let palette = hand.palette;
    let is_lit = response.hovered() || response.has_focus();
    let color = if is_lit { palette.text } else { palette.dim };
    let side = if is_next { 1.0 } else { -1.0 };
    let tip = rect.center() + vec2(3.5 * side, 0.0);
    let back = tip - vec2(7.0 * side, 0.0);
    let corners = vec![tip, back + vec2(0.0, -4.5), back + vec2(0.0, 4.5)];
    ui.painter().add(Shape::convex_polygon(corners, color, Stroke::NONE));
    response.on_hover_text(label).clicked()
}

fn status(ui: &Ui, hand: Hand<'_>, room: Rect, scene: &Scene) {
    let palette = hand.palette;
    let (color, text, about) = if scene.is_bypassed {
        (palette.dim, "bypassed", "The host has switched the plugin off.")
    } else {
        match &scene.network {
            Network::Loading => (palette.dim, "loading", "The network's weights are being read."),
            Network::Ready => (palette.good, "ready", "The groove shown is the network's answer."),
            Network::Decoding => (palette.accent, "dreaming", "The network is making a groove."),
            Network::Failed(what) => (palette.bad, what.as_str(), what.as_str()),
        }
    };
    let mut job = egui::text::LayoutJob::simple_singleline(
        text.to_owned(),
        theme::font(Size::Small, Weight::Regular),
        blend(palette.dim, palette.text, 0.4),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width((room.width() - 2.0 * UNIT).max(0.0));
    let text = ui.painter().layout_job(job);
    let left = room.right() - text.size().x;
    ui.painter().galley(pos2(left, room.center().y - text.size().y / 2.0), text, palette.text);
    ui.painter().circle_filled(pos2(left - 1.5 * UNIT, room.center().y), 4.5, color);
    let touched = room.with_min_x((left - 2.5 * UNIT).max(room.left()));
    ui.interact(touched, Id::unique("network"), Sense::hover()).on_hover_text(about);
}

fn zoom_button(ui: &Ui, hand: Hand<'_>, rect: Rect) {
    let label = format!("{:.0} %", ui.ctx().zoom_factor() * 100.0);
    let response = ui
        .interact(rect, Id::unique("zoom"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Zoom {label}"))
    });
    let palette = hand.palette;
    let is_lit = response.hovered() || response.has_focus();
    let fill = if is_lit { palette.lifted } else { palette.raised };
    ui.painter().rect_filled(rect, rect.height() / 2.0, fill);
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        label,
        theme::font(Size::Small, Weight::Regular),
        palette.dim,
    );
    if response.clicked() {
        zoom::next(ui.ctx());
    }
    response.on_hover_text("Size of everything: click for the next, 100 to 200 %");
}

/// A sun in the dark, a moon in the light.
fn theme_button(ui: &Ui, hand: Hand<'_>, rect: Rect, theme: &mut Theme) {
    let palette = hand.palette;
    let response = ui
        .interact(rect, Id::unique("theme"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    let label = match theme {
        Theme::Dark => "Light theme",
        Theme::Light => "Dark theme",
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label));
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
