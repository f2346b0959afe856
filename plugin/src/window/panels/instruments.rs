//! Controls of each instrument: name, die, mute and solo left of the cells; density and level, or key and choke group,
//! right of them.

use egui::{Align2, Color32, Id, Rect, Role, Sense, Ui, pos2, vec2};
use groove::sequencer::Lanes;
use groove::{INSTRUMENTS, Instrument};
use nice_plug::prelude::{BoolParam, Param};

use crate::params::InstrumentParams;
use crate::window::grid::tween::Tween;
use crate::window::grid::{Geometry, ROWS, glow};
use crate::window::widgets::{
    ControlContext, Groove, Look, UNIT, Weight, blend, clickable, column, die, explain, field,
    focus_ring, segments, small_text, toggleable, write_text,
};

/// Side of the mute and solo buttons, in points.
const BUTTON: f32 = 2.25 * UNIT;
const MUTE_ABOUT: &str = "Silences this instrument.";
const SOLO_ABOUT: &str = "Silences all instruments but this one and others that are solo.";
const DENSITY_ABOUT: &str = "Fewer or more hits of this instrument alone. Below \u{201c}all\u{201d} its softest and \
    weakest are left out at once; above, the network adds more.";
const VELOCITY_ABOUT: &str = "Factor on the velocities of this instrument, 0 to 200 %.";
const KEY_ABOUT: &str = "The MIDI key this instrument is played on, in your own note map: choose the map \
    \u{201c}Own\u{201d} under More for it to count. A key by name or number.";
const CHOKE_ABOUT: &str = "Choke group: a hit ends the notes of the others in its group, as the closed hat ends \
    the open one.";

/// Draws the names with die, mute and solo; the marks beside them flash with each hit. Returns the instrument whose die
/// was pressed.
pub(crate) fn names(
    ui: &Ui,
    cx: ControlContext<'_>,
    place: &Groove,
    lanes: &Lanes,
    tween: &Tween,
    at_step: Option<f32>,
) -> Option<Instrument> {
    let mut thrown = None;
    let palette = cx.palette;
    let geometry = Geometry::new(place.cells);
    let mut struck = [0.0_f32; INSTRUMENTS];
    let mut is_used = [false; INSTRUMENTS];
    for (step, instrument, cell) in tween.cells() {
        let i = instrument.index();
        is_used[i] = true;
        if let Some(at) = at_step {
            let light = glow(at, step as f32 + cell.offset) * cell.velocity * cell.strength;
            struck[i] = struck[i].max(light);
        }
    }
    for instrument in ROWS {
        let i = instrument.index();
        let row = geometry.row(instrument).with_min_x(place.names.left());
        let row = row.with_max_x(place.names.right());
        let is_lit = is_used[i] && lanes.hears(instrument);
        let color = palette.instrument(instrument);
        let color = if is_lit { color } else { blend(palette.panel, color, 0.45) };
        let mark = Rect::from_center_size(
            pos2(row.left() + 2.0, row.center().y),
            vec2(4.0, (row.height() * 0.4).round()),
        );
        let flash = blend(color, palette.bright, 0.6 * struck[i]);
        ui.painter().rect_filled(mark.expand(1.5 * struck[i]), 2.0, flash);
        let name = row.with_min_x(row.left() + 1.5 * UNIT);
        let ink = if is_lit { palette.text } else { palette.dim };
        small_text(ui.painter(), name, instrument.name(), Weight::Regular, ink);
        let own = cx.params.instruments.of(instrument);
        let button = |right: f32| {
            let middle = pos2(row.right() - right, row.center().y);
            let side = BUTTON.min(row.height() - 2.0);
            Rect::from_center_size(middle, vec2(BUTTON, side))
        };
        if dice(ui, cx, row, instrument) {
            thrown = Some(instrument);
        }
        let mute = Lamp { letter: "M", color: palette.bad, is_lit: !own.is_on.value() };
        lamp(ui, cx, &own.is_on, button(1.5 * BUTTON + 4.0), &mute, MUTE_ABOUT);
        let solo = Lamp { letter: "S", color: palette.accent, is_lit: own.is_solo.value() };
        lamp(ui, cx, &own.is_solo, button(0.5 * BUTTON), &solo, SOLO_ABOUT);
    }
    thrown
}

/// Draws the die of an instrument while the pointer is in its row or it has the focus. Returns whether it was pressed.
fn dice(ui: &Ui, cx: ControlContext<'_>, row: Rect, instrument: Instrument) -> bool {
    let palette = cx.palette;
    let middle = pos2(row.right() - 8.5 * UNIT, row.center().y);
    let rect = Rect::from_center_size(middle, vec2(BUTTON, BUTTON.min(row.height() - 2.0)));
    let label = format!("Another row for {}", instrument.name());
    let response =
        clickable(ui, rect, Id::unique(("dice", instrument.index())), Role::Button, &label);
    if ui.rect_contains_pointer(row) || response.has_focus() {
        let is_lit = response.hovered() || response.has_focus();
        let body = if is_lit { palette.instrument(instrument) } else { palette.dim };
        die(ui.painter(), rect.center(), 13.0, 5, body, palette.panel);
        focus_ring(ui.painter(), &response, rect.shrink(1.0), 4.0, palette.text);
    }
    response.on_hover_text(format!("{label}, that fits what the others play")).clicked()
}

/// A letter that is lit while on.
struct Lamp {
    letter: &'static str,
    color: Color32,
    is_lit: bool,
}

