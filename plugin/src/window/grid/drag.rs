//! Editing with the pointer: clicks and drags on the grid become edits. Pure: knows neither egui's widgets nor who applies
//! the edits.
//!
//! - A click on an empty cell adds a hit, a click on a hit removes it.
//! - Dragging a hit up or down changes its velocity; sideways, its micro-offset. The first movement decides which. A
//!   hit that was just added can be dragged on.
//! - The right button locks or unlocks a cell, and all cells it is dragged over.
//! - The middle button, or the left one with Alt, strikes a hit in the next of its instrument's ways.

use egui::{Pos2, Vec2};
use groove::{Articulation, Hit, Instrument, Pattern};

use crate::state::edit::{Edit, Part, Pen};
use crate::window::grid::Geometry;
use crate::window::grid::cell::Cells;

/// Velocity of a hit that is added with a click: MIDI 102.
const NEW_VELOCITY: f32 = 0.8;
/// Points that the pointer may move in a click.
const CLICK_REACH: f32 = 3.0;
/// Points of drag for the whole range of velocities.
const VELOCITY_TRAVEL: f32 = 96.0;

/// A pointer event over the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pointer {
    /// A button is pressed.
    Press(Pos2, Button),
    /// The pointer has moved with the button down; values change by this factor: 1, or less for a fine drag.
    Drag(Pos2, f32),
    /// The button is released.
    Release,
    /// Escape: everything as it was.
    Cancel,
}

/// A pointer button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Button {
    /// The left one: edits.
    Edit,
    /// The right one: locks.
    Lock,
    /// The middle one: changes the articulation.
    Articulation,
}

/// The drag on the grid, from frame to frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct GridDrag {
    grip: Option<Grip>,
}

#[derive(Clone, Debug)]
enum Grip {
    Hit(Held),
    /// Cells are locked or unlocked along the path; `done` are those already changed.
    Locks {
        is_locked: bool,
        done: Vec<(usize, Instrument)>,
    },
}

/// A hit that is dragged.
#[derive(Clone, Copy, Debug)]
struct Held {
    step: usize,
    instrument: Instrument,
    /// The hit before the drag.
    before: Option<Hit>,
    now: Hit,
    from: Pos2,
    last: Pos2,
    axis: Option<Axis>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Axis {
    Velocity,
    Timing,
}

/// The grid as it is drawn now.
pub(crate) struct DragContext<'a> {
    /// Where the cells lie.
    pub(crate) geometry: Geometry,
    /// The groove as written.
    pub(crate) pattern: &'a Pattern,
    /// The same as it is drawn, at the time it is played.
    pub(crate) drawn: &'a Cells,
    /// Whether a cell is locked.
    pub(crate) is_locked: &'a dyn Fn(usize, Instrument) -> bool,
}

impl GridDrag {
    /// Whether a drag is going on.
    pub(crate) fn is_held(&self) -> bool {
        self.grip.is_some()
    }

    /// Handles a pointer event.
    pub(crate) fn point(&mut self, pointer: Pointer, grid: &DragContext<'_>, pen: &mut dyn Pen) {
        match pointer {
            Pointer::Press(at, button) => self.press(at, button, grid, pen),
            Pointer::Drag(at, speed) => self.drag(at, speed, grid, pen),
            Pointer::Release => self.release(pen),
            Pointer::Cancel => self.cancel(pen),
        }
    }

    fn press(&mut self, at: Pos2, button: Button, grid: &DragContext<'_>, pen: &mut dyn Pen) {
        self.release(pen);
        let Some((step, instrument)) = cell_under(at, grid) else { return };
        pen.begin();
        match button {
            Button::Edit => {
                let before = grid.pattern.hit(step, instrument);
                let now = before.unwrap_or(Hit::new(NEW_VELOCITY, 0.0));
                if before.is_none() {
                    pen.edit(Edit::Put { step, instrument, hit: Some(now) });
                }
                let (from, last) = (at, at);
                let held = Held { step, instrument, before, now, from, last, axis: None };
                self.grip = Some(Grip::Hit(held));
            }
            Button::Lock => {
                let is_locked = !(grid.is_locked)(step, instrument);
                pen.edit(Edit::Lock { part: Part::Cell(step, instrument), is_locked });
                self.grip = Some(Grip::Locks { is_locked, done: vec![(step, instrument)] });
            }
            Button::Articulation => {
                let before = grid.pattern.hit(step, instrument);
                let now = before.unwrap_or(Hit::new(NEW_VELOCITY, 0.0));
                let hit = Some(now.struck_as(next_articulation(instrument, now)));
                if hit != before {
                    pen.edit(Edit::Put { step, instrument, hit });
                }
                pen.end();
            }
        }
    }

