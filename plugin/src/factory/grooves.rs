//! The factory grooves, by style.
//!
//! Found among the first 256 seeds of each style with the shipped weights by a drummer's checklist (the example `seeds.rs` of
//! `musicvae`), and read one by one: docs/grooves.md prints them.

use super::performances::{self, Performance};
use crate::factory::weights::embedded_styles;
use crate::state::request::{DEFAULT_TEMPERATURE, Recipe};

/// A seed, and what it plays.
type Drawn = (u64, &'static str);

/// A style of the weights file, its name here, and its grooves.
const TABLE: [(&str, &str, &[Drawn]); 12] = [
    (
        "rock",
        "Rock",
        &[
            (189, "eighths, offbeats open"),
            (101, "ride, ghosted"),
            (182, "eighths, straight"),
            (231, "eighths, loose kick"),
        ],
    ),
    (
        "funk",
        "Funk",
        &[
            (105, "sixteenths, backbeat and push"),
            (59, "ghosted, quarters lifted"),
            (170, "tight kick, answered"),
            (237, "four beats, offbeat snare"),
        ],
    ),
    (
        "jazz",
        "Jazz",
        &[
            (90, "quarters, comping snare"),
            (131, "ride, dotted"),
            (11, "quarters, brushed and busy"),
            (55, "quarters, off the kick"),
        ],
    ),
    (
        "latin",
        "Latin",
        &[
            (64, "eighths, ghosted"),
            (215, "eighths, tumbao kick"),
            (128, "offbeat ghosts, four kicks"),
            (130, "quarters, rolling snare"),
        ],
    ),
    (
        "hiphop",
        "Hip-hop",
        &[
            (214, "eighths, sparse kick"),
            (249, "loping hats"),
            (5, "ghosted, open end"),
            (184, "ghosted, busy kick"),
        ],
    ),
    (
        "soul",
        "Soul",
        &[
            (186, "eighths, pushed snare"),
            (37, "one kick, open swells"),
            (239, "offbeats open, two kicks"),
            (245, "soft, late snare"),
        ],
    ),
    (
        "afrocuban",
        "Afro-Cuban",
        &[
            (178, "bell on the ride"),
            (49, "eighths, three over two"),
            (110, "quarters, rolling"),
            (44, "steady eighths, clave kick"),
        ],
    ),
    (
        "punk",
        "Punk",
        &[
            (177, "ride, driving"),
            (165, "open hats, all out"),
            (200, "offbeats open, doubled snare"),
            (220, "eighths, held back"),
        ],
    ),
    (
        "neworleans",
        "New Orleans",
        &[
            (67, "eighths, fill"),
            (167, "second line, ghosted"),
            (74, "soft eighths, sparse kick"),
            (136, "snare on every beat"),
        ],
    ),
    (
        "country",
        "Country",
        &[(55, "open one, two-beat"), (36, "train, open pushes"), (58, "quarters, ghosted")],
    ),
    (
        "pop",
        "Pop",
        &[
            (182, "eighths, straight"),
            (239, "two kicks, open end"),
            (247, "quarters, rolling end"),
            (170, "eighths, fill"),
        ],
    ),
    (
        "reggae",
        "Reggae",
        &[
            (162, "four kicks, straight"),
            (95, "ghosted, off the one"),
            (189, "late snare"),
            (68, "four kicks, fill"),
        ],
    ),
];

/// A factory groove.
#[derive(Clone, Debug, PartialEq)]
pub struct FactoryGroove {
    /// The style's name.
    pub style: &'static str,
    /// What it plays, in a few words.
    pub description: &'static str,
    /// Its recipe; for a performance, the recipe for what follows when a knob moves. Knobs that it
    /// does not name are at their defaults.
    pub recipe: Recipe,
    /// The recorded performance, if it is one.
    pub performance: Option<Performance>,
}

impl FactoryGroove {
    /// Its name, such as `Funk, sixteenths, ghosted`.
    pub fn name(&self) -> String {
        format!("{}, {}", self.style, self.description)
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
        for &(seed, description) in seeds {
            let temperature = DEFAULT_TEMPERATURE;
            let recipe = Recipe { style: Some(place), seed, temperature, ..Recipe::default() };
            grooves.push(FactoryGroove { style, description, recipe, performance: None });
        }
        for (seed, performance) in played.iter().filter(|(_, performance)| performance.style == id)
        {
            let (seed, temperature) = (*seed, DEFAULT_TEMPERATURE);
            let recipe = Recipe { style: Some(place), seed, temperature, ..Recipe::default() };
            let (description, performance) = ("played", Some(performance.clone()));
            grooves.push(FactoryGroove { style, description, recipe, performance });
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
    fn all_47_that_are_drawn_are_grooves_with_the_shipped_weights_and_no_two_are_alike() {
        let weights = Weights::load(None).unwrap();
        let (played, grooves): (Vec<_>, Vec<_>) =
            grooves().into_iter().partition(|groove| groove.performance.is_some());
        assert_eq!((grooves.len(), played.len()), (47, 8));
        let mut names: Vec<String> =
            grooves.iter().chain(&played).map(FactoryGroove::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 55);
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
