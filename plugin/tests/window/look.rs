//! Drawing: places and colours.

use egui::Shape;
use egui::epaint::ClippedShape;
use groove::sequencer::PlaybackSettings;
use groove::{Bar, Beats, Grid, Hit, Instrument, Metre, Pattern, STEPS};
use jangdan::handoff::{KitInfo, Network};
use jangdan::headless::Image;
use jangdan::state::chosen_file::ChosenFile;
use jangdan::state::groove::Groove;
use jangdan::state::morph::Corner;
use jangdan::window::UndoState;
use jangdan::window::grid::{Geometry, ROWS, hit_color};
use jangdan::window::widgets::layout::MIN_SIZE;
use jangdan::window::widgets::theme::{DARK, Theme};
use nice_plug::prelude::Param;

use super::*;

/// Where text stands, with what it says.
pub(super) fn texts(shapes: &[ClippedShape]) -> Vec<(Rect, String)> {
    fn collect(shape: &Shape, texts: &mut Vec<(Rect, String)>) {
        match shape {
            Shape::Text(text) if !text.galley.text().trim().is_empty() => {
                let ink = text.galley.mesh_bounds.translate(text.pos.to_vec2());
                texts.push((ink, text.galley.text().to_owned()));
            }
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, texts)),
            _ => {}
        }
    }
    let mut texts = Vec::new();
    shapes.iter().for_each(|clipped| collect(&clipped.shape, &mut texts));
    texts
}

/// A groove in every slot, a style to choose, something to undo.
fn fill(window: &mut Headless) {
    for slot in 0..12 {
        window.params.slots.store(slot, Some(Groove::of_patterns(vec![factory::pattern()])));
    }
    window.scene.undo = Some(UndoState { can_undo: true, can_redo: true });
    window.scene.is_b = Some(true);
    let name = "a clip of a very long name, \u{c7a5}\u{b2e8} and more of it".to_owned();
    window.scene.name = Some(name.clone());
    window.scene.line = Some(factory::pattern());
    let clip = Corner::Clip { name, pattern: Box::new(factory::pattern()) };
    window.params.corners.set([(); 4].map(|()| clip.clone()));
    (0..64).for_each(|step| window.scene.locks.lock(step, Instrument::Kick, None));
    let name = "a kit of a very long name ".repeat(8);
    let chosen = ChosenFile { path: name.clone(), sha256: String::new() };
    window.params.own_kit.set(Some(chosen));
    let missing = Instrument::ALL.map(Instrument::name).to_vec();
    let (loaded, bytes) = (Some((name.clone(), name)), 1_000_000_000);
    window.scene.kit = Arc::new(KitInfo { loaded, bytes, missing, ..KitInfo::default() });
    window.view().show_error("There is no room ".repeat(40));
}

#[test]
fn no_text_touches_its_neighbour_or_the_windows_edge_at_any_size() {
    for (size, scale) in [
        (MIN_SIZE, 1.0),
        (MIN_SIZE, 2.0),
        (DEFAULT_SIZE, 1.0),
        (DEFAULT_SIZE, 2.0),
        (vec2(1100.0, 700.0), 1.5),
        (vec2(2400.0, 1400.0), 1.0),
    ] {
        for (normalized, second_row, strip) in [
            (None, None, Strip::Mix),
            (None, Some(SecondRow::More), Strip::Keys),
            (None, Some(SecondRow::Kit), Strip::Kit),
            (Some(0.03), None, Strip::Mix),
            (Some(0.03), Some(SecondRow::More), Strip::Keys),
            (Some(0.03), Some(SecondRow::Kit), Strip::Kit),
            (Some(0.97), Some(SecondRow::More), Strip::Keys),
            (Some(0.97), Some(SecondRow::Kit), Strip::Kit),
        ] {
            let mut window = window_of(size, scale);
            if let Some(normalized) = normalized {
                // The longest values, and a message that has no room.
                for (param, _) in window.all_params() {
                    window.host_sets(param, normalized);
                }
                window.scene.network = Network::Failed("no weights ".repeat(40));
                fill(&mut window);
            }
            {
                let mut look = window.params.window.write();
                look.is_more_open = second_row.is_some();
                look.show(strip);
                look.second_row = second_row.unwrap_or_default();
            }
            window.frame(Vec::new());
            let output = window.frame(Vec::new());
            let texts = texts(&output.shapes);
            assert!(texts.len() > 80, "only {} texts at {size:?}", texts.len());
            let bounds = Rect::from_min_size(Pos2::ZERO, size);
            for (i, (rect, text)) in texts.iter().enumerate() {
                assert!(bounds.contains_rect(*rect), "{text:?} leaves the window at {size:?}");
                for (other, other_text) in &texts[..i] {
                    assert!(
                        !rect.expand(1.0).intersects(*other),
                        "{text:?} touches {other_text:?} at {size:?}, scale {scale}, {normalized:?}",
                    );
                }
            }
        }
    }
}