/// Draws `lamp` in `rect`; a press toggles `param`.
fn lamp(ui: &Ui, cx: ControlContext<'_>, param: &BoolParam, rect: Rect, lamp: &Lamp, about: &str) {
    let response = toggleable(
        ui,
        rect,
        Id::unique(("lamp", param.name())),
        Role::Switch,
        lamp.is_lit,
        param.name(),
    );
    if response.clicked() {
        cx.set_once(param, if param.value() { 0.0 } else { 1.0 });
    }
    let palette = cx.palette;
    let painter = ui.painter();
    if lamp.is_lit {
        let fill =
            if response.hovered() { blend(lamp.color, palette.text, 0.2) } else { lamp.color };
        painter.rect_filled(rect, 4.0, fill);
    } else if response.hovered() {
        painter.rect_filled(rect, 4.0, palette.lifted);
    }
    focus_ring(painter, &response, rect, 4.0, palette.text);
    let ink = match (lamp.is_lit, response.hovered()) {
        (true, _) => palette.on_accent,
        (false, true) => palette.text,
        (false, false) => palette.dim,
    };
    let weight = if lamp.is_lit { Weight::Strong } else { Weight::Regular };
    write_text(painter, (rect.center(), Align2::CENTER_CENTER), lamp.letter, weight, ink);
    explain(response, cx, param, about);
}

/// Draws the two columns: the mix, or the keys. The choice above them sets `shows_keys`.
pub(crate) fn strip(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: &Groove,
    lanes: &Lanes,
    shows_keys: &mut bool,
) {
    let palette = cx.palette;
    let corner = place.above_strip();
    let choice = Rect::from_min_size(
        corner.min + vec2(0.5 * UNIT, UNIT),
        vec2(corner.width() - UNIT, 2.5 * UNIT),
    );
    let chosen = usize::from(*shows_keys);
    let pages =
        [("Mix", "How much and how loud each instrument plays"), ("Keys", "On which MIDI keys")];
    if let (Some(page), _) = segments(ui, cx, "strip", choice, &pages, chosen) {
        *shows_keys = page == 1;
    }
    let titles = if *shows_keys { ["Key", "Choke"] } else { ["Density", "Velocity"] };
    for (i, title) in titles.into_iter().enumerate() {
        let title_at = column(corner, i, 2).center_bottom() - vec2(0.0, 9.0);
        write_text(
            ui.painter(),
            (title_at, Align2::CENTER_CENTER),
            title,
            Weight::Regular,
            palette.dim,
        );
    }
    let geometry = Geometry::new(place.cells);
    let is_own_map = cx.params.notes.map.value().ready().is_none();
    for instrument in ROWS {
        let row = geometry.row(instrument);
        let row = row.with_min_x(place.strip.left()).with_max_x(place.strip.right());
        let cells = [0, 1].map(|i| column(row, i, 2).shrink2(vec2(2.0, 1.0)));
        let own = cx.params.instruments.of(instrument);
        if *shows_keys {
            keys(ui, cx, own, cells, lanes.of(instrument).key, is_own_map);
        } else {
            mix(ui, cx, own, cells, instrument, lanes);
        }
    }
}

fn mix(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    own: &InstrumentParams,
    [left, right]: [Rect; 2],
    instrument: Instrument,
    lanes: &Lanes,
) {
    let color = cx.palette.instrument(instrument);
    let is_faint = !lanes.hears(instrument);
    let density =
        Look { about: DENSITY_ABOUT, color, origin: Some(0.5), short: short_density, is_faint };
    field(ui, cx, &own.density, left, &density);
    let velocity =
        Look { about: VELOCITY_ABOUT, color, origin: Some(0.0), short: str::to_owned, is_faint };
    field(ui, cx, &own.velocity, right, &velocity);
}

fn keys(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    own: &InstrumentParams,
    [left, right]: [Rect; 2],
    sounding_key: u8,
    is_own_map: bool,
) {
    let look =
        |about, short| Look { about, color: cx.palette.text, origin: None, short, is_faint: false };
    if is_own_map {
        field(ui, cx, &own.key, left, &look(KEY_ABOUT, short_key));
    } else {
        let words = own
            .key
            .normalized_value_to_string(own.key.preview_normalized(i32::from(sounding_key)), false);
        let response = ui.interact(left, Id::unique(("key", own.key.name())), Sense::hover());
        let (middle, text) = (left.center(), short_key(&words));
        write_text(
            ui.painter(),
            (middle, Align2::CENTER_CENTER),
            text,
            Weight::Regular,
            cx.palette.dim,
        );
        response.on_hover_text(format!(
            "{words}, from the chosen note map. For keys of your own choose the map \u{201c}Own\u{201d} under More.",
        ));
    }
    field(ui, cx, &own.choke, right, &look(CHOKE_ABOUT, short_choke));
}

/// `all`, `−40 %`, `+20 %`.
fn short_density(words: &str) -> String {
    match words.split_once(" % ") {
        Some((number, "left out")) => format!("\u{2212}{number} %"),
        Some((number, _)) => format!("+{number} %"),
        None => "all".to_owned(),
    }
}

/// `C1 36`.
fn short_key(words: &str) -> String {
    words.replace(['(', ')'], "")
}

/// `–`, `1`.
fn short_choke(words: &str) -> String {
    words.strip_prefix("Group ").unwrap_or("\u{2013}").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::JangdanParams;

    #[test]
    fn short_words_say_the_same_as_the_parameters() {
        let params = JangdanParams::default();
        let own = &params.instruments.closed_hat;
        let density = |value: f32| {
            short_density(&own.density.normalized_value_to_string((value + 1.0) / 2.0, true))
        };
        assert_eq!([density(0.0), density(-0.4), density(0.2)], ["all", "\u{2212}40 %", "+20 %"]);
        assert_eq!(short_key(&own.key.to_string()), "F#1 42");
        assert_eq!(short_choke(&own.choke.to_string()), "1");
        assert_eq!(short_choke(&params.instruments.kick.choke.to_string()), "\u{2013}");
    }
}
