//! The pad between four corners.

use jangdan::state::groove::Groove;
use jangdan::state::morph::{Corner, first_corners};
use nice_plug::prelude::Param;

use super::*;

fn pad() -> Rect {
    layout().shape.pad.body
}

#[test]
fn dragging_the_puck_switches_the_pad_on_and_moves_it_in_one_gesture_each() {
    let mut window = window();
    drag(&mut window, pad().center(), pad().center() + vec2(40.0, -30.0), Modifiers::NONE);
    let morph = &window.params.morph;
    assert!(morph.is_on.value() && morph.x.value() > 0.6 && morph.y.value() > 0.6);
    assert!(window.params.generate.latent.iter().all(|slider| slider.value.value() == 0.0));
    let told = window.host.take();
    for param in [morph.is_on.as_ptr(), morph.x.as_ptr(), morph.y.as_ptr()] {
        let own = |word: &&Told| match **word {
            Told::Begin(of) | Told::Set(of, _) | Told::End(of) => of == param,
        };
        let own: Vec<Told> = told.iter().filter(own).copied().collect();
        assert_gestures(&own, param, 1);
    }
}

#[test]
fn the_puck_leaves_a_trail_while_it_is_dragged() {
    let mut window = window();
    let (from, to) = (pad().center() - vec2(60.0, 0.0), pad().center() + vec2(60.0, 0.0));
    window.frame(vec![Event::PointerMoved(from)]);
    window.frame(vec![button(from, true, Modifiers::NONE)]);
    for i in 1..=10 {
        window.frame(vec![Event::PointerMoved(from.lerp(to, i as f32 / 10.0))]);
    }
    let seen = window.picture();
    let near = to - vec2(30.0, 0.0);
    let warm = |[r, _, b]: [u8; 3]| i32::from(r) - i32::from(b);
    assert!(warm(seen.pixel(near.x as usize, near.y as usize)) > 60);
    window.frame(vec![button(to, false, Modifiers::NONE)]);
    window.frame(Vec::new());
    let seen = window.picture();
    assert!(warm(seen.pixel(near.x as usize, near.y as usize)) < 60);
}

#[test]
fn arrow_keys_move_the_puck_and_a_double_click_brings_it_to_the_middle() {
    let mut window = window();
    let reached = (0..60).any(|_| {
        press_key(&mut window, Key::Tab);
        window.frame(Vec::new());
        window.focused() == Some(egui::Id::unique("pad"))
    });
    assert!(reached);
    press_key(&mut window, Key::ArrowRight);
    press_key(&mut window, Key::ArrowUp);
    let at =
        |window: &Headless| [&window.params.morph.x, &window.params.morph.y].map(|p| p.value());
    assert!(window.params.morph.is_on.value());
    assert!(at(&window).iter().all(|x| (x - 0.52).abs() < 1e-3), "{:?}", at(&window));
    let away = pad().center() + vec2(50.0, 50.0);
    click(&mut window, away);
    click(&mut window, away);
    window.frame(Vec::new());
    assert_eq!(at(&window), [0.5, 0.5]);
}

#[test]
fn a_click_on_a_corners_name_puts_something_else_there() {
    let mut window = window();
    window.params.slots.store(4, Some(Groove::of_patterns(vec![factory::pattern()])));
    window.frame(Vec::new());
    for (wanted, expected) in [("latin", Corner::Style("latin".to_owned())), ("5", Corner::Slot(4))]
    {
        let corner = place(&window, ("corner", 1_usize));
        click(&mut window, corner);
        (0..20).for_each(|_| drop(window.frame(Vec::new())));
        let shown = super::look::texts(&window.frame(Vec::new()).shapes);
        // The last one drawn lies on top.
        let (rect, _) = shown.iter().rfind(|(_, text)| text == wanted).expect(wanted);
        click(&mut window, rect.center());
        assert_eq!(window.execute(), []);
        window.frame(Vec::new());
        assert_eq!(window.params.corners.get()[1], expected);
    }
    assert!(!window.params.morph.is_on.value(), "the puck is where it was");
    let history = window.history();
    assert!(history.undo(&window.params, &*window.host));
    assert!(history.undo(&window.params, &*window.host));
    assert_eq!(*window.params.corners.get(), first_corners());
}
