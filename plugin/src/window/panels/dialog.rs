//! The file dialog. The window's own, so that it works inside any host.
//!
//! It reads no folder itself: it requests a listing and is given it later.

use std::path::{Path, PathBuf};

use egui::{Align, Id, Key, Layout, Modal, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

use crate::files::display_text;
use crate::files::folder::{Entry, Folder, home};
use crate::files::jobs::Job;
use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::Purpose;
use crate::window::panels::requests::PanelRequests;
use crate::window::widgets::{Palette, Size, UNIT, Weight, elided, list_keys, theme};

const WIDTH: f32 = 64.0 * UNIT;
const ROW: f32 = 3.0 * UNIT;
const ROWS: f32 = 10.0;

/// The dialog, open or not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialog {
    open: Option<Open>,
    /// The folder shown last.
    last_folder: Option<PathBuf>,
}

impl Dialog {
    /// Shows a folder's files, if it is the one requested last.
    pub(crate) fn show_folder(&mut self, folder: Folder) {
        if let Some(open) = self.open.as_mut().filter(|open| open.folder == folder.path) {
            open.listed = Some(folder);
        }
    }
}

/// The dialog while it is open.
#[derive(Clone, Debug)]
struct Open {
    purpose: Purpose,
    folder: PathBuf,
    listed: Option<Folder>,
    /// Part of a name, or a path.
    typed: String,
    chosen: Option<usize>,
    is_new: bool,
}

/// The result of a frame.
enum Answer {
    /// None yet.
    Waiting,
    /// Show this folder.
    Look(PathBuf),
    /// This file or folder was chosen.
    Found(PathBuf),
    /// The dialog was closed.
    Cancelled,
}

impl Open {
    fn new(purpose: Purpose, folder: PathBuf) -> Self {
        Self { purpose, folder, listed: None, typed: String::new(), chosen: None, is_new: true }
    }

    fn go(&mut self, folder: PathBuf) {
        (self.folder, self.chosen) = (folder, None);
        self.typed.clear();
    }

    /// The entries that match what was typed.
    fn shown(&self) -> Vec<&Entry> {
        let Some(Folder { entries: Ok(entries), .. }) = &self.listed else { return Vec::new() };
        let wanted = if self.typed_path().is_some() { "" } else { self.typed.trim() };
        let wanted = wanted.to_lowercase();
        entries.iter().filter(|entry| entry.name.to_lowercase().contains(&wanted)).collect()
    }

    /// The typed text as a path, if it is one.
    fn typed_path(&self) -> Option<PathBuf> {
        let typed = self.typed.trim();
        if let Some(rest) = typed.strip_prefix('~') {
            return Some(home()?.join(rest.trim_start_matches(['/', '\\'])));
        }
        let path = Path::new(typed);
        path.is_absolute().then(|| path.to_owned())
    }

    /// The answer to Enter and to the button.
    fn take_up(&self) -> Answer {
        if let Some(path) = self.typed_path() {
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
            let is_file = ending.is_some_and(|e| self.purpose.endings().contains(&e.as_str()));
            return if is_file && !self.purpose.wants_folder() {
                Answer::Found(path)
            } else {
                Answer::Look(path)
            };
        }
        match self.chosen.and_then(|chosen| self.shown().get(chosen).copied()) {
            Some(entry) if entry.is_folder => Answer::Look(entry.path.clone()),
            Some(entry) if !self.purpose.wants_folder() => Answer::Found(entry.path.clone()),
            _ if self.purpose.wants_folder() => Answer::Found(self.folder.clone()),
            _ => Answer::Waiting,
        }
    }
}

