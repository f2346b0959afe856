//! Which grid the hits of a stretch fit best.

use super::Note;
use super::metre::Section;
use crate::bar::{CLOCKS_PER_QUARTER, Grid, Metre};

/// How the hits of a stretch fit the grids that it can be read on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridFit {
    /// The metre of the stretch.
    pub metre: Metre,
    /// The grid that fits best.
    pub best: Grid,
    /// How far hits are from 16ths, and from triplets, in the mean, in 16ths. Where the metre counts 8ths, triplets are
    /// none of its grids.
    pub sixteenths: f32,
    /// Likewise.
    pub triplets: f32,
}

/// How far drummers play from the grid, in clocks, as a standard deviation: 30 ms at 120 BPM.
const SPREAD: f64 = 1.5;

/// How much likelier a stretch must be on another grid than on the first one, as a logarithm: a few hits of bad timing are
/// none of triplets.
const DOUBT: f64 = 3.0;

impl GridFit {
    /// How `notes` of `section`, which is in `metre`, fit.
    ///
    /// Each grid says how likely hits are: nearer ones more, and each of many steps less than each of few. Hits that are
    /// on the beat by any grid say nothing. Where none says anything the grid is 16ths, or 8ths where the metre counts
    /// these and nothing lies between.
    pub(super) fn of(section: &Section, metre: Metre, notes: &[Note], ticks_per_beat: u16) -> Self {
        let clock = |note: &Note| {
            section.steps_to(note.start, ticks_per_beat, Grid::Sixteenths)
                * Grid::Sixteenths.step_clocks() as f64
        };
        // In metres that count 8ths an 8th is what a beat is elsewhere.
        let (beat, grids): (f64, &[Grid]) = if metre.denominator() == 8 {
            (f64::from(CLOCKS_PER_QUARTER as u16) / 2.0, &[Grid::Eighths, Grid::Sixteenths])
        } else {
            let quarter = f64::from(CLOCKS_PER_QUARTER as u16);
            (quarter, &[Grid::Sixteenths, Grid::Triplets, Grid::Sextuplets])
        };
        let clocks: Vec<f64> = notes.iter().map(clock).collect();
        let distance = |clock: f64, step: f64| (clock - (clock / step).round() * step).abs();
        let is_between = |clock: &&f64| {
            let finest = grids.iter().map(|grid| grid.step_clocks()).min().unwrap_or(1) as f64;
            distance(**clock, beat) > finest / 2.0
        };
        let likelihood = |grid: &Grid| -> f64 {
            let step = grid.step_clocks() as f64;
            let of = |&clock: &f64| {
                let spread = distance(clock, step) / SPREAD;
                -spread * spread / 2.0 - (beat / step).ln()
            };
            clocks.iter().filter(is_between).map(of).sum()
        };
        let mut best = grids[0];
        for grid in &grids[1..] {
            let doubt = if best == grids[0] { DOUBT } else { 0.0 };
            if likelihood(grid) > likelihood(&best) + doubt {
                best = *grid;
            }
        }
        let mean = |grid: Grid| {
            let step = grid.step_clocks() as f64;
            let sum: f64 = clocks.iter().map(|&clock| distance(clock, step)).sum();
            (sum / clocks.len().max(1) as f64 / Grid::Sixteenths.step_clocks() as f64) as f32
        };
        let (sixteenths, triplets) = (mean(Grid::Sixteenths), mean(Grid::Triplets));
        Self { metre, best, sixteenths, triplets }
    }

    /// Whether it is not what a window holds: 4/4 in 16ths.
    pub fn is_special(&self) -> bool {
        (self.metre, self.best) != (Metre::FOUR_FOUR, Grid::Sixteenths)
    }
}
