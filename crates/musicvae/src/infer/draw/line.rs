//! How well a groove is played to a line.

use groove::{Bar, CLOCKS_PER_QUARTER, Instrument, Pattern};

/// Weight of the share of a line's onsets that a groove answers, added to the critic's log odds.
const ANSWER_WEIGHT: f32 = 10.0;

/// Onsets a beat, besides the low ones, that a groove should answer: of a line of all their onsets drummers answer two
/// thirds.
const OTHERS_A_BEAT: usize = 1;

/// Weight of a groove's hits a step in a line's stops, which count against it; chosen so that there are about as many as
/// drummers play (40 kick lines of validation windows: drummers .82 hits a step, this .79, without it .96).
const STOP_WEIGHT: f32 = 1.0;

/// A line that a groove is played to, a step each.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its onsets.
    pub(super) onsets: &'a [bool; Bar::MOST_STEPS],
    /// Those that a bass takes part in.
    pub(super) low: &'a [bool; Bar::MOST_STEPS],
}

impl Line<'_> {
    /// How well `pattern` is played to it: its onsets are answered, and its stops are kept.
    pub(super) fn heed(self, pattern: &Pattern) -> f32 {
        ANSWER_WEIGHT * self.answered(pattern) - STOP_WEIGHT * in_stops(pattern, self.onsets)
    }

    /// The share of the onsets to be answered at which kick or snare is struck.
    fn answered(self, pattern: &Pattern) -> f32 {
        let onsets = || (0..pattern.steps()).filter(|&step| self.onsets[step]);
        let is_answered = |&step: &usize| {
            let token = pattern.token(step);
            token.contains(Instrument::Kick) || token.contains(Instrument::Snare)
        };
        let low = onsets().filter(|&step| self.low[step]).count();
        let beats = pattern.bar().bars() * pattern.bar().beats_in_bar();
        let asked = onsets().count().min(low + OTHERS_A_BEAT * beats);
        (onsets().filter(is_answered).count() as f32 / asked.max(1) as f32).min(1.0)
    }
}

/// Hits a step of `pattern` where `line`, after its first onset, rests for a beat or longer; 0 if it never does.
fn in_stops(pattern: &Pattern, line: &[bool; Bar::MOST_STEPS]) -> f32 {
    let stop = CLOCKS_PER_QUARTER / pattern.bar().grid().step_clocks();
    let onsets: Vec<usize> = (0..pattern.steps()).filter(|&step| line[step]).collect();
    let ends = onsets.iter().skip(1).copied().chain([pattern.steps()]);
    let rests = onsets.iter().zip(ends).map(|(onset, end)| onset + 1..end);
    let (mut steps, mut hits) = (0, 0_u32);
    for rest in rests.filter(|rest| rest.len() >= stop) {
        steps += rest.len();
        hits += rest.map(|step| pattern.token(step).count()).sum::<u32>();
    }
    hits as f32 / steps.max(1) as f32
}

#[cfg(test)]
mod tests {
    use groove::{Grid, Hit, Metre};

    use super::*;

    fn line(onsets: &[usize]) -> [bool; Bar::MOST_STEPS] {
        std::array::from_fn(|step| onsets.contains(&step))
    }

    fn pattern(bar: Bar, hits: &[(usize, Instrument)]) -> Pattern {
        let mut pattern = Pattern::empty(bar);
        for &(step, instrument) in hits {
            pattern.set(step, instrument, Some(Hit::new(0.5, 0.0)));
        }
        pattern
    }

    #[test]
    fn hits_in_a_rest_of_a_beat_count_against_a_groove_and_shorter_rests_do_not() {
        use Instrument::{ClosedHiHat, Kick, Ride};
        let played = line(&[8, 12, 16, 21]);
        let hits = [(2, Ride), (10, Ride), (18, Ride), (30, Ride), (30, ClosedHiHat), (40, Kick)];
        // Rests of three steps and of four, and to the end.
        let groove = pattern(Bar::COMMON, &hits);
        assert_eq!(in_stops(&groove, &played), 4.0 / 46.0);
        assert_eq!(in_stops(&groove, &line(&[])), 0.0);
        let dense: Vec<usize> = (0..64).step_by(4).collect();
        assert_eq!(in_stops(&groove, &line(&dense)), 0.0);
        let triplets = Bar::new(Metre::FOUR_FOUR, Grid::Triplets);
        let groove = pattern(triplets, &[(1, Ride), (5, Ride)]);
        let mut all: Vec<usize> = (4..48).collect();
        all.push(0);
        assert_eq!(in_stops(&groove, &line(&all)), 1.0 / 3.0, "a beat is three steps");
    }

    #[test]
    fn what_answers_is_better_than_what_rests_as_well() {
        let played = line(&[0, 4, 8, 12]);
        let kick = |steps: &[usize]| {
            let hits: Vec<_> = steps.iter().map(|step| (*step, Instrument::Kick)).collect();
            pattern(Bar::COMMON, &hits)
        };
        let [all, half, more] = [kick(&[0, 4, 8, 12]), kick(&[0, 8]), kick(&[0, 4, 8, 12, 20, 30])];
        let heed = |pattern| Line { onsets: &played, low: &line(&[]) }.heed(pattern);
        assert_eq!(heed(&all), 10.0);
        assert!(heed(&all) > heed(&more) && heed(&more) > heed(&half));
    }

    #[test]
    fn of_a_dense_line_its_low_onsets_and_one_more_a_beat_are_to_be_answered() {
        let all: Vec<usize> = (0..64).collect();
        let (onsets, low) = (&line(&all), &line(&[0, 32]));
        let answered = |count| {
            let hits: Vec<_> = all[..count].iter().map(|step| (*step, Instrument::Snare)).collect();
            Line { onsets, low }.answered(&pattern(Bar::COMMON, &hits))
        };
        assert_eq!([9, 18, 64].map(answered), [0.5, 1.0, 1.0]);
    }
}