/// Draws `dialog` if it is open or requested.
pub(crate) fn dialog(
    ui: &Ui,
    palette: &Palette,
    dialog: &mut Dialog,
    requests: &mut PanelRequests,
) {
    let Dialog { open, last_folder } = dialog;
    let list = |folder: &Path, purpose: &Purpose| {
        Command::Job(Job::List { folder: folder.to_owned(), endings: purpose.endings() })
    };
    if let Some((purpose, folder)) = requests.dialog.take() {
        let folder = folder.or_else(|| last_folder.clone()).or_else(home);
        let folder = folder.unwrap_or_else(|| PathBuf::from("/"));
        requests.commands.push(list(&folder, &purpose));
        *open = Some(Open::new(purpose, folder));
    }
    let Some(shown) = open else { return };
    let frame = egui::Frame::popup(ui.style()).inner_margin(2.0 * UNIT).corner_radius(UNIT);
    let modal = Modal::new(Id::unique("dialog")).frame(frame);
    let drawn = modal.show(ui.ctx(), |ui| shown.show(ui, palette));
    let answer = if drawn.should_close() { Answer::Cancelled } else { drawn.inner };
    match answer {
        Answer::Waiting => {}
        Answer::Look(folder) => {
            requests.commands.push(list(&folder, &shown.purpose));
            shown.go(folder);
        }
        Answer::Found(path) => {
            requests.commands.push(shown.purpose.command(path));
            *last_folder = open.take().map(|open| open.folder);
        }
        Answer::Cancelled => *last_folder = open.take().map(|open| open.folder),
    }
}

impl Open {
    fn show(&mut self, ui: &mut Ui, palette: &Palette) -> Answer {
        ui.set_width(WIDTH);
        let mut answer = self.keys(ui);
        let strong = theme::font(Size::Body, Weight::Strong);
        ui.label(RichText::new(self.purpose.title()).font(strong));
        ui.add_space(UNIT);
        ui.horizontal(|ui| {
            let up = ui.add_enabled(self.folder.parent().is_some(), egui::Button::new("Up"));
            if up.on_hover_text("The folder that this one is in (Backspace)").clicked() {
                answer = self.up();
            }
            for (name, path) in self.listed.iter().flat_map(|listed| &listed.places) {
                let is_here = *path == self.folder;
                if ui.selectable_label(is_here, name).clicked() {
                    answer = Answer::Look(path.clone());
                }
            }
        });
        let (line, _) = ui.allocate_exact_size(vec2(WIDTH, ROW), Sense::hover());
        elided_start(ui, line, &self.folder.to_string_lossy(), palette);
        let find = TextEdit::singleline(&mut self.typed)
            .id(Id::unique("dialog-find"))
            .hint_text("Type a part of a name, or a path")
            .desired_width(WIDTH);
        let find = ui.add(find);
        if std::mem::take(&mut self.is_new) {
            find.request_focus();
        }
        if find.changed() {
            let is_name = !self.typed.is_empty() && self.typed_path().is_none();
            self.chosen = (is_name && !self.shown().is_empty()).then_some(0);
        }
        ui.add_space(4.0);
        if let Some(chosen) = self.list(ui, palette) {
            answer = chosen;
        }
        ui.add_space(UNIT);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let accent = egui::Button::new(
                RichText::new(self.purpose.verb())
                    .font(theme::font(Size::Small, Weight::Strong))
                    .color(palette.on_accent),
            );
            if ui.add(accent.fill(palette.accent)).clicked() {
                let is_folder = self.purpose.wants_folder();
                answer =
                    if is_folder { Answer::Found(self.folder.clone()) } else { self.take_up() };
            }
            if self.purpose.takes_folder() && ui.button("Use this folder").clicked() {
                answer = Answer::Found(self.folder.clone());
            }
            if ui.button("Cancel").clicked() {
                answer = Answer::Cancelled;
            }
        });
        answer
    }

    fn up(&self) -> Answer {
        self.folder.parent().map_or(Answer::Waiting, |parent| Answer::Look(parent.to_owned()))
    }

    /// Arrows select, Enter opens, Backspace goes up if there is no text to delete.
    fn keys(&mut self, ui: &Ui) -> Answer {
        let count = self.shown().len();
        let is_finding = ui.memory(|memory| memory.has_focus(Id::unique("dialog-find")));
        if !is_finding {
            return Answer::Waiting;
        }
        let (step, enters) = list_keys(ui);
        let backs = ui.input(|input| input.key_pressed(Key::Backspace));
        if step != 0 && count > 0 {
            let now = self.chosen.map_or(if step > 0 { -1 } else { 0 }, |chosen| chosen as isize);
            self.chosen = Some((now + step).clamp(0, count as isize - 1) as usize);
        }
        if enters {
            return self.take_up();
        }
        if backs && self.typed.is_empty() { self.up() } else { Answer::Waiting }
    }

    /// Draws the list; returns the answer of a double click.
    fn list(&mut self, ui: &mut Ui, palette: &Palette) -> Option<Answer> {
        let height = ROWS * ROW;
        let (shown, trouble) = match &self.listed {
            None => (Vec::new(), Some("Looking \u{2026}")),
            Some(Folder { entries: Err(trouble), .. }) => (Vec::new(), Some(trouble.as_str())),
            Some(_) => (self.shown(), None),
        };
        let nothing = shown.is_empty().then_some("There is nothing of the kind here.");
        let (mut pressed, mut answer) = (None, None);
        egui::Frame::new().fill(palette.ground).corner_radius(4).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.set_height(height);
            if let Some(text) = trouble.or(nothing) {
                let (line, _) = ui.allocate_exact_size(vec2(WIDTH, ROW), Sense::hover());
                elided(ui, line.shrink2(vec2(UNIT, 0.0)), text, Weight::Regular, palette.dim);
            }
            ScrollArea::vertical().auto_shrink(false).max_height(height).show_rows(
                ui,
                ROW,
                shown.len(),
                |ui, range| {
                    for i in range {
                        let (row, response) =
                            ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
                        let is_chosen = self.chosen == Some(i);
                        if is_chosen || response.hovered() {
                            let fill = if is_chosen { palette.chosen } else { palette.raised };
                            ui.painter().rect_filled(row, 4.0, fill);
                        }
                        name(ui, palette, row, shown[i]);
                        if response.clicked() {
                            pressed = Some(i);
                        }
                        if response.double_clicked() {
                            let path = shown[i].path.clone();
                            answer = Some(if shown[i].is_folder {
                                Answer::Look(path)
                            } else {
                                Answer::Found(path)
                            });
                        }
                    }
                },
            );
        });
        if pressed.is_some() {
            self.chosen = pressed;
        }
        answer.filter(|answer| !(self.purpose.wants_folder() && matches!(answer, Answer::Found(_))))
    }
}

