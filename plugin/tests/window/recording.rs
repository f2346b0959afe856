//! A recording that the groove is played to: dropped or chosen, its bars and its onsets.

use groove::{Bar, Instrument};
use jangdan::files::clip_file::{ClipFile, ClipTarget};
use jangdan::window::Command;

use super::look::texts;
use super::*;

/// A recording of five bars at 120 BPM: a low note on every beat but the last of each bar.
fn recording() -> ClipFile {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("bass.wav");
    testkit::write_bass(&path, 20, |beat| beat % 4 != 3);
    ClipFile::hear(&path, ClipTarget::Live, 120.0, Bar::COMMON).unwrap()
}

#[test]
fn a_recording_that_is_dropped_or_pasted_is_heard() {
    let mut window = window();
    let (root, at) = (std::env::temp_dir(), layout().groove.cells.center());
    let slot = place(&window, ("slot", 2_usize));
    let target = ClipTarget::Live;
    for (name, at, target) in
        [("bass.wav", at, target), ("take.FLAC", at, target), ("a.wav", slot, ClipTarget::Slot(2))]
    {
        window.view().drop_files(vec![root.join(name)], at);
        window.frame(Vec::new());
        assert_eq!(window.execute(), [Command::Hear { path: root.join(name), target }]);
    }
    let path = root.join("bass.wav");
    window.frame(vec![Event::Paste(path.display().to_string())]);
    assert_eq!(window.execute(), [Command::Hear { path, target }]);
}

#[test]
fn its_bars_are_chosen_and_the_one_is_moved() {
    let mut window = window();
    window.view().choose_bars(recording());
    (0..4).for_each(|_| drop(window.frame(Vec::new())));
    let says = |window: &mut Headless, wanted: &str| {
        let shown = texts(&window.frame(Vec::new()).shapes);
        let place = shown.iter().find(|(_, text)| text == wanted).map(|(place, _)| *place);
        place.unwrap_or_else(|| panic!("{wanted}: {shown:?}"))
    };
    says(&mut window, "bass: which of its 5 bars to play to?");
    says(&mut window, "5 bars at 120 BPM; 15 onsets, 15 of them low; it begins on the one");
    says(&mut window, "Play to bars 1 to 4");
    let later = says(&mut window, "The one later");
    click(&mut window, later.center());
    says(&mut window, "bass: which of its 6 bars to play to?");
    let earlier = says(&mut window, "The one earlier");
    click(&mut window, earlier.center());
    let take = says(&mut window, "Play to bars 1 to 4");
    click(&mut window, take.center());
    let commands = window.execute();
    let [Command::Take(taken)] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(taken.report, "5 bars at 120 BPM, 4 taken; 15 onsets");
    assert!(taken.is_line && taken.pattern.count() == 12);
}

#[test]
fn its_onsets_are_shown_under_the_grid_until_it_is_let_go_of() {
    let mut window = window();
    let ticks = |window: &mut Headless| {
        let cells = layout().groove.cells;
        let shown = window.frame(Vec::new()).shapes;
        let below = |shape: &egui::Shape| match shape {
            egui::Shape::Rect(tick) => {
                tick.rect.top() > cells.bottom()
                    && tick.rect.bottom() < layout().groove.frame.bottom()
            }
            _ => false,
        };
        let ticks = shown.iter().filter(|clipped| below(&clipped.shape));
        ticks.map(|clipped| clipped.shape.visual_bounding_rect().left()).collect::<Vec<_>>()
    };
    assert_eq!(ticks(&mut window), Vec::<f32>::new());
    let line = *recording().take(1, 4).unwrap().pattern;
    window.scene.line = Some(line);
    let shown = ticks(&mut window);
    assert_eq!(shown.len(), line.count());
    let geometry = jangdan::window::grid::Geometry::new(layout().groove.cells);
    for (x, (step, instrument, hit)) in shown.iter().zip(line.iter()) {
        assert_eq!(instrument, Instrument::Kick);
        assert!((x - geometry.x(step as f32 + hit.micro_offset())).abs() < 1.0, "{step}");
    }
    let release = pill(&window, "release");
    click(&mut window, release);
    assert_eq!(window.execute(), [Command::Release]);
}
