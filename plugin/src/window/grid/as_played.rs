//! Hits as they are played: swing, feel, humanising and accents move what the grid draws as they move what sounds.

use engine::Playing;
use groove::sequencer::Shape;
use groove::{Bar, INSTRUMENTS, Instrument, Pattern};

use crate::window::grid::cell::{Cell, Cells};

/// Strength of a hit that does not sound: left out by its instrument's density, muted, or not solo.
const SILENT: f32 = 0.0;

/// The hits of `pattern` as they are played in `cycle`. Hits that are not played are drawn as written.
pub(crate) fn cells(pattern: &Pattern, playing: &Playing, cycle: i64) -> Cells {
    let shape = playing.playback.shape.of_bar(pattern.bar());
    let mut cells = [[None; INSTRUMENTS]; Bar::MOST_STEPS];
    for (step, row) in cells.iter_mut().enumerate().take(pattern.steps()) {
        if pattern.row(step).iter().all(Option::is_none) {
            continue;
        }
        let played = played_step(&shape, step, cycle);
        let kept = played.map(|played| playing.lanes.row(pattern, &shape, played));
        for (i, instrument) in Instrument::ALL.into_iter().enumerate() {
            let Some(hit) = pattern.hit(step, instrument) else { continue };
            let is_left_out = kept.is_some_and(|kept| kept[i].is_none());
            let is_audible = !is_left_out && playing.lanes.hears(instrument);
            let (velocity, offset) = match played {
                Some(played) => {
                    let scale = playing.lanes.of(instrument).velocity;
                    let scale = if is_audible { scale } else { 1.0 };
                    let velocity = playing
                        .velocity_settings
                        .velocity(shape.bar, played, instrument, hit, scale);
                    let shift = playing.playback.feel.shift(shape.bar, played, instrument, hit);
                    (velocity, shift as f32)
                }
                None => (hit.velocity(), hit.micro_offset()),
            };
            let strength = if is_audible { 1.0 } else { SILENT };
            row[i] = Some(Cell { velocity, offset, presence: 1.0, strength });
        }
    }
    cells
}

/// The played step of `cycle` at which step `step` of the pattern is played; `None` if it is not.
pub(crate) fn played_step(shape: &Shape, step: usize, cycle: i64) -> Option<i64> {
    let steps = shape.bar.pattern_steps();
    let in_cycle = (step + steps - usize::from(shape.start) % steps) % steps;
    let length = shape.steps();
    (in_cycle < length).then(|| cycle.saturating_mul(length as i64).saturating_add(in_cycle as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use groove::Hit;
    use groove::sequencer::Length;

    fn snare_on(steps: &[usize]) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for &step in steps {
            pattern.set(step, Instrument::Snare, Some(Hit::new(0.5, 0.1)));
        }
        pattern
    }

    fn snare(cells: &Cells, step: usize) -> Cell {
        cells[step][Instrument::Snare.index()].unwrap()
    }

    #[test]
    fn a_pattern_that_is_played_as_it_is_is_shown_as_it_is() {
        let cells = super::cells(&snare_on(&[4]), &Playing::default(), 3);
        let expected = Cell { velocity: 0.5, offset: 0.1, presence: 1.0, strength: 1.0 };
        assert_eq!(snare(&cells, 4), expected);
        assert_eq!(cells.iter().flatten().flatten().count(), 1);
    }

    #[test]
    fn steps_are_played_where_the_sequencer_plays_them() {
        for start in [0, 5, 60] {
            for length in [Length::One, Length::Two, Length::Four] {
                let shape = Shape { start, length, ..Shape::default() };
                let steps = shape.steps() as i64;
                for played in 2 * steps..3 * steps {
                    assert_eq!(played_step(&shape, shape.pattern_step(played), 2), Some(played));
                }
                let unplayed =
                    (0..groove::STEPS).filter(|&step| played_step(&shape, step, 2).is_none());
                assert_eq!(unplayed.count() as i64, groove::STEPS as i64 - steps);
            }
        }
    }

    #[test]
    fn swing_moves_what_is_drawn_and_muting_fades_it() {
        let mut playing = Playing::default();
        playing.playback.feel = groove::sequencer::Feel::new(0.75, 0.0);
        playing.lanes.0[Instrument::Snare.index()].velocity = 0.5;
        let cells = super::cells(&snare_on(&[4, 5]), &playing, 0);
        assert_eq!((snare(&cells, 4).offset, snare(&cells, 5).offset), (0.0, 0.5));
        assert_eq!(snare(&cells, 4).velocity, 0.25);
        playing.lanes.0[Instrument::Snare.index()].is_on = false;
        let cells = super::cells(&snare_on(&[4]), &playing, 0);
        assert_eq!((snare(&cells, 4).strength, snare(&cells, 4).velocity), (0.0, 0.5));
    }
}