/// The distance of two colours, `0..=255`.
pub(super) fn distance(a: [u8; 3], b: egui::Color32) -> u8 {
    let b = [b.r(), b.g(), b.b()];
    a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap()
}

#[test]
fn every_hit_stands_in_its_place_in_its_colour() {
    let mut pattern = Pattern::EMPTY;
    for step in 0..STEPS {
        for (row, instrument) in ROWS.into_iter().enumerate() {
            if (step * 5 + row * 7) % 4 == 0 {
                let velocity = ((step * 37 + row * 11) % 100) as f32 / 99.0;
                let micro_offset = ((step * 13 + row * 29) % 40) as f32 / 100.0 - 0.2;
                pattern.set(step, instrument, Some(Hit::new(velocity, micro_offset)));
            }
        }
    }
    for (size, scale, theme) in [
        (MIN_SIZE, 1.0, Theme::Dark),
        (DEFAULT_SIZE, 1.0, Theme::Light),
        (DEFAULT_SIZE, 2.0, Theme::Dark),
    ] {
        let mut window = window_of(size, scale);
        window.params.window.write().theme = theme;
        (window.scene.pattern, window.scene.next) = (pattern, pattern);
        let image = window.picture();
        let geometry = Geometry::new(layout_of(size, false).groove.cells);
        for (step, instrument, hit) in pattern.iter() {
            let middle = geometry.hit(step, instrument, hit).center() * scale;
            let seen = image.pixel(middle.x as usize, middle.y as usize);
            let expected = hit_color(theme.palette(), instrument, hit.velocity());
            let far = distance(seen, expected);
            assert!(far <= 3, "{instrument:?} at step {step}: {seen:?}, not {expected:?}");
        }
    }
}

#[test]
fn an_empty_grid_has_no_instruments_colour_in_it() {
    let mut window = window_of(DEFAULT_SIZE, 1.0);
    (window.scene.pattern, window.scene.next) = (Pattern::EMPTY, Pattern::EMPTY);
    let image = window.picture();
    let cells = layout().groove.cells;
    for y in cells.top() as usize..cells.bottom() as usize {
        for x in cells.left() as usize..cells.right() as usize {
            let seen = image.pixel(x, y);
            let spread = seen.iter().max().unwrap() - seen.iter().min().unwrap();
            assert!(spread < 30, "{seen:?} at {x}, {y}");
        }
    }
}

#[test]
fn the_playhead_stands_at_its_beat_and_the_struck_hit_glows() {
    let mut window = window();
    let still = window.picture();
    window.scene.playhead = Some(Beats(16.0 + 4.0));
    let playing = window.picture();
    let cells = layout().groove.cells;
    let geometry = Geometry::new(cells);
    let x = geometry.x(16.0) as usize;
    let white = |image: &Image| {
        (cells.top() as usize..cells.bottom() as usize)
            .filter(|&y| (x - 1..=x + 1).any(|x| distance(image.pixel(x, y), DARK.text) < 60))
            .count()
    };
    assert!(white(&playing) as f32 > 0.95 * cells.height(), "{}", white(&playing));
    assert!((white(&still) as f32) < 0.2 * cells.height(), "{}", white(&still));
    let kick = factory::pattern().hit(16, Instrument::Kick).expect("the factory beat has a one");
    let at = geometry.hit(16, Instrument::Kick, kick).right_center() - vec2(2.0, 0.0);
    let light = |image: &Image| {
        image.pixel(at.x as usize, at.y as usize).iter().map(|&c| u32::from(c)).sum::<u32>()
    };
    assert!(light(&playing) > light(&still) + 60);

    // Another length that waits for its boundary moves no playhead.
    let length = window.params.pattern.length.as_ptr();
    window.host_chooses(length, "1");
    window.scene.playback = Some(PlaybackSettings::default());
    let waiting = window.picture();
    assert!(white(&waiting) as f32 > 0.9 * cells.height(), "{}", white(&waiting));
    window.scene.playback = None;
    let taken = window.picture();
    assert!((white(&taken) as f32) < 0.2 * cells.height(), "{}", white(&taken));
}

