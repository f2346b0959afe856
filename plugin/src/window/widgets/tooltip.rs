//! Tooltips of controls: the exact value, an explanation, and how to set it.

use egui::{Response, RichText};
use nice_plug::prelude::Param;

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
    response.on_hover_ui(|ui| {
        let title = format!("{}: {param}", param.name());
        ui.label(RichText::new(title).font(theme::font(Size::Small, Weight::Strong)));
        for (line, color) in lines.iter().zip([cx.palette.text, cx.palette.dim]) {
            ui.label(RichText::new(*line).color(color));
        }
    });
}
