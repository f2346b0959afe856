//! The pad: the first two latent sliders under one finger.

use egui::{CursorIcon, Id, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param};

use super::control::Hand;
use super::theme::{PANEL_RADIUS, Palette, blend};

/// Radius of the handle, in points.
const HANDLE: f32 = 8.0;
/// How many points of its way the pad remembers.
const TRAIL: usize = 48;
const ABOUT: &str = "Latent 1 sideways, latent 2 upwards: the two directions in which the \
    learned grooves differ most, \u{2212}3 to +3 standard deviations. Double-click: both to 0. \
    Ctrl-drag: fine.";

/// What the pad keeps between frames.
#[derive(Clone, Debug, Default)]
pub(super) struct PadState {
    held: Option<[f32; 2]>,
    trail: Vec<[f32; 2]>,
}

/// Draws the pad in `rect`; `axes` are the parameters of its width and height.
pub(super) fn pad(
    ui: &Ui,
    hand: Hand<'_>,
    state: &mut PadState,
    rect: Rect,
    axes: [&FloatParam; 2],
) {
    let response = ui
        .interact(rect, Id::unique("pad"), Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::Crosshair);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, "Pad"));
    let field = rect.shrink(HANDLE + 2.0);
    follow(ui, hand, state, &response, field, axes);
    if response.double_clicked() {
        hand.step(|| {
            axes.iter().for_each(|axis| hand.set_once(*axis, axis.default_normalized_value()));
        });
        state.trail.clear();
    }
    let value = state.held.unwrap_or_else(|| axes.map(Param::modulated_normalized_value));
    if state.trail.last() != Some(&value) {
        state.trail.push(value);
        let excess = state.trail.len().saturating_sub(TRAIL);
        state.trail.drain(..excess);
    }
    paint(ui, hand.palette, state, rect, field, value, response.hovered());
    response.on_hover_text(ABOUT);
}

fn follow(
    ui: &Ui,
    hand: Hand<'_>,
    state: &mut PadState,
    response: &egui::Response,
    field: Rect,
    axes: [&FloatParam; 2],
) {
    let (is_down, position, delta, is_fine) = ui.input(|input| {
        let pointer = &input.pointer;
        let is_fine = input.modifiers.command || input.modifiers.shift;
        (pointer.primary_down(), pointer.interact_pos(), pointer.delta(), is_fine)
    });
    if !(response.is_pointer_button_down_on() && is_down) {
        state.held = None;
        return;
    }
    let Some(position) = position else { return };
    let before = state.held;
    let value = match before {
        Some([x, y]) if is_fine => {
            [x + delta.x / field.width() * 0.1, y - delta.y / field.height() * 0.1]
        }
        _ => [
            (position.x - field.left()) / field.width(),
            (field.bottom() - position.y) / field.height(),
        ],
    }
    .map(|part| part.clamp(0.0, 1.0));
    state.held = Some(value);
    if before == Some(value) {
        axes.into_iter().for_each(|axis| hand.keep(axis));
        return;
    }
    for (axis, part) in axes.into_iter().zip(value) {
        hand.set_held(axis, part);
    }
}

fn paint(
    ui: &Ui,
    palette: &Palette,
    state: &PadState,
    rect: Rect,
    field: Rect,
    value: [f32; 2],
    is_lit: bool,
) {
    let painter = ui.painter_at(rect);
    ground(&painter, palette, rect);
    let place = |[x, y]: [f32; 2]| {
        pos2(field.left() + x * field.width(), field.bottom() - y * field.height())
    };
    let rule = palette.text.gamma_multiply(0.05);
    for sigma in -2..=2 {
        let part = (sigma as f32 + 3.0) / 6.0;
        let color = if sigma == 0 { palette.text.gamma_multiply(0.12) } else { rule };
        painter.vline(place([part, 0.0]).x, rect.y_range(), (1.0, color));
        painter.hline(rect.x_range(), place([0.0, part]).y, (1.0, color));
    }
    let way: Vec<Pos2> = state.trail.iter().map(|&at| place(at)).collect();
    for (i, pair) in way.windows(2).enumerate() {
        let age = (i + 1) as f32 / way.len() as f32;
        let color = blend(palette.raised, palette.accent, 0.7 * age);
        painter.add(Shape::line_segment([pair[0], pair[1]], Stroke::new(2.0, color)));
    }
    let at = place(value);
    let ring = if is_lit { 0.9 } else { 0.5 };
    painter.circle_stroke(at, HANDLE + 5.0, (1.0, blend(palette.raised, palette.accent, ring)));
    painter.circle_filled(at, HANDLE, palette.accent);
}

/// The ground of the pad: lighter in the middle of the space, where most grooves lie, and tinted towards its
/// corners, so that the eye knows them apart.
fn ground(painter: &egui::Painter, palette: &Palette, rect: Rect) {
    const SIDE: usize = 12;
    let tints = [[palette.feel, palette.good], [palette.bad, palette.accent]];
    let mut mesh = egui::Mesh::default();
    for row in 0..=SIDE {
        for column in 0..=SIDE {
            let [x, y] = [column, row].map(|i| i as f32 / SIDE as f32);
            let top = blend(tints[0][0], tints[0][1], x);
            let tint = blend(top, blend(tints[1][0], tints[1][1], x), y);
            let far = ((x - 0.5).hypot(y - 0.5) * 1.6).min(1.0);
            let light = blend(palette.lifted, palette.raised, far.sqrt());
            mesh.colored_vertex(rect.lerp_inside(vec2(x, y)), blend(light, tint, 0.1 * far));
        }
    }
    let width = SIDE as u32 + 1;
    for row in 0..SIDE as u32 {
        for column in 0..SIDE as u32 {
            let first = row * width + column;
            mesh.add_triangle(first, first + 1, first + width);
            mesh.add_triangle(first + 1, first + width, first + width + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
    round_off(painter, palette, rect);
}

/// Rounds the corners of `rect` by the panel around it.
fn round_off(painter: &egui::Painter, palette: &Palette, rect: Rect) {
    const ARC: u32 = 6;
    let radius = f32::from(PANEL_RADIUS);
    let mut mesh = egui::Mesh::default();
    for (corner, way) in [
        (rect.left_top(), vec2(1.0, 1.0)),
        (rect.right_top(), vec2(-1.0, 1.0)),
        (rect.right_bottom(), vec2(-1.0, -1.0)),
        (rect.left_bottom(), vec2(1.0, -1.0)),
    ] {
        let first = mesh.vertices.len() as u32;
        mesh.colored_vertex(corner, palette.panel);
        for i in 0..=ARC {
            let angle = i as f32 / ARC as f32 * std::f32::consts::FRAC_PI_2;
            let inside = vec2(1.0 - angle.cos(), 1.0 - angle.sin()) * radius;
            mesh.colored_vertex(corner + inside * way, palette.panel);
        }
        for i in 1..=ARC {
            mesh.add_triangle(first, first + i, first + i + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
}
