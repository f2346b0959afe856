//! The window as the user left it.

use musicvae::recipe::finite_numbers;
use serde::{Deserialize, Serialize};

/// Width and height of a new window, in logical pixels.
pub const DEFAULT_SIZE: (u32, u32) = (1240, 800);

/// Which of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
}

impl Theme {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }
}

/// What the second row beneath the grid shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondRow {
    /// More of how patterns are played.
    #[default]
    More,
    /// The kit.
    Kit,
}

/// What the strip beside the grid shows of each instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strip {
    /// How much and how loud it plays.
    #[default]
    Mix,
    /// Its keys.
    Keys,
    /// Its sound in the kit.
    Kit,
}

/// The window as the user left it. What a project of another version lacks has its default.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowSize {
    /// Logical pixels.
    pub width: u32,
    /// Logical pixels.
    pub height: u32,
    /// The user's zoom on top of the system's scale; 1 is none.
    #[serde(deserialize_with = "finite_numbers")]
    pub zoom: f32,
    /// Its colours.
    pub theme: Theme,
    /// Whether the second row is shown.
    pub is_more_open: bool,
    /// What is in it.
    pub second_row: SecondRow,
    /// Whether the strip shows keys.
    pub shows_keys: bool,
    /// Whether it shows the kit.
    pub shows_kit: bool,
}

impl Default for WindowSize {
    fn default() -> Self {
        let (width, height) = DEFAULT_SIZE;
        Self {
            width,
            height,
            zoom: 1.0,
            theme: Theme::default(),
            is_more_open: false,
            second_row: SecondRow::default(),
            shows_keys: false,
            shows_kit: false,
        }
    }
}

impl WindowSize {
    /// What the strip shows.
    pub fn strip(&self) -> Strip {
        match (self.shows_kit, self.shows_keys) {
            (true, _) => Strip::Kit,
            (false, true) => Strip::Keys,
            (false, false) => Strip::Mix,
        }
    }

    /// Has the strip show this.
    pub fn show(&mut self, strip: Strip) {
        (self.shows_kit, self.shows_keys) = (strip == Strip::Kit, strip == Strip::Keys);
    }
}