/// Draws the name of `entry`, with a folder symbol if it is one.
fn name(ui: &Ui, palette: &Palette, row: Rect, entry: &Entry) {
    let room = row.shrink2(vec2(UNIT, 0.0)).with_min_x(row.left() + 3.5 * UNIT);
    if entry.is_folder {
        let body = Rect::from_center_size(
            egui::pos2(row.left() + 1.75 * UNIT, row.center().y + 1.0),
            vec2(13.0, 9.0),
        );
        ui.painter().rect_filled(body, 1.5, palette.dim);
        let tab = Rect::from_min_size(body.left_top() - vec2(0.0, 2.0), vec2(6.0, 3.0));
        ui.painter().rect_filled(tab, 1.0, palette.dim);
    }
    elided(ui, room, &entry.name, Weight::Regular, palette.text);
}

/// Writes `path` in `line`, shortened at its start.
fn elided_start(ui: &Ui, line: Rect, path: &str, palette: &Palette) {
    let font = theme::font(Size::Small, Weight::Regular);
    let width = |text: &str| {
        ui.painter().layout_no_wrap(text.to_owned(), font.clone(), palette.dim).size().x
    };
    let whole = display_text::end_of_line(path);
    let mut text = whole.clone().into_owned();
    let mut rest = &*whole;
    while width(&text) > line.width()
        && let Some((place, _)) = rest.char_indices().nth(4)
    {
        rest = &rest[place..];
        text = format!("\u{2026}{rest}");
    }
    elided(ui, line, &text, Weight::Regular, palette.dim);
}
