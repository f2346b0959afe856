//! The pad: the first two latent sliders under one finger.

use egui::{CursorIcon, Id, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2};
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
    has_begun: bool,
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
        for axis in axes {
            hand.set_once(axis, axis.default_normalized_value());
        }
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
        if state.has_begun {
            for axis in axes {
                hand.setter.end_set_parameter(axis);
            }
        }
        (state.held, state.has_begun) = (None, false);
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
        return;
    }
    for (axis, part) in axes.into_iter().zip(value) {
        if !state.has_begun {
            hand.setter.begin_set_parameter(axis);
        }
        hand.setter.set_parameter(axis, axis.preview_plain(part));
    }
    state.has_begun = true;
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
    painter.rect_filled(rect, f32::from(PANEL_RADIUS), palette.raised);
    let place = |[x, y]: [f32; 2]| {
        pos2(field.left() + x * field.width(), field.bottom() - y * field.height())
    };
    let rule = blend(palette.raised, palette.lifted, 0.45);
    for sigma in -2..=2 {
        let part = (sigma as f32 + 3.0) / 6.0;
        let color = if sigma == 0 { palette.lifted } else { rule };
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
