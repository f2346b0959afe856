//! Executes the commands of the panels, and takes in the results of jobs.

use std::path::PathBuf;
use std::sync::Arc;

use groove::BARS;
use nice_plug::prelude::ParamSetter;

use super::Window;
use crate::editing::commands;
use crate::editing::feel::laid_over;
use crate::files::clip_file::{ClipTarget, Pack, Taken};
use crate::files::jobs::{Destination, ExportScope, Job, JobResult};
use crate::params::JangdanParams;
use crate::params::snapshot::State;
use crate::state::choice::SLOTS;
use crate::state::groove_name::GrooveName;
use crate::state::morph::Corner;
use crate::state::redrawn_cells::RedrawnCells;
use crate::window::panels::browser;
use crate::window::panels::command::Command;
use crate::window::panels::title;

impl Window {
    /// Does `command`, or sends the job that does.
    pub(crate) fn carry_out(&mut self, command: Command, setter: &ParamSetter<'_>) {
        let Self { params, history, gui, view, .. } = self;
        let host = setter.raw_context;
        match command {
            Command::Undo => _ = history.undo(params, host),
            Command::Redo => _ = history.redo(params, host),
            Command::Clear => commands::clear(params, history, gui.state().choice.slot),
            Command::Job(job) => gui.send(job),
            Command::Hear { path, target } => {
                gui.send(Job::Hear { path, target, bpm: gui.tempo(), bar: params.bar() });
            }
            Command::Release => commands::release(params, history, gui.state().choice.slot),
            Command::Export { folder, scope } => {
                *params.folder.write() = folder.to_string_lossy().into_owned();
                self.export(Destination::Folder(folder), scope);
            }
            Command::DragOut(scope) => self.export(Destination::Drag, scope),
            Command::Begin(place) => {
                if let Some(groove) = browser::grooves().get(place) {
                    commands::begin_at(params, history, host, groove);
                    gui.choose(None);
                }
            }
            Command::Corner { place, corner } => {
                commands::set_corner(params, history, place, corner)
            }
            Command::Take(taken) => self.take(taken, setter),
            Command::FillSlots(pack) => self.fill_slots(&pack),
            Command::Choose(slot) => gui.choose(slot),
            Command::LayFeel { slot, amount } => {
                let held = params.slots.get()[slot].as_ref().and_then(|groove| groove.heard(0));
                let (state, track) = (gui.state(), gui.playing());
                let shown = *track.score.pattern(state.cycles[0]);
                let (choice, key) = (state.choice, track.key);
                let cells = held.map(|feel| laid_over(&shown, &feel, amount)).unwrap_or_default();
                commands::put_cells(params, history, &RedrawnCells { choice, key, shown, cells });
                view.notify(format!("Plays with the feel of slot {}", slot + 1));
            }
            Command::Tap(instrument) => gui.tap(instrument),
            Command::ListPresets => self.list_presets(),
            Command::PresetFolder(folder) => {
                *params.presets.write() = folder.to_string_lossy().into_owned();
                self.list_presets();
            }
            Command::SavePreset { name, may_replace } => {
                let (folder, state) = (self.preset_folder(), Box::new(State::of(&self.params)));
                self.gui.send(Job::SavePreset { folder, name, state, may_replace });
            }
            Command::Switch => self.compare.switch(params, history, host),
            Command::Copy => {
                self.compare.copy(params);
                let (here, there) = if self.compare.is_b() { ("B", "A") } else { ("A", "B") };
                self.view.notify(format!("{there} is as {here} now"));
            }
        }
    }

    /// Writes a part of the playing groove, or the song, as a MIDI file.
    fn export(&mut self, to: Destination, scope: ExportScope) {
        let Self { params, gui, .. } = self;
        let name = title::title(params, params.groove_name().as_deref(), &gui.weights());
        let bpm = gui.tempo();
        let job = if scope == ExportScope::Song {
            let (name, playing) = (format!("{name}, song"), Box::new(params.playing()));
            Job::RenderSong { to, name, playing, bpm }
        } else {
            Job::Export { to, name, cycles: gui.cycles(scope, params.playing()), bpm }
        };
        gui.send(job);
    }

    /// Takes in the results of jobs.
    pub(crate) fn take_results(&mut self, setter: &ParamSetter<'_>) {
        while let Some(result) = self.gui.result() {
            self.take_result(result, setter);
        }
    }

