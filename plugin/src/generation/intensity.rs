//! Intensity: grooves as the network plays them softer and sparser, or louder and denser.

use groove::Pattern;
use musicvae::infer::Scratch;

use crate::generation::weights::Decode;
use crate::state::fingerprint::fingerprint;

/// How many patterns are kept; 7 kB each. A song of as many sections as there may be has not all of them at once.
const KEPT: usize = 256;

/// What a pattern was made of: weights, its fingerprint, the intensity.
type Source = (String, u64, u32);

/// The patterns that were made last: each takes milliseconds, and a song asks for all of its own whenever one changes.
#[derive(Default)]
pub(crate) struct Intensities {
    made: Vec<(Source, Pattern)>,
    scratch: Scratch,
}

impl Intensities {
    /// `pattern` at `intensity` in `[-1, 1]`; itself at 0, and for weights that know no intensity.
    pub(crate) fn at(
        &mut self,
        pattern: &Pattern,
        intensity: f32,
        weights: Option<&impl Decode>,
    ) -> Pattern {
        let Some(weights) = weights.filter(|_| intensity != 0.0) else { return *pattern };
        let source = (weights.identity().to_owned(), fingerprint(pattern), intensity.to_bits());
        if let Some((_, made)) = self.made.iter().find(|(of, _)| *of == source) {
            return *made;
        }
        let made = weights.at_intensity(pattern, intensity, &mut self.scratch);
        let made = made.unwrap_or(*pattern);
        if self.made.len() == KEPT {
            self.made.remove(0);
        }
        self.made.push((source, made));
        made
    }
}

#[cfg(test)]
mod tests {
    use crate::generation::weights::Weights;

    use super::*;

    #[test]
    fn the_more_intense_the_louder_and_the_denser() {
        let weights = Weights::load(None).unwrap();
        let mut intensities = Intensities::default();
        let pattern = crate::factory::pattern();
        let mut at = |intensity| intensities.at(&pattern, intensity, Some(&*weights));
        assert_eq!(at(0.0), pattern);
        let measured = [-1.0, 0.0, 1.0].map(|intensity| {
            let played = at(intensity);
            assert_eq!(at(intensity), played);
            let sum: f32 = played.iter().map(|(.., hit)| hit.velocity()).sum();
            (played.count(), sum)
        });
        assert!(
            measured.is_sorted_by(|softer, louder| softer.0 < louder.0 && softer.1 < louder.1),
            "{measured:?}"
        );
    }
}
