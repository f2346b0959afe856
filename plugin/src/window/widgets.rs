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
