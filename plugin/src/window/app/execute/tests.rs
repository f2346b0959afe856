//! What the window carries out, and what comes of it.

use std::sync::Arc;

use nice_plug::prelude::{GuiContextInner, Param, ParamPtr, Params, PluginApi, PluginState};

use super::*;
use crate::files::presets::Preset;
use crate::handoff::{WorkerEnd, handoff};
use crate::headless::Host;

fn window() -> (Window, WorkerEnd, Host) {
    let (_, worker, gui) = handoff();
    (Window::new(Arc::new(JangdanParams::default()), gui), worker, Host::default())
}

/// A host that has not played its next block.
#[derive(Default)]
struct Late(Host);

#[expect(unsafe_code, reason = "the framework's way to set a parameter")]
impl GuiContextInner for Late {
    fn plugin_api(&self) -> PluginApi {
        self.0.plugin_api()
    }

    unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {}

    unsafe fn raw_set_parameter_normalized(&self, _: ParamPtr, _: f32) {}

    unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {}

    fn get_state(&self) -> PluginState {
        self.0.get_state()
    }

    fn set_state(&self, _: PluginState) {}

    fn request_restart(&self) {}
}

/// What the window shows as the groove's name.
fn name(window: &mut Window) -> Option<String> {
    window.scene().name
}

#[test]
fn an_imported_clip_gives_the_groove_its_name_until_it_is_taken_back() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    setter.set_parameter(&window.params.perform.slot, 3);
    window.carry_out(Command::Import("somewhere/break.mid".into()), &setter);
    assert_eq!(worker.errand(), Some(Errand::Import("somewhere/break.mid".into())));
    let clip = Box::new(crate::factory::pattern());
    worker.done(Outcome::Imported { clip, told: "4 bars".to_owned() });
    window.take_outcomes(&setter);
    assert_eq!(name(&mut window).as_deref(), Some("break"));
    assert_eq!(window.params.perform.slot.value(), 0, "it is heard");
    window.carry_out(Command::Undo, &setter);
    assert_eq!(name(&mut window), None);
    window.carry_out(Command::Redo, &setter);
    assert_eq!(name(&mut window).as_deref(), Some("break"));
    setter.set_parameter(&window.params.generate.seed, 77);
    assert_eq!(name(&mut window), None);
}

#[test]
fn an_export_goes_to_the_folder_that_is_remembered() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    let (folder, what) = (PathBuf::from("clips"), crate::files::jobs::What::LastCycles);
    window.carry_out(Command::Export { folder: folder.clone(), what }, &setter);
    assert_eq!(*window.params.folder.read(), "clips");
    let name = "Groove 138".to_owned();
    assert_eq!(worker.errand(), Some(Errand::Export { folder, name, what }));
}

#[test]
fn a_preset_is_saved_listed_and_taken_up_as_one_step() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    setter.set_parameter(&window.params.play.swing, 0.6);
    let (name_of, may_replace) = ("Mine".to_owned(), false);
    window.carry_out(Command::SavePreset { name: name_of, may_replace }, &setter);
    let Some(Errand::Preset(PresetErrand::Save { folder: None, state, .. })) = worker.errand()
    else {
        panic!("nothing is saved")
    };
    let preset = Preset { name: "Mine".to_owned(), path: "Mine.jangdan".into() };
    worker.done(Outcome::Preset(PresetOutcome::Saved(preset.clone())));
    window.take_outcomes(&setter);
    assert_eq!(worker.errand(), Some(Errand::Preset(PresetErrand::List(None))));
    assert_eq!(name(&mut window).as_deref(), Some("Mine"));

    let swing = &window.params.play.swing;
    setter.set_parameter(swing, swing.default_plain_value());
    window.carry_out(Command::LoadPreset(preset.path.clone()), &setter);
    let load = PresetErrand::Load(preset.path.clone());
    assert_eq!(worker.errand(), Some(Errand::Preset(load)));
    worker.done(Outcome::Preset(PresetOutcome::Loaded(preset, state)));
    window.take_outcomes(&setter);
    assert!((window.params.play.swing.value() - 0.6).abs() < 1e-6);
    window.follow_project();
    window.carry_out(Command::Undo, &setter);
    assert!((window.params.play.swing.value() - 0.5).abs() < 1e-6);
}

