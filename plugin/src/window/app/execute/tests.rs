//! What the window carries out, and what comes of it.

use std::sync::Arc;

use groove::{Hit, Instrument, Pattern, midi};
use nice_plug::prelude::{GuiContextInner, Param, ParamPtr, Params, PluginApi, PluginState};

use super::*;
use crate::files::clip_file::ClipFile;
use crate::files::jobs::ExportScope;
use crate::files::midi_export::PlayedCycle;
use crate::files::presets::Preset;
use crate::handoff::{WorkerEnd, handoff};
use crate::headless::Host;
use crate::state::edit::Edit;
use crate::state::groove::Groove;
use crate::window::app::window_thread::WindowThread;

fn window() -> (Window, WorkerEnd, Host) {
    let (_, worker, gui) = handoff();
    (
        Window::new(Arc::new(JangdanParams::default()), gui, WindowThread::default()),
        worker,
        Host::default(),
    )
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
    worker.done(imported("break"));
    window.take_results(&setter);
    assert_eq!(name(&mut window).as_deref(), Some("break"));
    assert_eq!(window.params.perform.slot.value(), 0, "it is heard");
    window.carry_out(Command::Undo, &setter);
    assert_eq!(name(&mut window), None);
    window.carry_out(Command::Redo, &setter);
    assert_eq!(name(&mut window).as_deref(), Some("break"));
    setter.set_parameter(&window.params.generate.seed, 77);
    assert_eq!(name(&mut window), None);
}

/// A file that holds `patterns` one after another.
fn file(name: &str, target: ClipTarget, patterns: &[Pattern]) -> ClipFile {
    let bytes = midi::write(patterns, 120.0).unwrap();
    let clip = midi::Clip::read(&bytes, midi::ClipOptions::default()).unwrap();
    ClipFile::of_clip(name.to_owned(), target, clip)
}

fn imported(name: &str) -> JobResult {
    let file = file(name, ClipTarget::Live, &[crate::factory::pattern()]);
    JobResult::ClipRead(Box::new(file))
}

#[test]
fn a_clip_goes_where_it_is_meant_to_as_one_step() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    let clip = file("break", ClipTarget::Live, &[crate::factory::pattern()]).clip;
    let clip = clip.pattern(1).unwrap();
    for target in [ClipTarget::Slot(4), ClipTarget::Corner(2)] {
        worker.done(JobResult::ClipRead(Box::new(file("break", target, &[clip]))));
        window.take_results(&setter);
    }
    let kept = window.params.slots.get()[4].clone().unwrap();
    assert_eq!(kept.key().map(|key| key.is_import), Some(true));
    assert_eq!(kept.anchor, Some(clip));
    let corner = Corner::Clip { name: "break".to_owned(), pattern: Box::new(clip) };
    assert_eq!(window.params.corners.get()[2], corner);
    assert_eq!(name(&mut window), None, "the live groove is what it was");
    window.carry_out(Command::Undo, &setter);
    window.carry_out(Command::Undo, &setter);
    assert!(window.params.slots.get().iter().all(Option::is_none));
    assert_ne!(window.params.corners.get()[2], corner);
    assert!(!window.history.can().0);
}

#[test]
fn a_pack_fills_empty_slots_or_those_from_the_one_it_was_dropped_on_as_one_step() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    let mut one = Pattern::EMPTY;
    one.set(0, Instrument::Kick, Some(Hit::new(1.0, 0.0)));
    let parts = vec![one, Pattern::EMPTY, one, Pattern::EMPTY, one];
    let filled = |window: &Window| -> Vec<usize> {
        let slots = window.params.slots.get();
        (0..SLOTS).filter(|&slot| slots[slot].is_some()).collect()
    };
    window.params.slots.store(1, Some(Groove::of_patterns(vec![one])));
    worker.done(JobResult::ClipRead(Box::new(file("pack", ClipTarget::Live, &parts))));
    window.take_results(&setter);
    assert_eq!(filled(&window), [1], "the user is asked first");
    let fill = |target| Command::FillSlots(file("pack", target, &parts).pack());
    window.carry_out(fill(ClipTarget::Live), &setter);
    assert_eq!(filled(&window), [0, 1, 2, 3]);
    window.carry_out(Command::Undo, &setter);
    assert_eq!(filled(&window), [1]);
    window.carry_out(fill(ClipTarget::Slot(10)), &setter);
    assert_eq!(filled(&window), [1, 10, 11], "as far as there are slots");
}

