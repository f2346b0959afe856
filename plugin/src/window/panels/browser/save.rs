//! Saving everything as a preset.

use egui::{Button, Id, Key, RichText, TextEdit, Ui};

use super::{Browser, WIDTH};
use crate::files::display_text::one_line;
use crate::window::panels::command::Command;
use crate::window::panels::dialog_purpose::Purpose;
use crate::window::panels::requests::PanelRequests;
use crate::window::widgets::{Palette, UNIT};

/// Draws the name field and the buttons that save and that choose the folder; or the question whether to replace.
pub(crate) fn save(
    ui: &mut Ui,
    palette: &Palette,
    browser: &mut Browser,
    requests: &mut PanelRequests,
) {
    if let Some(name) = browser.replaces.clone() {
        ui.label(format!("There is a preset called {}.", one_line(&name)));
        ui.horizontal(|ui| {
            let replace = RichText::new("Replace it").color(palette.on_accent);
            if ui.add(Button::new(replace).fill(palette.accent)).clicked() {
                requests.commands.push(Command::SavePreset { name, may_replace: true });
                browser.replaces = None;
            }
            if ui.button("Keep it").clicked() {
                browser.replaces = None;
            }
        });
        return;
    }
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(&mut browser.name)
            .id(Id::unique("preset-name"))
            .hint_text("Name")
            .desired_width(WIDTH - 20.0 * UNIT);
        let field = ui.add(field);
        let enters = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let name = browser.name.trim().to_owned();
        let about = "Everything as it is, as a preset: controls, groove, edits, slots, corners";
        let save = ui.add_enabled(!name.is_empty(), Button::new("Save as preset"));
        if save.on_hover_text(about).clicked() || enters && !name.is_empty() {
            requests.commands.push(Command::SavePreset { name, may_replace: false });
        }
        if ui.button("\u{2026}").on_hover_text("Keep presets in another folder").clicked() {
            requests.look_for(Purpose::Presets, None);
            ui.close();
        }
    });
}
