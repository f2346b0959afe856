//! The second row when it shows the kit: which one, and the knobs that shape all of it.

use std::path::Path;

use egui::{Id, Rect, Role, Ui, vec2};

use crate::files::display_text::{end_of_line, paragraph};
use crate::files::jobs::Job;
use crate::handoff::KitInfo;
use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::Purpose;
use crate::window::panels::knobs::{face, rule};
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::widgets::{
    ControlContext, Face, Rank, UNIT, Weight, choices, clickable, column, elided, focus_ring, knob,
    pill, row, small_text,
};

const MODEL_ABOUT: &str = "The drums in a small room or in a large one, or a drum machine. Strokes from now on are played \
    on it.";
const TUNE_ABOUT: &str = "Tunes all drums, up to an octave down or up, in semitones. A stroke sounds as the drum is tuned \
    when it is struck.";
const DAMPING_ABOUT: &str = "How much sooner the drums fall silent: at 0 % they ring as they were built, at 100 % an eighth \
    as long.";
const ROOM_ABOUT: &str =
    "How much of the room around the drums is heard: none at 0 %, twice as much at 200 %.";

const OWN_ABOUT: &str = "Click: another kit, an SFZ, a Hydrogen kit (drumkit.xml), a soundfont (SF2, SF3) or a folder of recordings. An \
    instrument that it does not have is played by the model.";

/// Draws the row in `place`. Level, pan and tune of each instrument are beside the grid.
pub(crate) fn kit_row(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: Rect,
    scene: &Scene,
    requests: &mut PanelRequests,
) {
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
    let body = |i| {
        let line: Rect = row(right, i, 3);
        let body = Rect::from_center_size(line.center(), vec2(line.width(), 2.5 * UNIT));
        body.with_min_x(line.left() + 7.0 * UNIT)
    };
    for (i, label) in ["Model", "Own kit"].into_iter().enumerate() {
        small_text(ui.painter(), row(right, i, 3), label, Weight::Regular, palette.dim);
    }
    choices(ui, cx, &kit.model, body(0), MODEL_ABOUT);
    own_kit(ui, cx, body(1), &scene.kit, requests);
    elided(ui, body(2), &details(&scene.kit), Weight::Regular, palette.dim);
}

/// Draws the name of the user's own kit, which opens the file dialog, and a button that puts it away.
fn own_kit(
    ui: &Ui,
    cx: ControlContext<'_>,
    place: Rect,
    info: &KitInfo,
    requests: &mut PanelRequests,
) {
    let palette = cx.palette;
    let away_width = 9.0 * UNIT;
    let chosen = (*cx.params.own_kit.get()).as_ref().map(|chosen| chosen.path.clone());
    let field =
        if chosen.is_some() { place.with_max_x(place.right() - away_width - UNIT) } else { place };
    let name = match (&info.loaded, &chosen) {
        _ if info.is_loading => "Loading \u{2026}".to_owned(),
        (Some((name, _)), _) => name.clone(),
        (None, Some(path)) => {
            let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
            format!("{name} is missing")
        }
        (None, None) => "Load a kit\u{2026}".to_owned(),
    };
    let response = clickable(ui, field, Id::unique("own-kit"), Role::Button, "Load a kit");
    let painter = ui.painter();
    let fill = if response.hovered() { palette.lifted } else { palette.raised };
    painter.rect_filled(field, field.height() / 2.0, fill);
    focus_ring(painter, &response, field, field.height() / 2.0, palette.text);
    let ink = if info.trouble.is_some() { palette.bad } else { palette.text };
    let text = field.shrink2(vec2(1.5 * UNIT, 0.0));
    elided(ui, text, &end_of_line(&name), Weight::Regular, ink);
    if response.clicked() {
        let folder = chosen.as_ref().and_then(|path| Path::new(path).parent().map(Path::to_owned));
        requests.look_for(Purpose::Kit, folder);
    }
    let about = chosen.as_ref().map_or(String::new(), |path| format!("{}\n", paragraph(path)));
    response.on_hover_text(format!("{about}{OWN_ABOUT}"));
    if chosen.is_some() {
        let away = place.with_min_x(place.right() - away_width);
        let away = pill(ui, cx, away, "built in", Rank::Plain, None)
            .on_hover_text("Puts the kit of your own away: the built-in one plays");
        if away.clicked() {
            requests.commands.push(Command::Job(Job::ChooseKit(None)));
        }
    }
}

/// A line about the user's own kit.
fn details(info: &KitInfo) -> String {
    let Some(_) = info.loaded else {
        return "a folder of recordings, SFZ, Hydrogen, SF2 or SF3".to_owned();
    };
    // A tenth of a megabyte at least.
    let megabytes = (info.bytes as f64 / 1e6).max(0.1);
    let memory = if megabytes < 10.0 {
        format!("{megabytes:.1} MB in memory")
    } else {
        format!("{megabytes:.0} MB in memory")
    };
    match &info.missing[..] {
        [] => memory,
        missing => format!("{memory}; built in: {}", missing.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_about_a_kit_tells_its_memory_and_what_it_lacks() {
        assert!(details(&KitInfo::default()).contains("SFZ"));
        let loaded = Some(("Billie".to_owned(), "/kits/billie".to_owned()));
        let info = KitInfo { loaded, bytes: 1_960_000, ..KitInfo::default() };
        assert_eq!(details(&info), "2.0 MB in memory");
        let info = KitInfo { bytes: 450_000_000, missing: vec!["Crash", "Ride"], ..info };
        assert_eq!(details(&info), "450 MB in memory; built in: Crash, Ride");
    }
}
