//! Carrying out what the window asks for, and taking in what came of it.

use nice_plug::prelude::ParamSetter;

use super::Window;
use crate::editing;
use crate::errands::presets::PresetOutcome;
use crate::errands::{Errand, Outcome};
use crate::morph;
use crate::window::browser;
use crate::window::command::Command;
use crate::window::title::{self, Named};

impl Window {
    /// Does what `command` says, or has the worker do it.
    pub(super) fn carry_out(&mut self, command: Command, setter: &ParamSetter<'_>) {
        let Self { params, history, gui, .. } = self;
        let host = setter.raw_context;
        match command {
            Command::Undo => _ = history.undo(params, host),
            Command::Redo => _ = history.redo(params, host),
            Command::Clear => editing::clear(params, history, gui.choice().slot),
            Command::Import(path) => {
                self.importing =
                    path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                gui.send(Errand::Import(path));
            }
            Command::Export { folder, what } => {
                *params.folder.write() = folder.to_string_lossy().into_owned();
                let named = self.named.as_ref().and_then(|named| named.of(params));
                let name = title::title(params, named, &gui.weights());
                gui.send(Errand::Export { folder, name, what });
            }
            Command::List { folder, endings } => gui.send(Errand::List { folder, endings }),
            Command::Begin(place) => {
                if let Some(groove) = browser::grooves().get(place) {
                    editing::begin_at(params, history, host, groove);
                }
            }
            Command::Corner { place, corner } => morph::set_corner(params, history, place, corner),
            Command::Switch => self.compare.switch(params, history, host),
            Command::Copy => {
                self.compare.copy(params);
                let (here, there) = if self.compare.is_b() { ("B", "A") } else { ("A", "B") };
                self.view.tell(format!("{there} is as {here} now"));
            }
            Command::UseWeights(path) => gui.send(Errand::UseWeights(path)),
        }
    }

    /// Takes in what came of errands.
    pub(super) fn take_outcomes(&mut self, setter: &ParamSetter<'_>) {
        while let Some(outcome) = self.gui.outcome() {
            match outcome {
                Outcome::Exported(path) => self.view.tell(format!("Saved as {}", path.display())),
                Outcome::Imported(clip) => {
                    editing::import(&self.params, &self.history, setter.raw_context, *clip);
                    let name = std::mem::take(&mut self.importing);
                    self.view.tell(format!("Imported {name}"));
                    self.named = Some(Named::new(name, &self.params, true));
                }
                Outcome::Listed(folder) => self.view.show_folder(folder),
                Outcome::Weights(name) => self.view.tell(format!("The network plays with {name}")),
                Outcome::Corner { place, corner } => {
                    morph::set_corner(&self.params, &self.history, place, corner);
                }
                Outcome::Diced(diced) => editing::put_row(&self.params, &self.history, &diced),
                Outcome::Preset(PresetOutcome::Loaded(_, state)) => {
                    self.history.place(&self.params, setter.raw_context, &state);
                }
                Outcome::Preset(_) => {}
                Outcome::Failed(trouble) => self.view.complain(trouble),
            }
        }
    }
}
