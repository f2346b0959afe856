//! What makes more of the training windows: instruments recombined across them.

use groove::{Instrument, Pattern, STEPS};
use musicvae::noise::Noise;

/// In each window with probability 1/2, takes each instrument with probability `share` from
/// another window of the batch, hits with their velocities and micro-offsets.
///
/// So the latent must say what each instrument plays rather than which known performance it is.
pub(crate) fn recombine(batch: &mut [Pattern], share: f64, noise: &mut Noise) {
    if share == 0.0 {
        return;
    }
    let originals = batch.to_vec();
    let mut partners: Vec<usize> = (0..batch.len()).collect();
    noise.shuffle(&mut partners);
    for (pattern, partner) in batch.iter_mut().zip(partners) {
        let is_chosen = noise.uniform() < 0.5;
        for instrument in Instrument::ALL {
            // Drawn for every window, so that one window's luck does not change the next one's.
            let trades = f64::from(noise.uniform()) < share;
            if is_chosen && trades {
                take(pattern, &originals[partner], instrument);
            }
        }
    }
}

/// Replaces all hits of `instrument` in `pattern` with those in `from`.
fn take(pattern: &mut Pattern, from: &Pattern, instrument: Instrument) {
    for step in 0..STEPS {
        pattern.set(step, instrument, from.hit(step, instrument));
    }
}

#[cfg(test)]
mod tests {
    use groove::Hit;
    use musicvae::noise::Purpose;

    use super::*;

    /// Window `i` strikes every instrument on every step with velocity `i` / 100.
    fn windows() -> Vec<Pattern> {
        (0..100)
            .map(|i| {
                let mut pattern = Pattern::EMPTY;
                for (step, instrument) in
                    (0..STEPS).flat_map(|step| Instrument::ALL.map(|instrument| (step, instrument)))
                {
                    pattern.set(step, instrument, Some(Hit::new(i as f32 / 100.0, 0.0)));
                }
                pattern
            })
            .collect()
    }

    #[test]
    fn half_of_the_windows_trade_whole_instruments() {
        let (before, mut after) = (windows(), windows());
        recombine(&mut after, 0.5, &mut Noise::new(0, Purpose::Augment, 0));
        let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        assert!((35..65).contains(&changed), "{changed}");
        for pattern in after {
            for instrument in Instrument::ALL {
                let velocity = |step| pattern.hit(step, instrument).unwrap().velocity();
                assert!((0..STEPS).all(|step| velocity(step) == velocity(0)));
            }
        }
    }
}
