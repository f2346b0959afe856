//! Labelled fills put where drummers play them: at the end of four bars, after a beat of the same drummer.

use std::ops::Range;

use groove::{Instrument, Pattern, StepHit};
use musicvae::noise::Noise;

use crate::data::{Split, Windows};

/// The most bars of a fill; of a longer one its last are taken.
const MOST_BARS: usize = 2;

/// The training fills.
pub(crate) struct Fills {
    fills: Vec<Fill>,
}

struct Fill {
    hits: Vec<StepHit>,
    /// The steps of the window that it takes; its hits are counted from the first bar line in them.
    steps: Range<usize>,
    /// Windows that it may follow.
    beats: Vec<usize>,
}

impl Fills {
    /// The labelled fills of `split`, each with the beats among `windows` of the same drummer and style.
    pub(crate) fn new(windows: &Windows, split: Split) -> Self {
        let mut fills = Vec::new();
        for (info, steps) in windows.fills(split) {
            let bar = steps.bar();
            let Some((bars, hits)) = last_bars(steps.hits(), bar.steps()) else { continue };
            if bars > bar.bars() {
                continue;
            }
            let is_of = |&i: &usize, by_style: bool| {
                let beat = windows.info(i);
                windows.bar(i) == bar
                    && beat.drummer == info.drummer
                    && (!by_style || beat.primary_style() == info.primary_style())
            };
            let mut beats: Vec<usize> = (0..windows.len()).filter(|i| is_of(i, true)).collect();
            if beats.is_empty() {
                beats = (0..windows.len()).filter(|i| is_of(i, false)).collect();
            }
            if beats.is_empty() {
                continue;
            }
            // Of equal tempo, or near it: of the nearest eighth, at least eight.
            if let Some(bpm) = info.bpm {
                let far = |i: &usize| (windows.info(*i).bpm.unwrap_or(bpm) - bpm).abs();
                beats.sort_by(|a, b| far(a).total_cmp(&far(b)));
                beats.truncate((beats.len() / 8).max(8));
            }
            let first_bar = bar.pattern_steps() - bars * bar.steps();
            let first_hit = hits.iter().map(|hit| hit.step as usize).min().unwrap_or(0);
            // A fill from the second beat on has the beat's own first beat before it.
            let begin = if first_hit < 3 { 0 } else { first_hit };
            fills.push(Fill { hits, steps: first_bar + begin..bar.pattern_steps(), beats });
        }
        Self { fills }
    }

    /// Number of fills.
    pub(crate) fn len(&self) -> usize {
        self.fills.len()
    }

    /// Fill `i` after one of its beats, the steps that it takes, and the beat's window.
    pub(crate) fn pattern(
        &self,
        i: usize,
        windows: &Windows,
        noise: &mut Noise,
    ) -> (Pattern, Range<usize>, usize) {
        let fill = &self.fills[i];
        let window = fill.beats[noise.below(fill.beats.len())];
        let mut pattern = windows.pattern(window);
        for step in fill.steps.clone() {
            for instrument in Instrument::ALL {
                pattern.set(step, instrument, None);
            }
        }
        let first_bar = fill.steps.start - fill.steps.start % pattern.bar().steps();
        for hit in &fill.hits {
            pattern.set(first_bar + hit.step as usize, hit.instrument, Some(hit.hit));
        }
        (pattern, fill.steps.clone(), window)
    }
}

/// The last bars of `hits`, their number, and the hits counted from the first of them; without the downbeat that a
/// fill leads to.
fn last_bars(hits: &[StepHit], steps_per_bar: usize) -> Option<(usize, Vec<StepHit>)> {
    let mut hits = hits.to_vec();
    let last = |hits: &[StepHit]| hits.last().map(|hit| hit.step as usize);
    let bar = last(&hits)? / steps_per_bar;
    if bar > 0 && last(&hits)? == bar * steps_per_bar {
        hits.retain(|hit| (hit.step as usize) < bar * steps_per_bar);
    }
    let end = last(&hits)? / steps_per_bar + 1;
    let bars = end.min(MOST_BARS);
    let first = ((end - bars) * steps_per_bar) as u32;
    hits.retain(|hit| hit.step >= first);
    hits.iter_mut().for_each(|hit| hit.step -= first);
    (hits.len() >= 3).then_some((bars, hits))
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    #[test]
    fn a_fill_ends_before_the_downbeat_it_leads_to() {
        let hit = |step| StepHit { step, instrument: Instrument::Snare, hit: Hit::new(0.5, 0.0) };
        let steps = |hits: &[StepHit]| hits.iter().map(|hit| hit.step).collect::<Vec<_>>();
        let (bars, hits) = last_bars(&[8, 10, 12, 14, 16].map(hit), 16).unwrap();
        assert_eq!((bars, steps(&hits)), (1, vec![8, 10, 12, 14]));
        let (bars, hits) = last_bars(&[0, 20, 36, 40, 47].map(hit), 16).unwrap();
        assert_eq!((bars, steps(&hits)), (2, vec![4, 20, 24, 31]));
        assert!(last_bars(&[hit(0)], 16).is_none());
    }
}
