//! Tooltips of controls: the exact value, what is computed, and how to turn it.

use egui::{Response, RichText};
use nice_plug::prelude::Param;

use crate::window::widgets::control_context::Hand;
use crate::window::widgets::theme::{self, Size, Weight};

/// Shows what `param` is while the pointer rests on `response`, a control that turns it.
pub(crate) fn tooltip<P: Param>(response: Response, hand: Hand<'_>, param: &P, about: &str) {
    let how = match param.step_count() {
        Some(1..=12) => "Drag, wheel and arrow keys: steps. Double-click: default.",
        _ => {
            "Double-click: default. Ctrl-drag: fine. Wheel and arrow keys: steps. \
             Right-click or Enter: type."
        }
    };
    show(response, hand, param, &[about, how]);
}

/// Shows what `param` is while the pointer rests on `response`, something to press.
pub(crate) fn explain<P: Param>(response: Response, hand: Hand<'_>, param: &P, about: &str) {
    show(response, hand, param, &[about]);
}

fn show<P: Param>(response: Response, hand: Hand<'_>, param: &P, lines: &[&str]) {
    response.on_hover_ui(|ui| {
        let title = format!("{}: {param}", param.name());
        ui.label(RichText::new(title).font(theme::font(Size::Small, Weight::Strong)));
        for (line, color) in lines.iter().zip([hand.palette.text, hand.palette.dim]) {
            ui.label(RichText::new(*line).color(color));
        }
    });
}