#[test]
fn of_two_clips_that_are_imported_at_once_each_has_its_own_name() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    for path in ["one.mid", "other.mid"] {
        let (path, target) = (path.into(), ClipTarget::Live);
        window.carry_out(Command::Job(Job::Import { path, target }), &setter);
    }
    for own in ["one", "other"] {
        worker.done(imported(own));
        window.take_results(&setter);
        assert_eq!(name(&mut window).as_deref(), Some(own));
    }
}

#[test]
fn an_export_goes_to_the_folder_that_is_remembered() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    let (folder, scope) = (PathBuf::from("clips"), ExportScope::LastCycles);
    window.carry_out(Command::Export { folder: folder.clone(), scope }, &setter);
    assert_eq!(*window.params.folder.read(), "clips");
    let (name, bpm, playing) = ("Groove 656".to_owned(), 120.0, window.params.playing());
    // Nothing was played yet: the cycle that would be.
    let cycles = vec![PlayedCycle { cycle: 0, pattern: crate::factory::pattern(), playing }];
    let to = Destination::Folder(folder);
    let mut wanted = Job::Export { to, name, cycles, bpm };
    assert_eq!(worker.file_job().as_ref(), Some(&wanted));
    // What is dragged is the same, and leaves the folder as it was.
    window.carry_out(Command::DragOut(scope), &setter);
    let Job::Export { to, .. } = &mut wanted else { unreachable!() };
    *to = Destination::Drag;
    assert_eq!(worker.file_job(), Some(wanted));
    assert_eq!(*window.params.folder.read(), "clips");
}

#[test]
fn a_file_that_is_ready_after_the_button_was_released_is_not_dragged() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    worker.done(JobResult::ReadyToDrag("clip.mid".into()));
    window.take_results(&setter);
    assert!(window.to_drag.is_some());
    window.drag_out(&egui::Context::default());
    assert_eq!(window.to_drag, None);
}

#[test]
fn a_preset_is_saved_listed_and_taken_up_as_one_step() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    setter.set_parameter(&window.params.play.swing, 0.6);
    let (name_of, may_replace) = ("Mine".to_owned(), false);
    window.carry_out(Command::SavePreset { name: name_of, may_replace }, &setter);
    let Some(Job::SavePreset { folder: None, state, .. }) = worker.file_job() else {
        panic!("nothing is saved")
    };
    let preset = Preset { name: "Mine".to_owned(), path: "Mine.jangdan".into() };
    worker.done(JobResult::PresetSaved(preset.clone()));
    window.take_results(&setter);
    assert_eq!(worker.file_job(), Some(Job::ListPresets(None)));
    assert_eq!(name(&mut window).as_deref(), Some("Mine"));

    let swing = &window.params.play.swing;
    setter.set_parameter(swing, swing.default_plain_value());
    window.carry_out(Command::Job(Job::LoadPreset(preset.path.clone())), &setter);
    assert_eq!(worker.file_job(), Some(Job::LoadPreset(preset.path.clone())));
    worker.done(JobResult::PresetLoaded(preset, state));
    window.take_results(&setter);
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
    worker.done(JobResult::PresetSaved(preset("Mine")));
    window.take_results(&setter);
    _ = worker.file_job(); // the list
    worker.done(JobResult::PresetRenamed { before: "Mine".to_owned(), preset: preset("Ours") });
    window.take_results(&setter);
    assert_eq!(worker.file_job(), Some(Job::ListPresets(None)));
    assert_eq!(name(&mut window).as_deref(), Some("Ours"));
    let kept = window.params.serialize_fields();

    worker.done(JobResult::PresetDeleted("Ours".to_owned()));
    window.take_results(&setter);
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
    worker.done(JobResult::PresetLoaded(preset, state));
    let late = Late::default();
    window.take_results(&ParamSetter::new(&late));
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
    assert_eq!((seed(&window), window.scene().is_b), (656, Some(false)));
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

