//! Slots, theme, folding, strip, undo, A/B, weights.

use groove::{Instrument, Pattern};
use jangdan::files::jobs::Job;
use jangdan::params::KitModelParam;
use jangdan::state::choice::Choice;
use jangdan::state::groove::Groove;
use jangdan::state::window_size::WindowSize;
use jangdan::window::widgets::theme::{DARK, LIGHT, Theme};
use jangdan::window::{Command, UndoState};
use nice_plug::prelude::Param;

use super::look::distance;
use super::*;

/// The middle of the tile of slot `slot`, `0..12`.
fn tile(slot: usize) -> Pos2 {
    let frame = layout().slots;
    let inner = frame.shrink2(vec2(12.0, 8.0));
    let right = (inner.width() * 0.34).clamp(208.0, 272.0).round();
    let width = (inner.width() - right - 16.0 + 4.0) / 13.6;
    pos2(inner.left() + (1.6 + slot as f32 + 0.5) * width - 2.0, inner.center().y)
}

#[test]
fn a_click_keeps_the_groove_in_an_empty_slot_and_chooses_a_full_one() {
    let mut window = window();
    click(&mut window, tile(4));
    let slots = window.params.slots.get();
    assert_eq!(slots.iter().flatten().count(), 1);
    assert_eq!(slots[4].as_ref().unwrap().recipe, Some(window.params.recipe()));
    assert_eq!(window.host.take(), []);
    click(&mut window, tile(4));
    assert_eq!(window.params.perform.slot.value(), 5);
    assert_eq!(window.take_commands(), [Command::Choose(Some(4))], "as its key does");
    assert_eq!(window.history().can(), (true, false), "one step, and playing is none");
    assert_gestures(&window.host.take(), window.params.perform.slot.as_ptr(), 1);
}

#[test]
fn the_chosen_slot_is_framed_until_it_takes_over_and_then_filled() {
    let mut window = window();
    window.params.slots.store(2, Some(Groove::of_patterns(vec![Pattern::EMPTY])));
    window.scene.choice = Choice { slot: Some(2), variation_id: None };
    let middle = tile(2) + vec2(0.0, 10.0);
    let accent = |window: &mut Headless| {
        let image = window.picture();
        let at = |at: Pos2| distance(image.pixel(at.x as usize, at.y as usize), DARK.accent) < 8;
        let bottom = layout().slots.bottom() - 9.0;
        (at(middle), at(pos2(middle.x, bottom)))
    };
    assert_eq!(accent(&mut window), (false, true), "pending");
    window.scene.sounding = window.scene.choice;
    assert_eq!(accent(&mut window), (true, true), "sounding");
}

#[test]
fn the_theme_is_turned_over_and_kept() {
    let mut window = window();
    let corner = |window: &mut Headless| window.picture().pixel(2, 400);
    assert_eq!(distance(corner(&mut window), DARK.ground), 0);
    let at = place(&window, "theme");
    click(&mut window, at);
    assert_eq!(window.params.window.read().theme, Theme::Light);
    window.frame(Vec::new());
    assert_eq!(distance(corner(&mut window), LIGHT.ground), 0);
}

#[test]
fn a_project_of_an_older_version_opens_with_its_size() {
    let json = r#"{"width": 900, "height": 600, "zoom": 1.5}"#;
    let kept: WindowSize = serde_json::from_str(json).unwrap();
    assert_eq!((kept.width, kept.height, kept.zoom), (900, 600, 1.5));
    assert_eq!(kept.theme, Theme::Dark);
    let json = serde_json::to_string(&kept).unwrap();
    assert_eq!(serde_json::from_str::<WindowSize>(&json).unwrap(), kept);
}

#[test]
fn more_unfolds_the_knobs_behind_and_the_grid_makes_room() {
    let mut window = window();
    let fold = place(&window, ("fold", "More"));
    click(&mut window, fold);
    assert!(window.params.window.read().is_more_open);
    let more = layout_of(DEFAULT_SIZE, true).more.unwrap();
    let triplet = pos2(more.left() + 40.0, more.top() + 30.0);
    window.frame(Vec::new());
    drag(&mut window, triplet, triplet - vec2(0.0, 60.0), Modifiers::NONE);
    assert!(window.params.pattern.triplet.value() > 0.55);
    assert_gestures(&window.host.take(), window.params.pattern.triplet.as_ptr(), 1);
}

#[test]
fn mute_and_solo_are_letters_beside_the_name() {
    let mut window = window();
    let names = layout().groove.names;
    let row = names.bottom() - names.height() / 18.0; // the kick is the lowest of nine
    click(&mut window, pos2(names.right() - 31.0, row));
    click(&mut window, pos2(names.right() - 9.0, row));
    let kick = window.params.instruments.of(Instrument::Kick);
    assert!(!kick.is_on.value() && kick.is_solo.value());
}

#[test]
fn the_ruler_turns_the_pattern() {
    let mut window = window();
    let ruler = layout().groove.ruler;
    let step = ruler.width() / 64.0;
    drag(&mut window, ruler.center(), ruler.center() + vec2(8.2 * step, 0.0), Modifiers::NONE);
    assert_eq!(window.params.pattern.start.value(), 8);
    assert_gestures(&window.host.take(), window.params.pattern.start.as_ptr(), 1);
}