#[test]
fn a_project_keeps_the_name_and_a_preset_that_is_renamed_gives_the_groove_its_new_one() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    let preset = |name: &str| Preset { name: name.to_owned(), path: name.into() };
    worker.done(Outcome::Preset(PresetOutcome::Saved(preset("Mine"))));
    window.take_outcomes(&setter);
    let path = PathBuf::from("Mine");
    window.carry_out(Command::RenamePreset { path: path.clone(), name: "Ours".into() }, &setter);
    _ = worker.errand(); // the list
    let rename = PresetErrand::Rename(path.clone(), "Ours".to_owned());
    assert_eq!(worker.errand(), Some(Errand::Preset(rename)));
    worker.done(Outcome::Preset(PresetOutcome::Renamed("Mine".to_owned(), preset("Ours"))));
    window.take_outcomes(&setter);
    assert_eq!(worker.errand(), Some(Errand::Preset(PresetErrand::List(None))));
    assert_eq!(name(&mut window).as_deref(), Some("Ours"));
    let kept = window.params.serialize_fields();

    window.carry_out(Command::DeletePreset(path.clone()), &setter);
    assert_eq!(worker.errand(), Some(Errand::Preset(PresetErrand::Delete(path))));
    worker.done(Outcome::Preset(PresetOutcome::Deleted("Ours".to_owned())));
    window.take_outcomes(&setter);
    assert_eq!(name(&mut window).as_deref(), Some("Ours"), "the groove is still there");

    let (mut other, ..) = self::window();
    other.params.deserialize_fields(&kept);
    assert_eq!(name(&mut other).as_deref(), Some("Ours"));
    setter.set_parameter(&other.params.generate.seed, 77);
    assert_eq!(name(&mut other), None);
}

#[test]
fn a_preset_gives_its_name_though_the_host_sets_parameters_a_block_later() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    setter.set_parameter(&window.params.generate.seed, 77);
    let state = Box::new(State::of(&window.params));
    setter.set_parameter(&window.params.generate.seed, 5);
    let preset = Preset { name: "Mine".to_owned(), path: "Mine.jangdan".into() };
    worker.done(Outcome::Preset(PresetOutcome::Loaded(preset, state)));
    let late = Late::default();
    window.take_outcomes(&ParamSetter::new(&late));
    assert_eq!(name(&mut window), None);
    setter.set_parameter(&window.params.generate.seed, 77);
    assert_eq!(name(&mut window).as_deref(), Some("Mine"));
}

#[test]
fn a_side_waits_as_it_was_left() {
    let (mut window, _worker, host) = window();
    let setter = ParamSetter::new(&host);
    let seed = |window: &Window| window.params.generate.seed.value();
    window.carry_out(Command::Switch, &setter);
    setter.set_parameter(&window.params.generate.seed, 5);
    window.carry_out(Command::Switch, &setter);
    window.follow_project();
    assert_eq!((seed(&window), window.scene().is_b), (138, Some(false)));
    window.carry_out(Command::Switch, &setter);
    assert_eq!((seed(&window), window.scene().is_b), (5, Some(true)));
    window.carry_out(Command::Copy, &setter);
    window.carry_out(Command::Switch, &setter);
    assert_eq!((seed(&window), window.scene().is_b), (5, Some(false)));

    window.carry_out(Command::Switch, &setter);
    window.params.deserialize_fields(&JangdanParams::default().serialize_fields());
    window.follow_project();
    assert_eq!(window.scene().is_b, Some(false), "another project");
    assert_eq!(window.history.can(), (false, false));
}
