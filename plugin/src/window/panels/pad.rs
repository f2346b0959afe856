//! The pad: morphs between the grooves of four corners. Dragging the puck switches it on.

mod corners;

use egui::{CursorIcon, Id, Key, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, pos2, vec2};
use nice_plug::prelude::Param;

use crate::files::display_text::one_line;
use crate::params::MorphParams;
use crate::state::morph::{Corners, shares};
use crate::state::numbers::finite_or;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::widgets::{
    ControlContext, FINE, PANEL_RADIUS, Palette, blend, is_fine, take_arrows,
};

/// Radius of the handle, in points.
const HANDLE: f32 = 8.0;
/// Number of points of the trail.
const TRAIL: usize = 48;
/// How far an arrow key moves the puck, as a part of the width.
const KEY_STEP: f32 = 0.02;
const ABOUT: &str = "Drag: the groove moves between the four corners, and the pad is on. Click a corner's name to put \
    another style, slot or clip there. Arrow keys: 2 % of the way. Double-click: the middle. Ctrl-drag: fine.";

/// State kept from frame to frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct PadState {
    held: Option<[f32; 2]>,
    trail: Vec<[f32; 2]>,
}

/// Draws the pad in `rect`.
pub(crate) fn pad(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    state: &mut PadState,
    rect: Rect,
    scene: &Scene,
    requests: &mut PanelRequests,
) {
    let params = &cx.params.morph;
    let response = ui
        .interact(rect, Id::unique("pad"), Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::Crosshair);
    let field = rect.shrink(HANDLE + 2.0);
    follow(ui, cx, state, &response, field, params);
    keys(ui, cx, &response, params);
    if response.double_clicked() {
        cx.step(|| {
            axes(params)
                .iter()
                .for_each(|axis| cx.set_once(*axis, axis.default_normalized_value()));
        });
    }
    let value = state.held.unwrap_or_else(|| here(params));
    let is_on = params.is_on.value() || state.held.is_some();
    let corners = cx.params.corners.get();
    let words = near(&corners, value).join(", ");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, &words));
    if state.held.is_none() {
        state.trail.clear();
    } else if state.trail.last() != Some(&value) {
        state.trail.push(value);
        let excess = state.trail.len().saturating_sub(TRAIL);
        state.trail.drain(..excess);
    }
    let look = Look { value, is_on, is_lit: response.hovered() || response.has_focus() };
    paint(ui, cx.palette, state, rect, field, &look);
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect,
            PANEL_RADIUS,
            (1.5, cx.palette.text),
            egui::StrokeKind::Inside,
        );
    }
    corners::corners(
        ui,
        cx,
        rect,
        &corners,
        if is_on { shares(value) } else { [0.0; 4] },
        scene,
        requests,
    );
    let state = if is_on {
        words
    } else {
        "Off: the groove is where its seed and style have it".to_owned()
    };
    response.on_hover_text(format!("{state}\n{ABOUT}"));
}

/// The parameters of the puck: x and y.
fn axes(params: &MorphParams) -> [&nice_plug::prelude::FloatParam; 2] {
    [&params.x, &params.y]
}

/// The position of the puck.
fn here(params: &MorphParams) -> [f32; 2] {
    axes(params).map(|axis| finite_or(axis.modulated_normalized_value(), 0.5))
}

/// The shares of the corners, the largest first: `62 % funk`, `20 % jazz`.
fn near(corners: &Corners, value: [f32; 2]) -> Vec<String> {
    let mut parts: Vec<(u32, String)> = shares(value)
        .into_iter()
        .zip(corners)
        .map(|(share, corner)| ((share * 100.0).round() as u32, corner.label()))
        .filter(|(share, _)| *share > 0)
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.0));
    parts.into_iter().map(|(share, name)| format!("{share} % {}", one_line(&name))).collect()
}

/// The largest share, for the pad's title.
pub(crate) fn nearest(cx: ControlContext<'_>, state: &PadState) -> String {
    let value = state.held.unwrap_or_else(|| here(&cx.params.morph));
    near(&cx.params.corners.get(), value).into_iter().next().unwrap_or_default()
}

