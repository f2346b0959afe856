//! An open window that nobody touches draws nothing.

use jangdan::window::UndoState;

use super::*;

/// Seconds in which every tooltip is shown and every fade is over.
const SETTLE_S: f64 = 2.0;

#[test]
fn a_window_at_rest_asks_for_no_frame() {
    let mut window = window();
    for modifiers in [Modifiers::NONE, Modifiers::COMMAND] {
        window.frame(vec![Event::ModifiersChanged(modifiers)]);
        window.wait(SETTLE_S);
        assert_eq!(window.wait(600.0), 0, "{modifiers:?}");
    }
}

/// Rests the pointer on everything there is in `window`, in which `most` frames may be drawn every ten seconds.
#[track_caller]
fn assert_rests_everywhere(mut window: Headless, most: usize) {
    window.wait(SETTLE_S);
    let places = window.places();
    assert!(places.len() > 100, "{}", places.len());
    let mut explained = 0;
    for (id, place) in places {
        window.frame(vec![Event::PointerMoved(place.center())]);
        explained += usize::from(window.wait(SETTLE_S) > 3);
        let frames = window.wait(10.0);
        assert!(frames <= most, "{id:?} at {place:?} is drawn {frames} times");
    }
    assert!(explained > 50, "{explained}");
}

#[test]
fn a_pointer_that_rests_on_anything_asks_for_no_frame_once_it_is_explained() {
    let mut window = window();
    window.scene.is_b = Some(false);
    window.scene.undo = Some(UndoState { can_undo: true, can_redo: true });
    window.edit();
    assert_rests_everywhere(window, 0);
}

#[test]
fn nor_with_everything_unfolded() {
    let window = window();
    {
        let mut kept = window.params.window.write();
        kept.is_more_open = true;
        kept.show(Strip::Keys);
    }
    assert_rests_everywhere(window, 0);
}

#[test]
fn in_the_list_of_grooves_the_cursor_alone_blinks() {
    let mut window = window();
    let field = place(&window, "browser");
    click(&mut window, field);
    assert_rests_everywhere(window, 40);
}
