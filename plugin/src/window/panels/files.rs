//! Importing MIDI files and recordings, and exporting and dragging MIDI files.

use std::path::PathBuf;

use egui::{CursorIcon, Id, PointerButton, Popup, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::files::display_text::paragraph;
use crate::files::jobs::ExportScope;
use crate::params::JangdanParams;
use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::Purpose;
use crate::window::panels::requests::PanelRequests;
use crate::window::widgets::{ControlContext, Rank, UNIT, clickable, focus_ring, pill, polygon};

/// Room for the word on *Export*, in points.
const WORD: f32 = 47.0;

/// Draws the buttons *Import* and *Export*, and the handle that drags what *Export* would write.
pub(crate) fn files(
    ui: &Ui,
    cx: ControlContext<'_>,
    [import_at, export_at, handle_at]: [Rect; 3],
    requests: &mut PanelRequests,
) {
    let open = pill(ui, cx, import_at, "Import\u{2026}", Rank::Plain, None).on_hover_text(
        "A MIDI file becomes the groove: the sliders then move away from it, until another seed or style is chosen. To a recording \
         (WAV, FLAC) the groove is played",
    );
    if open.clicked() {
        requests.look_for(Purpose::Import, None);
    }
    let arrow = export_at.with_min_x((export_at.center().x + 0.5 * WORD).round());
    let kept = folder(cx.params);
    let scopes = scopes(cx.params);
    let (scope, label) = scopes[0];
    let folder = kept.as_ref().map(|folder| paragraph(&folder.to_string_lossy()).into_owned());
    let about = format!(
        "Saves {}, as it is heard, as a MIDI file in {}",
        label.to_lowercase(),
        folder.as_deref().unwrap_or("a folder that you choose")
    );
    let save = pill(ui, cx, export_at, "Export", Rank::Plain, None).on_hover_text(about);
    let more = options(ui, cx, arrow);
    if save.clicked() && !more.clicked() {
        export(scope, kept.clone(), requests);
    }
    Popup::menu(&more).show(|ui| {
        ui.set_min_width(22.0 * UNIT);
        for &(scope, label) in scopes {
            if ui.button(label).clicked() {
                export(scope, kept.clone(), requests);
            }
        }
        if ui.button("Another folder\u{2026}").clicked() {
            requests.look_for(Purpose::Export(scope), kept.clone());
        }
    });
    handle(ui, cx, handle_at, requests);
}

/// What can be exported, and how menus call it; first what is unless another is chosen: what plays.
fn scopes(params: &JangdanParams) -> &'static [(ExportScope, &'static str)] {
    const SCOPES: [(ExportScope, &str); 3] = [
        (ExportScope::Song, "The whole song"),
        (ExportScope::Pattern, "This pattern"),
        (ExportScope::LastCycles, "The last 8 cycles, as they were heard"),
    ];
    let has_song = params.song.get().plays();
    if has_song { &SCOPES } else { &SCOPES[1..] }
}

/// The handle that drags a file.
pub(crate) fn drag_handle() -> Id {
    Id::unique("drag out")
}

/// Draws the handle; a click on it chooses what it drags.
fn handle(ui: &Ui, cx: ControlContext<'_>, rect: Rect, requests: &mut PanelRequests) {
    let (palette, id) = (cx.palette, drag_handle());
    let scopes = scopes(cx.params);
    let chosen: Option<ExportScope> = ui.data(|data| data.get_temp(id));
    // There may be no song any more.
    let (scope, label) =
        scopes.iter().find(|(scope, _)| Some(*scope) == chosen).unwrap_or(&scopes[0]);
    let about = format!(
        "Drag it into the host or a folder, as a MIDI file: {}. Click to choose what it drags.",
        label.to_lowercase()
    );
    let response = ui.interact(rect, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Drag as a MIDI file"));
    let painter = ui.painter();
    let is_lit = response.hovered() || response.dragged();
    painter.rect_filled(rect, UNIT, if is_lit { palette.lifted } else { palette.raised });
    focus_ring(painter, &response, rect, UNIT, palette.text);
    let ink = if is_lit { palette.text } else { palette.dim };
    for [x, y] in [[-1.0, -1.0], [-1.0, 0.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 0.0], [1.0, 1.0]] {
        painter.circle_filled(rect.center() + vec2(2.5 * x, 5.5 * y), 1.5, ink);
    }
    if response.drag_started_by(PointerButton::Primary) {
        requests.commands.push(Command::DragOut(*scope));
    }
    let hand = if response.dragged() { CursorIcon::Grabbing } else { CursorIcon::Grab };
    let response = response.on_hover_and_drag_cursor(hand).on_hover_text(about);
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(22.0 * UNIT);
        for (choice, label) in scopes {
            if ui.radio(choice == scope, *label).clicked() {
                ui.data_mut(|data| data.insert_temp(id, *choice));
                ui.close();
            }
        }
    });
}

fn export(scope: ExportScope, kept: Option<PathBuf>, requests: &mut PanelRequests) {
    match kept {
        Some(folder) => requests.commands.push(Command::Export { folder, scope }),
        None => requests.look_for(Purpose::Export(scope), None),
    }
}

/// The folder exported to last.
fn folder(params: &JangdanParams) -> Option<PathBuf> {
    let kept = params.folder.read();
    (!kept.is_empty()).then(|| PathBuf::from(&*kept))
}

/// Draws the arrow at the end of *Export*, which opens a menu.
fn options(ui: &Ui, cx: ControlContext<'_>, rect: Rect) -> egui::Response {
    let palette = cx.palette;
    let response = clickable(
        ui,
        rect,
        Id::unique("export options"),
        Role::Button,
        "What to export, and where",
    );
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect.shrink(2.0), rect.height() / 2.0, palette.lifted);
    }
    focus_ring(painter, &response, rect.shrink(4.0), rect.height() / 2.0, palette.text);
    painter.vline(rect.left(), rect.shrink(UNIT).y_range(), (1.0, palette.line));
    let corners = [(-3.5, -2.0), (3.5, -2.0), (0.0, 3.0)];
    polygon(painter, rect.center(), &corners, palette.dim);
    response.on_hover_text("What to export, and where")
}
