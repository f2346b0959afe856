//! Importing and exporting MIDI files.

use std::path::PathBuf;

use egui::{Id, Popup, Rect, Role, Ui};

use percent_encoding::percent_decode_str;

use crate::files::clip_file::{ClipTarget, MIDI_ENDINGS};
use crate::files::display_text::paragraph;
use crate::files::jobs::{ExportScope, Job};
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
        "A MIDI file becomes the groove: the sliders then move away from it, until another seed or style is chosen",
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

/// Imports a MIDI file that is dropped onto the window, or whose path is pasted.
pub(crate) fn dropped(ui: &Ui, requests: &mut PanelRequests) {
    let is_typing = ui.ctx().text_edit_focused();
    let paths = ui.input(|input| {
        let dropped = input.raw.dropped_files.iter().map(|file| file.path().to_owned());
        let pasted = input.raw.events.iter().filter_map(|event| match event {
            egui::Event::Text(text) | egui::Event::Paste(text) if !is_typing => path_of_clip(text),
            _ => None,
        });
        dropped.chain(pasted).collect::<Vec<_>>()
    });
    let import = |path| Command::Job(Job::Import { path, target: ClipTarget::Live });
    requests.commands.extend(paths.into_iter().next().map(import));
}

/// The path of a MIDI file, if `text` is one as file managers copy it.
fn path_of_clip(text: &str) -> Option<PathBuf> {
    let line = text.lines().next()?.trim();
    let path = match line.strip_prefix("file://") {
        Some(address) => {
            let address = address.strip_prefix("localhost").unwrap_or(address);
            // Before a drive letter stands a slash: file:///C:/clip.mid.
            let address = if cfg!(windows) { address.trim_start_matches('/') } else { address };
            PathBuf::from(percent_decode_str(address).decode_utf8().ok()?.into_owned())
        }
        None => PathBuf::from(line),
    };
    let ending = path.extension()?.to_str()?.to_lowercase();
    (path.is_absolute() && MIDI_ENDINGS.contains(&&*ending)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_path_of_a_midi_file_is_known() {
        let root = if cfg!(windows) { "C:\\" } else { "/" };
        let path = format!("{root}a b/clip.MID");
        assert_eq!(path_of_clip(&format!("{path}\n")), Some(PathBuf::from(&path)));
        assert_eq!(path_of_clip("clip.mid"), None);
        let named = PathBuf::from(format!("{root}a b/\u{c7a5}\u{b2e8} 50%.mid"));
        let slash = if cfg!(windows) { "/" } else { "" };
        for host in ["", "localhost"] {
            let address = format!("file://{host}{slash}{root}a%20b/%EC%9E%A5%EB%8B%A8%2050%25.mid");
            assert_eq!(path_of_clip(&address).as_ref(), Some(&named), "{address}");
        }
        let plain = format!("{root}a%20b/clip.mid");
        assert_eq!(path_of_clip(&plain), Some(PathBuf::from(&plain)), "a path is no address");
        assert_eq!(path_of_clip(&format!("{root}clip.wav")), None);
        assert_eq!(path_of_clip(""), None);
    }
}
