//! The columns from which the articulation of a hit is told: the whole groove, and the articulations of the hits before it.

use groove::{Articulation, BARS, Hit, INSTRUMENTS, Instrument, Pattern, STEPS_PER_BAR};

use super::places::{PLACE_COLUMNS, Places};
use super::{COPIES, Row, VELOCITY_RANGES};

/// Articulations of an instrument, as classes.
pub const CLASSES: usize = Articulation::MOST;
/// Hits after which it counts as sure how an instrument has been struck so far.
const SURE: f32 = 16.0;

/// Columns before those of the styles.
const BEFORE_STYLES: usize = INSTRUMENTS
    + 3
    + VELOCITY_RANGES
    + INSTRUMENTS
    + (CLASSES + 1) * (1 + COPIES)
    + 4
    + CLASSES
    + 1
    + 2 * INSTRUMENTS
    + STEPS_PER_BAR
    + BARS
    + PLACE_COLUMNS;

/// Number of columns of a hit for a model that knows so many styles.
pub const fn width(styles: usize) -> usize {
    BEFORE_STYLES + styles + 1
}

/// What is told of a groove by each of its hits' columns, computed once.
pub struct Groove {
    /// Of each instrument.
    hits: [f32; INSTRUMENTS],
    velocity: [f32; INSTRUMENTS],
}

impl Groove {
    /// That of `pattern`.
    pub fn of(pattern: &Pattern) -> Self {
        let (mut hits, mut velocity) = ([0.0; INSTRUMENTS], [0.0; INSTRUMENTS]);
        for (_, instrument, hit) in pattern.iter() {
            hits[instrument.index()] += 1.0;
            velocity[instrument.index()] += hit.velocity();
        }
        for (velocity, hits) in velocity.iter_mut().zip(&hits) {
            *velocity /= f32::max(*hits, 1.0);
        }
        Self { hits, velocity }
    }

    /// Writes the columns of `hit`, of `instrument` at `step` of `pattern`, into zeros. Articulations are read of the steps
    /// before alone.
    pub fn write(
        &self,
        pattern: &Pattern,
        (step, instrument, hit): (usize, Instrument, Hit),
        style: Option<u16>,
        numbers: &mut [f32],
    ) {
        let styles = numbers.len() - BEFORE_STYLES;
        let mut row = Row { numbers };
        let own = instrument.index();
        row.push_one_of(INSTRUMENTS, own);
        row.push(hit.velocity());
        row.push(hit.velocity() - self.velocity[own]);
        row.push(2.0 * hit.micro_offset());
        let range = (hit.velocity() * VELOCITY_RANGES as f32) as usize;
        row.push_one_of(VELOCITY_RANGES, range.min(VELOCITY_RANGES - 1));
        row.push_hits(pattern, Some(step), |hit| hit.velocity());

        let bar = pattern.bar();
        let at = |step: usize| pattern.hit(step, instrument);
        let of = |hit: Option<Hit>| hit.map_or(0, |hit| 1 + class(instrument, hit));
        let last = (0..step).rev().find_map(|place| Some((place, at(place)?)));
        row.push_one_of(CLASSES + 1, of(last.map(|(_, hit)| hit)));
        for ago in 1..=COPIES {
            let hit = step.checked_sub(ago * bar.steps()).and_then(at);
            row.push_one_of(CLASSES + 1, of(hit));
        }
        let next = (step + 1..pattern.steps()).find_map(|place| Some((place, at(place)?)));
        for near in [last, next] {
            // In 16ths.
            let far = |place: usize| (step.abs_diff(place) * bar.grid().step_clocks()) as f32 / 6.0;
            row.push(near.map_or(0.0, |(place, _)| 1.0 / far(place)));
            row.push(near.map_or(0.0, |(_, hit)| hit.velocity()));
        }
        let shares = row.next(CLASSES);
        for hit in (0..step).filter_map(at) {
            shares[class(instrument, hit)] += 1.0;
        }
        let count: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= count.max(1.0));
        row.push((count / SURE).min(1.0));
        for (hits, velocity) in self.hits.iter().zip(&self.velocity) {
            row.push(hits / pattern.steps() as f32);
            row.push(*velocity);
        }
        let places = Places(bar);
        places.push(&mut row, step);
        places.push_in_bar(&mut row, step);
        let style = style.map(usize::from).filter(|style| style + 1 < styles);
        row.push_one_of(styles, style.map_or(0, |style| style + 1));
    }
}

/// The class of the articulation of a hit of `instrument`.
pub fn class(instrument: Instrument, hit: Hit) -> usize {
    let all = Articulation::of(instrument);
    all.iter().position(|articulation| *articulation == hit.articulation()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_s_columns_tell_of_articulations_before_it_and_of_no_others() {
        let mut pattern = Pattern::EMPTY;
        let snare = |velocity| Some(Hit::new(velocity, 0.0));
        for step in [4, 12, 20] {
            pattern.set(step, Instrument::Snare, snare(0.5));
        }
        let columns = |pattern: &Pattern| {
            let mut row = vec![0.0; width(2)];
            let hit = pattern.hit(12, Instrument::Snare).unwrap();
            Groove::of(pattern).write(pattern, (12, Instrument::Snare, hit), Some(1), &mut row);
            row
        };
        let struck = |step: usize| {
            let mut pattern = pattern;
            let hit = pattern.hit(step, Instrument::Snare).unwrap();
            let hit = hit.struck_as(Articulation::CrossStick);
            pattern.set(step, Instrument::Snare, Some(hit));
            columns(&pattern)
        };
        let plain = columns(&pattern);
        assert_eq!(plain.last(), Some(&1.0), "the style");
        assert_ne!(struck(4), plain);
        assert_eq!(struck(12), plain);
        assert_eq!(struck(20), plain);
    }
}
