//! Memory and latent vectors that are kept from one decode to the next.

use musicvae::infer::Scratch;

use crate::generation::weights::Decode;
use crate::state::morph::{Landmark, Pad, shares};
use crate::state::request::Recipe;

/// The number of landmarks whose latent vectors are kept: those of two pads. Finding one takes up to 2 ms, and dragging
/// the puck needs four in every frame.
const KEPT_LANDMARKS: usize = 8;

/// The scratch memory of a scheduler.
#[derive(Default)]
pub(super) struct DecodeScratch {
    pub(super) kernel: Scratch,
    /// In order of use, the latest at the end.
    found: Vec<Found>,
}

/// The latent vector of a landmark, for these weights and the recipe that draws it.
struct Found {
    weights: String,
    landmark: Landmark,
    drawn_by: Option<Recipe>,
    point: Vec<f32>,
}

impl DecodeScratch {
    /// The latent vector at the position of `pad`.
    pub(super) fn between(
        &mut self,
        pad: &Pad,
        recipe: &Recipe,
        weights: &impl Decode,
    ) -> Vec<f32> {
        let shares = shares(pad.at);
        let places = 0..pad.landmarks.len();
        let points: Vec<(f32, Vec<f32>)> = places
            .filter(|&place| shares[place] > 0.0)
            .map(|place| (shares[place], self.point(&pad.landmarks[place], place, recipe, weights)))
            .collect();
        let points: Vec<(f32, &[f32])> =
            points.iter().map(|(share, point)| (*share, &point[..])).collect();
        weights.between(&points)
    }

    /// The latent vector of the landmark at `place`.
    fn point(
        &mut self,
        landmark: &Landmark,
        place: usize,
        recipe: &Recipe,
        weights: &impl Decode,
    ) -> Vec<f32> {
        let drawn_by = drawn_by(landmark, place, recipe, weights);
        let is_known = |found: &Found| {
            found.weights == weights.identity()
                && found.drawn_by == drawn_by
                && found.landmark == *landmark
        };
        let found = match self.found.iter().position(is_known) {
            Some(known) => self.found.remove(known),
            None => Found {
                weights: weights.identity().to_owned(),
                landmark: landmark.clone(),
                drawn_by,
                point: match (landmark, &drawn_by) {
                    (Landmark::Pattern(pattern), _) => weights.encode(pattern),
                    (_, drawn_by) => {
                        let recipe = drawn_by.as_ref().unwrap_or(recipe);
                        weights.point(recipe, &mut self.kernel)
                    }
                },
            },
        };
        let point = found.point.clone();
        if self.found.len() == KEPT_LANDMARKS {
            self.found.remove(0);
        }
        self.found.push(found);
        point
    }
}

/// The recipe of the corner's own groove, if `pad` is in a corner that is not a pattern.
pub(super) fn corner(pad: &Pad, recipe: &Recipe, weights: &impl Decode) -> Option<Recipe> {
    let place = shares(pad.at).iter().position(|share| *share == 1.0)?;
    let Recipe { seed, style, .. } = drawn_by(pad.landmarks.get(place)?, place, recipe, weights)?;
    Some(Recipe { seed, style, ..*recipe })
}

/// The recipe that draws the landmark at `place`, if it is not a pattern: knobs at rest, and a different seed in each
/// corner. With one seed, styles share their noise, and the grooves of four corners have .64 of their onsets in common (F1);
/// with different seeds .37, as measured with the shipped weights.
fn drawn_by(
    landmark: &Landmark,
    place: usize,
    recipe: &Recipe,
    weights: &impl Decode,
) -> Option<Recipe> {
    let rest = |seed, style| Some(Recipe { seed, style, ..Recipe::default() });
    match landmark {
        Landmark::Pattern(_) => None,
        Landmark::Own => rest(recipe.seed, recipe.style),
        // The parameter's seeds end at 9999.
        Landmark::Style(name) => {
            let seed = recipe.seed.wrapping_add(10_000 * place as u64);
            rest(seed, weights.style(name))
        }
    }
}