#[test]
fn the_feel_of_a_slot_is_laid_over_what_plays_as_one_step() {
    let (mut window, _worker, host) = window();
    let setter = ParamSetter::new(&host);
    let before = window.scene().pattern;
    let mut feel = before;
    for (step, instrument, _) in before.iter() {
        feel.set(step, instrument, Some(Hit::new(0.5, 0.25)));
    }
    window.params.slots.store(2, Some(Groove::of_patterns(vec![feel])));
    window.carry_out(Command::LayFeel { slot: 2, amount: 1.0 }, &setter);
    assert!(before != feel && window.scene().pattern == feel);
    window.carry_out(Command::Undo, &setter);
    assert_eq!(window.scene().pattern, before);
    window.carry_out(Command::LayFeel { slot: 7, amount: 1.0 }, &setter); // empty
    assert_eq!(window.scene().pattern, before);
}

/// A recording of two bars, with its line.
fn recording(target: ClipTarget) -> (ClipFile, Pattern) {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("bass.wav");
    testkit::write_bass(&path, 8, |_| true);
    let file = ClipFile::hear(&path, target, 120.0, groove::Bar::COMMON).unwrap();
    let line = *file.take(1, 2).unwrap().pattern;
    (file, line)
}

#[test]
fn a_recording_is_heard_at_the_hosts_tempo_and_played_to_until_it_is_let_go_of() {
    let (mut window, worker, host) = window();
    let setter = ParamSetter::new(&host);
    setter.set_parameter(&window.params.perform.slot, 3);
    let (path, target) = (PathBuf::from("bass.wav"), ClipTarget::Live);
    window.carry_out(Command::Hear { path: path.clone(), target }, &setter);
    let bar = window.params.bar();
    assert_eq!(worker.file_job(), Some(Job::Hear { path, target, bpm: 120.0, bar }));
    let (file, line) = recording(target);
    worker.done(JobResult::ClipRead(Box::new(file.clone())));
    window.take_results(&setter);
    assert_eq!(window.scene().line, None, "the user is asked first");
    // What hands have set stays.
    commands::change(&window.params, None, |edits| {
        let hit = Some(Hit::new(1.0, 0.0));
        let put = Edit::Put { step: 7, instrument: Instrument::Crash, hit };
        edits.apply(put, &crate::factory::pattern(), None);
    });
    window.carry_out(Command::Take(file.take(1, 2).unwrap()), &setter);
    assert_eq!(window.scene().line, Some(line));
    assert!(window.scene().locks.is_locked(7, Instrument::Crash));
    assert_eq!(window.params.perform.slot.value(), 0, "it is heard");
    assert_eq!(window.params.live_groove().anchor, Some(line));

    // A project keeps it.
    let kept = window.params.serialize_fields();
    let (mut other, ..) = self::window();
    other.params.deserialize_fields(&kept);
    assert_eq!(other.scene().line, Some(line));

    window.carry_out(Command::Release, &setter);
    assert_eq!(window.scene().line, None);
    window.carry_out(Command::Undo, &setter);
    assert_eq!(window.scene().line, Some(line));
    window.carry_out(Command::Undo, &setter);
    assert_eq!((window.scene().line, window.params.perform.slot.value()), (None, 3));
}

#[test]
fn a_slot_plays_to_a_recording_that_is_dropped_on_it_and_lets_go_of_it() {
    let (mut window, _worker, host) = window();
    let setter = ParamSetter::new(&host);
    let (file, line) = recording(ClipTarget::Slot(4));
    window.carry_out(Command::Take(file.take(1, 2).unwrap()), &setter);
    let kept = || window.params.slots.get()[4].clone();
    let key = kept().unwrap().key().unwrap();
    assert_eq!((kept().unwrap().anchor, key.is_import), (Some(line), false));
    assert_eq!(window.params.edits.get().line(), None, "the live groove is what it was");
    commands::release(&window.params, &window.history, Some(4));
    let held = kept().unwrap();
    assert_eq!((held.anchor, held.edits.line()), (None, None));
    window.carry_out(Command::Undo, &setter);
    assert_eq!(window.params.slots.get()[4].as_ref().unwrap().anchor, Some(line));
    window.carry_out(Command::Undo, &setter);
    assert_eq!(window.params.slots.get()[4], None);
}
