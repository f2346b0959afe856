//! The window. The GUI thread runs it while it is open; the audio thread knows nothing of it.
//!
//! Its folders are floors: none imports from one that stands after it.

pub mod widgets;

pub mod grid;

pub mod panels;

mod app;

pub(crate) use app::editor;
pub use app::view::{View, draw};
pub use app::{Window, WindowEditor};
pub use panels::command::Command;
pub use panels::scene::{Scene, SectionPlace, UndoState};
