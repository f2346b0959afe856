//! Turning controls, and the calls to the host.

use jangdan::window::widgets::theme::DARK;
use nice_plug::prelude::Param;

use super::look::distance;
use super::*;

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
    for _ in 0..40 {
        window.frame(Vec::new()); // the wheel rests
    }
    assert_gestures(&window.host.take(), window.params.generate.latent[4].value.as_ptr(), 1);
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
    let at = pill(&window, "New");
    let before = window.params.generate.seed.value();
    click(&mut window, at);
    window.frame(Vec::new());
    assert_ne!(window.params.generate.seed.value(), before);
    assert_gestures(&window.host.take(), window.params.generate.seed.as_ptr(), 1);
}

#[test]
fn the_host_moves_the_controls() {
    let mut window = window();
    let before = window.picture();
    window.host_sets(window.params.generate.latent[5].value.as_ptr(), 0.9);
    let after = window.picture();
    let place = layout().shape.latent.body;
    let column = slider(5).x as usize;
    let changed = (place.top() as usize..place.bottom() as usize)
        .filter(|&y| before.pixel(column, y) != after.pixel(column, y))
        .count();
    assert!(changed > 20, "{changed} pixels changed");
}

#[test]
fn parameters_that_are_no_numbers_are_drawn_and_can_be_set_again() {
    let mut window = window();
    for (param, _) in window.all_params() {
        window.host_sets(param, f32::NAN);
    }
    window.frame(Vec::new());
    let cells = layout().groove.cells;
    let image = window.picture();
    let middle = image.pixel(cells.center().x as usize, cells.top() as usize + 2);
    assert!(distance(middle, DARK.panel) < 40, "{middle:?}");
    drag(&mut window, slider(2), slider(2) - vec2(0.0, 40.0), Modifiers::NONE);
    click(&mut window, slider(2) - vec2(0.0, 45.0));
    window.frame(Vec::new());
    assert!(window.params.generate.latent[2].value.value().is_finite());
}

/// Presses at `from` and moves by `way`, and does not let go.
fn hold(window: &mut Headless, from: Pos2, way: Vec2) {
    window.frame(vec![Event::PointerMoved(from)]);
    window.frame(vec![button(from, true, Modifiers::NONE)]);
    window.frame(vec![Event::PointerMoved(from + way)]);
}

#[test]
fn a_gesture_ends_when_its_control_is_folded_away() {
    let mut window = window();
    window.params.window.write().is_more_open = true;
    window.frame(Vec::new());
    let more = layout_of(DEFAULT_SIZE, true).more.unwrap();
    hold(&mut window, pos2(more.left() + 40.0, more.top() + 30.0), vec2(0.0, -30.0));
    assert!(window.params.pattern.triplet.value() > 0.5);
    window.params.window.write().is_more_open = false;
    window.frame(Vec::new());
    assert_gestures(&window.host.take(), window.params.pattern.triplet.as_ptr(), 1);
}

#[test]
fn a_gesture_ends_when_the_window_closes_under_the_hand() {
    let mut window = window();
    let host: Arc<Host> = window.host.clone();
    let param = window.params.generate.latent[1].value.as_ptr();
    hold(&mut window, slider(1), vec2(0.0, -30.0));
    let told = host.take();
    assert!(!told.contains(&Told::End(param)), "{told:?}");
    let params = window.close();
    assert_eq!(host.take(), [Told::End(param)]);
    drop(params);
}

#[test]
fn the_other_button_types_a_value() {
    let mut window = window();
    let strip = layout().groove.strip;
    let at = strip.left_top() + vec2(strip.width() / 4.0, strip.height() / 18.0);
    window.frame(vec![Event::PointerMoved(at)]);
    for pressed in [true, false] {
        let modifiers = Modifiers::NONE;
        let button = PointerButton::Secondary;
        window.frame(vec![Event::PointerButton { pos: at, button, pressed, modifiers }]);
    }
    window.frame(Vec::new());
    window.frame(vec![Event::Text("40 % left out".into())]);
    press_key(&mut window, Key::Enter);
    window.frame(Vec::new());
    let value = window.params.instruments.ride.density.value();
    assert!((value + 0.4).abs() < 1e-6, "{value}");
}

#[test]
fn every_control_can_be_reached_with_the_tab_key() {
    let mut window = window();
    window.params.window.write().is_more_open = true;
    let mut reached = Vec::new();
    for _ in 0..200 {
        press_key(&mut window, Key::Tab);
        window.frame(Vec::new());
        match window.focused() {
            Some(id) if reached.first() == Some(&id) => break,
            Some(id) => reached.push(id),
            None => {}
        }
    }
    for name in ["Triplet feel", "Swing", "Density", "Kit level", "Note length"] {
        assert!(reached.contains(&egui::Id::unique(("knob", name))), "{name}");
    }
    for name in ["Ride density", "Kick velocity", "MIDI channel"] {
        assert!(reached.contains(&egui::Id::unique(("field", name))), "{name}");
    }
    assert!(reached.contains(&egui::Id::unique(("attribute", "Toms"))));
    assert!(reached.contains(&egui::Id::unique(("slot", 11_usize))));
    assert!(reached.contains(&egui::Id::unique("ruler")));
}
