//! Tooltips of controls: the exact value, an explanation, and how to set it.

use egui::{Color32, Response, RichText, vec2};
use nice_plug::prelude::Param;

use crate::params::host_offers::Mark;
use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::theme::{self, Size, Weight};

/// The tooltip of a control that sets `param`.
pub(crate) fn tooltip<P: Param>(
    response: Response,
    cx: ControlContext<'_>,
    param: &P,
    about: &str,
) {
    let how = match param.step_count() {
        Some(1..=12) => "Drag, wheel and arrow keys: steps. Double-click: default.",
        _ => {
            "Double-click: default. Ctrl-drag: fine. Wheel and arrow keys: steps. \
             Right-click or Enter: type."
        }
    };
    show(response, cx, param, &[about, how]);
}

/// Draws a dot at the corner of a control that the host has mapped or automates; returns what it means.
fn draw_mark(response: &Response, cx: ControlContext<'_>, mark: &Mark) -> String {
    let color = mark.color.map_or(cx.palette.accent, |[r, g, b]| Color32::from_rgb(r, g, b));
    let painter = response.ctx.layer_painter(response.layer_id);
    painter.circle_filled(response.rect.right_top() + vec2(-3.0, 3.0), 2.5, color);
    match &mark.mapping {
        Some(controller) if !controller.is_empty() => format!("Mapped to {controller}."),
        Some(_) => "Mapped to a controller.".to_owned(),
        None => "Automated.".to_owned(),
    }
}

/// The tooltip of a button that sets `param`.
pub(crate) fn explain<P: Param>(
    response: Response,
    cx: ControlContext<'_>,
    param: &P,
    about: &str,
) {
    show(response, cx, param, &[about]);
}

fn show<P: Param>(response: Response, cx: ControlContext<'_>, param: &P, lines: &[&str]) {
    let mark = cx.params.host_offers.mark(param.name());
    let mark = mark.map(|mark| draw_mark(&response, cx, &mark));
    response.on_hover_ui(|ui| {
        let title = format!("{}: {param}", param.name());
        ui.label(RichText::new(title).font(theme::font(Size::Small, Weight::Strong)));
        for (line, color) in lines.iter().zip([cx.palette.text, cx.palette.dim]) {
            ui.label(RichText::new(*line).color(color));
        }
        if let Some(mark) = mark {
            ui.label(RichText::new(mark).color(cx.palette.dim));
        }
    });
}
