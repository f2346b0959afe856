//! The feel of one groove laid over another: velocities and micro-offsets, by instrument and place in the bar.

use groove::{Hit, Instrument, Pattern};

/// The hits of `shown` that `feel` has an answer for, with its velocities and timing by `amount`, `[0, 1]`: of the same instrument
/// at the same place of the same bar, else of any bar, else of any beat.
pub fn laid_over(
    shown: &Pattern,
    feel: &Pattern,
    amount: f32,
) -> Vec<(usize, Instrument, Option<Hit>)> {
    let changed = |(step, instrument, hit): (usize, Instrument, Hit)| {
        let [velocity, offset] = felt(shown, step, instrument, feel)?;
        let towards = |from: f32, to: f32| amount.mul_add(to - from, from);
        let hit = Hit::new(towards(hit.velocity(), velocity), towards(hit.micro_offset(), offset));
        Some((step, instrument, Some(hit)))
    };
    shown.iter().filter_map(changed).collect()
}

/// Velocity and micro-offset of `instrument` in `feel` where step `step` of `shown` is; the mean, if there are several.
fn felt(shown: &Pattern, step: usize, instrument: Instrument, feel: &Pattern) -> Option<[f32; 2]> {
    let place = |pattern: &Pattern, step: usize| {
        let (bar, clocks) = (pattern.bar(), pattern.bar().grid().step_clocks());
        let in_bar = step % bar.steps() * clocks;
        [step / bar.steps(), in_bar, in_bar % groove::CLOCKS_PER_QUARTER]
    };
    let wanted = place(shown, step);
    // From the narrowest to the widest: what must agree.
    [&[0, 1][..], &[1], &[2]].into_iter().find_map(|agreeing| {
        let agrees = |&(step, of, _): &(usize, Instrument, Hit)| {
            let place = place(feel, step);
            of == instrument && agreeing.iter().all(|&i| place[i] == wanted[i])
        };
        let hits: Vec<Hit> = feel.iter().filter(agrees).map(|(.., hit)| hit).collect();
        let mean =
            |of: fn(Hit) -> f32| hits.iter().map(|hit| of(*hit)).sum::<f32>() / hits.len() as f32;
        (!hits.is_empty()).then(|| [mean(|hit| hit.velocity()), mean(|hit| hit.micro_offset())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(hits: &[(usize, Instrument, f32, f32)]) -> Pattern {
        let mut pattern = Pattern::EMPTY;
        for &(step, instrument, velocity, offset) in hits {
            pattern.set(step, instrument, Some(Hit::new(velocity, offset)));
        }
        pattern
    }

    #[test]
    fn a_hit_takes_its_feel_from_the_same_place_of_its_bar_of_any_bar_or_of_any_beat() {
        let feel = pattern(&[
            (0, Instrument::Kick, 0.9, 0.1),
            (16, Instrument::Kick, 0.5, 0.3),
            (6, Instrument::Kick, 0.3, -0.2),
            (4, Instrument::Snare, 1.0, 0.0),
        ]);
        let shown = pattern(&[
            (16, Instrument::Kick, 0.7, 0.0),
            (32, Instrument::Kick, 0.7, 0.0),
            (10, Instrument::Kick, 0.7, 0.0),
            (7, Instrument::Kick, 0.7, 0.0),
            (4, Instrument::Ride, 0.7, 0.0),
        ]);
        let laid = laid_over(&shown, &feel, 1.0);
        let at = |step: usize| {
            let hit = laid.iter().find(|(at, ..)| *at == step)?.2?;
            Some([hit.velocity(), hit.micro_offset()].map(|x| (x * 100.0).round() as i32))
        };
        assert_eq!(at(16), Some([50, 30]), "the same bar");
        assert_eq!(at(32), Some([70, 20]), "the mean of the bars");
        assert_eq!(at(10), Some([30, -20]), "the same place of another beat");
        assert_eq!([at(7), at(4)], [None, None], "there is nothing like it");
        let half = laid_over(&shown, &feel, 0.5);
        let hit = half.iter().find(|(at, ..)| *at == 16).unwrap().2.unwrap();
        assert!((hit.velocity() - 0.6).abs() < 0.01 && (hit.micro_offset() - 0.15).abs() < 0.01);
        assert_eq!(laid_over(&shown, &Pattern::EMPTY, 1.0), []);
    }
}
