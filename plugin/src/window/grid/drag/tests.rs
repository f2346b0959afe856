//! Strokes of the pen on the grid, as the edits they make.

use egui::{Rect, pos2, vec2};
use engine::Playing;
use groove::STEPS;

use super::*;
use crate::state::edit::{Edit, Part, Pen};
use crate::window::grid::as_played::cells;
use crate::window::widgets::FINE;

const SNARE: Instrument = Instrument::Snare;

/// A groove that can be edited, and what was done to it.
#[derive(Default)]
struct Sheet {
    pattern: Pattern,
    locked: Vec<(usize, Instrument)>,
    edits: Vec<Edit>,
    depth: i32,
    strokes: usize,
}

impl Pen for Sheet {
    fn begin(&mut self) {
        self.depth += 1;
        assert_eq!(self.depth, 1, "a stroke within a stroke");
    }

    fn edit(&mut self, edit: Edit) {
        assert_eq!(self.depth, 1, "{edit:?} outside of a stroke");
        match edit {
            Edit::Put { step, instrument, hit } => self.pattern.set(step, instrument, hit),
            Edit::Lock { part: Part::Cell(step, instrument), is_locked } => {
                self.locked.retain(|&cell| cell != (step, instrument));
                if is_locked {
                    self.locked.push((step, instrument));
                }
            }
            Edit::Lock { part, .. } => panic!("{part:?} cannot be reached from the cells"),
        }
        self.edits.push(edit);
    }

    fn end(&mut self) {
        self.depth -= 1;
        self.strokes += 1;
    }
}

fn geometry() -> Geometry {
    // 10 points a step, 40 a row.
    Geometry::new(Rect::from_min_size(pos2(0.0, 0.0), vec2(10.0 * STEPS as f32, 360.0)))
}

fn with_hit(step: usize, hit: Hit) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.pattern.set(step, SNARE, Some(hit));
    sheet
}

fn point(editing: &mut GridDrag, sheet: &mut Sheet, pointers: &[Pointer]) {
    for &pointer in pointers {
        let (pattern, locked) = (sheet.pattern, sheet.locked.clone());
        let is_locked = |step, instrument| locked.contains(&(step, instrument));
        let drawn = cells(&pattern, &Playing::default(), 0);
        let (geometry, pattern) = (geometry(), &pattern);
        let grid = DragContext { geometry, pattern, drawn: &drawn, is_locked: &is_locked };
        editing.point(pointer, &grid, sheet);
    }
}

/// Presses at `from`, moves by `way` in ten frames, and lets go.
fn drag(sheet: &mut Sheet, from: Pos2, way: Vec2, button: Button, speed: f32) {
    let mut pointers = vec![Pointer::Press(from, button)];
    pointers.extend((1..=10).map(|i| Pointer::Drag(from + way * i as f32 / 10.0, speed)));
    pointers.push(Pointer::Release);
    point(&mut GridDrag::default(), sheet, &pointers);
    assert_eq!(sheet.depth, 0);
}

fn middle(step: usize) -> Pos2 {
    geometry().cell_at(step, SNARE).center()
}

#[test]
fn a_click_adds_a_hit_and_the_next_removes_it() {
    let mut sheet = Sheet::default();
    drag(&mut sheet, middle(12), Vec2::ZERO, Button::Edit, 1.0);
    assert_eq!(sheet.pattern.hit(12, SNARE), Some(Hit::new(NEW_VELOCITY, 0.0)));
    assert_eq!(sheet.pattern.count(), 1);
    drag(&mut sheet, middle(12), vec2(1.0, -1.0), Button::Edit, 1.0);
    assert_eq!(sheet.pattern, Pattern::EMPTY);
    assert_eq!((sheet.edits.len(), sheet.strokes), (2, 2));
}

#[test]
fn a_drag_up_changes_the_velocity_alone() {
    let mut sheet = with_hit(3, Hit::new(0.25, 0.125));
    drag(&mut sheet, middle(3), vec2(3.0, -53.0), Button::Edit, 1.0);
    let hit = sheet.pattern.hit(3, SNARE).unwrap();
    // All but the first tenth of the way, in which it was no drag yet.
    assert!((hit.velocity() - (0.25 + 0.9 * 53.0 / 96.0)).abs() < 1e-5, "{hit:?}");
    assert_eq!(hit.micro_offset(), 0.125);
    assert_eq!(sheet.strokes, 1);
}

#[test]
fn a_drag_sideways_changes_the_timing_alone_and_stays_within_the_step() {
    let mut sheet = with_hit(3, Hit::new(0.25, 0.0));
    drag(&mut sheet, middle(3), vec2(4.0, 1.0), Button::Edit, 1.0);
    let hit = sheet.pattern.hit(3, SNARE).unwrap();
    assert!(hit.micro_offset() > 0.0 && hit.micro_offset() < 0.2, "{hit:?}");
    assert_eq!(hit.velocity(), 0.25);
    drag(&mut sheet, middle(3), vec2(-90.0, 0.0), Button::Edit, 1.0);
    assert_eq!(sheet.pattern.hit(3, SNARE).unwrap().micro_offset(), -0.5);
    assert_eq!(sheet.pattern.count(), 1);
}

#[test]
fn a_fine_drag_moves_a_tenth_as_far_and_nothing_drags_a_hit_to_silence() {
    let mut sheet = with_hit(3, Hit::new(0.5, 0.0));
    drag(&mut sheet, middle(3), vec2(0.0, -50.0), Button::Edit, FINE);
    let hit = sheet.pattern.hit(3, SNARE).unwrap();
    assert!((hit.velocity() - (0.5 + 0.09 * 50.0 / 96.0)).abs() < 1e-5, "{hit:?}");
    drag(&mut sheet, middle(3), vec2(0.0, 500.0), Button::Edit, 1.0);
    assert_eq!(sheet.pattern.hit(3, SNARE).unwrap().velocity(), 1.0 / 127.0);
}

