//! The direction from quiet to loud playing, learned from how the same drummers play both.
//!
//! It is no volume: whoever plays louder also plays more hits, and goes from the closed hat to open cymbals. What differs
//! between drummers and styles has no part in it.

use std::collections::BTreeMap;

use groove::{BARS, Instrument, Pattern};

use crate::data::PerformanceInfo;

/// Its name in the weights file.
pub(crate) const NAME: &str = "intensity";

/// How far 1 is from the middle, in standard deviations of what a drummer plays in a style: verse and chorus are further
/// apart than a performance's bars.
const SPREADS: f64 = 6.0;

/// What goes with it: mean velocity, hits a bar, and the share of open hat, ride and crash among the hits.
pub(crate) fn parts(pattern: &Pattern) -> [f64; 3] {
    let hits = pattern.count().max(1) as f64;
    let velocity: f64 = pattern.iter().map(|(_, _, hit)| f64::from(hit.velocity())).sum();
    let is_open = |instrument: &Instrument| {
        matches!(instrument, Instrument::OpenHiHat | Instrument::Ride | Instrument::Crash)
    };
    let open = pattern.iter().filter(|(_, instrument, _)| is_open(instrument)).count();
    [velocity / hits, pattern.count() as f64 / BARS as f64, open as f64 / hits]
}

/// How intense each of some grooves is among those of its drummer in its style, in standard deviations; `info` says whose
/// the i-th is.
pub(crate) fn scores<'a>(
    patterns: impl Iterator<Item = &'a Pattern>,
    info: impl Fn(usize) -> &'a PerformanceInfo,
) -> Vec<f64> {
    let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let mut parts: Vec<[f64; 3]> = patterns.map(self::parts).collect();
    for i in 0..parts.len() {
        groups.entry((&info(i).drummer, info(i).primary_style())).or_default().push(i);
    }
    for members in groups.values() {
        let add = |sums: [f64; 3], &i: &usize| std::array::from_fn(|at| sums[at] + parts[i][at]);
        let sums = members.iter().fold([0.0; 3], add);
        for &i in members {
            for (part, sum) in parts[i].iter_mut().zip(sums) {
                *part -= sum / members.len() as f64;
            }
        }
    }
    let spread = |numbers: &mut dyn Iterator<Item = f64>| {
        let squares: f64 = numbers.map(|x| x * x).sum();
        (squares / parts.len().max(1) as f64).sqrt().max(1e-9)
    };
    let spreads: [f64; 3] =
        std::array::from_fn(|part| spread(&mut parts.iter().map(|parts| parts[part])));
    let sum = |parts: &[f64; 3]| parts.iter().zip(spreads).map(|(part, s)| part / s).sum::<f64>();
    let sums: Vec<f64> = parts.iter().map(sum).collect();
    let all = spread(&mut sums.iter().copied());
    sums.into_iter().map(|sum| sum / all).collect()
}

/// The shift of a latent vector that goes with an intensity of 1, from posterior means `[N, Z]` and the grooves' scores `[N]`,
/// whose mean is 0.
pub(crate) fn direction(means: &[f32], scores: &[f64]) -> Vec<f32> {
    let z = means.len() / scores.len().max(1);
    let mut along = vec![0.0; z];
    for (mean, score) in means.chunks(z.max(1)).zip(scores) {
        for (along, mean) in along.iter_mut().zip(mean) {
            *along += SPREADS * score * f64::from(*mean) / scores.len() as f64;
        }
    }
    along.into_iter().map(|x| x as f32).collect()
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    fn groove(hits: usize, velocity: f32, instrument: Instrument) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for step in 0..hits {
            pattern.set(step, instrument, Some(Hit::new(velocity, 0.0)));
        }
        pattern
    }

    #[test]
    fn it_grows_with_loudness_hits_and_open_cymbals_within_a_drummer() {
        let info = |drummer: &str| PerformanceInfo {
            drummer: drummer.to_owned(),
            style: "rock".to_owned(),
            ..PerformanceInfo::default()
        };
        let infos = ["a", "a", "b", "b"].map(info);
        let soft = groove(8, 0.3, Instrument::ClosedHiHat);
        let loud = groove(16, 0.8, Instrument::Ride);
        // Drummer b's soft groove is louder than anything of a's.
        let patterns =
            [soft, loud, groove(16, 0.9, Instrument::Ride), groove(32, 1.0, Instrument::Crash)];
        let scores = scores(patterns.iter(), |i| &infos[i]);
        assert!(
            scores[0] < 0.0 && scores[1] > 0.0 && scores[2] < 0.0 && scores[3] > 0.0,
            "{scores:?}"
        );
        let direction = direction(&[0.0, 5.0, 1.0, 5.0, 0.0, 7.0, 1.0, 7.0], &scores);
        assert!(direction[0] > 0.5 && direction[1].abs() < 1e-6, "{direction:?}");
    }
}
