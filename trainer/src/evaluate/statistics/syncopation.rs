//! Syncopation after Longuet-Higgins and Lee.

use groove::{BARS, Instrument, Pattern, STEPS, STEPS_PER_BAR, Token};

/// Metrical weight of each step of a bar: 0 on the downbeat and one less for each halving of the bar
/// that it takes to reach the step (Longuet-Higgins and Lee 1984, *The Rhythmic Interpretation of
/// Monophonic Music*, Music Perception 1(4); tabled in Fitch and Rosenfeld 2007, Music Perception 25(1)).
const WEIGHTS: [i32; STEPS_PER_BAR] =
    [0, -4, -3, -4, -2, -4, -3, -4, -1, -4, -3, -4, -2, -4, -3, -4];

/// The drums whose strokes make the rhythm that is heard against the beat. The measure is one of a
/// single line: hats and cymbals, which keep time on most steps, would fill every rest in it.
const DRUMS: [Instrument; 5] = [
    Instrument::Kick,
    Instrument::Snare,
    Instrument::HighTom,
    Instrument::LowMidTom,
    Instrument::HighFloorTom,
];

/// Syncopation of the line that kick, snare and toms play together, per bar, at least 0.
///
/// A stroke is syncopated where the silence after it covers a step of greater weight; each such stroke
/// counts the difference between the heaviest silent step before the next stroke and its own. The
/// pattern is heard as it is played, over and over.
pub(crate) fn syncopation(pattern: &Pattern) -> f64 {
    let drums = DRUMS.into_iter().fold(Token::SILENCE, Token::with).value();
    let is_struck = |step: usize| pattern.token(step % STEPS).value() & drums != 0;
    let weight = |step: usize| WEIGHTS[step % STEPS_PER_BAR];
    let strokes = (0..STEPS).filter(|&step| is_struck(step));
    let strength = strokes.map(|stroke| {
        let rests = (stroke + 1..stroke + STEPS).take_while(|&step| !is_struck(step));
        rests.map(weight).max().map_or(0, |rest| (rest - weight(stroke)).max(0))
    });
    f64::from(strength.sum::<i32>()) / BARS as f64
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    /// Kicks on these steps of every bar, with hats on all steps.
    fn pattern(kicks: &[usize]) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for step in 0..STEPS {
            let hit = Some(Hit::new(0.8, 0.0));
            pattern.set(step, Instrument::ClosedHiHat, hit);
            if kicks.contains(&(step % STEPS_PER_BAR)) {
                pattern.set(step, Instrument::Kick, hit);
            }
        }
        pattern
    }

    #[test]
    fn strokes_on_the_beat_are_not_syncopated() {
        assert_eq!(syncopation(&pattern(&[0, 4, 8, 12])), 0.0);
        assert_eq!(syncopation(&pattern(&[0])), 0.0);
        assert_eq!(syncopation(&Pattern::EMPTY), 0.0);
    }

    #[test]
    fn a_stroke_counts_by_how_much_weightier_the_silence_after_it_is() {
        // The son clave on steps 0, 3, 6, 10, 12: step 3 (-4) before the rest on 4 (-2) counts 2, step
        // 6 (-3) before the rest on 8 (-1) 2; 10 is followed by nothing weightier (11: -4), and 12 and 0
        // neither.
        assert_eq!(syncopation(&pattern(&[0, 3, 6, 10, 12])), 4.0);
        // The last eighth anticipates a downbeat that stays silent: -3 against 0.
        assert_eq!(syncopation(&pattern(&[14])), 3.0);
    }
}
