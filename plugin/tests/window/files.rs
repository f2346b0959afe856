//! Files and the list of grooves: commands and messages.

use jangdan::factory::grooves::grooves;
use jangdan::files::clip_file::ClipTarget;
use jangdan::files::jobs::{ExportScope, Job};
use jangdan::files::presets::Preset;
use jangdan::window::Command;

use super::*;

/// A folder with two clips in it, removed when dropped.
struct Clips(std::path::PathBuf);

impl Clips {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("jangdan-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("more")).unwrap();
        for clip in ["break.mid", "shuffle.mid"] {
            std::fs::write(folder.join(clip), b"").unwrap();
        }
        Self(folder)
    }
}

impl Drop for Clips {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn imports(path: std::path::PathBuf) -> Command {
    Command::Job(Job::Import { path, target: ClipTarget::Live })
}

fn type_text(window: &mut Headless, text: &str) {
    window.frame(vec![Event::Text(text.to_owned())]);
    window.frame(Vec::new());
}

/// Goes to `folder` in the dialog that is open.
fn go_to(window: &mut Headless, folder: &std::path::Path) {
    window.frame(Vec::new());
    type_text(window, &folder.to_string_lossy());
    press_key(window, Key::Enter);
    assert_eq!(window.execute(), []);
    window.frame(Vec::new());
}

#[test]
fn a_clip_is_found_with_the_keyboard_alone() {
    let clips = Clips::new("import");
    let mut window = window();
    let import = pill(&window, "Import\u{2026}");
    click(&mut window, import);
    assert_eq!(window.execute(), []);
    go_to(&mut window, &clips.0);
    for _ in 0..2 {
        press_key(&mut window, Key::ArrowDown); // past the folder
    }
    press_key(&mut window, Key::Enter);
    assert_eq!(window.execute(), [imports(clips.0.join("break.mid"))]);
    window.frame(Vec::new());
    assert_eq!(window.focused(), None, "the dialog is closed");
}

#[test]
fn what_is_typed_finds_a_part_of_a_name_and_backspace_goes_up() {
    let clips = Clips::new("find");
    let mut window = window();
    let import = pill(&window, "Import\u{2026}");
    click(&mut window, import);
    go_to(&mut window, &clips.0.join("more"));
    press_key(&mut window, Key::Backspace);
    window.execute();
    type_text(&mut window, "SHUF");
    press_key(&mut window, Key::Enter);
    assert_eq!(window.execute(), [imports(clips.0.join("shuffle.mid"))]);
}

#[test]
fn escape_closes_the_dialog_and_nothing_is_imported() {
    let mut window = window();
    let import = pill(&window, "Import\u{2026}");
    click(&mut window, import);
    window.execute();
    (0..3).for_each(|_| drop(window.frame(Vec::new())));
    assert!(window.focused().is_some());
    press_key(&mut window, Key::Escape);
    (0..3).for_each(|_| drop(window.frame(Vec::new())));
    assert_eq!(window.execute(), []);
    assert_eq!(window.focused(), None);
}

#[test]
fn the_first_export_asks_for_a_folder_and_the_next_is_one_click() {
    let clips = Clips::new("export");
    let mut window = window();
    let export = pill(&window, "Export");
    click(&mut window, export - vec2(20.0, 0.0));
    window.execute();
    go_to(&mut window, &clips.0);
    press_key(&mut window, Key::Enter);
    let (folder, scope) = (clips.0.clone(), ExportScope::Pattern);
    let wanted = [Command::Export { folder, scope }];
    assert_eq!(window.execute(), wanted);
    *window.params.folder.write() = clips.0.to_string_lossy().into_owned();
    window.frame(Vec::new());
    click(&mut window, export - vec2(20.0, 0.0));
    assert_eq!(window.execute(), wanted);
    // While a song plays, that.
    let song = place(&window, ("fold", "Song"));
    click(&mut window, song);
    window.execute();
    click(&mut window, export - vec2(20.0, 0.0));
    let (folder, scope) = (clips.0.clone(), ExportScope::Song);
    assert_eq!(window.execute(), [Command::Export { folder, scope }]);
}

/// Drags the handle beside *Export* out of the window; what is asked for.
#[cfg(any(target_os = "linux", windows))]
fn drag_out(window: &mut Headless) -> Vec<Command> {
    let handle = place(window, "drag out");
    drag(window, handle, handle + vec2(60.0, -90.0), Modifiers::NONE);
    window.execute()
}

#[cfg(any(target_os = "linux", windows))]
#[test]
fn the_handle_drags_what_its_menu_says() {
    let mut window = window();
    let handle = place(&window, "drag out");
    assert_eq!(drag_out(&mut window), [Command::DragOut(ExportScope::Pattern)]);
    let choose = |window: &mut Headless, wanted: &str| {
        click(window, handle);
        let shown = (0..3).map(|_| window.frame(Vec::new())).last().unwrap();
        let texts = super::look::texts(&shown.shapes);
        let found = texts.iter().find(|(_, text)| text == wanted);
        let Some((at, _)) = found else { panic!("no {wanted}: {texts:?}") };
        click(window, at.center());
        // Choosing drags nothing.
        assert_eq!(window.execute(), []);
        (0..3).for_each(|_| drop(window.frame(Vec::new())));
    };
    choose(&mut window, "The last 8 cycles, as they were heard");
    assert_eq!(drag_out(&mut window), [Command::DragOut(ExportScope::LastCycles)]);
    let song = place(&window, ("fold", "Song"));
    click(&mut window, song);
    window.execute();
    window.frame(Vec::new());
    assert_eq!(drag_out(&mut window), [Command::DragOut(ExportScope::LastCycles)]);
    choose(&mut window, "The whole song");
    assert_eq!(drag_out(&mut window), [Command::DragOut(ExportScope::Song)]);
    // Without the song, the pattern.
    let song = place(&window, ("fold", "Song"));
    click(&mut window, song);
    window.execute();
    assert_eq!(drag_out(&mut window), [Command::DragOut(ExportScope::Pattern)]);
}

#[test]
fn a_folder_that_cannot_be_read_says_so() {
    let mut window = window();
    let import = pill(&window, "Import\u{2026}");
    click(&mut window, import);
    go_to(&mut window, &std::env::temp_dir().join("jangdan-there-is-no-such-folder"));
    let shown = window.frame(Vec::new());
    let texts = super::look::texts(&shown.shapes);
    assert!(texts.iter().any(|(_, text)| text.contains("no-such-folder:")), "{texts:?}");
}
#[test]
fn while_ctrl_is_held_the_host_does_not_hear_of_shortcuts() {
    let mut window = window();
    let hold = |window: &mut Headless, modifiers| {
        window.frame(vec![Event::ModifiersChanged(modifiers)]);
        window.frame(Vec::new());
        window.focused()
    };
    // Keys are the host's unless something has the focus.
    assert!(hold(&mut window, Modifiers::COMMAND).is_some());
    let path = std::env::temp_dir().join("clip.mid");
    window.frame(vec![Event::Text(path.to_string_lossy().into_owned())]);
    assert_eq!(window.execute(), [imports(path)], "nothing is typed all the same");
    press_key(&mut window, Key::ArrowRight);
    let holder = window.focused();
    assert!(holder.is_some());
    assert_eq!(hold(&mut window, Modifiers::NONE), None, "the host's again");
    assert_eq!(hold(&mut window, Modifiers::SHIFT), None);
    hold(&mut window, Modifiers::NONE);
    press_key(&mut window, Key::Tab);
    let own = window.focused();
    assert!(own.is_some() && own != holder);
    assert_eq!(hold(&mut window, Modifiers::COMMAND), own, "what has it keeps it");
}

/// Drops files at `at`, and returns what comes of it.
fn drop_at(window: &mut Headless, at: Pos2, names: &[&str]) -> Vec<Command> {
    let root = std::env::temp_dir();
    window.view().drop_files(names.iter().map(|name| root.join(name)).collect(), at);
    window.frame(Vec::new());
    window.execute()
}

#[test]
fn a_clip_goes_to_the_slot_or_corner_that_it_is_dropped_on_and_elsewhere_plays() {
    let mut window = window();
    let root = std::env::temp_dir();
    let (pad, slot) =
        (window.place_of(egui::Id::unique("pad")).unwrap(), place(&window, ("slot", 7_usize)));
    for (at, target) in [
        (slot, ClipTarget::Slot(7)),
        (pad.left_top() + vec2(20.0, 20.0), ClipTarget::Corner(0)),
        (pad.right_top() + vec2(-40.0, 40.0), ClipTarget::Corner(1)),
        (pad.left_bottom() + vec2(30.0, -9.0), ClipTarget::Corner(2)),
        (pad.right_bottom() - vec2(2.0, 2.0), ClipTarget::Corner(3)),
        (layout().groove.cells.center(), ClipTarget::Live),
        (pos2(5.0, 5.0), ClipTarget::Live),
    ] {
        for name in ["a b.mid", "a.KAR", "a.rmi"] {
            let path = root.join(name);
            let expected = [Command::Job(Job::Import { path, target })];
            assert_eq!(drop_at(&mut window, at, &[name]), expected, "{at:?}");
        }
    }
    let several = drop_at(&mut window, slot, &["a.mid", "b.mid"]);
    let to = |name: &str, slot| {
        Command::Job(Job::Import { path: root.join(name), target: ClipTarget::Slot(slot) })
    };
    assert_eq!(several, [to("a.mid", 7), to("b.mid", 8)]);
}

#[test]
fn presets_weights_and_kits_that_are_dropped_are_loaded_and_anything_else_is_named() {
    let mut window = window();
    let (root, at) = (std::env::temp_dir(), layout().groove.cells.center());
    let preset = Command::Job(Job::LoadPreset(root.join("mine.jangdan")));
    assert_eq!(drop_at(&mut window, at, &["mine.jangdan"]), std::slice::from_ref(&preset));
    let (path, revision) = (Some(root.join("w.safetensors")), None);
    let weights = [Command::Job(Job::ReadWeights { path, revision })];
    assert_eq!(drop_at(&mut window, at, &["w.safetensors"]), weights);
    for name in ["drums.SFZ", "drums.sf2", "drumkit.xml", "folder"] {
        let kit = [Command::Job(Job::ChooseKit(Some(root.join(name))))];
        assert_eq!(drop_at(&mut window, at, &[name]), kit, "{name}");
    }
    for (names, told) in [
        (&["song.mp3"][..], "song.mp3: neither a MIDI file"),
        (&["other.xml"], "other.xml: neither a MIDI file"),
        (&["a.mid", "b.mid", "c.mid"], "2 more files were left"),
    ] {
        drop_at(&mut window, at, names);
        let shown = super::look::texts(&window.frame(Vec::new()).shapes);
        assert!(shown.iter().any(|(_, text)| text.starts_with(told)), "{told}: {shown:?}");
    }
    // An address that is pasted is loaded, too.
    let address = format!("file://{}\r\n", root.join("mine.jangdan").display());
    let address = if cfg!(windows) { address.replace("file://", "file:///") } else { address };
    window.frame(vec![Event::Paste(address)]);
    assert_eq!(window.execute(), [preset]);
    window.frame(vec![Event::Paste("/just/some/text".to_owned())]);
    assert_eq!(window.execute(), []);
}

#[test]
fn typing_finds_a_groove_and_enter_takes_it_up() {
    let mut window = window();
    let field = place(&window, "browser");
    click(&mut window, field);
    (0..3).for_each(|_| drop(window.frame(Vec::new())));
    type_text(&mut window, "funk, gho");
    press_key(&mut window, Key::Enter);
    let place =
        grooves().iter().position(|groove| groove.name().starts_with("Funk, ghosted")).unwrap();
    assert_eq!(window.execute(), [Command::ListPresets, Command::Begin(place)]);
}

fn preset(name: &str) -> Preset {
    Preset { name: name.to_owned(), path: format!("{name}.jangdan").into() }
}

#[test]
fn ones_own_presets_are_found_first_and_everything_is_kept_under_a_name() {
    let mut window = window();
    let field = place(&window, "browser");
    click(&mut window, field);
    window.frame(Vec::new());
    assert_eq!(window.execute(), [Command::ListPresets]);
    window.view().show_presets(vec![preset("Late pocket"), preset("Oben")]);
    window.frame(Vec::new());
    type_text(&mut window, "po");
    press_key(&mut window, Key::Enter);
    assert_eq!(window.execute(), [Command::Job(Job::LoadPreset("Late pocket.jangdan".into()))]);

    let name = place(&window, "preset-name");
    click(&mut window, name);
    click(&mut window, name);
    click(&mut window, name); // all of it
    type_text(&mut window, "Mine");
    press_key(&mut window, Key::Enter);
    let save = |may_replace| Command::SavePreset { name: "Mine".to_owned(), may_replace };
    assert_eq!(window.execute(), [save(false)]);
    window.view().ask_to_replace("Mine".to_owned());
    (0..5).for_each(|_| drop(window.frame(Vec::new())));
    let shown = super::look::texts(&window.frame(Vec::new()).shapes);
    let (replace, _) = shown.iter().rfind(|(_, text)| text == "Replace it").expect("a question");
    click(&mut window, replace.center());
    assert_eq!(window.execute(), [save(true)]);
}

/// Opens the list with two presets of one's own, the second of which is found.
fn list_at_oben() -> Headless {
    let mut window = window();
    let field = place(&window, "browser");
    click(&mut window, field);
    window.frame(Vec::new());
    window.view().show_presets(vec![preset("Late pocket"), preset("Oben")]);
    type_text(&mut window, "oben");
    assert_eq!(window.execute(), [Command::ListPresets]);
    window
}

/// Presses the button that says `text`.
#[track_caller]
fn press(window: &mut Headless, text: &str) {
    window.frame(Vec::new());
    let shown = super::look::texts(&window.frame(Vec::new()).shapes);
    let (at, _) = shown.iter().rfind(|(_, shown)| shown == text).expect(text);
    click(window, at.center());
    window.frame(Vec::new());
}

#[test]
fn a_preset_is_renamed_in_its_line() {
    let mut window = list_at_oben();
    press(&mut window, "rename");
    assert_eq!(window.focused(), Some(egui::Id::unique("preset-rename")));
    press_key(&mut window, Key::Escape);
    window.frame(Vec::new());
    let find = Some(egui::Id::unique("browser-find"));
    assert_eq!(window.focused(), find, "the list is still open");
    press(&mut window, "rename");
    press_key(&mut window, Key::End);
    type_text(&mut window, " auf");
    press_key(&mut window, Key::Enter);
    let (path, name) = ("Oben.jangdan".into(), "Oben auf".to_owned());
    assert_eq!(window.execute(), [Command::Job(Job::RenamePreset { path, name })]);
    window.frame(Vec::new());
    assert_eq!(window.focused(), find);
}

#[test]
fn a_preset_is_deleted_after_one_question() {
    let mut window = list_at_oben();
    for (answer, wanted) in [
        ("Keep it", vec![]),
        ("Delete", vec![Command::Job(Job::DeletePreset("Oben.jangdan".into()))]),
    ] {
        press(&mut window, "delete");
        assert_eq!(window.execute(), []);
        press(&mut window, answer);
        assert_eq!(window.execute(), wanted);
    }
}

#[test]
fn arrows_step_through_the_grooves() {
    let mut window = window();
    let next = place(&window, ("arrow", "Next groove"));
    click(&mut window, next);
    assert_eq!(window.execute(), [Command::Begin(0)]);
}

#[test]
fn news_pass_and_trouble_stays_until_it_is_clicked_away() {
    let says = |window: &mut Headless, text: &str| {
        let shown = window.frame(Vec::new());
        super::look::texts(&shown.shapes).iter().any(|(_, own)| own == text)
    };
    let mut window = window();
    window.view().notify("Saved".to_owned());
    assert!(says(&mut window, "Saved"));
    (0..600).for_each(|_| drop(window.frame(Vec::new())));
    assert!(!says(&mut window, "Saved"));
    window.view().show_error("No room".to_owned());
    (0..600).for_each(|_| drop(window.frame(Vec::new())));
    assert!(says(&mut window, "No room"));
    let at = place(&window, "message");
    click(&mut window, at);
    assert!(!says(&mut window, "No room"));
}
