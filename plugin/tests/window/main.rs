//! The window, drawn without a display.

mod bars;
mod edit;
mod files;
mod idle;
mod look;
mod outside;
mod pad;
mod parts;
mod recording;
mod song;
mod touch;

use std::sync::Arc;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Vec2, pos2, vec2};
use jangdan::factory;
use jangdan::headless::{Headless, Host, Told};
use jangdan::params::JangdanParams;
use jangdan::state::request::ATTRIBUTES;
use jangdan::state::window_size::{SecondRow, Strip};
use jangdan::window::Scene;
use jangdan::window::widgets::layout::{Contents, DEFAULT_SIZE, Layout};
use nice_plug::prelude::ParamPtr;

fn window_of(size: Vec2, scale: f32) -> Headless {
    Headless::new(JangdanParams::default(), Scene::of(factory::pattern()), size, scale)
}

fn layout_of(size: Vec2, is_more_open: bool) -> Layout {
    Layout::new(size, Contents { is_more_open, has_song: false, attributes: ATTRIBUTES })
}

/// The layout of a window of the default size, folded.
fn layout() -> Layout {
    layout_of(DEFAULT_SIZE, false)
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

/// The middle of the part of the window that is called `id`.
#[track_caller]
fn place(window: &Headless, id: impl std::hash::Hash + std::fmt::Debug) -> Pos2 {
    let name = format!("{id:?}");
    let place = window.place_of(egui::Id::unique(id));
    place.unwrap_or_else(|| panic!("there is no {name}")).center()
}

/// The middle of the button called `label`.
#[track_caller]
fn pill(window: &Headless, label: &str) -> Pos2 {
    place(window, ("pill", label))
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
    let body = layout().shape.latent.body;
    let track_middle = body.top() + (body.height() - 32.0) / 2.0;
    pos2(body.left() + (i as f32 + 0.5) * body.width() / 8.0, track_middle)
}
