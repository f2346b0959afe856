//! Which bars of a MIDI file or a recording are taken: a strip of all its bars, from which up to four are picked.
//!
//! Each bar shows its hits; bars that come again have a letter. The four that are likeliest to be meant are picked at
//! first, so that Enter is enough.

use std::collections::VecDeque;

use egui::{
    Align, Align2, Id, Key, Layout, Modal, Modifiers, Pos2, Rect, Response, Role, ScrollArea,
    Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};
use groove::BARS;

use crate::files::clip_file::ClipFile;
use crate::window::panels::command::Command;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::thumbnail::thumbnail;
use crate::window::widgets::{Palette, Size, UNIT, Weight, elided, take_arrows, theme, write_text};

/// Bars in a row of the strip.
const COLUMNS: usize = 16;
const WIDTH: f32 = 112.0 * UNIT;
const ROW: f32 = 6.5 * UNIT;
const LINE: f32 = 3.0 * UNIT;
/// Rows that are shown at once.
const ROWS: f32 = 6.0;

/// The choice: files of which bars are to be picked, the first of them now.
#[derive(Clone, Debug, Default)]
pub(crate) struct BarsDialog(VecDeque<Open>);

#[derive(Clone, Debug)]
struct Open {
    file: ClipFile,
    /// How often a kind of bar occurs, by its number.
    counts: Vec<usize>,
    /// The bars picked: the first, counted from 0, and how many.
    first: usize,
    count: usize,
    /// Where a drag began.
    dragged_from: Option<usize>,
    is_new: bool,
}

impl BarsDialog {
    /// Opens it for `file`, after the choices that are open.
    pub(crate) fn open(&mut self, file: ClipFile) {
        let counts = Vec::new();
        let mut open = Open { file, counts, first: 0, count: 0, dragged_from: None, is_new: true };
        open.look();
        self.0.push_back(open);
    }
}

/// The result of a frame.
enum Answer {
    Waiting,
    Take,
    FillSlots,
    Cancelled,
}

/// Draws the choice if it is open.
pub(crate) fn bars(
    ui: &Ui,
    palette: &Palette,
    dialog: &mut BarsDialog,
    requests: &mut PanelRequests,
) {
    let Some(open) = dialog.0.front_mut() else { return };
    let frame = egui::Frame::popup(ui.style()).inner_margin(2.0 * UNIT).corner_radius(UNIT);
    let modal = Modal::new(Id::unique("bars")).frame(frame);
    let drawn = modal.show(ui.ctx(), |ui| open.show(ui, palette));
    match if drawn.should_close() { Answer::Cancelled } else { drawn.inner } {
        Answer::Waiting => return,
        Answer::Take => match open.file.take(open.first + 1, open.count) {
            Ok(taken) => requests.commands.push(Command::Take(taken)),
            // Silence was picked; the button says so.
            Err(_) => return,
        },
        Answer::FillSlots => requests.commands.push(Command::FillSlots(open.file.pack())),
        Answer::Cancelled => {}
    }
    dialog.0.pop_front();
}

impl Open {
    /// Counts the kinds of bars, and picks those that are likeliest to be meant.
    fn look(&mut self) {
        let kinds = self.file.bars.iter().filter_map(|bar| bar.kind);
        let mut counts = vec![0; self.file.bars.len()];
        kinds.for_each(|kind| counts[kind] += 1);
        self.counts = counts;
        self.pick(self.file.likeliest() - 1, BARS);
    }

    /// Picks up to `count` bars from `first` on, as far as they follow one another without a gap.
    fn pick(&mut self, first: usize, count: usize) {
        let bars = &self.file.bars;
        self.first = first.min(bars.len().saturating_sub(1));
        let sequence = bars[self.first].sequence;
        let rest = bars[self.first..].iter().take_while(|bar| bar.sequence == sequence);
        self.count = rest.take(count.clamp(1, BARS)).count();
    }

    fn is_picked(&self, bar: usize) -> bool {
        (self.first..self.first + self.count).contains(&bar)
    }

    fn is_silent(&self) -> bool {
        self.file.bars[self.first..self.first + self.count].iter().all(|bar| bar.hits == 0)
    }

    /// The letter of a bar that comes again: A, B, ... Z, A2 and so on.
    fn letter(&self, bar: usize) -> String {
        let kind = self.file.bars[bar].kind.filter(|&kind| self.counts[kind] > 1);
        kind.map_or_else(String::new, |kind| {
            let earlier = self.counts[..kind].iter().filter(|&&count| count > 1).count();
            let letter = char::from(b'A' + (earlier % 26) as u8);
            if earlier < 26 { letter.to_string() } else { format!("{letter}{}", earlier / 26 + 1) }
        })
    }

