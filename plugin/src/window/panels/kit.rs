//! The second row when it shows the kit: which one, and the knobs that shape all of it.

use egui::{Rect, Ui, vec2};

use crate::window::panels::knobs::{face, rule};
use crate::window::widgets::{
    ControlContext, Face, UNIT, Weight, choices, column, knob, row, small_text,
};

const MODEL_ABOUT: &str = "The drums in a small room or in a large one, or a drum machine. Strokes from now on are played \
    on it.";
const TUNE_ABOUT: &str = "Tunes all drums, up to an octave down or up, in semitones. A stroke sounds as the drum is tuned \
    when it is struck.";
const DAMPING_ABOUT: &str = "How much sooner the drums fall silent: at 0 % they ring as they were built, at 100 % an eighth \
    as long.";
const ROOM_ABOUT: &str =
    "How much of the room around the drums is heard: none at 0 %, twice as much at 200 %.";

/// Draws the row in `place`. Level, pan and tune of each instrument are beside the grid.
pub(crate) fn kit_row(ui: &mut Ui, cx: ControlContext<'_>, place: Rect) {
    let palette = cx.palette;
    let kit = &cx.params.kit;
    let is_faint = !kit.is_on.value();
    let left = place.with_max_x(place.left() + (place.width() * 0.42).round());
    let knobs = [
        (&kit.tune, "Tune", TUNE_ABOUT, 0.5),
        (&kit.damping, "Damping", DAMPING_ABOUT, 0.0),
        (&kit.room, "Room", ROOM_ABOUT, 0.5),
    ];
    for (i, (param, name, about, origin)) in knobs.into_iter().enumerate() {
        let face = Face { is_faint, ..face(name, about, palette.good, origin) };
        knob(ui, cx, param, column(left, i, 3), face);
    }
    rule(ui, cx, left.right() + UNIT, place);

    let right = place.with_min_x(left.right() + 3.0 * UNIT);
    let line = row(right, 0, 3);
    small_text(ui.painter(), line, "Model", Weight::Regular, palette.dim);
    let body = Rect::from_center_size(line.center(), vec2(line.width(), 2.5 * UNIT));
    choices(ui, cx, &kit.model, body.with_min_x(line.left() + 7.0 * UNIT), MODEL_ABOUT);
}
