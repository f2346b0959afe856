//! Morphing: a groove between four corners, each a style, a slot or a clip.
//!
//! The window sets the corners; the host's thread saves and loads them; the parameters `pad`,
//! `pad_x` and `pad_y` switch the pad on and give the position. The worker resolves each corner, so
//! that a corner follows its slot. A stored groove keeps the resolved corners.

use groove::Pattern;
use musicvae::recipe::finite_numbers;
use serde::{Deserialize, Serialize};

use crate::state::choice::SLOTS;
use crate::state::fingerprint::{FNV_BASIS, fingerprint, fnv};
use crate::state::numbers::finite_or;

/// The number of corners.
pub const CORNERS: usize = 4;

/// The corners in reading order: top left, top right, bottom left, bottom right.
pub type Corners = [Corner; CORNERS];

/// Well-known styles that lie far apart in the shipped weights: at least 4.6 between their means,
/// where the nearest of twelve styles have 3.0 and the furthest 9.3.
const FIRST_STYLES: [&str; CORNERS] = ["funk", "jazz", "punk", "reggae"];

/// A corner of the pad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Corner {
    /// A groove of the style with this name, a different one for each seed; of any style if the
    /// weights do not know the name.
    Style(String),
    /// The groove in this slot, `0..12`; the live groove while the slot is empty.
    Slot(u8),
    /// An imported groove.
    Clip {
        /// Its name.
        name: String,
        /// Its pattern.
        pattern: Box<Pattern>,
    },
}

impl Corner {
    /// Its name.
    pub fn label(&self) -> String {
        match self {
            Self::Style(name) | Self::Clip { name, .. } => name.clone(),
            Self::Slot(slot) => format!("Slot {}", u32::from(*slot) + 1),
        }
    }
}

/// The corners of a new instance.
pub fn first_corners() -> Corners {
    FIRST_STYLES.map(|style| Corner::Style(style.to_owned()))
}

/// The weight of each corner at `[x, y]`, both in `[0, 1]`, x from left to right, y from bottom to
/// top. In a damaged project, values outside are clamped and NaN becomes the middle.
pub fn shares(at: [f32; 2]) -> [f32; CORNERS] {
    let [x, y] = at.map(|x| finite_or(x, 0.5).clamp(0.0, 1.0));
    [(1.0 - x) * y, x * y, (1.0 - x) * (1.0 - y), x * (1.0 - y)]
}

/// A resolved corner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Landmark {
    /// A groove of this style, by the recipe's seed.
    Style(String),
    /// This groove.
    Pattern(Box<Pattern>),
    /// The groove that the recipe makes without the pad.
    Own,
}

/// A position on the pad, with the resolved corners.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pad {
    /// See [`shares`].
    #[serde(deserialize_with = "finite_numbers")]
    pub at: [f32; 2],
    /// The resolved corners.
    pub landmarks: [Landmark; CORNERS],
}

impl Pad {
    /// Resolves `corners` at position `at`; `in_slot` gives the pattern in a slot, if there is one.
    pub fn new(
        at: [f32; 2],
        corners: &Corners,
        mut in_slot: impl FnMut(usize) -> Option<Pattern>,
    ) -> Self {
        let landmarks = corners.each_ref().map(|corner| match corner {
            Corner::Style(name) => Landmark::Style(name.clone()),
            Corner::Clip { pattern, .. } => Landmark::Pattern(pattern.clone()),
            Corner::Slot(slot) => Some(usize::from(*slot))
                .filter(|slot| *slot < SLOTS)
                .and_then(&mut in_slot)
                .map_or(Landmark::Own, |pattern| Landmark::Pattern(Box::new(pattern))),
        });
        Self { at, landmarks }
    }

    /// The request that identifies it.
    pub fn morph(&self) -> Morph {
        let words = |hash: u64, x: u64| fnv(fnv(hash, x as u32), (x >> 32) as u32);
        let landmarks = self.landmarks.iter().fold(FNV_BASIS, |hash, landmark| match landmark {
            Landmark::Own => words(hash, 0),
            Landmark::Style(name) => {
                name.bytes().fold(words(hash, 1), |h, byte| fnv(h, byte.into()))
            }
            Landmark::Pattern(pattern) => words(words(hash, 2), fingerprint(pattern)),
        });
        Morph { at: self.at, landmarks }
    }
}

/// A [`Pad`] in a request: the position, and a hash for the corners.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Morph {
    /// See [`shares`].
    #[serde(deserialize_with = "finite_numbers")]
    pub at: [f32; 2],
    /// Hash of the resolved corners.
    pub landmarks: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_corner_has_all_of_itself_and_the_middle_a_quarter_of_each() {
        for (place, at) in [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]].into_iter().enumerate()
        {
            let expected: [f32; CORNERS] = std::array::from_fn(|i| f32::from(u8::from(i == place)));
            assert_eq!(shares(at), expected);
        }
        assert_eq!(shares([0.5, 0.5]), [0.25; CORNERS]);
        assert_eq!(shares([-7.0, 1e30]), shares([0.0, 1.0]));
        assert_eq!(shares([f32::NAN, f32::INFINITY]), [0.25; CORNERS]);
        assert!((shares([0.3, 0.9]).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn pads_are_known_by_their_place_and_by_what_is_in_their_corners() {
        let corners = [
            Corner::Style("funk".to_owned()),
            Corner::Slot(3),
            Corner::Slot(200),
            Corner::Clip { name: "mine".to_owned(), pattern: Box::default() },
        ];
        let empty = Pad::new([0.5, 0.5], &corners, |_| None);
        assert_eq!(empty.landmarks[1..3], [Landmark::Own, Landmark::Own]);
        let mut asked = Vec::new();
        let filled = Pad::new([0.5, 0.5], &corners, |slot| {
            asked.push(slot);
            Some(crate::factory::pattern())
        });
        assert_eq!(asked, [3]);
        assert_ne!(empty.morph(), filled.morph());
        assert_ne!(Pad { at: [0.5, 0.6], ..empty.clone() }.morph(), empty.morph());
        let json = serde_json::to_string(&filled).unwrap();
        assert_eq!(serde_json::from_str::<Pad>(&json).unwrap().morph(), filled.morph());
        assert_eq!(corners.map(|corner| corner.label()), ["funk", "Slot 4", "Slot 201", "mine"]);
    }
}
