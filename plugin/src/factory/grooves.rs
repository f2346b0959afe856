//! The factory grooves, by style.
//!
//! Found among the first 1024 seeds of each style with the shipped weights by a drummer's checklist (the example `seeds.rs` of
//! `musicvae`), and read one by one: docs/grooves.md prints them.

use super::performances::{self, Performance};
use super::written::WRITTEN;
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
            (86, "eighths, pushed snare"),
            (55, "open hats, answered"),
            (30, "offbeats open, soft kick"),
        ],
    ),
    (
        "funk",
        "Funk",
        &[
            (213, "eighths, busy ghosts"),
            (238, "eighths, ghosted, fill"),
            (95, "ghosted, tom on the and"),
            (234, "eighths, sparse kick"),
        ],
    ),
    (
        "jazz",
        "Jazz",
        &[
            (562, "ride and pedal, comping"),
            (512, "pedal on the beats, rolling snare"),
            (744, "quarters, loose snare"),
            (507, "quarters, ghosted"),
        ],
    ),
    (
        "latin",
        "Latin",
        &[
            (113, "open four, dotted kick"),
            (146, "eighths, kick on two and four"),
            (236, "eighths, ghosted"),
            (152, "busy kick, late snare"),
        ],
    ),
    (
        "hiphop",
        "Hip-hop",
        &[
            (239, "eighths, steady kick"),
            (240, "eighths, open offbeats"),
            (231, "offbeats open, sparse kick"),
            (49, "loping hats, early kick"),
        ],
    ),
    (
        "soul",
        "Soul",
        &[
            (184, "one kick, open swells"),
            (49, "eighths, tom fill"),
            (72, "eighths, ghosted"),
            (121, "one open, snare answers"),
        ],
    ),
    (
        "afrocuban",
        "Afro-Cuban",
        &[
            (2, "four kicks, dotted snare"),
            (101, "eighths, rolling kick"),
            (155, "ride and hats"),
            (59, "dotted kick, ghosted"),
        ],
    ),
    (
        "punk",
        "Punk",
        &[
            (482, "snare on every beat"),
            (842, "open end, doubled snare"),
            (647, "open eighths, four snares"),
            (57, "open eighths, driving"),
        ],
    ),
    (
        "neworleans",
        "New Orleans",
        &[
            (21, "dotted kick, open end"),
            (183, "open fours, dotted kick"),
            (86, "quarters, street snare"),
            (248, "ghosted, busy kick"),
        ],
    ),
    (
        "country",
        "Country",
        &[
            (367, "eighths, soft, sparse kick"),
            (213, "four on the floor, ghosted"),
            (305, "offbeats open, ghosted"),
            (22, "train snare, two-beat"),
        ],
    ),
    (
        "pop",
        "Pop",
        &[
            (451, "eighths, opening out"),
            (330, "eighths, tom fill"),
            (30, "offbeats open, soft kick"),
            (850, "eighths, driving kick"),
        ],
    ),
    (
        "reggae",
        "Reggae",
        &[
            (212, "four kicks, sparse snare"),
            (31, "four kicks, offbeats open"),
            (68, "four kicks, open end"),
            (242, "soft, late snare"),
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
    /// The recorded performance, or the written groove, if it is one.
    pub performance: Option<Performance>,
}

impl FactoryGroove {
    /// Its name, such as `Funk, sixteenths, ghosted`.
    pub fn name(&self) -> String {
        format!("{}, {}", self.style, self.description)
    }
}

/// The first seed for performances, and that for written grooves.
const FIRST_PLAYED: u64 = 9000;
const FIRST_WRITTEN: u64 = 9100;

/// All factory grooves by style, performances last in each, and then the written ones. Styles that the embedded weights
/// do not know are left out.
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
    for (seed, written) in (FIRST_WRITTEN..).zip(&WRITTEN) {
        let recipe = Recipe { seed, temperature: DEFAULT_TEMPERATURE, ..Recipe::default() };
        let (style, file) = (written.style.to_owned(), String::new());
        let (pattern, about) = (written.pattern(), written.about);
        let performance = Some(Performance { style, file, pattern, about });
        let (style, description) = (written.style, written.description);
        grooves.push(FactoryGroove { style, description, recipe, performance });
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
    fn all_48_that_are_drawn_are_grooves_with_the_shipped_weights_and_no_two_are_alike() {
        let weights = Weights::load(None).unwrap();
        let (played, grooves): (Vec<_>, Vec<_>) =
            grooves().into_iter().partition(|groove| groove.performance.is_some());
        assert_eq!((grooves.len(), played.len()), (48, 8 + WRITTEN.len()));
        let mut names: Vec<String> =
            grooves.iter().chain(&played).map(FactoryGroove::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 56 + WRITTEN.len());
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