#[test]
fn a_stopped_window_asks_for_no_further_frame() {
    let mut window = window();
    for _ in 0..10 {
        window.frame(Vec::new());
    }
    let delay = |output: &egui::FullOutput| {
        output.viewport_output.values().map(|viewport| viewport.repaint_delay).min().unwrap()
    };
    assert!(delay(&window.frame(Vec::new())).as_secs() > 3600);
    window.scene.playhead = Some(Beats(1.0));
    assert!(delay(&window.frame(Vec::new())).as_millis() < 20);
    for _ in 0..60 {
        window.frame(Vec::new()); // no news for a second: the host has stopped processing
    }
    assert!(delay(&window.frame(Vec::new())).as_secs() > 3600);
}

/// How much of the colour of `instrument` is seen at the middle of its hit at `step`, `[0, 255]`.
fn strength(window: &mut Headless, step: usize, instrument: Instrument) -> u8 {
    let pattern = window.scene.pattern;
    (0..60).for_each(|_| drop(window.frame(Vec::new()))); // hits glide to where they are
    let image = window.picture();
    let hit = pattern.hit(step, instrument).expect("a hit there");
    let at = Geometry::new(layout().groove.cells).hit(step, instrument, hit).center_bottom();
    distance(image.pixel(at.x as usize, at.y as usize - 2), DARK.panel)
}

#[test]
fn muted_instruments_fade_and_solo_fades_the_others() {
    let mut window = window();
    let kick = |window: &mut Headless| strength(window, 0, Instrument::Kick);
    let full = kick(&mut window);
    let own = &window.params.instruments.kick;
    let (is_on, snare_solo) =
        (own.is_on.as_ptr(), window.params.instruments.snare.is_solo.as_ptr());
    window.host_sets(is_on, 0.0);
    let muted = kick(&mut window);
    assert!(muted < full / 2, "{muted} of {full}");
    window.host_sets(is_on, 1.0);
    assert_eq!(kick(&mut window), full);
    window.host_sets(snare_solo, 1.0);
    assert_eq!(kick(&mut window), muted);
}

#[test]
fn steps_that_are_not_played_lie_behind_a_veil() {
    let mut window = window();
    let crash = strength(&mut window, 0, Instrument::Crash);
    let start = window.params.pattern.start.as_ptr();
    window.host_sets_plain(start, 16.0);
    assert_eq!(strength(&mut window, 0, Instrument::Crash), crash, "all four bars still play");
    let length = window.params.pattern.length.as_ptr();
    window.host_chooses(length, "1");
    assert!(strength(&mut window, 0, Instrument::Crash) < crash / 2);
    let hat = strength(&mut window, 16, Instrument::ClosedHiHat);
    window.host_sets_plain(start, 0.0);
    assert!(strength(&mut window, 16, Instrument::ClosedHiHat) < hat / 2);
}

#[test]
fn swing_is_seen() {
    let mut window = window();
    let mut pattern = Pattern::EMPTY;
    pattern.set(1, Instrument::Ride, Some(Hit::new(1.0, 0.0)));
    (window.scene.pattern, window.scene.next) = (pattern, pattern);
    let straight = strength(&mut window, 1, Instrument::Ride);
    window.host_sets(window.params.play.swing.as_ptr(), 1.0);
    assert!(strength(&mut window, 1, Instrument::Ride) < straight / 4);
}

#[test]
fn what_the_next_cycle_adds_is_a_dot_in_its_colour() {
    let mut window = window();
    let (step, instrument) = (6, Instrument::Ride);
    assert_eq!(window.scene.pattern.hit(step, instrument), None);
    let hit = Hit::new(0.5, 0.0);
    window.scene.next.set(step, instrument, Some(hit));
    let image = window.picture();
    let geometry = Geometry::new(layout().groove.cells);
    let x = geometry.hit(step, instrument, hit).center().x;
    let y = geometry.row(instrument).center().y;
    let seen = image.pixel(x as usize, y as usize);
    assert!(distance(seen, DARK.instrument(instrument)) < 120, "{seen:?}");
    assert!(distance(seen, DARK.panel) > 60, "{seen:?}");
}

