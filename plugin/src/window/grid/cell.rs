//! A hit as the grid draws it.

use groove::{INSTRUMENTS, STEPS};

/// One cell as drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// Velocity, `[0, 1]`.
    pub(crate) velocity: f32,
    /// Steps after the grid time.
    pub(crate) offset: f32,
    /// How much of the hit is there, `[0, 1]`.
    pub(crate) presence: f32,
    /// How much of it is heard, `[0, 1]`.
    pub(crate) strength: f32,
}

/// What to draw in every cell.
pub(crate) type Cells = [[Option<Cell>; INSTRUMENTS]; STEPS];
