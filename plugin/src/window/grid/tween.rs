//! Animation of the grid: hits grow, shrink and slide to their new values, so that the eye sees what a control changes.

use groove::{Bar, INSTRUMENTS, Instrument};

use crate::window::grid::cell::{Cell, Cells};

/// Time in which two thirds of a change are done, in seconds.
const EASE_S: f32 = 0.06;
/// A cell this near to its target has arrived.
const NEAR: f32 = 0.004;

/// The cells as drawn, between an old and a new pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tween {
    cells: Option<Box<[[Cell; INSTRUMENTS]; Bar::MOST_STEPS]>>,
    bar: Bar,
}

impl Tween {
    /// Moves towards `aims`, of such bars, for `dt_s` seconds; the first time, and to other bars, all the way. Returns
    /// whether it has arrived.
    pub(crate) fn towards(&mut self, aims: &Cells, bar: Bar, dt_s: f32) -> bool {
        if std::mem::replace(&mut self.bar, bar) != bar {
            self.cells = None;
        }
        let is_first = self.cells.is_none();
        let cells = self
            .cells
            .get_or_insert_with(|| Box::new([[Cell::default(); INSTRUMENTS]; Bar::MOST_STEPS]));
        let part = if is_first { 1.0 } else { 1.0 - (-dt_s.max(0.0) / EASE_S).exp() };
        let mut has_arrived = true;
        for (cell, aim) in cells.as_flattened_mut().iter_mut().zip(aims.as_flattened()) {
            let aim = match *aim {
                Some(aim) => {
                    if cell.presence == 0.0 {
                        *cell = Cell { presence: 0.0, ..aim };
                    }
                    aim
                }
                None => Cell { presence: 0.0, ..*cell },
            };
            has_arrived &= cell.ease(aim, part);
        }
        has_arrived
    }

    /// What the bars are.
    pub(crate) fn bar(&self) -> Bar {
        self.bar
    }

    /// All visible cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (usize, Instrument, Cell)> + '_ {
        self.cells.iter().flat_map(|cells| {
            cells.iter().enumerate().flat_map(|(step, row)| {
                Instrument::ALL
                    .into_iter()
                    .zip(row)
                    .filter(|(_, cell)| cell.presence > 0.0)
                    .map(move |(instrument, cell)| (step, instrument, *cell))
            })
        })
    }
}

impl Cell {
    fn ease(&mut self, aim: Self, part: f32) -> bool {
        let towards = |from: f32, to: f32| {
            let next = from + (to - from) * part;
            if (to - next).abs() < NEAR { to } else { next }
        };
        *self = Self {
            velocity: towards(self.velocity, aim.velocity),
            offset: towards(self.offset, aim.offset),
            presence: towards(self.presence, aim.presence),
            strength: towards(self.strength, aim.strength),
        };
        *self == aim
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_pattern_is_reached_gradually_and_exactly() {
        let mut tween = Tween::default();
        let mut aims = [[None; INSTRUMENTS]; Bar::MOST_STEPS];
        assert!(tween.towards(&aims, Bar::COMMON, 0.0));
        let there = Cell { velocity: 0.8, offset: 0.25, presence: 1.0, strength: 1.0 };
        aims[5][Instrument::Snare.index()] = Some(there);
        assert!(!tween.towards(&aims, Bar::COMMON, 0.016));
        let (_, _, halfway) = tween.cells().next().unwrap();
        assert!(halfway.presence > 0.1 && halfway.presence < 0.5, "{halfway:?}");
        let frames = (0..100).take_while(|_| !tween.towards(&aims, Bar::COMMON, 0.016)).count();
        assert!(frames < 40, "{frames}");
        assert_eq!(tween.cells().collect::<Vec<_>>(), [(5, Instrument::Snare, there)]);
    }
}
