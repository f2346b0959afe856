//! Bars of 4/4 cut or stretched to other metres, as a drummer would: for want of performances in these.
//!
//! Whole beats are left out or played again, as [where a groove is converted](groove::Bar::beat_of_four); 7/8 leaves out the
//! last 8th of four beats, 5/8 and 10/8 the last third of every second beat in threes. No figure is cut: what is left out of a
//! beat holds nothing but time, no drum leads into a beat that does not follow, and a bar with toms stays as it is.
//! docs/metres.md has examples.

use std::ops::Range;

use groove::{BEATS_PER_BAR, Bar, Grid, Hit, Instrument, Metre, Pattern};

use Instrument::{HighFloorTom, HighTom, Kick, LowMidTom, Snare};

/// Softer snares are ghost notes, which no figure is made of.
const GHOST: f32 = 0.3;

/// What 4/4 in 16ths becomes.
const OF_SIXTEENTHS: [(u32, u32, Grid); 7] = [
    (3, 4, Grid::Sixteenths),
    (5, 4, Grid::Sixteenths),
    (7, 8, Grid::Sixteenths),
    (2, 4, Grid::Sixteenths),
    (6, 4, Grid::Sixteenths),
    (7, 4, Grid::Sixteenths),
    (12, 4, Grid::Sixteenths),
];
/// What 4/4 in triplets becomes: beats in threes.
const OF_TRIPLETS: [(u32, u32, Grid); 8] = [
    (12, 8, Grid::Eighths),
    (6, 8, Grid::Eighths),
    (9, 8, Grid::Eighths),
    (3, 8, Grid::Eighths),
    (10, 8, Grid::Eighths),
    (5, 8, Grid::Eighths),
    (3, 4, Grid::Triplets),
    (5, 4, Grid::Triplets),
];
/// What 4/4 in 16th triplets becomes.
const OF_SEXTUPLETS: [(u32, u32, Grid); 4] = [
    (12, 8, Grid::Sixteenths),
    (6, 8, Grid::Sixteenths),
    (9, 8, Grid::Sixteenths),
    (3, 4, Grid::Sextuplets),
];

/// 4/4 in triplets.
pub(super) const TRIPLETS: Bar = Bar::new(Metre::FOUR_FOUR, Grid::Triplets);
/// 4/4 in 8ths.
pub(super) const EIGHTHS: Bar = Bar::new(Metre::FOUR_FOUR, Grid::Eighths);

/// The bars that bars `of` 4/4 are made into.
pub(super) fn of_grid(of: Bar) -> impl Iterator<Item = Bar> {
    let targets: &[_] = match of.grid() {
        _ if of.metre() != Metre::FOUR_FOUR => &[],
        Grid::Sixteenths => &OF_SIXTEENTHS,
        Grid::Triplets => &OF_TRIPLETS,
        Grid::Sextuplets => &OF_SEXTUPLETS,
        Grid::Eighths => &[],
    };
    targets.iter().filter_map(|&(numerator, denominator, grid)| {
        Some(Bar::new(Metre::new(numerator, denominator)?, grid))
    })
}

/// `window` in triplets, as a shuffle, or in 8ths, if it has nothing between its 8ths.
pub(super) fn divided(window: &Pattern, bar: Bar) -> Option<Pattern> {
    let is_in_eighths = window.iter().all(|(step, ..)| step.is_multiple_of(2));
    (is_in_eighths && window.bar() == Bar::COMMON).then(|| window.in_bars(bar))
}

/// `pattern`, in 4/4, which ends with a fill over the steps `fill` of its last bar, as bars `to`, and the fill's steps there: its
/// last beats, after what is made of the bars before.
pub(super) fn fill_made_into(
    pattern: &Pattern,
    fill: &Range<usize>,
    to: Bar,
) -> Option<(Pattern, Range<usize>)> {
    let from = pattern.bar();
    let (steps, last_bar) = (from.steps(), pattern.steps() - from.steps());
    let is_of_whole_beats = to.steps().is_multiple_of(steps / BEATS_PER_BAR);
    if fill.start < last_bar || fill.end != pattern.steps() || !is_of_whole_beats {
        return None;
    }
    // The beat as it would have gone on.
    let mut beat = *pattern;
    for step in last_bar..pattern.steps() {
        for instrument in Instrument::ALL {
            beat.set(step, instrument, pattern.hit(step - steps, instrument));
        }
    }
    let mut made = made_into(&beat, to)?;
    let length = (fill.end - fill.start).min(to.steps());
    let start = made.steps() - length;
    for (step, source) in (start..made.steps()).zip(fill.end - length..) {
        for instrument in Instrument::ALL {
            made.set(step, instrument, pattern.hit(source, instrument));
        }
    }
    Some((made, start..start + length))
}

/// The bars of `pattern`, in 4/4, as bars `to`, of steps as many to its beats or 8ths; `None` if a figure would be cut.
pub(super) fn made_into(pattern: &Pattern, to: Bar) -> Option<Pattern> {
    let mut made = Pattern::empty(to);
    let steps_per_beat = pattern.bar().steps() / BEATS_PER_BAR;
    // Where the source would go on.
    let mut next = 0;
    for (bar, beat) in
        (0..to.bars()).flat_map(|bar| (0..to.beats_in_bar()).map(move |beat| (bar, beat)))
    {
        let source = steps_per_beat
            * match to.beats_in_bar() {
                // Bars of one or two beats follow one another in bars of four.
                beats @ 1..=2 => bar * beats + beat,
                // The third beat of 7/8 is three 8ths long: it runs on.
                _ if to.metre().numerator() == 7 && to.metre().denominator() == 8 => {
                    bar * BEATS_PER_BAR + beat
                }
                _ => bar * BEATS_PER_BAR + to.beat_of_four(beat),
            };
        if source != next && cuts(pattern, next) {
            return None;
        }
        let (start, end) = (to.step_of_beat(beat), to.step_of_beat(beat + 1));
        for (step, source) in (start..end).zip(source..) {
            for instrument in Instrument::ALL {
                made.set(bar * to.steps() + step, instrument, pattern.hit(source, instrument));
            }
        }
        next = source + end - start;
    }
    let is_cut = !next.is_multiple_of(steps_per_beat) && cuts(pattern, next);
    (made.count() > 0 && !is_cut).then_some(made)
}

