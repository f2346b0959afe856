//! Importing MIDI files and recordings, and exporting MIDI files.

use std::path::PathBuf;

use egui::{Id, Popup, Rect, Role, Ui};

use crate::files::display_text::paragraph;
use crate::files::jobs::ExportScope;
use crate::params::JangdanParams;
use crate::window::panels::command::Command;
use crate::window::panels::purpose::Purpose;
use crate::window::panels::requests::PanelRequests;
use crate::window::widgets::{ControlContext, Rank, UNIT, clickable, focus_ring, pill, polygon};

/// Draws the buttons *Import* and *Export*.
pub(crate) fn files(
    ui: &Ui,
    cx: ControlContext<'_>,
    [import_at, export_at]: [Rect; 2],
    requests: &mut PanelRequests,
) {
    let open = pill(ui, cx, import_at, "Import\u{2026}", Rank::Plain, None).on_hover_text(
        "A MIDI file becomes the groove: the sliders then move away from it, until another seed or style is chosen. To a recording \
         (WAV, FLAC) the groove is played",
    );
    if open.clicked() {
        requests.look_for(Purpose::Import, None);
    }
    let arrow = export_at.with_min_x(export_at.right() - 3.0 * UNIT);
    let kept = folder(cx.params);
    let about = match &kept {
        Some(folder) => {
            let folder = folder.to_string_lossy();
            format!("Saves the pattern, as it is heard, as a MIDI file in {}", paragraph(&folder))
        }
        None => "Saves the pattern, as it is heard, as a MIDI file in a folder that you choose"
            .to_owned(),
    };
    let save = pill(ui, cx, export_at, "Export", Rank::Plain, None).on_hover_text(about);
    let more = options(ui, cx, arrow);
    if save.clicked() && !more.clicked() {
        export(ExportScope::Pattern, kept.clone(), requests);
    }
    Popup::menu(&more).show(|ui| {
        ui.set_min_width(22.0 * UNIT);
        for (label, scope) in [
            ("This pattern", ExportScope::Pattern),
            ("The last 8 cycles, as they were heard", ExportScope::LastCycles),
        ] {
            if ui.button(label).clicked() {
                export(scope, kept.clone(), requests);
            }
        }
        let has_song = cx.params.song.get().plays();
        if has_song && ui.button("The whole song").clicked() {
            export(ExportScope::Song, kept.clone(), requests);
        }
        if ui.button("Another folder\u{2026}").clicked() {
            requests.look_for(Purpose::Export(ExportScope::Pattern), kept.clone());
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
