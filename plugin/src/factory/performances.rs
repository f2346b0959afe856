//! The factory performances: four bars each of what drummers played, to begin at.
//!
//! From the Groove MIDI Dataset 1.0.0 (Gillick, Roberts, Engel, Eck and Bamman, *Learning to Groove with Inverse Sequence
//! Transformations*, ICML 2019), Creative Commons Attribution 4.0. Each names its file and so its drummer. Taken by
//! `performances.rs` among the examples.

use groove::Pattern;
use serde::Deserialize;

/// Written by the example; read once the window asks.
const FILE: &str = include_str!("performances.json");

/// What a drummer played.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Performance {
    /// The style, as the weights file calls it.
    pub style: String,
    /// Which file of the dataset it is from.
    pub file: String,
    /// Four bars of it.
    pub pattern: Pattern,
}

impl Performance {
    /// Whom it is by, in a line.
    pub fn credit(&self) -> String {
        let drummer = self.file.split('/').next().unwrap_or_default();
        let number = drummer.trim_start_matches("drummer");
        format!("Played by drummer {number} of the Groove MIDI Dataset (CC BY 4.0): {}", self.file)
    }
}

/// All of them.
pub(super) fn performances() -> Vec<Performance> {
    // A test reads the very same text.
    serde_json::from_str(FILE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_eight_and_each_names_its_drummer() {
        let all: Vec<Performance> = serde_json::from_str(FILE).unwrap();
        assert_eq!(all.len(), 8);
        for one in &all {
            assert!((40..=220).contains(&one.pattern.count()), "{}", one.file);
            assert!(one.credit().contains("by drummer ") && one.file.ends_with(".mid"));
            let hits: Vec<f32> = one.pattern.iter().map(|(.., hit)| hit.micro_offset()).collect();
            assert!(hits.iter().any(|&late| late.abs() > 0.02), "{} is on the grid", one.file);
        }
    }
}
