//! The panel at the left: what is generated.

use egui::{Align2, Rect, Ui, pos2, vec2};
use nice_plug::prelude::Param;

use super::button::{Rank, pill};
use super::control::Hand;
use super::knob::{Face, knob};
use super::layout::{Panel, Section};
use super::pad::{PadState, pad};
use super::slider::latent_slider;
use super::theme::{self, PANEL_RADIUS, Size, UNIT, Weight};
use crate::params::GenerateParams;
use crate::recipe::SLIDERS;

const TEMPERATURE_ABOUT: &str = "How freely hits are drawn from the network's odds, 0 to 1.5: at 0 \
    always the likeliest, at 1 as learned, above that bolder.";
const DENSITY_ABOUT: &str = "Fewer or more hits than learned: shifts the odds of every hit.";
const VARIATION_ABOUT: &str = "How far each four-bar cycle wanders from the groove, 0 to 100 %. \
    The same cycle of the song always gets the same variation.";

/// Draws the panel.
pub(super) fn generate_panel(
    ui: &mut Ui,
    hand: Hand<'_>,
    place: &Panel,
    params: &GenerateParams,
    pad_state: &mut PadState,
) {
    let palette = hand.palette;
    ui.painter().rect_filled(place.frame, PANEL_RADIUS, palette.panel);
    if let Some(section) = &place.pad {
        title(ui, hand, section, "Morph");
        hint(ui, hand, section, "latent 1 \u{d7} 2");
        let axes = [&params.latent[0].value, &params.latent[1].value];
        pad(ui, hand, pad_state, section.body, axes);
    }
    latent(ui, hand, &place.latent, params);
    sampling(ui, hand, &place.sampling, params);
}

fn title(ui: &Ui, hand: Hand<'_>, section: &Section, text: &str) {
    ui.painter().text(
        pos2(section.title.left(), section.title.top() + UNIT),
        Align2::LEFT_CENTER,
        text,
        theme::font(Size::Body, Weight::Strong),
        hand.palette.text,
    );
}

fn hint(ui: &Ui, hand: Hand<'_>, section: &Section, text: &str) {
    ui.painter().text(
        pos2(section.title.right(), section.title.top() + UNIT),
        Align2::RIGHT_CENTER,
        text,
        theme::font(Size::Small, Weight::Regular),
        hand.palette.dim,
    );
}

fn latent(ui: &mut Ui, hand: Hand<'_>, section: &Section, params: &GenerateParams) {
    title(ui, hand, section, "Latent");
    let button = Rect::from_min_size(
        pos2(section.title.right() - 8.0 * UNIT, section.title.top() - 0.25 * UNIT),
        vec2(8.0 * UNIT, 2.5 * UNIT),
    );
    let centre = pill(ui, hand, button, "centre", Rank::Plain, None)
        .on_hover_text("All eight latent sliders to 0: the groove of the seed alone");
    if centre.clicked() {
        for param in &params.latent {
            hand.set_once(&param.value, param.value.default_normalized_value());
        }
    }
    let width = section.body.width() / SLIDERS as f32;
    for (i, param) in params.latent.iter().enumerate() {
        let rect = Rect::from_min_size(
            section.body.min + vec2(i as f32 * width, 0.0),
            vec2(width, section.body.height()),
        );
        let number = (i + 1).to_string();
        let about = format!(
            "Moves the groove along direction {number} of the latent space, in standard \
             deviations of the learned grooves, \u{2212}3 to +3. Direction 1 changes most, \
             direction 8 least.",
        );
        latent_slider(ui, hand, &param.value, rect, &number, &about);
    }
}

fn sampling(ui: &mut Ui, hand: Hand<'_>, section: &Section, params: &GenerateParams) {
    title(ui, hand, section, "Sampling");
    let color = hand.palette.accent;
    let face = |name, about, origin| Face { name, about, color, origin, is_faint: false };
    let knobs = [
        (&params.temperature, face("Temperature", TEMPERATURE_ABOUT, 0.0)),
        (&params.density, face("Density", DENSITY_ABOUT, 0.5)),
        (&params.variation, face("Variation", VARIATION_ABOUT, 0.0)),
    ];
    let width = section.body.width() / knobs.len() as f32;
    for (i, (param, face)) in knobs.into_iter().enumerate() {
        let rect = Rect::from_min_size(
            section.body.min + vec2(i as f32 * width, 0.0),
            vec2(width, section.body.height()),
        );
        knob(ui, hand, param, rect, face);
    }
}
