//! The style and the seed.

use egui::{Align2, CursorIcon, Id, Rect, Stroke, Ui, pos2, vec2};
use nice_plug::prelude::{IntParam, Param};

use crate::window::widgets::{
    ControlContext, Direction, Shown, Travel, UNIT, Weight, arrow, menu, tooltip, turn, value_text,
    write_text,
};

/// Points of drag for the whole range of seeds: a third of a point each.
const SEED_TRAVEL: f32 = 3000.0;
const SEED_ABOUT: &str = "The number that everything random is drawn from: the point in the latent \
    space and each hit. The same seed and controls always give the same groove.";
const STYLE_ABOUT: &str = "The style that grooves are drawn from, as drummers named theirs.";

/// Draws the style, one of `styles`, and the seed in `place`.
pub(crate) fn source(ui: &mut Ui, cx: ControlContext<'_>, place: Rect, styles: usize) {
    let mut seed = place;
    if styles > 0 {
        let style = place.with_max_x(place.left() + (0.46 * place.width()).round());
        seed = place.with_min_x(style.right() + UNIT);
        menu(ui, cx, &cx.params.character.style, styles + 1, style, "", STYLE_ABOUT);
    }
    seed_field(ui, cx, &cx.params.generate.seed, seed);
}

/// Draws the seed between arrows to the previous and the next one.
fn seed_field(ui: &mut Ui, cx: ControlContext<'_>, seed: &IntParam, field: Rect) {
    let palette = cx.palette;
    let id = Id::unique("seed");
    let arrow_width = 2.5 * UNIT;
    let middle = field.shrink2(vec2(arrow_width, 0.0));
    let turned = turn(ui, cx, seed, middle, id, Travel::free(Direction::Up, SEED_TRAVEL));
    ui.painter().rect_filled(field, UNIT, palette.raised);
    if turned.response.has_focus() {
        let ring = Stroke::new(1.5, palette.text);
        ui.painter().rect_stroke(field, UNIT, ring, egui::StrokeKind::Inside);
    }
    let label = middle.with_max_x(middle.left() + 0.45 * middle.width());
    write_text(
        ui.painter(),
        (label.right_center() - vec2(4.0, 0.0), Align2::RIGHT_CENTER),
        "Seed",
        Weight::Regular,
        palette.dim,
    );
    let value = middle.with_min_x(label.right()).shrink2(vec2(0.0, 7.0));
    let text = seed.normalized_value_to_string(turned.value, true);
    let shown = Shown { text: &text, is_strong: true, is_clickable: true };
    value_text(ui, cx, seed, value, id.with("value"), &shown, turned.wants_typing);
    let now = seed.unmodulated_normalized_value();
    for (is_next, left) in [(false, field.left()), (true, middle.right())] {
        let button =
            Rect::from_min_size(pos2(left, field.top()), vec2(arrow_width, field.height()));
        let label = if is_next { "Next seed" } else { "Previous seed" };
        if arrow(ui, cx, button, label, is_next) {
            let stepped = if is_next {
                seed.next_normalized_step(now, false)
            } else {
                seed.previous_normalized_step(now, false)
            };
            cx.set_once(seed, stepped);
        }
    }
    tooltip(turned.response.on_hover_cursor(CursorIcon::ResizeVertical), cx, seed, SEED_ABOUT);
}