#[test]
fn the_strip_turns_density_and_level_and_its_other_page_the_choke_group() {
    let mut window = window();
    let strip = layout().groove.strip;
    let row = strip.top() + strip.height() / 18.0; // the ride
    let (left, right) = (strip.left() + strip.width() / 4.0, strip.right() - strip.width() / 4.0);
    let down = vec2(0.0, 30.0);
    drag(&mut window, pos2(left, row), pos2(left, row) + down, Modifiers::NONE);
    drag(&mut window, pos2(right, row), pos2(right, row) + down, Modifiers::NONE);
    let ride = window.params.instruments.of(Instrument::Ride);
    assert!(ride.density.value() < -0.2 && ride.velocity.value() < 0.8);
    window.params.window.write().show(Strip::Keys);
    window.frame(Vec::new());
    drag(&mut window, pos2(right, row), pos2(right, row) - vec2(0.0, 80.0), Modifiers::NONE);
    assert_eq!(window.params.instruments.of(Instrument::Ride).choke.value(), 2);
}

#[test]
fn the_strip_s_third_page_turns_level_pan_and_tune_of_an_instrument_in_the_kit() {
    let mut window = window();
    window.params.window.write().show(Strip::Kit);
    window.frame(Vec::new());
    for name in ["Snare level", "Snare pan", "Snare tune"] {
        let at = place(&window, ("field", name));
        drag(&mut window, at, at - vec2(0.0, 30.0), Modifiers::NONE);
    }
    let snare = window.params.instruments.of(Instrument::Snare);
    assert!(snare.level.value() > 1.2 && snare.pan.value() > 0.2 && snare.tune.value() > 2.0);
}

#[test]
fn the_kit_s_row_chooses_the_kit_and_turns_its_knobs_and_more_takes_its_place() {
    let mut window = window();
    let kit = place(&window, ("fold", "Kit"));
    click(&mut window, kit);
    window.frame(Vec::new());
    let electronic = place(&window, ("Kit model", 2_usize));
    click(&mut window, electronic);
    assert_eq!(window.params.kit.model.value(), KitModelParam::Electronic);
    for name in ["Kit tune", "Kit damping", "Kit room"] {
        let at = place(&window, ("knob", name));
        drag(&mut window, at, at - vec2(0.0, 40.0), Modifiers::NONE);
    }
    let params = &window.params.kit;
    let turned = (params.tune.value(), params.damping.value(), params.room.value());
    assert!(turned.0 > 3.0 && turned.1 > 0.15 && turned.2 > 1.2, "{turned:?}");
    let at = |window: &Headless, name: &str| window.place_of(egui::Id::unique(("knob", name)));
    let more = place(&window, ("fold", "More"));
    click(&mut window, more);
    (0..3).for_each(|_| drop(window.frame(Vec::new())));
    assert!(at(&window, "Kit tune").is_none() && at(&window, "Triplet feel").is_some());
    click(&mut window, more);
    assert!(!window.params.window.read().is_more_open);
}

#[test]
fn a_kit_of_one_s_own_is_chosen_in_the_file_dialog_and_put_away_by_a_button() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("drums.sfz"), "").unwrap();
    let mut window = window();
    {
        let mut look = window.params.window.write();
        (look.is_more_open, look.second_row) = (true, SecondRow::Kit);
    }
    let chosen = jangdan::state::chosen_file::ChosenFile {
        path: folder.path().join("gone.sfz").to_string_lossy().into_owned(),
        sha256: String::new(),
    };
    window.params.own_kit.set(Some(chosen));
    let trouble = "gone.sfz: there is no such file; the built-in kit plays".to_owned();
    window.scene.kit = Arc::new(jangdan::handoff::KitInfo {
        trouble: Some(trouble.clone()),
        ..Default::default()
    });
    window.frame(Vec::new());
    let texts = |window: &mut Headless| super::look::texts(&window.frame(Vec::new()).shapes);
    let shown = texts(&mut window);
    assert!(shown.iter().any(|(_, text)| *text == trouble), "it is told in the footer");
    assert!(shown.iter().any(|(_, text)| text == "gone.sfz is missing"));
    let away = pill(&window, "built in");
    click(&mut window, away);
    assert_eq!(window.take_commands(), [Command::Job(Job::ChooseKit(None))]);
    let own = place(&window, "own-kit");
    click(&mut window, own);
    window.execute();
    (0..30).for_each(|_| drop(window.frame(Vec::new())));
    let shown = texts(&mut window);
    assert!(shown.iter().any(|(_, text)| text == "drums.sfz"), "{shown:?}");
    let (here, _) = shown.iter().find(|(_, text)| text == "Use this folder").expect("a button");
    click(&mut window, here.center());
    let wanted = Command::Job(Job::ChooseKit(Some(folder.path().to_owned())));
    assert_eq!(window.take_commands(), [wanted]);
}

