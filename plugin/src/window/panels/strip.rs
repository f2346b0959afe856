//! Right of the cells: each instrument's density and velocity, or its key and choke group, or its sound in the kit.

use egui::{Align2, Id, Rect, Sense, Ui, vec2};
use groove::Instrument;
use groove::sequencer::Lanes;
use nice_plug::prelude::Param;

use crate::params::InstrumentParams;
use crate::state::window_size::Strip;
use crate::window::grid::{Geometry, ROWS};
use crate::window::widgets::{
    ControlContext, Groove, Look, UNIT, Weight, column, field, segments, write_text,
};

const DENSITY_ABOUT: &str = "Fewer or more hits of this instrument alone. Below \u{201c}all\u{201d} its softest and \
    weakest are left out at once; above, the network adds more.";
const VELOCITY_ABOUT: &str = "Factor on the velocities of this instrument, 0 to 200 %.";
const KEY_ABOUT: &str = "The MIDI key this instrument is played on, in your own note map: choose the map \
    \u{201c}Own\u{201d} under More for it to count. A key by name or number.";
const CHOKE_ABOUT: &str = "Choke group: a hit ends the notes of the others in its group, as the closed hat ends \
    the open one.";
const LEVEL_ABOUT: &str = "Loudness of this instrument in the kit, \u{2212}60 to +12 dB.";
const PAN_ABOUT: &str = "From where the kit has this instrument to the far left or right.";
const TUNE_ABOUT: &str = "Tunes this instrument of the kit, up to an octave down or up, in semitones. A stroke sounds \
    as the drum is tuned when it is struck.";

/// Draws the columns. The choice above them sets `shown`.
pub(crate) fn strip(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: &Groove,
    lanes: &Lanes,
    shown: &mut Strip,
) {
    let corner = place.above_strip();
    let choice = Rect::from_min_size(
        corner.min + vec2(0.5 * UNIT, UNIT),
        vec2(corner.width() - UNIT, 2.5 * UNIT),
    );
    let pages = [
        (Strip::Mix, ("Mix", "How much and how loud each instrument plays")),
        (Strip::Keys, ("Keys", "On which MIDI keys")),
        (Strip::Kit, ("Kit", "How each instrument sounds in the plugin's own kit")),
    ];
    let chosen = pages.iter().position(|(page, _)| page == shown).unwrap_or(0);
    if let (Some(pressed), _) =
        segments(ui, cx, "strip", choice, &pages.map(|(_, words)| words), chosen)
    {
        *shown = pages[pressed].0;
    }
    let titles: &[&str] = match shown {
        Strip::Mix => &["Density", "Velocity"],
        Strip::Keys => &["Key", "Choke"],
        Strip::Kit => &["Level", "Pan", "Tune"],
    };
    for (i, title) in titles.iter().enumerate() {
        let title_at = column(corner, i, titles.len()).center_bottom() - vec2(0.0, 9.0);
        write_text(
            ui.painter(),
            (title_at, Align2::CENTER_CENTER),
            title,
            Weight::Regular,
            cx.palette.dim,
        );
    }
    let geometry = Geometry::new(place.cells);
    let is_own_map = cx.params.notes.map.value().ready().is_none();
    for instrument in ROWS {
        let row = geometry.row(instrument);
        let row = row.with_min_x(place.strip.left()).with_max_x(place.strip.right());
        let cell = |i| column(row, i, titles.len()).shrink2(vec2(2.0, 1.0));
        let own = cx.params.instruments.of(instrument);
        match shown {
            Strip::Mix => mix(ui, cx, own, [cell(0), cell(1)], instrument, lanes),
            Strip::Keys => {
                keys(ui, cx, own, [cell(0), cell(1)], lanes.of(instrument).key, is_own_map);
            }
            Strip::Kit => kit(ui, cx, own, [cell(0), cell(1), cell(2)], instrument, lanes),
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

fn kit(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    own: &InstrumentParams,
    cells: [Rect; 3],
    instrument: Instrument,
    lanes: &Lanes,
) {
    let color = cx.palette.instrument(instrument);
    let is_faint = !lanes.hears(instrument) || !cx.params.kit.is_on.value();
    let fields = [
        (&own.level, LEVEL_ABOUT, 0.0, short_number as fn(&str) -> String),
        (&own.pan, PAN_ABOUT, 0.5, short_pan),
        (&own.tune, TUNE_ABOUT, 0.5, short_number),
    ];
    for ((param, about, origin, short), cell) in fields.into_iter().zip(cells) {
        field(ui, cx, param, cell, &Look { about, color, origin: Some(origin), short, is_faint });
    }
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

/// `−4`, `+2.5`, `0`: a number without its unit and the zeros at its end.
fn short_number(words: &str) -> String {
    let number = words.split(' ').next().unwrap_or(words);
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    };
    number.replace('-', "\u{2212}")
}

/// `L 40`, `0`, `R 40`.
fn short_pan(words: &str) -> String {
    match words.split_once(" % ") {
        Some((number, "left")) => format!("L {number}"),
        Some((number, _)) => format!("R {number}"),
        None => "0".to_owned(),
    }
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
        let tune = |value: f32| {
            short_number(&own.tune.normalized_value_to_string((value + 12.0) / 24.0, true))
        };
        let tunes = [tune(0.0), tune(-10.0), tune(2.5), tune(0.25)];
        assert_eq!(tunes, ["0", "\u{2212}10", "+2.5", "+0.25"]);
        assert_eq!(short_number(&own.level.to_string()), "0");
        let pan =
            |value: f32| short_pan(&own.pan.normalized_value_to_string((value + 1.0) / 2.0, true));
        assert_eq!([pan(0.0), pan(-0.4), pan(1.0)], ["0", "L 40", "R 100"]);
    }
}
