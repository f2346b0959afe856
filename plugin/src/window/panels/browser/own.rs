//! Renaming and deleting a preset of the user's, in its line of the list. Deleting asks once.

use std::path::{Path, PathBuf};

use egui::{
    Align, Button, Id, Key, Layout, Modifiers, Rect, RichText, Role, TextEdit, Ui, UiBuilder, vec2,
};

use crate::files::display_text::one_line;
use crate::files::jobs::Job;
use crate::window::panels::command::Command;
use crate::window::widgets::{Palette, UNIT, Weight, clickable, elided, focus_ring};

/// A preset being renamed or deleted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    path: PathBuf,
    what: What,
    is_new: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// It gets this name.
    Rename(String),
    Delete,
}

impl Task {
    fn new(path: &Path, what: What) -> Self {
        Self { path: path.to_owned(), what, is_new: true }
    }

    /// Whether it is about the preset in this file.
    pub(crate) fn is_of(&self, path: &Path) -> bool {
        self.path == path
    }
}

/// Width of the two links.
const WORDS: f32 = 12.0 * UNIT;

/// Draws *rename* and *delete* at the end of `line` for the preset `name` in the file `path`. Returns the task that was
/// started, and the remaining room.
pub(crate) fn words(
    ui: &Ui,
    palette: &Palette,
    line: Rect,
    path: &Path,
    name: &str,
) -> (Option<Task>, Rect) {
    let mut begun = None;
    let all = line.with_min_x(line.right() - WORDS);
    let halves = all.split_left_right_at_fraction(0.52);
    let words = [
        ("rename", halves.0, What::Rename(one_line(name).into_owned())),
        ("delete", halves.1, What::Delete),
    ];
    for (word, room, what) in words {
        let response = clickable(
            ui,
            room,
            Id::unique(("preset", word, path)),
            Role::Button,
            &format!("{word} {name}"),
        );
        let is_lit = response.hovered() || response.has_focus();
        let ink = if is_lit { palette.text } else { palette.dim };
        elided(ui, room.shrink2(vec2(4.0, 0.0)), word, Weight::Regular, ink);
        focus_ring(ui.painter(), &response, room.shrink(3.0), 4.0, palette.text);
        if response.clicked() {
            begun = Some(Task::new(path, what));
        }
    }
    (begun, line.with_max_x(all.left() - UNIT))
}

/// Draws `task` in `line` for the preset called `before`. Returns whether it is over, and the command to run.
pub(crate) fn task(
    ui: &mut Ui,
    palette: &Palette,
    line: Rect,
    before: &str,
    task: &mut Task,
) -> (bool, Option<Command>) {
    let path = task.path.clone();
    let is_new = std::mem::take(&mut task.is_new);
    let mut command = None;
    // Escape must not close the list.
    let mut is_over = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(line).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let keep = ui.button("Keep it");
        is_over |= keep.clicked();
        match &mut task.what {
            What::Rename(wanted) => {
                let can = !wanted.trim().is_empty();
                let is_pressed = ui.add_enabled(can, Button::new("Rename")).clicked();
                let field = TextEdit::singleline(wanted)
                    .id(Id::unique("preset-rename"))
                    .desired_width(ui.available_width());
                let field = ui.add(field);
                if is_new {
                    field.request_focus();
                }
                let enters = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                if can && (is_pressed || enters) {
                    let name = wanted.trim().to_owned();
                    command =
                        (name != before).then_some(Command::Job(Job::RenamePreset { path, name }));
                    is_over = true;
                }
            }
            What::Delete => {
                let delete = RichText::new("Delete").color(palette.on_accent);
                if ui.add(Button::new(delete).fill(palette.bad)).clicked() {
                    command = Some(Command::Job(Job::DeletePreset(path)));
                    is_over = true;
                }
                if is_new {
                    keep.request_focus();
                }
                let room = ui.available_rect_before_wrap();
                elided(ui, room, &format!("Delete {before}?"), Weight::Strong, palette.text);
            }
        }
    });
    (is_over, command)
}