    fn take_result(&mut self, result: JobResult, setter: &ParamSetter<'_>) {
        let Self { params, history, gui, view, .. } = self;
        match result {
            JobResult::Exported(path) => view.notify(format!("Saved as {}", path.display())),
            JobResult::ReadyToDrag(path) => self.to_drag = Some(path),
            JobResult::ClipRead(file) if file.has_choice() => view.choose_bars(*file),
            JobResult::ClipRead(file) => match file.take(1, BARS) {
                Ok(taken) => self.take(taken, setter),
                Err(error) => view.show_error(error),
            },
            JobResult::Listed(folder) => view.show_folder(folder),
            JobResult::Kit(told) => view.notify(told),
            JobResult::Weights(name) => view.notify(format!("The network plays with {name}")),
            JobResult::Redrawn(cells) => commands::put_cells(params, history, &cells),
            // If a project has been loaded since, the taps are no undo step of it.
            JobResult::Tapped { before, after } => {
                if Arc::ptr_eq(&params.edits.get(), &after) {
                    history.edited(params, before);
                    view.notify("Plays what you tapped, and the rest around it".to_owned());
                }
            }
            JobResult::PresetsListed(presets) => view.show_presets(presets),
            JobResult::PresetLoaded(preset, state) => {
                history.place(params, setter.raw_context, &state);
                gui.choose(state.slot(params));
                // The host sets the parameters in its next block.
                let name = GrooveName::new(preset.name, state.name_source(params), false);
                *params.name.write() = Some(name);
            }
            JobResult::PresetSaved(preset) => {
                view.notify(format!("Saved as the preset {}", preset.name));
                set_name(params, preset.name, false);
                self.list_presets();
            }
            JobResult::PresetExists(preset) => view.ask_to_replace(preset.name),
            JobResult::PresetRenamed { before, preset } => {
                if let Some(name) = &mut *params.name.write() {
                    name.rename(&before, &preset.name);
                }
                view.notify(format!("{before} is called {} now", preset.name));
                self.list_presets();
            }
            JobResult::PresetDeleted(name) => {
                view.notify(format!("Deleted the preset {name}"));
                self.list_presets();
            }
            JobResult::Failed(trouble) => view.show_error(trouble),
        }
    }

    /// Puts the bars taken from a clip or recording at their target.
    fn take(&mut self, taken: Taken, setter: &ParamSetter<'_>) {
        let Self { params, history, gui, view, .. } = self;
        let Taken { name, target, pattern, is_line, report } = taken;
        match target {
            ClipTarget::Slot(slot) if is_line => {
                commands::fill_slot_to(params, history, slot, *pattern);
                view.notify(format!("Slot {} plays to {name}: {report}", slot + 1));
            }
            // A corner needs a groove, and a line is none: it goes to the live groove.
            ClipTarget::Live | ClipTarget::Corner(_) if is_line => {
                commands::play_to(params, history, setter.raw_context, *pattern);
                gui.choose(None);
                view.notify(format!("Plays to {name}: {report}"));
            }
            ClipTarget::Live => {
                commands::import(params, history, setter.raw_context, *pattern);
                gui.choose(None);
                view.notify(format!("Imported {name}: {report}"));
                set_name(params, name, true);
            }
            ClipTarget::Slot(slot) => {
                commands::fill_slots(params, history, &[(slot, *pattern)]);
                view.notify(format!("Slot {} holds {name}: {report}", slot + 1));
            }
            ClipTarget::Corner(place) => {
                view.notify(format!("A corner of the pad is {name}: {report}"));
                commands::set_corner(params, history, place, Corner::Clip { name, pattern });
            }
        }
    }

    /// Fills slots with the patterns of a pack, as far as there are slots for them.
    fn fill_slots(&mut self, pack: &Pack) {
        let Self { params, history, view, .. } = self;
        let Pack { name, first, patterns, report } = pack;
        let held = params.slots.get();
        let is_for_it = |slot: &usize| match first {
            Some(first) => slot >= first,
            None => held[*slot].is_none(),
        };
        let slots = (0..SLOTS).filter(is_for_it);
        let filled: Vec<_> = slots.zip(patterns.iter().copied()).collect();
        let (Some(first), Some(last)) = (filled.first(), filled.last()) else {
            return view.show_error(format!("{name}: there is no empty slot; empty some"));
        };
        commands::fill_slots(params, history, &filled);
        let (of, left) = (patterns.len(), patterns.len() - filled.len());
        let left = if left > 0 { format!("; {left} had no slot") } else { String::new() };
        let (first, last) = (first.0 + 1, last.0 + 1);
        let count = filled.len();
        view.notify(format!(
            "{count} of {of} patterns of {name} are in slots {first} to {last}{left}{report}"
        ));
    }

    fn list_presets(&self) {
        self.gui.send(Job::ListPresets(self.preset_folder()));
    }

    /// The folder of the user's presets; `None` is the system's default.
    fn preset_folder(&self) -> Option<PathBuf> {
        let folder = self.params.presets.read();
        (!folder.is_empty()).then(|| PathBuf::from(&*folder))
    }
}

/// Gives the live groove its name.
fn set_name(params: &JangdanParams, name: String, is_clip: bool) {
    *params.name.write() = Some(GrooveName::new(name, params.name_source(), is_clip));
}

#[cfg(test)]
mod tests;