#[test]
fn a_window_without_room_shows_everything_smaller() {
    let size = vec2(800.0, 520.0);
    let mut window = window_of(size, 1.0);
    window.frame(Vec::new());
    assert_eq!(window.zoom(), 1.0, "a host may yet resize it");
    (0..60).for_each(|_| drop(window.frame(Vec::new())));
    assert!((window.zoom() - 800.0 / MIN_SIZE.x).abs() < 0.01, "{}", window.zoom());
    let bounds = Rect::from_min_size(Pos2::ZERO, size / window.zoom());
    for (rect, text) in texts(&window.frame(Vec::new()).shapes) {
        assert!(bounds.contains_rect(rect), "{text:?} at {rect:?} leaves the window");
    }
}
#[test]
fn lists_and_dialogs_lie_inside_the_smallest_window_and_at_twice_the_size() {
    for (size, scale) in [(MIN_SIZE, 1.0), (MIN_SIZE, 2.0)] {
        let ids = [
            egui::Id::unique("browser"),
            egui::Id::unique("network"),
            egui::Id::unique("export options"),
            egui::Id::unique(("corner", 0_usize)),
            egui::Id::unique(("corner", 3_usize)),
            egui::Id::unique(("pill", "Import\u{2026}")),
            egui::Id::unique(("menu", "Style")),
        ];
        for id in ids {
            let mut window = window_of(size, scale);
            fill(&mut window);
            window.frame(Vec::new());
            let before = texts(&window.frame(Vec::new()).shapes).len();
            let at = window.place_of(id).unwrap_or_else(|| panic!("no {id:?}")).center();
            click(&mut window, at);
            window.execute();
            (0..30).for_each(|_| drop(window.frame(Vec::new())));
            let shown = texts(&window.frame(Vec::new()).shapes);
            assert!(shown.len() > before + 2, "{id:?} opens nothing at {size:?}");
            let bounds = Rect::from_min_size(Pos2::ZERO, size);
            for (rect, text) in shown.iter().skip(before) {
                // What a list has beyond its edge is cut off.
                let is_cut = id == egui::Id::unique("browser");
                assert!(is_cut || bounds.contains_rect(*rect), "{text:?} of {id:?} at {rect:?}");
            }
        }
    }
}

#[test]
fn a_network_that_does_not_answer_is_told_of_in_the_header_and_for_how_long_at_the_bottom() {
    let mut window = window_of(DEFAULT_SIZE, 1.0);
    window.scene.network = Network::Silent(17);
    let said = |window: &mut Headless| -> Vec<String> {
        texts(&window.frame(Vec::new()).shapes).into_iter().map(|(_, text)| text).collect()
    };
    let told = said(&mut window);
    assert!(told.iter().any(|text| text == "no answer"), "{told:?}");
    assert!(told.iter().any(|text| text.contains("has not answered for 17 s")), "{told:?}");
    window.scene.network = Network::Ready;
    let told = said(&mut window);
    assert!(!told.iter().any(|text| text.contains("answer")), "{told:?}");
}

#[test]
fn bars_of_any_metre_and_grid_are_drawn_with_their_beats() {
    for (numerator, denominator, grid) in [
        (3, 4, Grid::Sixteenths),
        (4, 4, Grid::Triplets),
        (4, 4, Grid::Sextuplets),
        (6, 8, Grid::Eighths),
        (12, 8, Grid::Sixteenths),
        (7, 4, Grid::Sixteenths),
    ] {
        let bar = Bar::new(Metre::new(numerator, denominator).unwrap(), grid);
        let mut pattern = Pattern::empty(bar);
        let last = pattern.steps() - 1;
        pattern.set(last, Instrument::Snare, Some(Hit::new(1.0, 0.0)));
        let mut window = window();
        window.scene.pattern = pattern;
        window.scene.next = pattern;
        let cells = layout().groove.cells;
        let geometry = Geometry::of_bars(cells, bar);
        (0..60).for_each(|_| drop(window.frame(Vec::new())));
        let image = window.picture();
        let hit = geometry.hit(last, Instrument::Snare, Hit::new(1.0, 0.0));
        assert!(cells.contains_rect(hit), "{bar:?}: {hit:?} in {cells:?}");
        let at = hit.center_bottom();
        let seen = distance(image.pixel(at.x as usize, at.y as usize - 2), DARK.panel);
        assert!(seen > 60, "{bar:?}: {seen}");
        let numbers = texts(&window.frame(Vec::new()).shapes);
        let bars = numbers.iter().filter(|(_, text)| text.starts_with("bar ")).count();
        assert_eq!(bars, bar.bars(), "{bar:?}");
    }
}
