//! Carrying out what the window asks for, and taking in what came of it.

use std::path::PathBuf;

use nice_plug::prelude::ParamSetter;

use super::Window;
use crate::editing::commands;
use crate::files::jobs::{Errand, Outcome};
use crate::files::presets::{PresetErrand, PresetOutcome};
use crate::params::JangdanParams;
use crate::params::snapshot::State;
use crate::state::groove_name::GrooveName;
use crate::window::panels::browser;
use crate::window::panels::command::Command;
use crate::window::panels::title;
use crate::window::widgets::dice;

impl Window {
    /// Does what `command` says, or has the worker do it.
    pub(crate) fn carry_out(&mut self, command: Command, setter: &ParamSetter<'_>) {
        let Self { params, history, gui, .. } = self;
        let host = setter.raw_context;
        match command {
            Command::Undo => _ = history.undo(params, host),
            Command::Redo => _ = history.redo(params, host),
            Command::Clear => commands::clear(params, history, gui.choice().slot),
            Command::Import(path) => {
                self.importing =
                    path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                gui.send(Errand::Import(path));
            }
            Command::Export { folder, what } => {
                *params.folder.write() = folder.to_string_lossy().into_owned();
                let name = title::title(
                    &self.params,
                    self.params.groove_name().as_deref(),
                    &self.gui.weights(),
                );
                self.gui.send(Errand::Export { folder, name, what });
            }
            Command::List { folder, endings } => gui.send(Errand::List { folder, endings }),
            Command::Begin(place) => {
                if let Some(groove) = browser::grooves().get(place) {
                    commands::begin_at(params, history, host, groove);
                    gui.choose(None);
                }
            }
            Command::Corner { place, corner } => {
                commands::set_corner(params, history, place, corner)
            }
            Command::CornerClip { place, path } => gui.send(Errand::ImportCorner { place, path }),
            Command::Dice(instrument) => {
                gui.send(Errand::Dice { instrument, seed: dice::number() });
            }
            Command::Choose(slot) => gui.choose(slot),
            Command::ListPresets => self.list_presets(),
            Command::PresetFolder(folder) => {
                *params.presets.write() = folder.to_string_lossy().into_owned();
                self.list_presets();
            }
            Command::LoadPreset(path) => gui.send(Errand::Preset(PresetErrand::Load(path))),
            Command::SavePreset { name, may_replace } => {
                let (folder, state) = (self.preset_folder(), Box::new(State::of(&self.params)));
                let save = PresetErrand::Save { folder, name, state, may_replace };
                self.gui.send(Errand::Preset(save));
            }
            Command::RenamePreset { path, name } => {
                gui.send(Errand::Preset(PresetErrand::Rename(path, name)));
            }
            Command::DeletePreset(path) => gui.send(Errand::Preset(PresetErrand::Delete(path))),
            Command::Switch => self.compare.switch(params, history, host),
            Command::Copy => {
                self.compare.copy(params);
                let (here, there) = if self.compare.is_b() { ("B", "A") } else { ("A", "B") };
                self.view.notify(format!("{there} is as {here} now"));
            }
            Command::UseWeights(path) => gui.send(Errand::UseWeights(path)),
        }
    }

    /// Takes in what came of errands.
    pub(crate) fn take_outcomes(&mut self, setter: &ParamSetter<'_>) {
        while let Some(outcome) = self.gui.outcome() {
            match outcome {
                Outcome::Exported(path) => self.view.notify(format!("Saved as {}", path.display())),
                Outcome::Imported { clip, told } => {
                    commands::import(&self.params, &self.history, setter.raw_context, *clip);
                    self.gui.choose(None);
                    let name = std::mem::take(&mut self.importing);
                    self.view.notify(format!("Imported {name}: {told}"));
                    call(&self.params, name, true);
                }
                Outcome::Listed(folder) => self.view.show_folder(folder),
                Outcome::Weights(name) => {
                    self.view.notify(format!("The network plays with {name}"))
                }
                Outcome::Corner { place, corner } => {
                    commands::set_corner(&self.params, &self.history, place, corner);
                }
                Outcome::Diced(diced) => commands::put_row(&self.params, &self.history, &diced),
                Outcome::Preset(outcome) => self.take_preset(outcome, setter),
                Outcome::Failed(trouble) => self.view.show_error(trouble),
            }
        }
    }

    fn take_preset(&mut self, outcome: PresetOutcome, setter: &ParamSetter<'_>) {
        match outcome {
            PresetOutcome::Listed(_, presets) => self.view.show_presets(presets),
            PresetOutcome::Loaded(preset, state) => {
                self.history.place(&self.params, setter.raw_context, &state);
                self.gui.choose(state.slot(&self.params));
                // The host sets the parameters in its next block.
                let named = GrooveName::new(preset.name, state.name_source(&self.params), false);
                *self.params.name.write() = Some(named);
            }
            PresetOutcome::Saved(preset) => {
                self.view.notify(format!("Saved as the preset {}", preset.name));
                call(&self.params, preset.name, false);
                self.list_presets();
            }
            PresetOutcome::Exists(preset) => self.view.ask_to_replace(preset.name),
            PresetOutcome::Renamed(before, preset) => {
                if let Some(named) = &mut *self.params.name.write() {
                    named.rename(&before, &preset.name);
                }
                self.view.notify(format!("{before} is called {} now", preset.name));
                self.list_presets();
            }
            PresetOutcome::Deleted(name) => {
                self.view.notify(format!("Deleted the preset {name}"));
                self.list_presets();
            }
        }
    }

    fn list_presets(&self) {
        self.gui.send(Errand::Preset(PresetErrand::List(self.preset_folder())));
    }

    /// Where the user's presets are; `None` is where the system keeps such things.
    fn preset_folder(&self) -> Option<PathBuf> {
        let folder = self.params.presets.read();
        (!folder.is_empty()).then(|| PathBuf::from(&*folder))
    }
}

/// The groove of `params` came as `name`.
fn call(params: &JangdanParams, name: String, is_clip: bool) {
    *params.name.write() = Some(GrooveName::new(name, params.name_source(), is_clip));
}

#[cfg(test)]
mod tests;