#[test]
fn near_dice_move_all_latent_sliders_a_little_and_nothing_else() {
    let mut window = window();
    let before = window.params.recipe();
    let near = pill(&window, "near");
    click(&mut window, near);
    let after = window.params.recipe();
    assert!(after.latent.iter().all(|&moved| moved != 0.0 && moved.abs() < 3.0), "{after:?}");
    assert_eq!(jangdan::state::request::Recipe { latent: before.latent, ..after }, before);
}

#[test]
fn weights_without_attributes_leave_their_room_to_the_sliders() {
    let mut window = window();
    let toms = egui::Id::unique(("attribute", "Toms"));
    let reaches = |window: &mut Headless| {
        (0..200).any(|_| {
            press_key(window, Key::Tab);
            window.frame(Vec::new());
            window.focused() == Some(toms)
        })
    };
    assert!(reaches(&mut window));
    window.scene.attributes = 0;
    assert!(!reaches(&mut window));
    let without =
        Layout::new(DEFAULT_SIZE, Contents { is_more_open: false, has_song: false, attributes: 0 });
    assert!(without.shape.latent.body.height() > layout().shape.latent.body.height());
}

#[test]
fn undo_and_redo_are_asked_for_with_buttons_and_keys_where_there_is_something_to_undo() {
    let mut window = window();
    window.scene.undo = Some(UndoState { can_undo: true, can_redo: false });
    window.frame(Vec::new());
    let [undo, redo] = ["Undo", "Redo"].map(|label| place(&window, label));
    click(&mut window, undo);
    click(&mut window, redo);
    assert_eq!(window.take_commands(), [Command::Undo]);
    window.scene.undo = Some(UndoState { can_undo: true, can_redo: true });
    click(&mut window, redo);
    assert_eq!(window.take_commands(), [Command::Redo]);
    for modifiers in [Modifiers::COMMAND, Modifiers::COMMAND | Modifiers::SHIFT] {
        let (key, physical_key, pressed, repeat) = (Key::Z, None, true, false);
        window.frame(vec![Event::Key { key, physical_key, pressed, repeat, modifiers }]);
    }
    assert_eq!(window.take_commands(), [Command::Undo, Command::Redo]);
}

#[test]
fn two_sides_are_compared_and_made_alike() {
    let mut window = window();
    window.scene.is_b = Some(false);
    window.frame(Vec::new());
    let [a, b] = [0_usize, 1].map(|side| place(&window, ("side", side)));
    click(&mut window, a);
    assert_eq!(window.take_commands(), [], "that is the one that is heard");
    click(&mut window, b);
    assert_eq!(window.take_commands(), [Command::Switch]);
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        window.frame(vec![Event::PointerButton { pos: b, button, pressed, modifiers }]);
    }
    (0..20).for_each(|_| drop(window.frame(Vec::new())));
    let shown = super::look::texts(&window.frame(Vec::new()).shapes);
    let (copy, _) = shown.iter().rfind(|(_, text)| text == "Copy A to B").expect("a menu");
    click(&mut window, copy.center());
    assert_eq!(window.take_commands(), [Command::Copy]);
}

#[test]
fn other_weights_are_named_and_the_built_in_ones_are_a_click_away() {
    let mut window = window();
    let trouble = "it has another SHA-256 than the project remembers ".repeat(4);
    window.scene.weights = Arc::new(jangdan::factory::weights::WeightsInfo {
        name: "\u{c7a5}\u{b2e8} my own weights with a very long name indeed".to_owned(),
        path: Some("/somewhere/else/".repeat(20)),
        trouble: Some(trouble.clone()),
        ..Default::default()
    });
    window.frame(Vec::new());
    let state = place(&window, "network");
    click(&mut window, state);
    (0..20).for_each(|_| drop(window.frame(Vec::new())));
    let shown = super::look::texts(&window.frame(Vec::new()).shapes);
    let bounds = Rect::from_min_size(Pos2::ZERO, DEFAULT_SIZE);
    assert!(shown.iter().all(|(rect, _)| bounds.contains_rect(*rect)));
    assert!(shown.iter().any(|(_, text)| *text == trouble));
    let wanted = "Use the built-in weights";
    let (own, _) = shown.iter().rfind(|(_, text)| text == wanted).expect(wanted);
    click(&mut window, own.center());
    assert_eq!(
        window.take_commands(),
        [Command::Job(Job::ReadWeights { path: None, revision: None })]
    );
}

#[test]
fn the_die_of_an_instrument_is_seen_in_its_row_and_thrown() {
    let mut window = window();
    let die = place(&window, ("dice", Instrument::Snare.index()));
    let dim = |window: &mut Headless| window.picture().pixel(die.x as usize - 5, die.y as usize);
    let without = dim(&mut window);
    window.frame(vec![Event::PointerMoved(die - vec2(80.0, 0.0))]);
    window.frame(Vec::new());
    assert_ne!(dim(&mut window), without);
    click(&mut window, die);
    let commands = window.take_commands();
    let [Command::Job(Job::Reroll { instrument: Instrument::Snare, .. })] = commands[..] else {
        panic!("{commands:?}");
    };
}
