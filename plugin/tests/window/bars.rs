//! The choice of bars when a MIDI file has more than four.

use groove::midi::{Clip, ClipOptions};
use groove::{Hit, Instrument, Pattern, midi};
use jangdan::files::clip_file::{ClipFile, ClipTarget, Taken};
use jangdan::window::Command;

use super::look::texts;
use super::*;

/// A file of a quiet pattern, a busy one twice, the quiet one again, four silent bars and the busy one.
pub(super) fn song() -> ClipFile {
    let mut quiet = Pattern::EMPTY;
    let mut busy = Pattern::EMPTY;
    for step in 0..64 {
        if step % 16 == 0 {
            quiet.set(step, Instrument::Kick, Some(Hit::new(0.8, 0.0)));
        }
        busy.set(step, Instrument::ClosedHiHat, Some(Hit::new(0.6, 0.0)));
        if step % 16 == 4 + step / 16 {
            busy.set(step, Instrument::Snare, Some(Hit::new(0.9, 0.0)));
        }
    }
    let patterns = [quiet, busy, busy, quiet, Pattern::EMPTY, busy];
    let clip = Clip::read(&midi::write(&patterns, 120.0).unwrap(), ClipOptions::default()).unwrap();
    ClipFile::of_clip("song".to_owned(), ClipTarget::Live, clip)
}

fn asked() -> Headless {
    let mut window = window();
    window.view().choose_bars(song());
    (0..4).for_each(|_| drop(window.frame(Vec::new())));
    window
}

/// Bars that a command takes, by what it reports.
#[track_caller]
fn taken(window: &mut Headless) -> String {
    match &window.execute()[..] {
        [Command::Take(Taken { report, .. })] => report.clone(),
        other => panic!("{other:?}"),
    }
}

/// The middle of bar `bar`, counted from 1.
fn middle(window: &Headless, bar: usize) -> Pos2 {
    let strip = window.place_of(egui::Id::unique("bars-strip")).expect("a strip");
    let column = ((bar - 1) % 16) as f32 + 0.5;
    let row = ((bar - 1) / 16) as f32 + 0.5;
    pos2(strip.left() + column * strip.width() / 16.0, strip.top() + row * strip.height() / 2.0)
}

#[test]
fn enter_takes_the_busiest_bars_that_come_again() {
    let mut window = asked();
    press_key(&mut window, Key::Enter);
    assert_eq!(taken(&mut window), "bars 5 to 8 of 24");
    (0..3).for_each(|_| drop(window.frame(Vec::new())));
    assert_eq!(window.focused(), None, "it is closed");
}

#[test]
fn a_click_picks_four_bars_a_drag_as_many_as_it_passes_and_a_double_click_takes_them() {
    let mut window = asked();
    let at = middle(&window, 3);
    click(&mut window, at);
    press_key(&mut window, Key::Enter);
    assert_eq!(taken(&mut window), "bars 3 to 6 of 24");

    let mut window = asked();
    let (from, to) = (middle(&window, 9), middle(&window, 10));
    drag(&mut window, from, to, Modifiers::NONE);
    press_key(&mut window, Key::Enter);
    assert_eq!(taken(&mut window), "bars 9 to 10 of 24, repeated");

    let mut window = asked();
    let (from, to) = (middle(&window, 14), middle(&window, 2));
    drag(&mut window, from, to, Modifiers::NONE);
    press_key(&mut window, Key::Enter);
    assert_eq!(taken(&mut window), "bars 11 to 14 of 24", "not more than four");

    let mut window = asked();
    let at = middle(&window, 21);
    click(&mut window, at);
    click(&mut window, at);
    assert_eq!(taken(&mut window), "bars 21 to 24 of 24");
}

#[test]
fn arrows_move_what_is_picked_and_with_shift_its_end() {
    let mut window = asked();
    press_key(&mut window, Key::ArrowDown);
    press_key(&mut window, Key::ArrowRight);
    press_key(&mut window, Key::ArrowLeft);
    for _ in 0..3 {
        for pressed in [true, false] {
            window.frame(vec![Event::Key {
                key: Key::ArrowLeft,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers: Modifiers::SHIFT,
            }]);
        }
    }
    press_key(&mut window, Key::Enter);
    assert_eq!(taken(&mut window), "bar 21 of 24, repeated");
}

#[test]
fn silence_is_not_taken_and_escape_takes_nothing() {
    let mut window = asked();
    let at = middle(&window, 17);
    click(&mut window, at);
    press_key(&mut window, Key::Enter);
    assert_eq!(window.execute(), []);
    press_key(&mut window, Key::Escape);
    (0..3).for_each(|_| drop(window.frame(Vec::new())));
    assert_eq!(window.focused(), None);
    assert_eq!(window.execute(), []);
}

#[test]
fn the_patterns_that_silence_parts_fill_slots_on_request() {
    let mut window = asked();
    let shown = texts(&window.frame(Vec::new()).shapes);
    let (at, _) = shown.iter().find(|(_, text)| text == "Fill slots with 2 patterns").unwrap();
    click(&mut window, at.center());
    let [Command::FillSlots(pack)] = &window.execute()[..] else { panic!("no pack") };
    assert_eq!(pack.patterns.len(), 2);
}

#[test]
fn every_bar_shows_its_number_and_those_that_come_again_a_letter() {
    let mut window = asked();
    let shown = texts(&window.frame(Vec::new()).shapes);
    let dialog = window.place_of(egui::Id::unique("bars-strip")).unwrap();
    let inside: Vec<&str> = shown
        .iter()
        .filter(|(place, _)| dialog.contains_rect(*place))
        .map(|(_, text)| text.as_str())
        .collect();
    for number in 1..=24 {
        assert!(inside.contains(&&*number.to_string()), "{number}: {inside:?}");
    }
    let count = |letter: &str| inside.iter().filter(|text| **text == letter).count();
    assert_eq!((count("A"), count("B")), (8, 12));
}
