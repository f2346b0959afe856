//! The floor of generation: each step drawn independently of the others.

use groove::{Instrument, Pattern, STEPS};
use musicvae::noise::{Noise, Purpose};

/// Training windows, whose steps are drawn independently.
pub(super) struct Independent<'a>(pub(super) &'a [Pattern]);

impl Independent<'_> {
    /// The pattern numbered `seed`: each step is that of a training window drawn for it alone.
    ///
    /// # Panics
    /// If there is no training window.
    pub(super) fn draw(&self, seed: u64) -> Pattern {
        let mut noise = Noise::new(seed, Purpose::Tokens, 0);
        let mut pattern = Pattern::EMPTY;
        for step in 0..STEPS {
            let window = &self.0[noise.below(self.0.len())];
            for instrument in Instrument::ALL {
                pattern.set(step, instrument, window.hit(step, instrument));
            }
        }
        pattern
    }
}

#[cfg(test)]
mod tests {
    use groove::Hit;

    use super::*;

    #[test]
    fn steps_are_drawn_apart_from_each_other_and_keep_their_hits() {
        let all = |instrument, velocity| {
            let mut pattern = Pattern::EMPTY;
            (0..STEPS)
                .for_each(|step| pattern.set(step, instrument, Some(Hit::new(velocity, 0.0))));
            pattern
        };
        let training = [all(Instrument::Kick, 0.9), all(Instrument::Snare, 0.3)];
        let floor = Independent(&training);
        let drawn = floor.draw(0);
        let kicks = drawn.iter().filter(|(_, instrument, _)| *instrument == Instrument::Kick);
        let kicks: Vec<Hit> = kicks.map(|(_, _, hit)| hit).collect();
        // Five standard deviations about 32 of 64.
        assert!((12..53).contains(&kicks.len()), "{}", kicks.len());
        assert!(kicks.iter().all(|hit| hit.velocity() == 0.9));
        assert_eq!(drawn.count(), STEPS);
        assert_eq!(floor.draw(0), drawn);
        assert_ne!(floor.draw(1), drawn);
    }
}
