//! The window, drawn without a display: what a user sees and what the host is told.

use egui::epaint::ClippedShape;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Shape, Vec2, pos2, vec2};
use groove::{Beats, Hit, Instrument, Pattern, STEPS};
use jangdan::factory;
use jangdan::handoff::Network;
use jangdan::headless::{Headless, Image, Told};
use jangdan::params::JangdanParams;
use jangdan::window::Scene;
use jangdan::window::grid::{Geometry, ROWS, hit_color};
use jangdan::window::layout::{DEFAULT_SIZE, Layout, MIN_SIZE};
use jangdan::window::theme::DARK;
use nice_plug::prelude::{Param, ParamPtr};

fn window_of(size: Vec2, scale: f32) -> Headless {
    let scene = Scene {
        pattern: factory::pattern(),
        playhead: None,
        network: Network::Ready,
        is_bypassed: false,
    };
    Headless::new(JangdanParams::default(), scene, size, scale)
}

fn window() -> Headless {
    let mut window = window_of(DEFAULT_SIZE, 1.0);
    window.frame(Vec::new()); // egui knows where things are after one frame
    window
}

fn button(pos: Pos2, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers }
}

fn click(window: &mut Headless, at: Pos2) {
    window.frame(vec![Event::PointerMoved(at)]);
    window.frame(vec![button(at, true, Modifiers::NONE)]);
    window.frame(vec![button(at, false, Modifiers::NONE)]);
}

/// Presses at `from`, moves to `to` in ten frames, and releases.
fn drag(window: &mut Headless, from: Pos2, to: Pos2, modifiers: Modifiers) {
    window.frame(vec![Event::PointerMoved(from), Event::ModifiersChanged(modifiers)]);
    window.frame(vec![button(from, true, modifiers)]);
    for i in 1..=10 {
        window.frame(vec![Event::PointerMoved(from.lerp(to, i as f32 / 10.0))]);
    }
    window.frame(vec![button(to, false, modifiers), Event::ModifiersChanged(Modifiers::NONE)]);
    window.frame(Vec::new());
}

fn press_key(window: &mut Headless, key: Key) {
    for pressed in [true, false] {
        window.frame(vec![Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        }]);
    }
}

/// Checks that what the host was told are whole gestures, begun and ended, of `param` alone.
#[track_caller]
fn assert_gestures(told: &[Told], param: ParamPtr, gestures: usize) {
    let mut is_open = false;
    let mut begun = 0;
    for &word in told {
        match word {
            Told::Begin(of) if of == param && !is_open => (is_open, begun) = (true, begun + 1),
            Told::Set(of, _) if of == param && is_open => {}
            Told::End(of) if of == param && is_open => is_open = false,
            _ => panic!("{word:?} out of place in {told:?}"),
        }
    }
    assert!(!is_open, "a gesture never ends: {told:?}");
    assert_eq!(begun, gestures, "{told:?}");
}

/// The middle of the latent slider of column `i` at the window's default size.
fn slider(i: usize) -> Pos2 {
    let body = Layout::new(DEFAULT_SIZE).generate.latent.body;
    let track_middle = body.top() + (body.height() - 32.0) / 2.0;
    pos2(body.left() + (i as f32 + 0.5) * body.width() / 8.0, track_middle)
}

#[test]
fn dragging_a_latent_slider_moves_its_parameter_in_one_gesture() {
    let mut window = window();
    drag(&mut window, slider(2), slider(2) - vec2(0.0, 40.0), Modifiers::NONE);
    let value = window.params.generate.latent[2].value.value();
    assert!(value > 0.5, "{value}");
    assert_eq!(window.params.generate.latent[1].value.value(), 0.0);
    let told = window.host.take();
    assert_gestures(&told, window.params.generate.latent[2].value.as_ptr(), 1);
}

#[test]
fn a_fine_drag_moves_a_tenth_as_far() {
    let way = vec2(0.0, -60.0);
    let moved = |modifiers| {
        let mut window = window();
        drag(&mut window, slider(0), slider(0) + way, modifiers);
        window.params.generate.latent[0].value.value()
    };
    let (plain, fine) = (moved(Modifiers::NONE), moved(Modifiers::COMMAND | Modifiers::CTRL));
    assert!((plain / fine - 10.0).abs() < 0.1, "{plain} and {fine}");
}

