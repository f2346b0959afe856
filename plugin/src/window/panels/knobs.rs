//! The knobs beneath the grid: a row that is always shown, and the second row as *More* shows it.

use egui::{Id, Rect, Role, Shape, Stroke, Ui, pos2, vec2};
use nice_plug::prelude::Param;

use crate::editing::song::switch_song;
use crate::params::{FillEveryParam, JangdanParams};
use crate::state::window_size::SecondRow;
use crate::window::widgets::{
    ControlContext, Face, Look, UNIT, Weight, column, field, focus_ring, knob, row, small_text,
    switch, toggleable, whole_menu,
};

const TEMPERATURE_ABOUT: &str = "How freely hits are drawn from the network's odds, 0 to 1.5: at 0 \
    always the likeliest, at 1 as learned, above that bolder.";
const DENSITY_ABOUT: &str = "Fewer or more hits than learned: shifts the odds of every hit.";
const VARIATION_ABOUT: &str = "How far each four-bar cycle wanders from the groove, 0 to 100 %. \
    The same cycle of the song always gets the same variation.";
const SWING_ABOUT: &str = "Where in an 8th note its second 16th falls: 50 % is straight, 67 % \
    triplets, 75 % dotted.";
const FEEL_ABOUT: &str = "How much of the learned timing is heard: at 0 % every hit is on the \
    16th grid, at 100 % as drummers played it.";
const DYNAMICS_ABOUT: &str = "How far soft and loud hits lie apart: 0 % flat, 100 % as learned, \
    150 % wider.";
const KIT_ABOUT: &str = "The drums built into the plugin. Notes go out to other instruments \
    either way.";
const LEVEL_ABOUT: &str = "Loudness of the built-in drums, \u{2212}60 to +6 dB.";
const TRIPLET_ABOUT: &str = "Where in a beat its second 8th falls: 50 % is straight, 67 % a \
    shuffle in triplets, 75 % dotted. The 16ths bend along.";
const TIMING_ABOUT: &str = "How far hits stray in time by chance, up to a quarter of a 16th. The same \
    hit of the song always strays alike.";
const VELOCITY_ABOUT: &str = "How far velocities stray by chance, up to 19 of MIDI's 127.";
const ACCENT_ABOUT: &str = "How much louder the accented steps are played, and the others softer.";
const ACCENT_ON_ABOUT: &str = "Which steps are accented.";
const NOTE_LENGTH_ABOUT: &str = "How long a note lasts, in 16ths, 0.1 to 4.";
const START_ABOUT: &str = "Where in the pattern it begins to play, in 16ths. The bars wrap around.";
const SPEED_ABOUT: &str =
    "Half time: a bar of the pattern fills two of the song. Double time: half a bar.";
const FILLS_ABOUT: &str = "A fill at the end of every so many bars of the song, counted from its \
     beginning; it lands on the next. The key plays one at any time.";
const FILL_LENGTH_ABOUT: &str = "How long those fills are.";
const FILL_SIZE_ABOUT: &str = "How big fills are, also those that the key plays: which of the fills drawn for the \
     groove are played, from the smallest to the biggest; in the middle any.";
const QUANTISE_ABOUT: &str = "Where in the song a new groove takes over from the one that plays.";
const SONG_ABOUT: &str = "A song: sections one after another, from the beginning of the host's on. It plays while it is \
     shown under the grid; its sections are kept when it is not.";
const MAP_ABOUT: &str =
    "On which keys the instruments are played, for which sampler. Own: those set under Keys.";
const CHANNEL_ABOUT: &str = "The MIDI channel of the notes that go out, 1 to 16. Drums are on 10.";
const SOURCE_ABOUT: &str = "What Follow hears: the notes that come in, or the audio of the sidechain, in which it finds what is struck: what a \
    bass plays as kick, the rest as snare. While audio is followed, notes are control keys.";
const KEYS_ABOUT: &str = "On which MIDI channels notes that come in choose slots, fill, vary, mute and play: \
    any, one of its own, or none.";