#[test]
fn a_new_hit_can_be_dragged_on_and_stays_when_let_go() {
    let mut sheet = Sheet::default();
    drag(&mut sheet, middle(7), vec2(0.0, 40.0), Button::Edit, 1.0);
    let hit = sheet.pattern.hit(7, SNARE).unwrap();
    assert!(hit.velocity() < 0.5, "{hit:?}");
    assert_eq!(sheet.strokes, 1);
}

#[test]
fn a_hit_is_taken_where_it_is_drawn_though_it_is_early_or_late() {
    for (offset, x) in [(0.45, 41.0), (-0.4, 28.0)] {
        let mut sheet = with_hit(3, Hit::new(0.9, offset));
        let at = pos2(x, middle(3).y);
        assert_ne!(geometry().at(at), Some((3, SNARE)));
        drag(&mut sheet, at, Vec2::ZERO, Button::Edit, 1.0);
        assert_eq!(sheet.pattern, Pattern::EMPTY, "offset {offset}");
    }
}

#[test]
fn the_other_button_locks_cells_along_its_way_and_unlocks_them_again() {
    let mut sheet = Sheet::default();
    let way = middle(12) - middle(10);
    drag(&mut sheet, middle(10), way, Button::Lock, 1.0);
    assert_eq!(sheet.locked, [(10, SNARE), (11, SNARE), (12, SNARE)]);
    assert_eq!((sheet.strokes, sheet.edits.len()), (1, 3));
    // The first cell decides.
    drag(&mut sheet, middle(11), middle(13) - middle(11), Button::Lock, 1.0);
    assert_eq!(sheet.locked, [(10, SNARE)]);
    assert_eq!(sheet.pattern, Pattern::EMPTY);
}

#[test]
fn escape_leaves_everything_as_it_was() {
    let hit = Hit::new(0.4, 0.1);
    let mut sheet = with_hit(3, hit);
    let mut editing = GridDrag::default();
    let away = middle(3) + vec2(0.0, -30.0);
    let pointers = [
        Pointer::Press(middle(3), Button::Edit),
        Pointer::Drag(away, 1.0),
        Pointer::Drag(away + vec2(0.0, -20.0), 1.0),
    ];
    point(&mut editing, &mut sheet, &pointers);
    assert!(editing.is_held() && sheet.pattern.hit(3, SNARE) != Some(hit));
    point(&mut editing, &mut sheet, &[Pointer::Cancel]);
    assert_eq!(sheet.pattern.hit(3, SNARE), Some(hit));
    assert_eq!((sheet.depth, sheet.strokes, editing.is_held()), (0, 1, false));
    let lock = Pointer::Press(middle(20), Button::Lock);
    point(&mut editing, &mut sheet, &[lock, Pointer::Cancel]);
    assert_eq!(sheet.locked, []);
}

#[test]
fn a_press_beside_the_cells_and_a_drag_without_a_press_do_nothing() {
    let mut sheet = Sheet::default();
    let pointers = [
        Pointer::Press(pos2(-5.0, 10.0), Button::Edit),
        Pointer::Drag(middle(3), 1.0),
        Pointer::Release,
        Pointer::Cancel,
    ];
    point(&mut GridDrag::default(), &mut sheet, &pointers);
    assert_eq!((sheet.edits.len(), sheet.strokes), (0, 0));
}

#[test]
fn a_second_press_ends_the_first() {
    let mut sheet = Sheet::default();
    let mut editing = GridDrag::default();
    let presses =
        [Pointer::Press(middle(3), Button::Edit), Pointer::Press(middle(5), Button::Lock)];
    point(&mut editing, &mut sheet, &presses);
    assert_eq!((sheet.strokes, sheet.depth), (1, 1));
    assert_eq!(sheet.pattern.count(), 1);
    point(&mut editing, &mut sheet, &[Pointer::Release]);
    assert_eq!((sheet.strokes, sheet.depth), (2, 0));
}

#[test]
fn another_stroke_in_turn_is_one_edit_each_and_adds_a_hit_where_there_is_none() {
    use Articulation::{CrossStick, Flam, Plain, RimShot};
    let mut sheet = with_hit(3, Hit::new(0.4, 0.1));
    for articulation in [CrossStick, RimShot, Flam, Plain] {
        drag(&mut sheet, middle(3), vec2(0.0, -40.0), Button::Articulation, 1.0);
        let expected = Hit::new(0.4, 0.1).struck_as(articulation);
        assert_eq!(sheet.pattern.hit(3, SNARE), Some(expected), "and no drag moves it");
    }
    assert_eq!((sheet.edits.len(), sheet.strokes), (4, 4));
    drag(&mut sheet, middle(9), Vec2::ZERO, Button::Articulation, 1.0);
    let added = Hit::new(NEW_VELOCITY, 0.0).struck_as(CrossStick);
    assert_eq!(sheet.pattern.hit(9, SNARE), Some(added));
    // What is dragged afterwards keeps it.
    drag(&mut sheet, middle(9), vec2(0.0, 20.0), Button::Edit, 1.0);
    let dragged = sheet.pattern.hit(9, SNARE).unwrap();
    assert_eq!(dragged.articulation(), CrossStick);
    assert!(dragged.velocity() < NEW_VELOCITY);
}
