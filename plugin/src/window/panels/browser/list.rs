//! The list of grooves. Typing searches, arrows select, Enter or a click loads. It stays open, to try one after another.

use egui::{Id, Rect, ScrollArea, Sense, TextEdit, Ui, vec2};

use super::{Browser, Item, WIDTH, grooves, own};
use crate::params::JangdanParams;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::widgets::{Palette, UNIT, Weight, elided, list_keys};

const ROW: f32 = 3.0 * UNIT;
const ROWS: f32 = 12.0;

pub(crate) fn list(
    ui: &mut Ui,
    palette: &Palette,
    params: &JangdanParams,
    scene: &Scene,
    browser: &mut Browser,
    requests: &mut PanelRequests,
) {
    let commands = &mut requests.commands;
    let opens = !browser.was_open;
    let find = Id::unique("browser-find");
    let search =
        TextEdit::singleline(&mut browser.typed).id(find).hint_text("Search").desired_width(WIDTH);
    // Before the text field takes the keys.
    let (steps, enters) =
        if ui.memory(|memory| memory.has_focus(find)) { list_keys(ui) } else { (0, false) };
    let response = ui.add(search);
    if opens {
        response.request_focus();
    }
    let items = browser.items(&browser.typed.trim().to_lowercase(), scene);
    let here = browser.here(&items, params, scene);
    let place =
        |chosen: &Option<Item>| items.iter().position(|(item, _)| chosen.as_ref() == Some(item));
    let mut at = place(&browser.chosen);
    if response.changed() || at.is_none() {
        at = if browser.typed.is_empty() { here } else { (!items.is_empty()).then_some(0) };
    }
    if steps != 0 && !items.is_empty() {
        let now = at.map_or(-1, |at| at as isize);
        at = Some((now + steps).clamp(0, items.len() as isize - 1) as usize);
    }
    browser.chosen = at.map(|at| items[at].0.clone());
    if enters {
        commands.extend(browser.chosen.as_ref().map(Item::command));
    }
    let has_moved = opens || steps != 0 || response.changed();
    ui.add_space(4.0);
    if items.is_empty() {
        ui.weak("Nothing is called so.");
    }
    ScrollArea::vertical().max_height(ROWS * ROW).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (i, item) in items.iter().enumerate() {
            let size = vec2(ui.available_width(), ROW);
            if let Item::Own(path) = &item.0
                && let Some(task) = browser.task.as_mut().filter(|task| task.is_of(path))
            {
                let (row, _) = ui.allocate_exact_size(size, Sense::hover());
                let (is_over, command) =
                    own::task(ui, palette, row.shrink2(vec2(4.0, 0.0)), &item.1, task);
                commands.extend(command);
                if is_over {
                    browser.task = None;
                    ui.memory_mut(|memory| memory.request_focus(find));
                }
                continue;
            }
            let (row, response) = ui.allocate_exact_size(size, Sense::CLICK);
            let is_chosen = at == Some(i);
            if is_chosen || response.hovered() {
                let fill = if is_chosen { palette.chosen } else { palette.lifted };
                ui.painter().rect_filled(row, 4.0, fill);
            }
            if is_chosen && has_moved {
                response.scroll_to_me(None);
            }
            let room = row.shrink2(vec2(UNIT, 0.0));
            let room = match &item.0 {
                Item::Own(path) if is_chosen || response.contains_pointer() => {
                    let (begun, room) = own::words(ui, palette, room, path, &item.1);
                    browser.task = begun.or(browser.task.take());
                    room
                }
                other => kind(ui, palette, room, other),
            };
            let (weight, ink) = if here == Some(i) {
                (Weight::Strong, palette.accent)
            } else {
                (Weight::Regular, palette.text)
            };
            elided(ui, room, &item.1, weight, ink);
            if response.clicked() {
                browser.chosen = Some(item.0.clone());
                commands.push(item.0.command());
            }
            if let Some(credit) = credit(&item.0) {
                response.on_hover_text(credit);
            }
        }
    });
}

/// Writes the origin of the groove at the end of `line`; returns the remaining room.
fn kind(ui: &Ui, palette: &Palette, line: Rect, item: &Item) -> Rect {
    let kind = match item {
        Item::Own(_) => "yours",
        Item::Factory(place) => match &grooves()[*place].performance {
            Some(performance) if performance.is_played() => "a drummer's",
            Some(_) => "written",
            None => "",
        },
    };
    let room = line.with_min_x(line.right() - 9.0 * UNIT);
    elided(ui, room, kind, Weight::Regular, palette.dim);
    line.with_max_x(room.left() - UNIT)
}

fn credit(item: &Item) -> Option<String> {
    let Item::Factory(place) = item else { return None };
    Some(grooves()[*place].performance.as_ref()?.credit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::presets::Preset;

    #[test]
    fn what_is_searched_for_is_found_in_any_case_and_ones_own_comes_first() {
        let own = |name: &str| Preset { name: name.to_owned(), path: name.into() };
        let browser =
            Browser { presets: vec![own("My FUNKY one"), own("Other")], ..Browser::default() };
        let scene = Scene::of(crate::factory::pattern());
        let found = browser.items("funk", &scene);
        assert_eq!(found[0].1, "My FUNKY one");
        assert!(found.len() > 3 && found[1..].iter().all(|(_, name)| name.starts_with("Funk")));
        assert_eq!(browser.items("", &scene).len(), 2 + grooves().len());
        assert_eq!(browser.items("no such groove", &scene), []);
    }

    #[test]
    fn with_other_weights_only_ones_own_are_listed() {
        let mut scene = Scene::of(crate::factory::pattern());
        let other = crate::factory::weights::WeightsInfo {
            path: Some("w".to_owned()),
            ..Default::default()
        };
        scene.weights = std::sync::Arc::new(other);
        assert_eq!(Browser::default().items("", &scene), []);
    }
}