    /// What is picked, in words.
    fn words(&self) -> String {
        let picked = self.first..self.first + self.count;
        let hits: usize = self.file.bars[picked.clone()].iter().map(|bar| bar.hits).sum();
        let letters: Vec<String> = picked.map(|bar| self.letter(bar)).collect();
        let letters = letters.join(" ");
        let mut parts = self.file.clip.parts.iter();
        let part = parts.rfind(|part| part.bar <= self.first + 1 && !part.name.is_empty());
        let part = part.map_or_else(String::new, |part| format!(", {}", part.name));
        let repeated = if self.count < 3 { ", repeated" } else { "" };
        let what = if self.file.recording.is_some() { "onsets" } else { "hits" };
        format!("{}: {hits} {what}{repeated}  {letters}{part}", self.title())
    }

    fn title(&self) -> String {
        match self.count {
            1 => format!("Bar {}", self.first + 1),
            count => format!("Bars {} to {}", self.first + 1, self.first + count),
        }
    }

    fn show(&mut self, ui: &mut Ui, palette: &Palette) -> Answer {
        let width = WIDTH.min(ui.ctx().content_rect().width() - 8.0 * UNIT);
        ui.set_width(width);
        let line = |ui: &mut Ui, text: &str, weight, color| {
            let (line, _) = ui.allocate_exact_size(vec2(width, LINE), Sense::hover());
            elided(ui, line, text, weight, color);
        };
        let is_recording = self.file.recording.is_some();
        let purpose = if is_recording { " to play to" } else { "" };
        let (name, count) = (&self.file.name, self.file.bars.len());
        let title = format!("{name}: which of its {count} bars{purpose}?");
        line(ui, &title, Weight::Strong, palette.text);
        line(ui, &self.file.report(), Weight::Regular, palette.dim);
        ui.add_space(4.0);
        let mut answer = self.strip(ui, palette, width);
        ui.add_space(4.0);
        line(ui, &self.words(), Weight::Regular, palette.text);
        ui.add_space(UNIT);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let verb = if is_recording { "Play to" } else { "Import" };
            let verb = format!("{verb} {}", self.title().to_lowercase());
            let label = egui::RichText::new(verb)
                .font(theme::font(Size::Small, Weight::Strong))
                .color(palette.on_accent);
            let take = egui::Button::new(label).fill(palette.accent);
            let take = ui.add_enabled(!self.is_silent(), take);
            if take.on_disabled_hover_text("These bars are silent").clicked() {
                answer = Answer::Take;
            }
            let parts = self.file.clip.parts.len();
            if parts > 0 {
                let fill = ui.button(format!("Fill slots with {parts} patterns")).on_hover_text(
                    "Each pattern of the file goes to a slot of its own: to empty ones, or from the one that the file \
                     was dropped on",
                );
                if fill.clicked() {
                    answer = Answer::FillSlots;
                }
            }
            if ui.button("Cancel").clicked() {
                answer = Answer::Cancelled;
            }
            if is_recording {
                self.shifts(ui);
            }
        });
        answer
    }

    /// Draws the buttons that move the one of a recording.
    fn shifts(&mut self, ui: &mut Ui) {
        for (label, steps) in [("The one later", 1), ("The one earlier", -1)] {
            let button = ui.button(label).on_hover_text(
                "Moves the bar lines by a step: where the recording begins before its first bar",
            );
            if button.clicked() {
                self.file.shift(steps);
                self.look();
            }
        }
    }

    /// Draws the strip, and picks bars by pointer and keys.
    fn strip(&mut self, ui: &mut Ui, palette: &Palette, width: f32) -> Answer {
        let rows = self.file.bars.len().div_ceil(COLUMNS);
        let height = ROW * (rows as f32).min(ROWS);
        let mut answer = Answer::Waiting;
        let room = width - 1.5 * UNIT;
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            let (place, _) = ui.allocate_exact_size(vec2(room, ROW * rows as f32), Sense::hover());
            let strip = Strip { place };
            let id = Id::unique("bars-strip");
            let response = ui.interact(place, id, Sense::click_and_drag());
            response.widget_info(|| {
                egui::WidgetInfo::labeled(Role::Group, true, format!("Bars. {}", self.words()))
            });
            if std::mem::take(&mut self.is_new) {
                response.request_focus();
                ui.scroll_to_rect(strip.cell(self.first), Some(Align::Center));
            }
            self.pointer(ui, &strip, &response);
            if response.double_clicked() && !self.is_silent() {
                answer = Answer::Take;
            }
            if let Some(by_keys) = self.keys(ui, &strip, &response) {
                answer = by_keys;
            }
            let seen = ui.clip_rect();
            for bar in 0..self.file.bars.len() {
                let cell = strip.cell(bar);
                if cell.intersects(seen) {
                    self.cell(ui, palette, cell, bar);
                }
            }
        });
        answer
    }

    /// A click picks four bars, a drag those that it passes.
    fn pointer(&mut self, ui: &Ui, strip: &Strip, response: &Response) {
        let at = response.interact_pointer_pos().and_then(|at| strip.bar(at, &self.file));
        if response.is_pointer_button_down_on()
            && let Some(bar) = at
        {
            if ui.input(|input| input.pointer.primary_pressed()) {
                self.dragged_from = Some(bar);
                self.pick(bar, BARS);
            }
            if let Some(from) = self.dragged_from.filter(|&from| from != bar) {
                let first = from.min(bar).max(from.saturating_sub(BARS - 1));
                self.pick(first, from.max(bar) + 1 - first);
            } else if response.dragged() {
                self.pick(bar, 1);
            }
        } else if !response.is_pointer_button_down_on() {
            self.dragged_from = None;
        }
    }

    /// Arrows move what is picked, with Shift its end; Enter takes it.
    fn keys(&mut self, ui: &Ui, strip: &Strip, response: &Response) -> Option<Answer> {
        if !response.has_focus() {
            return None;
        }
        take_arrows(ui, response);
        let (first, count) = (self.first, self.count);
        ui.input_mut(|input| {
            let mut presses = |modifiers, key| input.count_and_consume_key(modifiers, key);
            let longer = presses(Modifiers::SHIFT, Key::ArrowRight);
            let shorter = presses(Modifiers::SHIFT, Key::ArrowLeft);
            let right = presses(Modifiers::NONE, Key::ArrowRight)
                + COLUMNS * presses(Modifiers::NONE, Key::ArrowDown);
            let left = presses(Modifiers::NONE, Key::ArrowLeft)
                + COLUMNS * presses(Modifiers::NONE, Key::ArrowUp);
            if longer + shorter > 0 {
                self.pick(first, (count + longer).saturating_sub(shorter));
            } else if right + left > 0 {
                self.pick((first + right).saturating_sub(left), BARS.min(count.max(1)));
            }
        });
        if (first, count) != (self.first, self.count) {
            ui.scroll_to_rect(strip.cell(self.first), None);
        }
        let enters = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        (enters && !self.is_silent()).then_some(Answer::Take)
    }

    fn cell(&self, ui: &Ui, palette: &Palette, cell: Rect, bar: usize) {
        let painter = ui.painter();
        let is_picked = self.is_picked(bar);
        let fill = if is_picked { palette.lifted } else { palette.raised };
        painter.rect_filled(cell, 3.0, fill);
        if is_picked {
            let line = Stroke::new(1.5, palette.accent);
            painter.rect_stroke(cell, 3.0, line, StrokeKind::Inside);
        }
        let own = &self.file.bars[bar];
        let ink = if is_picked { palette.text } else { palette.dim };
        let head = cell.top() + 8.0;
        let number = (pos2(cell.left() + 4.0, head), Align2::LEFT_CENTER);
        write_text(painter, number, bar + 1, Weight::Regular, ink);
        let letter = (pos2(cell.right() - 4.0, head), Align2::RIGHT_CENTER);
        write_text(painter, letter, self.letter(bar), Weight::Strong, palette.accent);
        if self.file.clip.parts.iter().any(|part| part.bar == bar + 1) {
            let bookmark = Rect::from_min_size(cell.left_top(), vec2(2.0, cell.height()));
            painter.rect_filled(bookmark, 0.0, palette.good);
        }
        let picture = cell.shrink2(vec2(4.0, 3.0)).with_min_y(cell.top() + 17.0);
        let hits = self.file.clip.hits(own).iter();
        let hits = hits.map(|hit| (hit.step as usize - own.start, hit.instrument, hit.hit));
        thumbnail(painter, palette, picture, own.steps, hits, None);
    }
}

/// Where the bars are.
struct Strip {
    place: Rect,
}

impl Strip {
    fn cell(&self, bar: usize) -> Rect {
        let width = self.place.width() / COLUMNS as f32;
        let at = vec2((bar % COLUMNS) as f32 * width, (bar / COLUMNS) as f32 * ROW);
        Rect::from_min_size(self.place.min + at, vec2(width, ROW)).shrink(1.0)
    }

    fn bar(&self, at: Pos2, file: &ClipFile) -> Option<usize> {
        let at = at.clamp(self.place.min, self.place.max) - self.place.min;
        let column = (at.x / self.place.width() * COLUMNS as f32) as usize;
        let bar = (at.y / ROW) as usize * COLUMNS + column.min(COLUMNS - 1);
        (bar < file.bars.len()).then_some(bar)
    }
}