/// Draws the first row in `place`. The buttons at its end set whether the second row is shown, and what is in it.
pub(crate) fn front_row(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: Rect,
    second: (&mut bool, &mut SecondRow),
) {
    let palette = cx.palette;
    let JangdanParams { generate, play, kit, .. } = cx.params;
    let made = |name, about, origin| face(name, about, palette.accent, origin);
    let felt = |name, about| face(name, about, palette.feel, 0.0);
    let groups: [&[(&dyn Turnable, Face<'_>)]; 2] = [
        &[
            (&generate.density, made("Density", DENSITY_ABOUT, 0.5)),
            (&generate.variation, made("Variation", VARIATION_ABOUT, 0.0)),
            (&generate.temperature, made("Temperature", TEMPERATURE_ABOUT, 0.0)),
        ],
        &[
            (&play.swing, felt("Swing", SWING_ABOUT)),
            (&play.feel, felt("Feel", FEEL_ABOUT)),
            (&play.dynamics, felt("Dynamics", DYNAMICS_ABOUT)),
        ],
    ];
    let (switch_width, fold_width, gap) = (8.0 * UNIT, 10.0 * UNIT, 2.0 * UNIT);
    let width = (place.width() - switch_width - fold_width - 3.0 * gap) / 7.0;
    let mut left = place.left();
    for group in groups {
        for (param, face) in group {
            let cell = place.with_min_x(left).with_max_x(left + width);
            param.knob(ui, cx, cell, *face);
            left += width;
        }
        rule(ui, cx, left + gap / 2.0, place);
        left += gap;
    }
    let toggle = Rect::from_min_size(
        pos2(left + UNIT, place.center().y - 1.5 * UNIT),
        vec2(switch_width, 3.0 * UNIT),
    );
    switch(ui, cx, &kit.is_on, toggle, "Kit", KIT_ABOUT);
    left += switch_width;
    let level =
        Face { is_faint: !kit.is_on.value(), ..face("Level", LEVEL_ABOUT, palette.good, 0.0) };
    knob(ui, cx, &kit.level, place.with_min_x(left).with_max_x(left + width), level);
    rule(ui, cx, left + width + gap / 2.0, place);
    folds(ui, cx, place.with_min_x(place.right() - fold_width), second);
}

/// Draws the second row of *More* in `place`.
pub(crate) fn back_row(ui: &mut Ui, cx: ControlContext<'_>, place: Rect) {
    let palette = cx.palette;
    let JangdanParams { pattern, humanise, notes, perform, play, .. } = cx.params;
    let plain = Look {
        about: "",
        color: palette.good,
        origin: None,
        short: str::to_owned,
        is_faint: false,
    };
    let felt = |name, about| face(name, about, palette.feel, 0.0);
    let knobs: [(&dyn Turnable, Face<'_>); 7] = [
        (&pattern.triplet, felt("Triplet", TRIPLET_ABOUT)),
        (&humanise.timing, felt("\u{b1} timing", TIMING_ABOUT)),
        (&humanise.velocity, felt("\u{b1} velocity", VELOCITY_ABOUT)),
        (&humanise.accent_amount, felt("Accent", ACCENT_ABOUT)),
        (&notes.length, face("Note length", NOTE_LENGTH_ABOUT, palette.good, 0.0)),
        (&pattern.start, face("Start", START_ABOUT, palette.accent, 0.0)),
        (&pattern.fill_size, face("Fill size", FILL_SIZE_ABOUT, palette.good, 0.5)),
    ];
    let right = (place.width() * 0.38).clamp(36.0 * UNIT, 46.0 * UNIT).round();
    let left = place.with_max_x(place.right() - right - 2.0 * UNIT);
    for (i, (param, face)) in knobs.into_iter().enumerate() {
        param.knob(ui, cx, column(left, i, 7), face);
    }
    rule(ui, cx, left.right() + UNIT, place);

    let right = place.with_min_x(place.right() - right);
    let line = |i| row(right, i, 4);
    let labels = ["Speed", "New at", "Accent on", "Note map"];
    for (i, label) in labels.into_iter().enumerate() {
        small_text(ui.painter(), line(i), label, Weight::Regular, palette.dim);
    }
    let body = |i| {
        let line: Rect = line(i);
        Rect::from_center_size(line.center(), vec2(line.width(), 2.5 * UNIT))
            .with_min_x(line.left() + 7.0 * UNIT)
    };
    let fills_width = 25.0 * UNIT;
    let speeds = body(0).with_max_x(right.right() - fills_width - UNIT);
    whole_menu(ui, cx, &pattern.speed, speeds, SPEED_ABOUT);
    let fills = body(0).with_min_x(right.right() - fills_width);
    let every = labelled(ui, cx, fills, "Fills", 4.0).with_max_x(fills.right() - 8.0 * UNIT);
    whole_menu(ui, cx, &pattern.fill_every, every, FILLS_ABOUT);
    let is_faint = pattern.fill_every.value() == FillEveryParam::Off;
    let look = Look { about: FILL_LENGTH_ABOUT, is_faint, ..plain };
    field(ui, cx, &pattern.fill_beats, fills.with_min_x(every.right() + UNIT), &look);
    let source_width = 18.0 * UNIT;
    let quantise = body(1).with_max_x(right.right() - source_width - UNIT);
    whole_menu(ui, cx, &play.quantise, quantise, QUANTISE_ABOUT);
    let source = body(1).with_min_x(right.right() - source_width);
    let source = labelled(ui, cx, source, "Follows", 7.0);
    whole_menu(ui, cx, &perform.follow_source, source, SOURCE_ABOUT);
    let keys_width = 18.0 * UNIT;
    let accents = body(2).with_max_x(right.right() - keys_width - UNIT);
    whole_menu(ui, cx, &humanise.accent, accents, ACCENT_ON_ABOUT);
    let keys = body(2).with_min_x(right.right() - keys_width);
    let keys = labelled(ui, cx, keys, "Control keys", 9.0);
    field(ui, cx, &perform.key_channel, keys, &Look { about: KEYS_ABOUT, ..plain });
    let channel_width = 11.0 * UNIT;
    let map = body(3).with_max_x(right.right() - channel_width - UNIT);
    whole_menu(ui, cx, &notes.map, map, MAP_ABOUT);
    let channel = body(3).with_min_x(right.right() - channel_width);
    let channel = labelled(ui, cx, channel, "Channel", 7.0);
    field(ui, cx, &notes.channel, channel, &Look { about: CHANNEL_ABOUT, ..plain });
}

/// Writes `label` into the first `width` units of `rect`; returns what is left of it.
fn labelled(ui: &mut Ui, cx: ControlContext<'_>, rect: Rect, label: &str, width: f32) -> Rect {
    let place = rect.with_max_x(rect.left() + width * UNIT);
    small_text(ui.painter(), place, label, Weight::Regular, cx.palette.dim);
    rect.with_min_x(place.right())
}

pub(super) fn face<'a>(
    name: &'a str,
    about: &'a str,
    color: egui::Color32,
    origin: f32,
) -> Face<'a> {
    Face { name, about, color, origin, is_faint: false }
}

/// A parameter of any type, for a knob.
trait Turnable {
    fn knob(&self, ui: &mut Ui, cx: ControlContext<'_>, place: Rect, face: Face<'_>);
}

impl<P: Param> Turnable for P {
    fn knob(&self, ui: &mut Ui, cx: ControlContext<'_>, place: Rect, face: Face<'_>) {
        knob(ui, cx, self, place, face);
    }
}

pub(super) fn rule(ui: &Ui, cx: ControlContext<'_>, x: f32, place: Rect) {
    let range = place.top() + UNIT..=place.bottom() - UNIT;
    ui.painter().vline(x, range, (1.0, cx.palette.line));
}

/// Draws the buttons that show what is in the second row, or hide it.
fn folds(
    ui: &Ui,
    cx: ControlContext<'_>,
    place: Rect,
    (is_open, shown): (&mut bool, &mut SecondRow),
) {
    let buttons = [
        (
            SecondRow::More,
            "More",
            "Triplets, humanising, accents, note length, rotation, half and double time, note map, channels",
        ),
        (SecondRow::Kit, "Kit", "The kit: which one, tuning, damping, room"),
    ];
    let column = Rect::from_center_size(place.center(), vec2(place.width() - UNIT, 9.0 * UNIT));
    let rect = row(column, 2, 3).shrink2(vec2(0.0, 1.5));
    if fold(ui, cx, rect, "Song", SONG_ABOUT, cx.params.song.get().is_on) {
        switch_song(cx.params, cx.history);
    }
    for (i, (contents, label, about)) in buttons.into_iter().enumerate() {
        let rect = row(column, i, 3).shrink2(vec2(0.0, 1.5));
        let is_shown = *is_open && *shown == contents;
        if fold(ui, cx, rect, label, about, is_shown) {
            (*is_open, *shown) = (!is_shown, contents);
        }
    }
}

/// Draws one of the buttons; returns whether it was pressed.
fn fold(
    ui: &Ui,
    cx: ControlContext<'_>,
    rect: Rect,
    label: &str,
    about: &str,
    is_open: bool,
) -> bool {
    let palette = cx.palette;
    let response = toggleable(ui, rect, Id::unique(("fold", label)), Role::Button, is_open, label);
    let radius = rect.height() / 2.0;
    let painter = ui.painter();
    // A song is not only shown: it plays.
    let is_lit = is_open && label == "Song";
    let fill = match (is_lit, response.hovered()) {
        (true, _) => palette.accent,
        (false, true) => palette.lifted,
        (false, false) => palette.raised,
    };
    let (ink, mark) =
        if is_lit { (palette.on_accent, palette.on_accent) } else { (palette.text, palette.dim) };
    painter.rect_filled(rect, radius, fill);
    focus_ring(painter, &response, rect, radius, palette.text);
    let text = rect.with_min_x(rect.left() + 1.75 * UNIT);
    small_text(painter, text, label, Weight::Regular, ink);
    let (at, side) =
        (pos2(rect.right() - 2.0 * UNIT, rect.center().y), if is_open { -1.0 } else { 1.0 });
    let corners = [vec2(-4.0, -2.0 * side), vec2(0.0, 2.5 * side), vec2(4.0, -2.0 * side)];
    let corners = corners.map(|by| at + by);
    painter.add(Shape::line(corners.to_vec(), Stroke::new(1.5, mark)));
    let is_pressed = response.clicked();
    response.on_hover_text(about);
    is_pressed
}
