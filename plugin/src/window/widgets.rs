//! Controls, colours and places that panels are built from.

pub(crate) mod button;
pub(crate) mod control;
pub(crate) mod control_context;
pub(crate) mod dice;
pub(crate) mod field;
pub(crate) mod gestures;
pub(crate) mod knob;
pub mod layout;
pub(crate) mod menu;
pub mod palette;
pub(crate) mod slider;
pub(crate) mod text;
pub mod theme;
pub(crate) mod tooltip;
pub(crate) mod typing;

pub(crate) use button::{
    Rank, arrow, choices, clickable, die, focus_ring, pill, segments, switch, toggleable,
};
pub(crate) use control::{Direction, FINE, Travel, is_fine, list_keys, take_arrows, turn};
pub(crate) use control_context::ControlContext;
pub(crate) use field::{Look, field};
pub(crate) use gestures::Gestures;
pub(crate) use knob::{Face, knob};
pub(crate) use layout::{Contents, Groove, Layout, MIN_SIZE, Panel, Section, column, row};
pub(crate) use menu::{menu, whole_menu};
pub(crate) use slider::{Slider, slider};
pub(crate) use text::{elided, polygon, small_text, text_width, write_text};
pub(crate) use theme::{PANEL_RADIUS, Palette, Size, Theme, UNIT, Weight, blend};
pub(crate) use tooltip::{explain, tooltip};
pub(crate) use typing::{Shown, value_text};
