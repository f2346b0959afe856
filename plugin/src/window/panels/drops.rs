//! Files that are dropped onto the window, or whose address is pasted: MIDI files, recordings, presets, weights and kits.
//!
//! On a slot or a corner of the pad a MIDI file goes there; anywhere else it becomes the live groove. The live groove is played to a
//! recording, or what is in the slot that it is dropped on.

use std::path::{Path, PathBuf};

use egui::{Event, Id, Pos2, Rect, StrokeKind, Ui};

use crate::files::address;
use crate::files::clip_file::{ClipTarget, IMPORTED_ENDINGS};
use crate::files::jobs::Job;
use crate::params::preset;
use crate::state::choice::SLOTS;
use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::import;
use crate::window::panels::requests::PanelRequests;
use crate::window::widgets::Palette;

/// Files over the window, and those that were dropped on it since the last frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops {
    /// Where the pointer is that drags files, in points.
    pub(crate) over: Option<Pos2>,
    /// Files, and where they were dropped.
    pub(crate) dropped: Vec<(Vec<PathBuf>, Pos2)>,
}

/// Loads what was dropped or pasted, and shows where it would go. Returns why something was not loaded.
pub(crate) fn drops(
    ui: &Ui,
    palette: &Palette,
    drops: &mut Drops,
    requests: &mut PanelRequests,
) -> Option<String> {
    if let Some(over) = drops.over {
        let (_, place) = target(ui, over);
        let line = (2.0, palette.accent);
        let painter = ui.ctx().layer_painter(egui::LayerId::debug());
        painter.rect_stroke(place.shrink(1.0), 6.0, line, StrokeKind::Inside);
    }
    let mut trouble = None;
    for (paths, at) in std::mem::take(&mut drops.dropped) {
        trouble = load(&paths, target(ui, at).0, &mut requests.commands).or(trouble);
    }
    if !ui.ctx().text_edit_focused() {
        let pasted = ui.input(|input| {
            let texts = input.raw.events.iter().filter_map(|event| match event {
                Event::Text(text) | Event::Paste(text) => address::path(text.lines().next()?),
                _ => None,
            });
            texts.collect::<Vec<_>>()
        });
        // Other text that is pasted is no file, and no trouble.
        requests
            .commands
            .extend(pasted.into_iter().find_map(|path| command(path, ClipTarget::Live)));
    }
    trouble
}

/// Where a clip goes that is dropped at `at`, and the place of that in the window.
fn target(ui: &Ui, at: Pos2) -> (ClipTarget, Rect) {
    let place = |id| ui.ctx().read_response(id).map(|response| response.rect);
    for slot in 0..SLOTS {
        if let Some(place) = place(Id::unique(("slot", slot))).filter(|place| place.contains(at)) {
            return (ClipTarget::Slot(slot), place);
        }
    }
    if let Some(pad) = place(Id::unique("pad")).filter(|pad| pad.contains(at)) {
        let middle = pad.center();
        let [is_right, is_low] = [at.x >= middle.x, at.y >= middle.y];
        let corner = match (is_right, is_low) {
            (false, false) => pad.left_top(),
            (true, false) => pad.right_top(),
            (false, true) => pad.left_bottom(),
            (true, true) => pad.right_bottom(),
        };
        let corner_place = usize::from(is_right) + 2 * usize::from(is_low);
        return (ClipTarget::Corner(corner_place), Rect::from_two_pos(corner, middle));
    }
    (ClipTarget::Live, ui.max_rect())
}

/// Pushes the commands that load `paths`: several MIDI files go to slots side by side, anywhere else the first counts.
/// Returns why something is not loaded.
fn load(paths: &[PathBuf], target: ClipTarget, commands: &mut Vec<Command>) -> Option<String> {
    let mut left = 0;
    for (i, path) in paths.iter().enumerate() {
        let target = match target {
            ClipTarget::Slot(slot) if slot + i < SLOTS => ClipTarget::Slot(slot + i),
            other if i == 0 => other,
            _ => {
                left = paths.len() - i;
                break;
            }
        };
        let Some(command) = command(path.clone(), target).or_else(|| kit_folder(path)) else {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let ending = preset::ENDING;
            return Some(format!(
                "{name}: neither a MIDI file (.mid, .kar, .rmi), a recording (.wav, .flac), a preset (.{ending}), weights (.safetensors) nor a kit \
                 (.sfz, .sf2, .sf3, drumkit.xml, a folder)"
            ));
        };
        commands.push(command);
    }
    let files = if left == 1 { "file was" } else { "files were" };
    (left > 0).then(|| format!("{left} more {files} left: several at once go to slots only"))
}

/// The command that loads `path`, by the ending of its name.
fn command(path: PathBuf, target: ClipTarget) -> Option<Command> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    let job = match &*ending {
        file if IMPORTED_ENDINGS.contains(&file) => return Some(import(path, target)),
        preset::ENDING => Job::LoadPreset(path),
        "safetensors" => Job::ReadWeights { path: Some(path), revision: None },
        "sfz" | "sf2" | "sf3" => Job::ChooseKit(Some(path)),
        "xml" if path.ends_with("drumkit.xml") => Job::ChooseKit(Some(path)),
        _ => return None,
    };
    Some(Command::Job(job))
}

/// The command that plays a folder as a kit. Only the file thread looks whether it is one: what has no ending may be.
fn kit_folder(path: &Path) -> Option<Command> {
    path.extension().is_none().then(|| Command::Job(Job::ChooseKit(Some(path.to_owned()))))
}
