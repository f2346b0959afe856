//! Data augmentation: instruments exchanged between the windows of a batch.

use groove::{Instrument, Pattern, STEPS};
use musicvae::noise::Noise;

/// Changes each window with probability 1/2: each instrument is replaced, with probability `share`, by that of
/// another window of the batch, hits with velocities and micro-offsets.
///
/// The latent vector then has to encode what each instrument plays, rather than which known performance it is.
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
            // Drawn for every window, so that one window's draw does not change the next one's.
            let is_replaced = f64::from(noise.uniform()) < share;
            if is_chosen && is_replaced {
                replace(pattern, &originals[partner], instrument);
            }
        }
    }
}

/// Replaces all hits of `instrument` in `pattern` with those in `from`.
fn replace(pattern: &mut Pattern, from: &Pattern, instrument: Instrument) {
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
    fn half_of_the_windows_exchange_whole_instruments() {
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