    fn drag(&mut self, at: Pos2, speed: f32, grid: &DragContext<'_>, pen: &mut dyn Pen) {
        match &mut self.grip {
            Some(Grip::Hit(held)) => {
                if let Some(hit) = held.drag(at, speed, &grid.geometry) {
                    let (step, instrument) = (held.step, held.instrument);
                    pen.edit(Edit::Put { step, instrument, hit: Some(hit) });
                }
            }
            Some(Grip::Locks { is_locked, done }) => {
                if let Some(cell) = grid.geometry.at(at)
                    && !done.contains(&cell)
                {
                    done.push(cell);
                    let part = Part::Cell(cell.0, cell.1);
                    pen.edit(Edit::Lock { part, is_locked: *is_locked });
                }
            }
            None => {}
        }
    }

    fn release(&mut self, pen: &mut dyn Pen) {
        let Some(grip) = self.grip.take() else { return };
        if let Grip::Hit(Held { step, instrument, before: Some(_), axis: None, .. }) = grip {
            pen.edit(Edit::Put { step, instrument, hit: None });
        }
        pen.end();
    }

    fn cancel(&mut self, pen: &mut dyn Pen) {
        let Some(grip) = self.grip.take() else { return };
        match grip {
            Grip::Hit(Held { step, instrument, before, .. }) => {
                pen.edit(Edit::Put { step, instrument, hit: before });
            }
            Grip::Locks { is_locked, done } => {
                for (step, instrument) in done {
                    let part = Part::Cell(step, instrument);
                    pen.edit(Edit::Lock { part, is_locked: !is_locked });
                }
            }
        }
        pen.end();
    }
}

impl Held {
    /// The hit after the pointer has moved to `at`, if that changes it.
    fn drag(&mut self, at: Pos2, speed: f32, geometry: &Geometry) -> Option<Hit> {
        let way = at - self.from;
        if self.axis.is_none() {
            if way.length() <= CLICK_REACH {
                return None;
            }
            let is_sideways = way.x.abs() > way.y.abs();
            self.axis = Some(if is_sideways { Axis::Timing } else { Axis::Velocity });
            self.last = at;
            return None;
        }
        let Vec2 { x, y } = (at - self.last) * speed;
        self.last = at;
        let (velocity, offset) = (self.now.velocity(), self.now.micro_offset());
        let hit = match self.axis? {
            // A velocity of 0 would be no hit.
            Axis::Velocity => {
                self.now.with_velocity((velocity - y / VELOCITY_TRAVEL).max(1.0 / 127.0))
            }
            Axis::Timing => self.now.with_micro_offset(offset + x / geometry.step_width()),
        };
        let has_changed = hit != self.now;
        self.now = hit;
        has_changed.then_some(hit)
    }
}

/// The articulation of `instrument` after that of `hit`, in turn.
pub(crate) fn next_articulation(instrument: Instrument, hit: Hit) -> Articulation {
    let all = Articulation::of(instrument);
    let place = all.iter().position(|&articulation| articulation == hit.articulation());
    all[(place.unwrap_or(0) + 1) % all.len()]
}

/// The cell for a press at `at`: the cell of the hit drawn there, which its timing may have moved out of the cell, or
/// else the cell there.
fn cell_under(at: Pos2, grid: &DragContext<'_>) -> Option<(usize, Instrument)> {
    let (step, instrument) = grid.geometry.at(at)?;
    // Swing and triplet feel shift by up to a step and a quarter.
    let near = [Some(step), step.checked_sub(1), Some(step + 1), step.checked_sub(2)];
    let drawn = near.into_iter().flatten().find(|&step| {
        let cell = grid.drawn.get(step).and_then(|row| row[instrument.index()]);
        cell.is_some_and(|cell| grid.geometry.cell(step, instrument, cell).x_range().contains(at.x))
    });
    Some((drawn.unwrap_or(step), instrument))
}

#[cfg(test)]
mod tests;
