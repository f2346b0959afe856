//! Tooltips of controls: the exact value, what is computed, and how to turn it.

use egui::{Response, RichText};
use nice_plug::prelude::Param;

use super::control::Hand;
use super::theme::{self, Size, Weight};

/// Shows what `param` is while the pointer rests on `response`.
pub(super) fn tooltip<P: Param>(response: Response, hand: Hand<'_>, param: &P, about: &str) {
    response.on_hover_ui(|ui| {
        let title = format!("{}: {param}", param.name());
        ui.label(RichText::new(title).font(theme::font(Size::Small, Weight::Strong)));
        ui.label(RichText::new(about).color(hand.palette.text));
        let how =
            "Double-click: default. Ctrl-drag: fine. Wheel and arrow keys: steps. Enter: type.";
        ui.label(RichText::new(how).color(hand.palette.dim));
    });
}
