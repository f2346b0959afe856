//! The song lane: built by dragging and clicking, each a step for undo.

use groove::Beats;
use jangdan::state::song::{Cycles, Ending, Section};
use jangdan::window::SectionPlace;

use super::look::texts;
use super::*;

/// A window in which *Song* was pressed.
fn with_song() -> Headless {
    let mut window = window();
    let song = place(&window, ("fold", "Song"));
    click(&mut window, song);
    window.frame(Vec::new());
    window.frame(Vec::new());
    window
}

fn block(window: &Headless, place: usize) -> Rect {
    window.place_of(egui::Id::unique(("section", place))).expect("a block")
}

fn sections(window: &Headless) -> Vec<(String, u16)> {
    let song = window.params.song.get();
    song.sections.iter().map(|section| (section.name.clone(), section.bars)).collect()
}

#[test]
fn it_is_shown_only_while_it_is_on_and_all_of_the_window_has_its_room() {
    let mut window = window();
    assert!(window.place_of(egui::Id::unique(("section", 0_usize))).is_none());
    let before = window.picture().pixels;
    let song = place(&window, ("fold", "Song"));
    click(&mut window, song);
    window.frame(Vec::new());
    assert!(window.params.song.get().plays());
    let shown = texts(&window.frame(Vec::new()).shapes);
    for name in ["Intro", "Verse", "Chorus", "add", "repeats"] {
        assert!(shown.iter().any(|(_, text)| text == name), "{name}");
    }
    click(&mut window, song);
    window.frame(vec![Event::PointerMoved(pos2(2.0, 2.0))]);
    (0..10).for_each(|_| drop(window.frame(Vec::new())));
    assert!(!window.params.song.get().is_on);
    let differs = window.picture().pixels.iter().zip(&before).filter(|(a, b)| a != b).count();
    assert!(differs < 2_000, "{differs} pixels differ");
}

#[test]
fn blocks_are_in_proportion_to_their_bars_and_in_order() {
    let window = with_song();
    let blocks: Vec<Rect> = (0..5).map(|place| block(&window, place)).collect();
    assert!(blocks.windows(2).all(|pair| pair[0].right() < pair[1].left()));
    let (intro, verse) = (blocks[0].width(), blocks[1].width());
    assert!((1.7..2.0).contains(&(verse / intro)), "{intro} {verse}");
}

#[test]
fn an_edge_is_dragged_for_the_length_and_a_block_for_its_place_and_each_is_one_step() {
    let mut window = with_song();
    let before = sections(&window);
    let edge = block(&window, 0).right_center() - vec2(2.0, 0.0);
    let per_bar = (block(&window, 1).width() - block(&window, 0).width()) / 4.0;
    drag(&mut window, edge, edge + vec2(4.0 * per_bar, 0.0), Modifiers::NONE);
    assert_eq!(sections(&window)[0], ("Intro".to_owned(), 8));
    let longer = sections(&window);
    let (from, to) = (block(&window, 0).center(), block(&window, 2).right_center());
    drag(&mut window, from, to, Modifiers::NONE);
    let names: Vec<String> = sections(&window).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Verse", "Chorus", "Intro", "Verse", "Chorus"]);
    let history = window.history();
    assert!(history.undo(&window.params, &*window.host));
    assert_eq!(sections(&window), longer);
    assert!(history.undo(&window.params, &*window.host));
    assert_eq!(sections(&window), before);
    assert!(history.undo(&window.params, &*window.host), "switched on");
    assert!(!window.params.song.get().is_on && !history.undo(&window.params, &*window.host));
}

/// Clicks what is written `label` in an open menu.
#[track_caller]
fn choose(window: &mut Headless, label: &str) {
    let shown = texts(&window.frame(Vec::new()).shapes);
    let (at, _) = shown.iter().rfind(|(_, text)| text == label).expect(label);
    click(window, at.center());
    (0..3).for_each(|_| drop(window.frame(Vec::new())));
}

#[test]
fn a_click_opens_what_is_set_for_a_section_and_each_is_one_step() {
    let mut window = with_song();
    let verse = block(&window, 1).center();
    click(&mut window, verse);
    (0..20).for_each(|_| drop(window.frame(Vec::new())));
    choose(&mut window, "Bridge");
    choose(&mut window, "Stop");
    choose(&mut window, "+");
    let section = window.params.song.get().sections[1].clone();
    assert_eq!(section.name, "Bridge");
    assert_eq!(section.ending, Ending::Stop { beats: 3 });
    choose(&mut window, "Vary");
    let section = Section { cycles: Cycles::Vary, ..section };
    assert_eq!(window.params.song.get().sections[1], section);
    choose(&mut window, "Duplicate");
    assert_eq!(window.params.song.get().sections.len(), 6);
    assert_eq!(window.params.song.get().sections[2], section);
    let history = window.history();
    (0..4).for_each(|_| assert!(history.undo(&window.params, &*window.host)));
    assert_eq!(window.params.song.get().sections[1].name, "Bridge");
    assert!(history.undo(&window.params, &*window.host));
    assert_eq!(window.params.song.get().sections[1].name, "Verse");

    let chorus = block(&window, 2).center();
    (0..20).for_each(|_| drop(window.frame(Vec::new())));
    click(&mut window, chorus);
    (0..20).for_each(|_| drop(window.frame(Vec::new())));
    choose(&mut window, "Delete");
    let names: Vec<String> = sections(&window).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Intro", "Verse", "Verse", "Chorus"]);
}

#[test]
fn sections_are_added_and_the_song_repeats_or_ends() {
    let mut window = with_song();
    let add = place(&window, ("song", "add"));
    click(&mut window, add);
    assert_eq!(sections(&window).last(), Some(&("Verse".to_owned(), 8)));
    let repeats = place(&window, ("song", "repeats"));
    click(&mut window, repeats);
    assert!(!window.params.song.get().is_repeated);
}

#[test]
fn the_playhead_is_in_the_section_that_sounds() {
    let mut window = with_song();
    let white = |window: &mut Headless| {
        let rect = block(window, 1);
        // Beneath the text and beside the outline.
        let y = (rect.bottom() - 10.0) as usize;
        let image = window.picture();
        let row = &image.pixels[y * image.width..][rect.left() as usize..rect.right() as usize];
        let inside = &row[4..row.len() - 4];
        inside.iter().position(|pixel| pixel.iter().all(|&part| part > 190))
    };
    window.frame(vec![Event::PointerMoved(pos2(2.0, 2.0))]);
    assert_eq!(white(&mut window), None);
    let (begins, ends) = (Beats(16.0), Beats(48.0));
    window.scene.section = Some(SectionPlace { section: 1, begins, ends });
    window.scene.playhead = Some(Beats(32.0));
    window.frame(Vec::new());
    let at = white(&mut window).expect("a playhead") as f32 + 4.0;
    let width = block(&window, 1).width();
    assert!((at / width - 0.5).abs() < 0.05, "{at} of {width}");
}