#[test]
fn a_double_click_resets_a_slider() {
    let mut window = window();
    drag(&mut window, slider(7), slider(7) + vec2(0.0, 50.0), Modifiers::NONE);
    let param = window.params.generate.latent[7].value.as_ptr();
    let moved = window.params.generate.latent[7].value.value();
    assert!(moved < -0.5, "{moved}");
    for _ in 0..60 {
        window.frame(Vec::new()); // no part of a triple click
    }
    click(&mut window, slider(7) + vec2(0.0, 50.0));
    click(&mut window, slider(7) + vec2(0.0, 50.0));
    window.frame(Vec::new());
    assert_eq!(window.params.generate.latent[7].value.value(), 0.0);
    assert_gestures(&window.host.take(), param, 2);
}

#[test]
fn a_press_beside_the_handle_brings_it_there() {
    let mut window = window();
    let above = slider(3) - vec2(0.0, 45.0);
    click(&mut window, above);
    window.frame(Vec::new());
    assert!(window.params.generate.latent[3].value.value() > 0.5);
    assert_gestures(&window.host.take(), window.params.generate.latent[3].value.as_ptr(), 1);
}

#[test]
fn a_plain_click_on_a_handle_tells_the_host_nothing() {
    let mut window = window();
    click(&mut window, slider(0));
    window.frame(Vec::new());
    assert_eq!(window.host.take(), []);
}

#[test]
fn the_wheel_turns_what_is_under_the_pointer_step_by_step() {
    let mut window = window();
    window.frame(vec![Event::PointerMoved(slider(4))]);
    window.frame(Vec::new());
    for _ in 0..3 {
        window.frame(vec![Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, 1.0),
            modifiers: Modifiers::NONE,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
        }]);
    }
    let value = window.params.generate.latent[4].value.value();
    assert!((value - 0.36).abs() < 0.01, "three fiftieths of the range of 6: {value}");
    assert_gestures(&window.host.take(), window.params.generate.latent[4].value.as_ptr(), 3);
}

#[test]
fn a_focused_control_is_turned_reset_and_typed_with_the_keyboard() {
    let mut window = window();
    let slider = egui::Id::unique(("latent", "1"));
    let reached = (0..40).any(|_| {
        press_key(&mut window, Key::Tab);
        window.frame(Vec::new());
        window.focused() == Some(slider)
    });
    assert!(reached, "the slider cannot be reached with the Tab key");
    press_key(&mut window, Key::ArrowUp);
    assert!(window.params.generate.latent[0].value.value() > 0.0);
    press_key(&mut window, Key::Enter);
    window.frame(Vec::new());
    window.frame(vec![Event::Text("-1.25".into())]);
    press_key(&mut window, Key::Enter);
    window.frame(Vec::new());
    assert_eq!(window.params.generate.latent[0].value.value(), -1.25);
}

#[test]
fn the_dice_draws_another_seed() {
    let mut window = window();
    let layout = Layout::new(DEFAULT_SIZE);
    let at = pos2(layout.groove.frame.left() + 30.0 * 8.0, layout.header.center().y);
    let before = window.params.generate.seed.value();
    click(&mut window, at);
    window.frame(Vec::new());
    assert_ne!(window.params.generate.seed.value(), before);
    assert_gestures(&window.host.take(), window.params.generate.seed.as_ptr(), 1);
}

#[test]
fn the_pad_moves_two_sliders_and_ends_both_gestures() {
    let mut window = window();
    let pad = Layout::new(DEFAULT_SIZE).generate.pad.unwrap().body;
    drag(&mut window, pad.center(), pad.center() + vec2(40.0, -30.0), Modifiers::NONE);
    let latent = &window.params.generate.latent;
    let value = |i: usize| latent[i].value.value();
    assert!(value(0) > 0.5 && value(1) > 0.5 && value(2) == 0.0, "{} {}", value(0), value(1));
    let told = window.host.take();
    for param in [&latent[0], &latent[1]].map(|param| param.value.as_ptr()) {
        let own = |word: &&Told| match **word {
            Told::Begin(of) | Told::Set(of, _) | Told::End(of) => of == param,
        };
        let own: Vec<Told> = told.iter().filter(own).copied().collect();
        assert_gestures(&own, param, 1);
    }
}

