//! The critic's features: a groove as the numbers that a drummer would look at.
//!
//! The critic is a small network that tells grooves of drummers from drawn ones. Of several drawn grooves the plugin plays
//! the one that it takes for a drummer's.

use groove::{BARS, INSTRUMENTS, Instrument, Pattern, STEPS, STEPS_PER_BAR};

use crate::context::bar_onsets;

/// Pairs of bars.
const PAIRS: [(usize, usize); 6] = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];

/// Numbers that the critic looks at.
pub const FEATURES: usize = STEPS * INSTRUMENTS
    + STEPS_PER_BAR * INSTRUMENTS
    + BARS * INSTRUMENTS
    + PAIRS.len() * (INSTRUMENTS + 2)
    + 5 * INSTRUMENTS
    + 10;

/// Those numbers of `pattern` `[FEATURES]`: onsets, their mean over the bars, their number by bar, how bars repeat, what the
/// velocities and micro-offsets of each instrument are, and what else makes a beat.
pub fn features(pattern: &Pattern) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(FEATURES);
    let is_struck = |step: usize, instrument: Instrument| {
        f32::from(u8::from(pattern.hit(step, instrument).is_some()))
    };
    for step in 0..STEPS {
        numbers.extend(Instrument::ALL.map(|instrument| is_struck(step, instrument)));
    }
    for step in 0..STEPS_PER_BAR {
        let mean = |instrument| {
            let bars = (0..BARS).map(|bar| is_struck(bar * STEPS_PER_BAR + step, instrument));
            bars.sum::<f32>() / BARS as f32
        };
        numbers.extend(Instrument::ALL.map(mean));
    }
    let onsets: [[u128; INSTRUMENTS]; BARS] = std::array::from_fn(|bar| {
        Instrument::ALL.map(|instrument| bar_onsets(pattern, bar, instrument))
    });
    for bar in onsets {
        numbers.extend(bar.map(|onsets| onsets.count_ones() as f32));
    }
    for (a, b) in PAIRS {
        let rows = || onsets[a].into_iter().zip(onsets[b]);
        numbers.extend(rows().map(|(a, b)| f32::from(u8::from(a == b))));
        let (both, any) = rows().fold((0, 0), |(both, any), (a, b)| {
            (both + (a & b).count_ones(), any + (a | b).count_ones())
        });
        numbers.push(both as f32 / any.max(1) as f32);
        numbers.push(f32::from(u8::from(onsets[a] == onsets[b])));
    }
    for instrument in Instrument::ALL {
        let hits = || (0..STEPS).filter_map(|step| pattern.hit(step, instrument));
        let [velocity, velocity_spread] = mean_and_spread(hits().map(|hit| hit.velocity()));
        let [offset, offset_spread] = mean_and_spread(hits().map(|hit| hit.micro_offset()));
        let soft = hits().filter(|hit| hit.velocity() < 0.35).count() as f32;
        numbers.extend([velocity, velocity_spread, offset, offset_spread, soft]);
    }
    let all: Vec<_> = pattern.iter().map(|(_, _, hit)| hit).collect();
    numbers.extend(mean_and_spread(all.iter().map(|hit| hit.velocity())));
    numbers.extend(mean_and_spread(all.iter().map(|hit| hit.micro_offset())));
    let share = |bars: &dyn Fn(usize) -> bool| {
        (0..BARS).filter(|&bar| bars(bar)).count() as f32 / BARS as f32
    };
    let time = |bar: usize, every: usize| {
        let is_kept = |step: usize| {
            [Instrument::OpenHiHat, Instrument::ClosedHiHat, Instrument::Ride]
                .iter()
                .any(|&instrument| onsets[bar][instrument.index()] & (1 << step) != 0)
        };
        (0..STEPS_PER_BAR).step_by(every).all(is_kept)
    };
    let snare = |bar: usize, step: usize| {
        let hit = pattern.hit(bar * STEPS_PER_BAR + step, Instrument::Snare);
        hit.is_some_and(|hit| hit.velocity() > 0.4)
    };
    numbers.push(share(&|bar| snare(bar, 4) && snare(bar, 12)));
    numbers.push(share(&|bar| snare(bar, 4) != snare(bar, 12)));
    numbers.push(share(&|bar| onsets[bar][Instrument::Kick.index()] & 1 != 0));
    numbers.push(share(&|bar| time(bar, 4)));
    numbers.push(share(&|bar| time(bar, 2)));
    let mut tokens = pattern.tokens();
    tokens.sort_unstable();
    let distinct = 1 + tokens.windows(2).filter(|pair| pair[0] != pair[1]).count();
    numbers.push(distinct as f32);
    debug_assert_eq!(numbers.len(), FEATURES);
    numbers
}

/// Mean and standard deviation; zeros of nothing. In `f32` and in order, so that every machine has the same bits.
fn mean_and_spread(numbers: impl Iterator<Item = f32> + Clone) -> [f32; 2] {
    let count = numbers.clone().count().max(1) as f32;
    let mean = numbers.clone().sum::<f32>() / count;
    let squares: f32 = numbers.map(|x| (x - mean) * (x - mean)).sum();
    [mean, (squares / count).sqrt()]
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    #[test]
    fn a_steady_beat_is_seen_as_one() {
        let mut pattern = Pattern::EMPTY;
        let hit = Some(Hit::new(0.8, 0.0));
        for step in 0..STEPS {
            if step % 2 == 0 {
                pattern.set(step, Instrument::ClosedHiHat, hit);
            }
            if step % 8 == 4 {
                pattern.set(step, Instrument::Snare, hit);
            }
        }
        let found = features(&pattern);
        assert_eq!(found.len(), FEATURES);
        let last = &found[FEATURES - 6..];
        // Backbeat, no half of one, no kick on one, time on beats and on eighths; three kinds of steps.
        assert_eq!(last, [1.0, 0.0, 0.0, 1.0, 1.0, 3.0]);
        assert!(features(&Pattern::EMPTY).iter().all(|x| x.is_finite()));
    }
}
