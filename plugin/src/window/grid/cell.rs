//! A hit as the grid draws it.

use groove::{Bar, INSTRUMENTS};

/// One cell as drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// Velocity, `[0, 1]`.
    pub(crate) velocity: f32,
    /// Steps after the grid time.
    pub(crate) offset: f32,
    /// How far the hit has appeared, `[0, 1]`.
    pub(crate) presence: f32,
    /// 1 if it sounds, 0 if not, `[0, 1]`.
    pub(crate) strength: f32,
}

/// All cells; `None` is an empty cell, or one of a step that the pattern does not have.
pub(crate) type Cells = [[Option<Cell>; INSTRUMENTS]; Bar::MOST_STEPS];
