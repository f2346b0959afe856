//! The factory performances: four bars each, played by drummers.
//!
//! From the Groove MIDI Dataset 1.0.0 (Gillick, Roberts, Engel, Eck and Bamman, *Learning to Groove
//! with Inverse Sequence Transformations*, ICML 2019), Creative Commons Attribution 4.0. Each names
//! its file and so its drummer. Made by the example `performances.rs`.

use groove::Pattern;
use serde::Deserialize;

/// Written by the example; read when the window first asks.
const FILE: &str = include_str!("performances.json");

/// A recorded performance, or a written groove.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Performance {
    /// The style, as the weights file calls it.
    pub style: String,
    /// Its file in the dataset; empty if it is written.
    #[serde(default)]
    pub file: String,
    /// Its bars.
    pub pattern: Pattern,
    /// The origin of what is written, in one line.
    #[serde(skip)]
    pub about: &'static str,
}

impl Performance {
    /// Whether a drummer played it.
    pub fn is_played(&self) -> bool {
        self.about.is_empty()
    }

    /// The credit, in one line.
    pub fn credit(&self) -> String {
        if !self.is_played() {
            return self.about.to_owned();
        }
        let drummer = self.file.split('/').next().unwrap_or_default();
        let number = drummer.trim_start_matches("drummer");
        format!("Played by drummer {number} of the Groove MIDI Dataset (CC BY 4.0): {}", self.file)
    }
}

/// All performances.
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
