//! Editing the grid, from the pointer's events to the edits.

use groove::{Hit, Instrument, Pattern};
use jangdan::state::edit::{Edit, Part, Pen};
use jangdan::window::grid::Geometry;
use parking_lot::Mutex;

use super::*;

/// Writes down what it is told.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Option<Edit>>>>);

impl Pen for Notes {
    fn begin(&mut self) {}

    fn edit(&mut self, edit: Edit) {
        self.0.lock().push(Some(edit));
    }

    fn end(&mut self) {
        self.0.lock().push(None);
    }
}

fn with_pen() -> (Headless, Notes) {
    let mut window = window();
    let notes = Notes::default();
    window.scene.pattern = Pattern::EMPTY;
    window.scene.pattern.set(8, Instrument::Snare, Some(Hit::new(0.5, 0.0)));
    window.scene.next = window.scene.pattern;
    window.pen = Some(Box::new(notes.clone()));
    (0..60).for_each(|_| drop(window.frame(Vec::new())));
    (window, notes)
}

fn cell(step: usize, instrument: Instrument) -> Pos2 {
    Geometry::new(layout().groove.cells).cell_at(step, instrument).center()
}

#[test]
fn clicks_and_drags_on_the_grid_become_edits() {
    let (mut window, notes) = with_pen();
    click(&mut window, cell(3, Instrument::Kick));
    window.frame(Vec::new());
    let told = std::mem::take(&mut *notes.0.lock());
    let hit = Some(Hit::new(0.8, 0.0));
    assert_eq!(told, [Some(Edit::Put { step: 3, instrument: Instrument::Kick, hit }), None]);

    let snare = cell(8, Instrument::Snare);
    drag(&mut window, snare, snare - vec2(0.0, 30.0), Modifiers::NONE);
    let told = std::mem::take(&mut *notes.0.lock());
    let Some(Some(Edit::Put { step: 8, hit: Some(hit), .. })) = told.iter().rev().nth(1) else {
        panic!("{told:?}")
    };
    assert!(hit.velocity() > 0.7, "{hit:?}");
    assert_eq!(told.iter().filter(|word| word.is_none()).count(), 1);
    assert_eq!(window.host.take(), [], "no parameter moves");
}

#[test]
fn the_other_button_locks_a_cell_and_a_diamond_locks_an_instrument() {
    let (mut window, notes) = with_pen();
    let at = cell(8, Instrument::Snare);
    for pressed in [true, false] {
        window.frame(vec![
            Event::PointerMoved(at),
            Event::PointerButton {
                pos: at,
                button: PointerButton::Secondary,
                pressed,
                modifiers: Modifiers::NONE,
            },
        ]);
    }
    window.frame(Vec::new());
    let part = Part::Cell(8, Instrument::Snare);
    let told = std::mem::take(&mut *notes.0.lock());
    assert_eq!(told, [Some(Edit::Lock { part, is_locked: true }), None]);

    let names = layout().groove.names;
    let kick = names.bottom() - names.height() / 18.0;
    click(&mut window, pos2(names.right() - 50.0, kick));
    let part = Part::Row(Instrument::Kick);
    let told = std::mem::take(&mut *notes.0.lock());
    assert_eq!(told, [Some(Edit::Lock { part, is_locked: true }), None]);
}

#[test]
fn without_a_pen_the_grid_is_only_looked_at() {
    let mut window = window();
    let plain = window.picture();
    click(&mut window, cell(3, Instrument::Kick));
    window.frame(vec![Event::PointerGone]);
    assert_eq!(window.host.take(), []);
    assert_eq!(window.picture().pixels, plain.pixels);
}

#[test]
fn what_hands_do_is_taken_back_step_by_step_and_done_again() {
    let mut window = window();
    window.edit();
    let history = window.history();
    let empty = window.params.edits.get();
    click(&mut window, cell(3, Instrument::Crash));
    window.frame(Vec::new());
    let crash =
        |window: &Headless| window.params.edits.get().kept().is_locked(3, Instrument::Crash);
    assert!(crash(&window));
    drag(&mut window, slider(2), slider(2) - vec2(0.0, 40.0), Modifiers::NONE);
    let pad = layout().shape.pad.body;
    drag(&mut window, pad.center(), pad.center() + vec2(40.0, -30.0), Modifiers::NONE);
    let turned = |window: &Headless| {
        let morph = &window.params.morph;
        let slider = window.params.generate.latent[2].value.value();
        [morph.is_on.value(), morph.x.value() != 0.5, morph.y.value() != 0.5, slider != 0.0]
    };
    assert_eq!(turned(&window), [true; 4]);
    assert!(history.undo(&window.params, &*window.host), "the pad, all of it at once");
    assert_eq!(turned(&window), [false, false, false, true]);
    assert!(history.undo(&window.params, &*window.host));
    assert!(crash(&window) && turned(&window) == [false; 4]);
    assert!(history.undo(&window.params, &*window.host));
    assert!(!crash(&window) && *window.params.edits.get() == *empty);
    assert!(!history.undo(&window.params, &*window.host), "nothing else was done");
    for _ in 0..3 {
        assert!(history.redo(&window.params, &*window.host));
    }
    assert!(crash(&window) && turned(&window) == [true; 4]);
}

#[test]
fn a_locked_bar_keeps_what_is_in_it_and_is_framed() {
    let mut window = window();
    window.edit();
    let ruler = layout().groove.ruler;
    let right = Geometry::new(layout().groove.cells).x(16.0);
    let before = window.picture();
    click(&mut window, pos2(right - 12.0, ruler.center().y));
    window.frame(vec![Event::PointerGone]);
    let edits = window.params.edits.get();
    let locked = |step| Instrument::ALL.into_iter().all(|i| edits.kept().is_locked(step, i));
    assert!((0..16).all(locked) && !(16..64).any(locked));
    for (step, instrument, hit) in factory::pattern().iter().filter(|(step, ..)| *step < 16) {
        assert_eq!(edits.kept().pattern().hit(step, instrument), Some(hit));
    }
    (0..30).for_each(|_| drop(window.frame(Vec::new())));
    assert_ne!(window.picture().pixels, before.pixels);
}
