//! The bars of a clip, and the four of them that a user most likely wants.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Clip, NoDrums};
use crate::pattern::{BARS, Pattern};
use crate::step_sequence::{StepHit, StepSequence};

/// A bar of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The index of its sequence in [`Clip::sequences`].
    pub sequence: usize,
    /// Its first step there.
    pub start: usize,
    /// Its length in steps.
    pub steps: usize,
    /// How many hits it holds.
    pub hits: usize,
    /// Bars of one kind are alike; kinds are numbered from 0 in order of appearance. `None`: silent.
    pub kind: Option<usize>,
}

/// The share of common onsets among all of two bars from which on they are alike: a hit more or less, or a crash on the
/// first beat, is still the same groove.
const ALIKE: f64 = 0.8;

/// The most kinds that a bar is compared with; more are of no use to anybody.
const MAX_KINDS: usize = 64;

impl Clip {
    /// The bars of all sequences, one after another; the bar that is counted as 1 elsewhere is the first.
    pub fn bars(&self) -> Vec<Bar> {
        let mut kinds: Vec<(usize, Bar)> = Vec::new();
        let mut bars = Vec::new();
        for (i, sequence) in self.sequences.iter().enumerate() {
            let (steps, kind) = (sequence.bar().steps(), None);
            for start in (0..sequence.len()).step_by(steps) {
                let mut bar = Bar { sequence: i, start, steps, hits: 0, kind };
                bar.hits = self.hits(&bar).len();
                if bar.hits > 0 {
                    let known = kinds.iter().find(|(_, other)| self.are_alike(&bar, other));
                    bar.kind = known.map(|(kind, _)| *kind);
                    if bar.kind.is_none() {
                        let kind = kinds.len();
                        bar.kind = Some(kind);
                        if kind < MAX_KINDS {
                            kinds.push((kind, bar));
                        }
                    }
                }
                bars.push(bar);
            }
        }
        bars
    }

    /// The hits of `bar`, one of this clip's.
    pub fn hits(&self, bar: &Bar) -> &[StepHit] {
        self.sequences[bar.sequence].hits_between(bar.start, bar.start + bar.steps)
    }

    fn are_alike(&self, a: &Bar, b: &Bar) -> bool {
        if self.sequences[a.sequence].bar() != self.sequences[b.sequence].bar() {
            return false;
        }
        let onset = |bar: &Bar, hit: &StepHit| (hit.step as usize - bar.start, hit.instrument);
        let of_b: Vec<_> = self.hits(b).iter().map(|hit| onset(b, hit)).collect();
        let is_common = |hit: &&StepHit| of_b.binary_search(&onset(a, hit)).is_ok();
        let common = self.hits(a).iter().filter(is_common).count();
        common as f64 >= ALIKE * (a.hits + b.hits - common) as f64
    }

    /// The pattern of `bars` bars from bar `bar` on, counted as in [`pattern`](Self::pattern), at most a pattern's; a half
    /// or a quarter of a pattern is repeated.
    ///
    /// # Errors
    /// If there are no drums there.
    pub fn stretch(&self, bar: usize, bars: usize) -> Result<Pattern, NoDrums> {
        let whole = self.pattern(bar)?;
        let most = whole.bar().bars();
        let bars = bars.clamp(1, most);
        let steps = bars * whole.bar().steps();
        let mut pattern = Pattern::empty(whole.bar());
        for (step, instrument, hit) in whole.iter().filter(|hit| hit.0 < steps) {
            let times = if most.is_multiple_of(bars) { most / bars } else { 1 };
            for time in 0..times {
                pattern.set(step + time * steps, instrument, Some(hit));
            }
        }
        if pattern.count() == 0 {
            let bars = self.sequences.iter().map(StepSequence::bars).sum();
            return Err(NoDrums::Bar { bar, bars });
        }
        Ok(pattern)
    }
}

/// The first, counted from 1, of the four bars that a user most likely wants: of four bars that recur as a whole, else of
/// those with most recurring bars, the ones with most hits; of equals the first that begin a phrase of four. A bar counts
/// with the average hits of its kind, since one ghost note more is the same groove.
pub fn likeliest(bars: &[Bar]) -> usize {
    let mut counts = HashMap::new();
    for (bar, kind) in bars.iter().filter_map(|bar| Some((bar, bar.kind?))) {
        let (count, hits) = counts.entry(kind).or_insert((0, 0));
        (*count, *hits) = (*count + 1, *hits + bar.hits);
    }
    let mut first: HashMap<[Option<usize>; BARS], (usize, usize)> = HashMap::new();
    let windows = || {
        let windows = bars.windows(BARS).enumerate();
        windows.filter(|(_, four)| {
            four[0].kind.is_some() && four.iter().all(|bar| bar.sequence == four[0].sequence)
        })
    };
    let kinds = |four: &[Bar]| std::array::from_fn(|i| four[i].kind);
    for (start, four) in windows() {
        first.entry(kinds(four)).or_insert((start, start)).1 = start;
    }
    let rank = |start: usize, four: &[Bar]| {
        let (first, last) = first[&kinds(four)];
        let kinds = four.iter().filter_map(|bar| counts.get(&bar.kind?));
        let recurring = kinds.clone().filter(|(count, _)| *count > 1).count();
        let hits: usize = kinds.map(|(count, hits)| 1000 * hits / count).sum();
        // A phrase begins every four bars, and where another one was before.
        let is_fourth = four[0].start.is_multiple_of(BARS * four[0].steps);
        let is_other = start == 0 || bars[start - 1].kind != four[0].kind;
        let begins = usize::from(is_fourth) + usize::from(is_other);
        (last >= first + BARS, recurring, hits, begins, Reverse(start))
    };
    let best = windows().max_by_key(|&(start, four)| rank(start, four));
    best.map_or(1, |(start, _)| start + 1)
}