#[test]
fn the_host_moves_the_controls() {
    let mut window = window();
    let before = window.picture();
    window.host_sets(window.params.generate.latent[5].value.as_ptr(), 0.9);
    let after = window.picture();
    let place = Layout::new(DEFAULT_SIZE).generate.latent.body;
    let column = slider(5).x as usize;
    let changed = (place.top() as usize..place.bottom() as usize)
        .filter(|&y| before.pixel(column, y) != after.pixel(column, y))
        .count();
    assert!(changed > 20, "{changed} pixels changed");
}

/// Where text stands, with what it says.
fn texts(shapes: &[ClippedShape]) -> Vec<(Rect, String)> {
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

#[test]
fn no_text_touches_its_neighbour_or_the_windows_edge_at_any_size() {
    for (size, scale) in [
        (MIN_SIZE, 1.0),
        (MIN_SIZE, 2.0),
        (DEFAULT_SIZE, 1.0),
        (DEFAULT_SIZE, 2.0),
        (vec2(1000.0, 640.0), 1.5),
        (vec2(2400.0, 1400.0), 1.0),
    ] {
        for extreme in [false, true] {
            let mut window = window_of(size, scale);
            if extreme {
                // The longest values, and a message that has no room.
                for (param, _) in window.all_params() {
                    window.host_sets(param, 0.03);
                }
                window.scene.network = Network::Failed("no weights ".repeat(40));
            }
            window.frame(Vec::new());
            let output = window.frame(Vec::new());
            let texts = texts(&output.shapes);
            assert!(texts.len() > 40, "only {} texts at {size:?}", texts.len());
            let bounds = Rect::from_min_size(Pos2::ZERO, size);
            for (i, (rect, text)) in texts.iter().enumerate() {
                assert!(bounds.contains_rect(*rect), "{text:?} leaves the window at {size:?}");
                for (other, other_text) in &texts[..i] {
                    assert!(
                        !rect.expand(1.0).intersects(*other),
                        "{text:?} touches {other_text:?} at {size:?}, scale {scale}",
                    );
                }
            }
        }
    }
}

/// The distance of two colours, `0..=255`.
fn distance(a: [u8; 3], b: egui::Color32) -> u8 {
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
    for (size, scale) in [(MIN_SIZE, 1.0), (DEFAULT_SIZE, 1.0), (DEFAULT_SIZE, 2.0)] {
        let mut window = window_of(size, scale);
        window.scene.pattern = pattern;
        let image = window.picture();
        let geometry = Geometry::new(Layout::new(size).groove.cells);
        for (step, instrument, hit) in pattern.iter() {
            let middle = geometry.hit(step, instrument, hit).center() * scale;
            let seen = image.pixel(middle.x as usize, middle.y as usize);
            let expected = hit_color(&DARK, instrument, hit.velocity());
            let far = distance(seen, expected);
            assert!(far <= 3, "{instrument:?} at step {step}: {seen:?}, not {expected:?}");
        }
    }
}

#[test]
fn an_empty_grid_has_no_instruments_colour_in_it() {
    let mut window = window_of(DEFAULT_SIZE, 1.0);
    window.scene.pattern = Pattern::EMPTY;
    let image = window.picture();
    let cells = Layout::new(DEFAULT_SIZE).groove.cells;
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
    let cells = Layout::new(DEFAULT_SIZE).groove.cells;
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

#[test]
fn parameters_that_are_no_numbers_are_drawn_and_can_be_set_again() {
    let mut window = window();
    for (param, _) in window.all_params() {
        window.host_sets(param, f32::NAN);
    }
    window.frame(Vec::new());
    let cells = Layout::new(DEFAULT_SIZE).groove.cells;
    let image = window.picture();
    let middle = image.pixel(cells.center().x as usize, cells.top() as usize + 2);
    assert!(distance(middle, DARK.panel) < 40, "{middle:?}");
    drag(&mut window, slider(2), slider(2) - vec2(0.0, 40.0), Modifiers::NONE);
    click(&mut window, slider(2) - vec2(0.0, 45.0));
    window.frame(Vec::new());
    assert!(window.params.generate.latent[2].value.value().is_finite());
}
