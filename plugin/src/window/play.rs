//! The strip at the bottom: how the groove is played, and the built-in kit.

use egui::{Align2, Rect, Ui, pos2, vec2};
use nice_plug::prelude::Param;

use super::button::{choices, switch};
use super::control::Hand;
use super::knob::{Face, knob};
use super::theme::{self, PANEL_RADIUS, Size, UNIT, Weight};
use crate::params::{KitParams, PlayParams};

const SWING_ABOUT: &str = "Where in an 8th note its second 16th falls: 50 % is straight, 67 % \
    triplets, 75 % dotted.";
const FEEL_ABOUT: &str = "How much of the learned timing is heard: at 0 % every hit is on the \
    16th grid, at 100 % as drummers played it.";
const DYNAMICS_ABOUT: &str = "How far soft and loud hits lie apart: 0 % flat, 100 % as learned, \
    150 % wider.";
const QUANTISE_ABOUT: &str = "Where in the song a new groove takes over from the one that plays.";
const KIT_ABOUT: &str = "The drums built into the plugin. Notes go out to other instruments \
    either way.";
const LEVEL_ABOUT: &str = "Loudness of the built-in drums, \u{2212}60 to +6 dB.";

/// Draws the panel of the playing controls in `frame`.
pub(super) fn play_panel(ui: &mut Ui, hand: Hand<'_>, frame: Rect, params: &PlayParams) {
    let palette = hand.palette;
    ui.painter().rect_filled(frame, PANEL_RADIUS, palette.panel);
    let inner = frame.shrink2(vec2(1.5 * UNIT, 2.0 * UNIT));
    let face =
        |name, about, origin| Face { name, about, color: palette.feel, origin, is_faint: false };
    let knobs = [
        (&params.swing, face("Swing", SWING_ABOUT, 0.0)),
        (&params.feel, face("Feel", FEEL_ABOUT, 0.0)),
        (&params.dynamics, face("Dynamics", DYNAMICS_ABOUT, 0.0)),
    ];
    let choices_width = (inner.width() * 0.42).clamp(22.0 * UNIT, 34.0 * UNIT);
    let width = (inner.width() - choices_width - 2.0 * UNIT) / knobs.len() as f32;
    for (i, (param, face)) in knobs.into_iter().enumerate() {
        let rect = Rect::from_min_size(
            inner.min + vec2(i as f32 * width, 0.0),
            vec2(width, inner.height()),
        );
        knob(ui, hand, param, rect, face);
    }
    let right = inner.with_min_x(inner.right() - choices_width);
    let bar = Rect::from_center_size(right.center(), vec2(right.width(), 4.0 * UNIT));
    ui.painter().text(
        pos2(bar.center().x, bar.bottom() + 2.0 * UNIT),
        Align2::CENTER_CENTER,
        params.quantise.name(),
        theme::font(Size::Small, Weight::Regular),
        palette.dim,
    );
    choices(ui, hand, &params.quantise, bar, QUANTISE_ABOUT);
}

/// Draws the kit's panel in `frame`.
pub(super) fn kit_panel(ui: &mut Ui, hand: Hand<'_>, frame: Rect, params: &KitParams) {
    let palette = hand.palette;
    ui.painter().rect_filled(frame, PANEL_RADIUS, palette.panel);
    let inner = frame.shrink2(vec2(2.0 * UNIT, 2.0 * UNIT));
    let half = inner.width() / 2.0;
    let toggle = Rect::from_center_size(
        pos2(inner.left() + half / 2.0, inner.center().y),
        vec2(half, 3.0 * UNIT),
    );
    switch(ui, hand, &params.is_on, toggle, "Kit", KIT_ABOUT);
    let face = Face {
        name: "Level",
        about: LEVEL_ABOUT,
        color: palette.good,
        origin: 0.0,
        is_faint: !params.is_on.value(),
    };
    knob(ui, hand, &params.level, inner.with_min_x(inner.left() + half), face);
}
