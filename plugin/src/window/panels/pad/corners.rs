//! The corners of the pad: their names, and the menus that change them.

use egui::{Align2, CursorIcon, Id, Popup, Rect, Sense, Ui, vec2};

use crate::files::display_text::{one_line, word};
use crate::state::morph::{CORNERS, Corner, Corners};
use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::Purpose;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::panels::title;
use crate::window::widgets::{ControlContext, UNIT, Weight, blend, elided, focus_ring, text_width};

/// Height of a name, and its distance from the pad's edges.
const HEIGHT: f32 = 2.75 * UNIT;
const INSET: f32 = 4.0;

/// Draws the names in the corners of `pad`, brighter with a larger share.
pub(crate) fn corners(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    pad: Rect,
    corners: &Corners,
    shares: [f32; CORNERS],
    scene: &Scene,
    requests: &mut PanelRequests,
) {
    for (place, (corner, share)) in corners.iter().zip(shares).enumerate() {
        name(ui, cx, pad, place, corner, share, scene, requests);
    }
}

#[expect(clippy::too_many_arguments, reason = "one corner of the four")]
fn name(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    pad: Rect,
    place: usize,
    corner: &Corner,
    share: f32,
    scene: &Scene,
    requests: &mut PanelRequests,
) {
    let palette = cx.palette;
    let label = corner.label();
    let text = one_line(&label);
    let width = text_width(ui, &text, Weight::Regular);
    let width = (width + 1.5 * UNIT).min(pad.width() / 2.0 - 2.0 * INSET);
    let size = vec2(width, HEIGHT);
    let [align, at] = [place % 2, place / 2];
    let inner = pad.shrink(INSET);
    let corner_of =
        [[Align2::LEFT_TOP, Align2::LEFT_BOTTOM], [Align2::RIGHT_TOP, Align2::RIGHT_BOTTOM]][align]
            [at];
    let rect = corner_of.align_size_within_rect(size, inner);
    // A drag that begins here does not move the puck.
    let response = ui
        .interact(rect, Id::unique(("corner", place)), Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::ComboBox, true, format!("{}: {text}", PLACES[place]))
    });
    if response.hovered() || Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response)) {
        ui.painter().rect_filled(rect, HEIGHT / 2.0, palette.lifted);
    }
    focus_ring(ui.painter(), &response, rect.shrink(1.0), HEIGHT / 2.0, palette.text);
    let ink = blend(palette.dim, palette.text, share.sqrt());
    let room = rect.shrink2(vec2(0.75 * UNIT, 0.0));
    elided(ui, room.with_max_x(room.right() + 0.5), &text, Weight::Regular, ink);
    Popup::menu(&response).show(|ui| choose(ui, cx, place, corner, scene, requests));
    response.on_hover_text(format!("{}: click for another style, slot or clip", PLACES[place]));
}

/// In the order of [`Corners`].
const PLACES: [&str; CORNERS] = ["Top left", "Top right", "Bottom left", "Bottom right"];

/// The menu of a corner.
fn choose(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    place: usize,
    now: &Corner,
    scene: &Scene,
    requests: &mut PanelRequests,
) {
    let mut chosen = None;
    let columns = 3;
    let heading = |ui: &mut Ui, text: &str| {
        ui.label(egui::RichText::new(text).color(cx.palette.dim));
    };
    heading(ui, "Style");
    egui::Grid::new("styles").num_columns(columns).spacing(vec2(UNIT, 0.0)).show(ui, |ui| {
        for (i, style) in scene.weights.styles.iter().enumerate() {
            let corner = Corner::Style(style.clone());
            if ui.selectable_label(*now == corner, word(style)).clicked() {
                chosen = Some(corner);
            }
            if i % columns == columns - 1 {
                ui.end_row();
            }
        }
    });
    heading(ui, "Slot");
    let filled = cx.params.slots.get();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (slot, groove) in filled.iter().enumerate() {
            let corner = Corner::Slot(slot as u8);
            let button = egui::Button::selectable(*now == corner, (slot + 1).to_string());
            let response = ui.add_enabled(groove.is_some(), button);
            if response.on_disabled_hover_text("This slot is empty").clicked() {
                chosen = Some(corner);
            }
        }
    });
    heading(ui, "Clip");
    if ui.button("What plays now").clicked() {
        let name = title::title(cx.params, scene.name.as_deref(), &scene.weights);
        chosen = Some(Corner::Clip { name, pattern: Box::new(scene.pattern) });
    }
    if ui.button("A MIDI file\u{2026}").clicked() {
        requests.look_for(Purpose::Corner(place), None);
        ui.close();
    }
    if let Some(corner) = chosen {
        requests.commands.push(Command::Corner { place, corner });
        ui.close();
    }
}
