//! The groove's name between arrows, and the [list] of grooves: the user's presets, and the factory's by style.

mod list;
mod own;
mod save;

use std::path::PathBuf;
use std::sync::LazyLock;

use egui::{Id, Popup, PopupCloseBehavior, Rect, Role, Ui, pos2, vec2};

use crate::factory::grooves::FactoryGroove;
use crate::files::jobs::Job;
use crate::files::presets::Preset;
use crate::params::JangdanParams;
use crate::window::panels::command::Command;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::panels::title;
use crate::window::widgets::{
    ControlContext, Palette, UNIT, Weight, arrow, clickable, elided, focus_ring, text_width,
};

/// Width of the list.
const WIDTH: f32 = 40.0 * UNIT;

/// The factory's grooves, read once.
pub(crate) fn grooves() -> &'static [FactoryGroove] {
    static GROOVES: LazyLock<Vec<FactoryGroove>> = LazyLock::new(crate::factory::grooves::grooves);
    &GROOVES
}

/// State kept from frame to frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    /// The user's presets, as last listed.
    pub(crate) presets: Vec<Preset>,
    /// The preset that the user is asked about: replace it?
    pub(crate) replaces: Option<String>,
    /// The text in the search field.
    typed: String,
    /// The name for the next preset: the title, unless another was typed.
    name: String,
    title: String,
    chosen: Option<Item>,
    /// The preset being renamed or deleted.
    task: Option<own::Task>,
    was_open: bool,
}

/// Something in the list.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    /// The preset in this file.
    Own(PathBuf),
    /// The factory groove of this index.
    Factory(usize),
}

impl Item {
    fn command(&self) -> Command {
        match self {
            Self::Own(path) => Command::Job(Job::LoadPreset(path.clone())),
            Self::Factory(place) => Command::Begin(*place),
        }
    }
}

impl Browser {
    /// All grooves whose names contain `wanted` (lower case), the user's first. Factory seeds make their grooves only
    /// with the built-in weights.
    fn items(&self, wanted: &str, scene: &Scene) -> Vec<(Item, String)> {
        let own = self.presets.iter().map(|own| (Item::Own(own.path.clone()), own.name.clone()));
        let factory = if scene.weights.is_built_in() { grooves() } else { &[] };
        let factory = factory.iter().enumerate();
        let factory = factory.map(|(place, groove)| (Item::Factory(place), groove.name()));
        let all = own.chain(factory);
        all.filter(|(_, name)| name.to_lowercase().contains(wanted)).collect()
    }

    /// The index in `items` of the current groove.
    fn here(
        &self,
        items: &[(Item, String)],
        params: &JangdanParams,
        scene: &Scene,
    ) -> Option<usize> {
        let factory = title::factory_place(params, &scene.weights).map(Item::Factory);
        items.iter().position(|(item, name)| match item {
            Item::Own(_) => scene.name.as_ref() == Some(name),
            Item::Factory(_) => scene.name.is_none() && factory.as_ref() == Some(item),
        })
    }
}

/// Draws the name in `field`; a press opens the list.
pub(crate) fn browser(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    field: Rect,
    scene: &Scene,
    browser: &mut Browser,
    requests: &mut PanelRequests,
) {
    let (palette, params) = (cx.palette, cx.params);
    let title = title::title(params, scene.name.as_deref(), &scene.weights);
    let side = 3.0 * UNIT;
    let middle = field.shrink2(vec2(side, 0.0));
    let response =
        clickable(ui, middle, Id::unique("browser"), Role::ComboBox, &format!("Groove: {title}"));
    let fill = if response.hovered() { palette.lifted } else { palette.raised };
    ui.painter().rect_filled(field, UNIT, fill);
    focus_ring(ui.painter(), &response, field, UNIT, palette.text);
    centred(ui, middle, &title, palette);
    let sides = [("Previous groove", false, field.left()), ("Next groove", true, middle.right())];
    for (label, is_next, left) in sides {
        let place = Rect::from_min_size(pos2(left, field.top()), vec2(side, field.height()));
        if arrow(ui, cx, place, label, is_next) {
            step(is_next, params, scene, browser, requests);
        }
    }
    let popup = Popup::from_toggle_button_response(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .anchor(field)
        .width(WIDTH);
    let is_open = popup.is_open();
    if is_open && !browser.was_open {
        requests.commands.push(Command::ListPresets);
        browser.open();
    }
    browser.follow(&title);
    popup.show(|ui| {
        ui.set_width(WIDTH);
        list::list(ui, palette, params, scene, browser, requests);
        ui.separator();
        save::save(ui, palette, browser, requests);
    });
    browser.was_open = is_open;
    if !is_open {
        response.on_hover_text("Your presets, and grooves to begin at by style");
    }
}

impl Browser {
    /// Resets the list when it opens.
    fn open(&mut self) {
        self.typed.clear();
        self.name.clone_from(&self.title);
        (self.chosen, self.replaces, self.task) = (None, None, None);
    }

    /// Takes over the groove's title as the next preset's name.
    fn follow(&mut self, title: &str) {
        if self.title != title {
            if self.name == self.title {
                title.clone_into(&mut self.name);
            }
            title.clone_into(&mut self.title);
        }
    }
}

/// Loads the groove before or after the current one; the last or the first if the current one is not in the list.
fn step(
    is_next: bool,
    params: &JangdanParams,
    scene: &Scene,
    browser: &Browser,
    requests: &mut PanelRequests,
) {
    let items = browser.items("", scene);
    let count = items.len();
    if count == 0 {
        return;
    }
    let to = match (browser.here(&items, params, scene), is_next) {
        (Some(here), true) => (here + 1) % count,
        (Some(here), false) => (here + count - 1) % count,
        (None, true) => 0,
        (None, false) => count - 1,
    };
    requests.commands.push(items[to].0.command());
}

/// Writes `text` in the middle of `room`, shortened if it has no room.
fn centred(ui: &Ui, room: Rect, text: &str, palette: &Palette) {
    let width = text_width(ui, text, Weight::Strong);
    let room = room.shrink2(vec2(((room.width() - width) / 2.0 - 0.5).max(0.0), 0.0));
    elided(ui, room, text, Weight::Strong, palette.text);
}
