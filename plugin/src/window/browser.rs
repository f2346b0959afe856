//! The groove's name, and the list of grooves to begin at: the factory's by style. Typing searches it.

use std::sync::LazyLock;

use egui::{
    CursorIcon, Id, Key, Modifiers, Popup, PopupCloseBehavior, Rect, ScrollArea, Sense, TextEdit,
    Ui, vec2,
};

use super::Scene;
use super::button::{arrow, focus_ring};
use super::command::Command;
use super::control::Hand;
use super::desk::Desk;
use super::menu::elided;
use super::theme::{Palette, UNIT, Weight};
use super::title;
use crate::factory::grooves::FactoryGroove;
use crate::params::JangdanParams;

const ROW: f32 = 3.0 * UNIT;
const WIDTH: f32 = 36.0 * UNIT;

/// The factory's grooves, read once.
pub(super) fn grooves() -> &'static [FactoryGroove] {
    static GROOVES: LazyLock<Vec<FactoryGroove>> = LazyLock::new(crate::factory::grooves::grooves);
    &GROOVES
}

/// What the list keeps from frame to frame.
#[derive(Clone, Debug, Default)]
pub(super) struct Browser {
    typed: String,
    chosen: usize,
    was_open: bool,
}

/// Draws the name between arrows in `field`; a press opens the list.
pub(super) fn browser(
    ui: &mut Ui,
    hand: Hand<'_>,
    field: Rect,
    params: &JangdanParams,
    scene: &Scene,
    desk: &mut Desk,
) {
    let palette = hand.palette;
    // Their seeds mean nothing to other weights.
    let grooves = if scene.weights.is_built_in() { grooves() } else { &[] };
    let here = title::factory_place(params, &scene.weights);
    let title = title::title(params, scene.name.as_deref(), &scene.weights);
    let side = 3.0 * UNIT;
    let middle = field.shrink2(vec2(side, 0.0));
    let response = ui
        .interact(middle, Id::unique("browser"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::ComboBox, true, format!("Groove: {title}"))
    });
    let fill = if response.hovered() { palette.lifted } else { palette.raised };
    ui.painter().rect_filled(field, UNIT, fill);
    focus_ring(ui.painter(), &response, field, UNIT, palette.text);
    centred(ui, middle, &title, palette);
    let count = grooves.len();
    if count > 0 {
        let sides =
            [("Previous groove", false, field.left()), ("Next groove", true, middle.right())];
        for (label, is_next, left) in sides {
            let place =
                Rect::from_min_size(egui::pos2(left, field.top()), vec2(side, field.height()));
            if arrow(ui, hand, place, label, is_next) {
                let to = match (here, is_next) {
                    (Some(here), true) => (here + 1) % count,
                    (Some(here), false) => (here + count - 1) % count,
                    (None, true) => 0,
                    (None, false) => count - 1,
                };
                desk.commands.push(Command::Begin(to));
            }
        }
    }
    let popup = Popup::from_toggle_button_response(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .anchor(field)
        .width(WIDTH);
    let is_open = popup.is_open();
    popup.show(|ui| list(ui, palette, grooves, here, desk));
    desk.browser.was_open = is_open;
    if !is_open {
        response.on_hover_text("Grooves to begin at, by style");
    }
}

/// Writes `text` in the middle of `room`, elided where it has no room.
fn centred(ui: &Ui, room: Rect, text: &str, palette: &Palette) {
    let font = super::theme::font(super::theme::Size::Small, Weight::Strong);
    let width = ui.painter().layout_no_wrap(text.to_owned(), font, palette.text).size().x;
    let room = room.shrink2(vec2(((room.width() - width) / 2.0 - 0.5).max(0.0), 0.0));
    elided(ui, room, text, Weight::Strong, palette.text);
}

fn list(
    ui: &mut Ui,
    palette: &Palette,
    grooves: &[FactoryGroove],
    here: Option<usize>,
    desk: &mut Desk,
) {
    ui.set_width(WIDTH);
    let Desk { browser, commands, .. } = desk;
    let opens = !browser.was_open;
    if opens {
        browser.typed.clear();
        browser.chosen = here.unwrap_or(0);
    }
    let find = Id::unique("browser-find");
    let wanted = browser.typed.trim().to_lowercase();
    let shown: Vec<usize> = (0..grooves.len())
        .filter(|&i| grooves[i].name().to_lowercase().contains(&wanted))
        .collect();
    let mut moved = opens;
    if ui.memory(|memory| memory.has_focus(find)) {
        let (step, enters) = ui.input_mut(|input| {
            let mut presses = |key| input.count_and_consume_key(Modifiers::NONE, key) as isize;
            let step = presses(Key::ArrowDown) - presses(Key::ArrowUp);
            (step, presses(Key::Enter) > 0)
        });
        if step != 0 && !shown.is_empty() {
            let now = shown.iter().position(|&i| i == browser.chosen).map_or(-1, |at| at as isize);
            browser.chosen = shown[(now + step).clamp(0, shown.len() as isize - 1) as usize];
            moved = true;
        }
        if enters && shown.contains(&browser.chosen) {
            commands.push(Command::Begin(browser.chosen));
        }
    }
    let search =
        TextEdit::singleline(&mut browser.typed).id(find).hint_text("Search").desired_width(WIDTH);
    let response = ui.add(search);
    if opens {
        response.request_focus();
    }
    if response.changed() {
        let wanted = browser.typed.trim().to_lowercase();
        let first =
            grooves.iter().position(|groove| groove.name().to_lowercase().contains(&wanted));
        browser.chosen = first.unwrap_or(browser.chosen);
    }
    ui.add_space(4.0);
    ScrollArea::vertical().max_height(12.0 * ROW).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for i in shown {
            let (row, response) =
                ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
            let is_here = here == Some(i);
            if browser.chosen == i || response.hovered() {
                let fill = if browser.chosen == i { palette.chosen } else { palette.lifted };
                ui.painter().rect_filled(row, 4.0, fill);
            }
            if browser.chosen == i && moved {
                response.scroll_to_me(None);
            }
            let room = row.shrink2(vec2(UNIT, 0.0));
            let (weight, ink) = if is_here {
                (Weight::Strong, palette.accent)
            } else {
                (Weight::Regular, palette.text)
            };
            elided(ui, room, &grooves[i].name(), weight, ink);
            if response.clicked() {
                browser.chosen = i;
                commands.push(Command::Begin(i));
            }
            if let Some(performance) = &grooves[i].performance {
                response.on_hover_text(performance.credit());
            }
        }
    });
}