/// Whether to go on elsewhere than at step `next` cuts a figure.
fn cuts(pattern: &Pattern, next: usize) -> bool {
    let steps_per_beat = pattern.bar().steps() / BEATS_PER_BAR;
    if !next.is_multiple_of(steps_per_beat) {
        // The rest of a beat is left out.
        return (next..next.next_multiple_of(steps_per_beat)).any(|step| has_drum(pattern, step));
    }
    let bar = (next - 1) / pattern.bar().steps() * pattern.bar().steps();
    let has_tom = |step: usize| {
        [HighTom, LowMidTom, HighFloorTom].iter().any(|&tom| pattern.hit(step, tom).is_some())
    };
    has_drum(pattern, next - 1) || (bar..bar + pattern.bar().steps()).any(has_tom)
}

/// Whether anything but time and ghost notes is played at `step`.
fn has_drum(pattern: &Pattern, step: usize) -> bool {
    let is_loud = |hit: Hit| hit.velocity() >= GHOST;
    [Kick, Snare, HighTom, LowMidTom, HighFloorTom]
        .iter()
        .any(|&drum| pattern.hit(step, drum).is_some_and(is_loud))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hats in 8ths, kick on one and three, snare on two and four.
    fn backbeat() -> Pattern {
        let mut window = Pattern::EMPTY;
        let hit = Some(Hit::new(0.8, 0.0));
        for step in (0..64).step_by(2) {
            window.set(step, Instrument::ClosedHiHat, hit);
        }
        for beat in 0..16 {
            window.set(beat * 4, if beat % 2 == 0 { Kick } else { Snare }, hit);
        }
        window
    }

    fn steps(pattern: &Pattern, of: Instrument) -> Vec<usize> {
        let hits = pattern.iter().filter(|(_, instrument, _)| *instrument == of);
        hits.map(|(step, ..)| step).filter(|&step| step < pattern.bar().steps()).collect()
    }

    fn made(pattern: &Pattern, numerator: u32, denominator: u32) -> Option<Pattern> {
        let metre = Metre::new(numerator, denominator).unwrap();
        let bar = of_grid(pattern.bar()).find(|bar| bar.metre() == metre)?;
        made_into(pattern, bar)
    }

    #[test]
    fn beats_are_left_out_or_played_again() {
        let window = backbeat();
        let of = |numerator, denominator| {
            let made = made(&window, numerator, denominator).unwrap();
            (steps(&made, Kick), steps(&made, Snare), steps(&made, Instrument::ClosedHiHat).len())
        };
        assert_eq!(of(3, 4), (vec![0], vec![4, 8], 6));
        assert_eq!(of(5, 4), (vec![0, 12], vec![4, 8, 16], 10));
        assert_eq!(of(7, 8), (vec![0, 8], vec![4, 12], 7));
        assert_eq!(of(2, 4), (vec![0], vec![4], 4));
        let shuffle = divided(&window, TRIPLETS).unwrap();
        let of = |numerator, denominator| {
            let made = made(&shuffle, numerator, denominator).unwrap();
            (steps(&made, Kick), steps(&made, Snare), steps(&made, Instrument::ClosedHiHat))
        };
        assert_eq!(of(12, 8), (vec![0, 6], vec![3, 9], vec![0, 2, 3, 5, 6, 8, 9, 11]));
        assert_eq!(of(6, 8), (vec![0], vec![3], vec![0, 2, 3, 5]));
        assert_eq!(of(10, 8), (vec![0, 5], vec![3, 8], vec![0, 2, 3, 5, 7, 8]));
    }

    #[test]
    fn a_fill_ends_where_its_bar_does() {
        let hit = Some(Hit::new(0.8, 0.0));
        let mut window = backbeat();
        (56..64).for_each(|step| window.set(step, LowMidTom, hit));
        let waltz = of_grid(Bar::COMMON).next().unwrap();
        let (made, fill) = fill_made_into(&window, &(56..64), waltz).unwrap();
        assert_eq!((made.steps(), fill), (48, 40..48));
        let toms = made.iter().filter(|hit| hit.1 == LowMidTom).map(|hit| hit.0);
        assert!(toms.eq(40..48));
        assert_eq!(made.token(36), window.token(48), "it begins as the beat does");
    }

    #[test]
    fn no_figure_is_cut() {
        let hit = Some(Hit::new(0.8, 0.0));
        let mut led = backbeat();
        led.set(23, Kick, hit);
        assert!(made(&led, 3, 4).is_none(), "it leads into a beat that is left out");
        assert!(made(&led, 7, 8).is_some());
        let mut ending = backbeat();
        ending.set(14, Snare, hit);
        assert!(made(&ending, 7, 8).is_none(), "the last 8th is more than time");
        assert!(made(&ending, 3, 4).is_some());
        let mut fill = backbeat();
        (8..16).for_each(|step| fill.set(step, LowMidTom, hit));
        assert!(made(&fill, 3, 4).is_none() && made(&fill, 5, 4).is_none());
        assert!(made(&fill, 2, 4).is_some(), "nothing is left out");
        assert!(divided(&led, TRIPLETS).is_none() && divided(&backbeat(), EIGHTHS).is_some());
    }
}