/// Arrow keys move the puck.
fn keys(ui: &Ui, cx: ControlContext<'_>, response: &Response, params: &MorphParams) {
    if !response.has_focus() {
        return;
    }
    take_arrows(ui, response);
    let way = ui.input(|input| {
        let presses = |key| input.num_presses(key) as f32;
        let x = presses(Key::ArrowRight) - presses(Key::ArrowLeft);
        [x, presses(Key::ArrowUp) - presses(Key::ArrowDown)]
    });
    if way != [0.0; 2] {
        cx.step(|| {
            cx.set_once(&params.is_on, 1.0);
            for (axis, steps) in axes(params).into_iter().zip(way) {
                let now = finite_or(axis.unmodulated_normalized_value(), 0.5);
                cx.set_once(axis, (now + steps * KEY_STEP).clamp(0.0, 1.0));
            }
        });
    }
}

fn follow(
    ui: &Ui,
    cx: ControlContext<'_>,
    state: &mut PadState,
    response: &Response,
    field: Rect,
    params: &MorphParams,
) {
    let (is_down, position, delta, is_fine) = ui.input(|input| {
        let (pointer, is_fine) = (&input.pointer, is_fine(input.modifiers));
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
            [x + delta.x / field.width() * FINE, y - delta.y / field.height() * FINE]
        }
        _ => [
            (position.x - field.left()) / field.width(),
            (field.bottom() - position.y) / field.height(),
        ],
    }
    .map(|part| part.clamp(0.0, 1.0));
    state.held = Some(value);
    if before == Some(value) {
        axes(params).into_iter().for_each(|axis| cx.keep(axis));
        return;
    }
    if before.is_none() && !params.is_on.value() {
        cx.set_held(&params.is_on, 1.0);
    }
    for (axis, part) in axes(params).into_iter().zip(value) {
        cx.set_held(axis, part);
    }
}

struct Look {
    value: [f32; 2],
    is_on: bool,
    is_lit: bool,
}

fn paint(ui: &Ui, palette: &Palette, state: &PadState, rect: Rect, field: Rect, look: &Look) {
    let painter = ui.painter_at(rect);
    ground(&painter, palette, rect, if look.is_on { 0.22 } else { 0.06 });
    let place = |[x, y]: [f32; 2]| {
        pos2(field.left() + x * field.width(), field.bottom() - y * field.height())
    };
    for quarter in 1..4 {
        let part = quarter as f32 / 4.0;
        let color = palette.text.gamma_multiply(if quarter == 2 { 0.1 } else { 0.05 });
        painter.vline(place([part, 0.0]).x, rect.y_range(), (1.0, color));
        painter.hline(rect.x_range(), place([0.0, part]).y, (1.0, color));
    }
    let way: Vec<Pos2> = state.trail.iter().map(|&at| place(at)).collect();
    for (i, pair) in way.windows(2).enumerate() {
        let age = (i + 1) as f32 / way.len() as f32;
        let color = blend(palette.raised, palette.accent, 0.7 * age);
        painter.add(Shape::line_segment([pair[0], pair[1]], Stroke::new(2.0, color)));
    }
    let at = place(look.value);
    let color = if look.is_on { palette.accent } else { palette.dim };
    let ring = if look.is_lit { 0.9 } else { 0.5 };
    painter.circle_stroke(at, HANDLE + 5.0, (1.0, blend(palette.raised, color, ring)));
    if look.is_on {
        painter.circle_filled(at, HANDLE, color);
    } else {
        painter.circle_stroke(at, HANDLE - 1.0, (2.0, color));
    }
}

/// Draws the background: lighter in the middle, tinted towards the corners.
fn ground(painter: &egui::Painter, palette: &Palette, rect: Rect, strength: f32) {
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
            mesh.colored_vertex(rect.lerp_inside(vec2(x, y)), blend(light, tint, strength * far));
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

/// Rounds the corners of `rect` by painting over them.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::morph::first_corners;

    #[test]
    fn what_is_near_is_told_first_and_what_is_not_there_not_at_all() {
        let corners = first_corners();
        assert_eq!(near(&corners, [0.0, 1.0]), ["100 % funk"]);
        assert_eq!(near(&corners, [0.25, 0.0]), ["75 % punk", "25 % reggae"]);
    }
}
