//! The factory grooves, by style.
//!
//! Selected automatically among the first 256 seeds of each style with the shipped weights: see the
//! example `seeds.rs` of `musicvae`.

use super::performances::{self, Performance};
use crate::factory::weights::embedded_styles;
use crate::state::request::{DEFAULT_TEMPERATURE, Recipe};

/// A style of the weights file, its name here, and seeds.
const TABLE: [(&str, &str, &[u64]); 12] = [
    ("rock", "Rock", &[253, 134, 189]),
    ("funk", "Funk", &[124, 178, 36]),
    ("jazz", "Jazz", &[143, 45, 103]),
    ("latin", "Latin", &[31, 215, 3]),
    ("hiphop", "Hip-hop", &[118, 84, 203]),
    ("soul", "Soul", &[198, 181, 114]),
    ("afrocuban", "Afro-Cuban", &[51, 210, 68]),
    ("punk", "Punk", &[154, 189, 146]),
    ("neworleans", "New Orleans", &[114, 34]),
    ("country", "Country", &[154, 125]),
    ("pop", "Pop", &[40, 57]),
    ("reggae", "Reggae", &[148, 88]),
];

/// A factory groove.
#[derive(Clone, Debug, PartialEq)]
pub struct FactoryGroove {
    /// The style's name.
    pub style: &'static str,
    /// Its number in the style, from 1.
    pub number: usize,
    /// Its recipe; for a performance, the recipe for what follows when a knob moves. Knobs that it
    /// does not name are at their defaults.
    pub recipe: Recipe,
    /// The recorded performance, if it is one.
    pub performance: Option<Performance>,
}

impl FactoryGroove {
    /// Its name, such as `Funk 3`.
    pub fn name(&self) -> String {
        match &self.performance {
            Some(_) => format!("{}, played", self.style),
            None => format!("{} {}", self.style, self.number),
        }
    }
}

/// The first seed for performances.
const FIRST_PLAYED: u64 = 9000;

/// All factory grooves by style, performances last in each. Styles that the embedded weights do not
/// know are left out.
pub fn grooves() -> Vec<FactoryGroove> {
    let known = embedded_styles();
    let played: Vec<(u64, Performance)> =
        (FIRST_PLAYED..).zip(performances::performances()).collect();
    let mut grooves = Vec::new();
    for (id, style, seeds) in TABLE {
        let place = known.iter().position(|known| known == id);
        let Some(place) = place.and_then(|place| u16::try_from(place).ok()) else { continue };
        for (number, &seed) in (1..).zip(seeds) {
            let temperature = DEFAULT_TEMPERATURE;
            let recipe = Recipe { style: Some(place), seed, temperature, ..Recipe::default() };
            grooves.push(FactoryGroove { style, number, recipe, performance: None });
        }
        for (seed, performance) in played.iter().filter(|(_, performance)| performance.style == id)
        {
            let (seed, temperature) = (*seed, DEFAULT_TEMPERATURE);
            let recipe = Recipe { style: Some(place), seed, temperature, ..Recipe::default() };
            let (number, performance) = (seeds.len() + 1, Some(performance.clone()));
            grooves.push(FactoryGroove { style, number, recipe, performance });
        }
    }
    grooves
}

#[cfg(test)]
mod tests {
    use groove::{Instrument, Pattern};
    use musicvae::infer::Scratch;

    use super::*;
    use crate::generation::weights::Weights;

    #[test]
    fn all_32_that_are_drawn_are_grooves_with_the_shipped_weights_and_no_two_are_alike() {
        let weights = Weights::load(None).unwrap();
        let (played, grooves): (Vec<_>, Vec<_>) =
            grooves().into_iter().partition(|groove| groove.performance.is_some());
        assert_eq!((grooves.len(), played.len()), (32, 8));
        let mut names: Vec<String> =
            grooves.iter().chain(&played).map(FactoryGroove::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 40);
        let mut scratch = Scratch::default();
        let patterns: Vec<Pattern> = grooves
            .iter()
            .map(|groove| weights.model.decode(&groove.recipe, 0, &mut scratch))
            .collect();
        let far = |a: &Pattern, b: &Pattern| -> u32 {
            let pairs = a.tokens().into_iter().zip(b.tokens());
            pairs.map(|(a, b)| (a.value() ^ b.value()).count_ones()).sum()
        };
        let mut alike = Vec::new();
        for (i, (groove, pattern)) in grooves.iter().zip(&patterns).enumerate() {
            let strikes = |wanted| pattern.iter().filter(|&(_, other, _)| other == wanted).count();
            let name = groove.name();
            assert!(strikes(Instrument::Snare) >= 4, "{name}: {pattern:?}");
            assert!((60..=240).contains(&pattern.count()), "{name}: {pattern:?}");
            for (other, earlier) in grooves.iter().zip(&patterns[..i]) {
                if far(pattern, earlier) < 20 {
                    alike.push((name.clone(), other.name(), far(pattern, earlier)));
                }
            }
        }
        assert_eq!(alike, []);
    }
}
