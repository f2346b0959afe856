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
    /// Whether the knobs behind the fold are shown.
    pub is_more_open: bool,
    /// Whether the strip beside the grid shows keys instead of the mix.
    pub shows_keys: bool,
}

impl Default for WindowSize {
    fn default() -> Self {
        let (width, height) = DEFAULT_SIZE;
        let theme = Theme::default();
        Self { width, height, zoom: 1.0, theme, is_more_open: false, shows_keys: false }
    }
}
