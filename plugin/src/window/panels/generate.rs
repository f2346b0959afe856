//! The panel at the left: pad, latent sliders and character.

use egui::{Align2, Id, Rect, Ui, pos2, vec2};
use nice_plug::prelude::{FloatParam, Param};

use crate::state::request::SLIDERS;
use crate::window::panels::pad::{PadState, nearest, pad};
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::widgets::{
    ControlContext, Panel, Rank, Section, Size, Slider, UNIT, Weight, column, elided, pill, row,
    slider, switch, text_width, theme,
};

/// The attributes' names in the window, and their tooltips.
const ATTRIBUTES: [(&str, &str); crate::state::request::ATTRIBUTES] = [
    ("busy", "Fewer or more hits, as drummers play less or more"),
    ("syncopated", "On the beat, or off it"),
    ("hats \u{2192} ride", "Time kept on the hats, or on the ride"),
    ("toms", "Fewer or more toms"),
    ("loud", "Softer or louder playing"),
    (
        "intense",
        "Softer, sparser and on closed hats, or louder, denser and on open cymbals, as one drummer plays both",
    ),
];

const MORPH_ABOUT: &str =
    "Whether the groove is between the pad's corners. Off: where its seed and style have it.";

/// Draws the panel.
pub(crate) fn generate_panel(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: &Panel,
    scene: &Scene,
    pad_state: &mut PadState,
    requests: &mut PanelRequests,
) {
    title(ui, cx, &place.pad, "Morph");
    let is_on = &cx.params.morph.is_on;
    if is_on.value() {
        hint(ui, cx, &place.pad, &nearest(cx, pad_state));
    }
    let toggle = place.pad.title.with_min_x(place.pad.title.right() - 3.5 * UNIT);
    switch(ui, cx, is_on, toggle.with_max_y(toggle.top() + 2.0 * UNIT), "Morph", MORPH_ABOUT);
    pad(ui, cx, pad_state, place.pad.body, scene, requests);
    latent(ui, cx, &place.latent);
    if let Some(place) = &place.character {
        attributes(ui, cx, place, scene.attributes);
    }
}

fn title(ui: &Ui, cx: ControlContext<'_>, section: &Section, text: &str) {
    ui.painter().text(
        pos2(section.title.left(), section.title.top() + UNIT),
        Align2::LEFT_CENTER,
        text,
        theme::font(Size::Body, Weight::Strong),
        cx.palette.text,
    );
}

/// Writes `text` in the title, left of the switch.
fn hint(ui: &Ui, cx: ControlContext<'_>, section: &Section, text: &str) {
    let title = section.title;
    let room = Rect::from_min_max(
        pos2(title.left() + 8.0 * UNIT, title.top()),
        pos2(title.right() - 4.5 * UNIT, title.top() + 2.0 * UNIT),
    );
    let width = text_width(ui, text, Weight::Regular);
    let room = room.with_min_x((room.right() - width - 0.5).max(room.left()));
    elided(ui, room, text, Weight::Regular, cx.palette.dim);
}

/// The button at the end of a section's title.
fn title_button(section: &Section) -> Rect {
    Rect::from_min_size(
        pos2(section.title.right() - 7.0 * UNIT, section.title.top() - 0.25 * UNIT),
        vec2(7.0 * UNIT, 2.5 * UNIT),
    )
}

/// Draws a section of sliders: its title, and a button that sets all to the middle.
fn sliders(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    section: &Section,
    (name, reset, about): (&str, &str, &str),
    params: &[&FloatParam],
) {
    title(ui, cx, section, name);
    let reset = pill(ui, cx, title_button(section), reset, Rank::Plain, None).on_hover_text(about);
    if reset.clicked() {
        cx.step(|| {
            params.iter().for_each(|param| cx.set_once(*param, param.default_normalized_value()));
        });
    }
}

fn latent(ui: &mut Ui, cx: ControlContext<'_>, section: &Section) {
    let params = cx.params.generate.latent.each_ref().map(|param| &param.value);
    let about = "All eight latent sliders to 0: the groove of the seed alone";
    sliders(ui, cx, section, ("Latent", "centre", about), &params);
    for (i, param) in params.into_iter().enumerate() {
        let name = &(i + 1).to_string();
        let about = &format!(
            "Moves the groove along direction {name} of the latent space, in standard \
             deviations of the learned grooves, \u{2212}3 to +3. Direction 1 changes most, \
             direction 8 least.",
        );
        let look = Slider { id: Id::unique(("latent", name)), name, about, is_vertical: true };
        slider(ui, cx, param, column(section.body, i, SLIDERS), &look);
    }
}

fn attributes(ui: &mut Ui, cx: ControlContext<'_>, section: &Section, count: usize) {
    let params = cx.params.character.attributes();
    let about = "All to 0: as the seed and the latent sliders have them";
    sliders(ui, cx, section, ("Character", "neutral", about), &params);
    for (i, (param, (name, what))) in params.into_iter().zip(ATTRIBUTES).take(count).enumerate() {
        let learned = "moves the groove along a direction that was learned from drummers";
        let range = match param.preview_plain(1.0) {
            most if most < 3.0 => String::new(),
            most => format!(", in standard deviations of theirs, \u{2212}{most} to +{most}"),
        };
        let about = &format!("{what}: {learned}{range}.");
        let id = Id::unique(("attribute", param.name()));
        let look = Slider { id, name, about, is_vertical: false };
        slider(ui, cx, param, row(section.body, i, count), &look);
    }
}
