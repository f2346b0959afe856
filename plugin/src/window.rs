//! The window. The GUI thread runs it while it is open; the audio thread knows nothing of it.
//!
//! [`draw`] draws one frame from what it is given and knows no host, so that a picture can be
//! made without a display. Parameters are read anew in every frame: what the host automates
//! moves the controls. The window decodes nothing and locks nothing that the audio thread needs.

mod app;
pub mod grid;
pub mod panels;
pub mod widgets;

use std::sync::Arc;
use std::time::Duration;

use egui::Ui;
use groove::{Beats, Pattern};
use musicvae::infer::Locks;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::ParamSetter;

use crate::editing::history::History;
use crate::factory::weights::WeightsInfo;
use crate::files::folder::Folder;
use crate::files::presets::Preset;
use crate::handoff::Network;
use crate::params::JangdanParams;
use crate::state::choice::Choice;
use crate::state::edit::Pen;
use crate::state::request::ATTRIBUTES;
use crate::state::window_size::Theme;
pub(crate) use app::editor;
use app::zoom::Zoomed;
pub use app::{Window, WindowEditor};
use app::{resize, shortcuts};
use grid::drag::Editing;
use grid::playhead::Playhead;
use grid::tween::Tween;
use grid::{Marks, as_played, pointer, ruler};
use panels::command::{Command, UndoState};
use panels::footer::Message;
use panels::pad::PadState;
use panels::pending_choice::Takeover;
use panels::requests::Desk;
use panels::{dialog, files, footer, generate, header, instruments, knobs, slots, source};
use widgets::control_context::Hand;
use widgets::gestures::Gestures;
use widgets::layout::{Contents, Layout};
use widgets::theme;

/// Time between frames while something moves.
const FRAME: Duration = Duration::from_micros(16_600);

/// What one frame shows beside the parameters.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The groove that plays, or will from the next boundary on.
    pub pattern: Pattern,
    /// What plays in the cycle after this one.
    pub next: Pattern,
    /// Which of its cycles that is.
    pub cycle: i64,
    /// Where the playhead is in the song; `None` while stopped.
    pub playhead: Option<Beats>,
    /// What the groove of the controls is called, if it came with a name.
    pub name: Option<String>,
    /// Which groove it is.
    pub choice: Choice,
    /// How the network is doing.
    pub network: Network,
    /// Whether the host has bypassed the plugin.
    pub is_bypassed: bool,
    /// What the network plays with.
    pub weights: Arc<WeightsInfo>,
    /// How many attributes the weights know, at most [`ATTRIBUTES`].
    pub attributes: usize,
    /// What whatever is generated next keeps.
    pub locks: Locks,
    /// What can be taken back; `None` if nothing ever can, and then there are no buttons for it.
    pub undo: Option<UndoState>,
    /// Which of two sides is heard, if there are two to compare.
    pub is_b: Option<bool>,
}

impl Scene {
    /// `pattern`, while the song stands and the network is ready.
    pub fn of(pattern: Pattern) -> Self {
        Self {
            pattern,
            next: pattern,
            cycle: 0,
            playhead: None,
            name: None,
            choice: Choice::default(),
            network: Network::Ready,
            is_bypassed: false,
            weights: Arc::default(),
            attributes: ATTRIBUTES,
            locks: Locks::default(),
            undo: None,
            is_b: None,
        }
    }
}

/// What the window keeps from one frame to the next.
#[derive(Clone, Debug, Default)]
pub struct View {
    playhead: Playhead,
    tween: Tween,
    pad: PadState,
    takeover: Takeover,
    editing: Editing,
    gestures: Gestures,
    painted: Option<Theme>,
    zoomed: Zoomed,
    desk: Desk,
    history: History,
    time_s: f64,
}

impl View {
    /// That of a window that has just opened, in which `history` is what can be undone.
    pub fn new(history: History) -> Self {
        Self { history, ..Self::default() }
    }

    /// What can be undone.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What the frames since the last call have asked for, in order.
    pub fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.desk.commands)
    }

    /// Shows what came of something that was asked for: in the line at the bottom, for a while.
    pub fn tell(&mut self, news: String) {
        self.desk.message = Message::news(news);
    }

    /// Shows why it was not done: in the line at the bottom, until it is clicked away.
    pub fn complain(&mut self, trouble: String) {
        self.desk.message = Message::trouble(trouble);
    }

    /// Shows what is in a folder, if that is what was asked for last.
    pub fn show_folder(&mut self, folder: Folder) {
        self.desk.listed(folder);
    }

    /// Shows which presets there are.
    pub fn show_presets(&mut self, presets: Vec<Preset>) {
        self.desk.browser.presets = presets;
    }

    /// Asks whether the preset of this name is to be written over.
    pub fn ask_to_replace(&mut self, name: String) {
        self.desk.browser.replaces = Some(name);
    }

    /// Has the gestures that are open end when `ctx`, the window's, is dropped.
    pub(crate) fn end_gestures_with(&self, ctx: &egui::Context, host: GuiContext) {
        self.gestures.end_with(ctx, host);
    }
}

/// Draws the window into `ui`, a whole window's, and lets the user turn `params` through `setter` and edit the
/// groove with `pen`; without one it cannot be edited.
///
/// The context needs [`theme::install`] once before.
pub fn draw(
    ui: &mut Ui,
    params: &JangdanParams,
    scene: &Scene,
    setter: &ParamSetter<'_>,
    pen: Option<&mut dyn Pen>,
    view: &mut View,
) {
    let before = *params.window.read();
    let mut kept = before;
    let palette = kept.theme.palette();
    if view.painted.replace(kept.theme) != Some(kept.theme) {
        theme::paint(ui.ctx(), palette);
    }
    let gestures = view.gestures.clone();
    let history = view.history.clone();
    let hand = Hand { palette, setter, gestures: &gestures, params, history: &history };
    let now_s = ui.input(|input| input.time);
    let dt_s = (now_s - view.time_s).clamp(0.0, 0.1) as f32;
    view.time_s = now_s;

    let playing = params.playing();
    let position = view.playhead.glide(scene.playhead, now_s);
    let drawn = as_played::heard(&scene.pattern, &playing, scene.cycle);
    let has_arrived = view.tween.towards(&drawn, dt_s);
    let shape = playing.reading.shape;
    let marks = Marks {
        at_step: position.map(|time| shape.pattern_position(time) as f32),
        played: shape,
        locks: &scene.locks,
        next: &scene.next,
        now: &scene.pattern,
    };
    let grid = playing.quantise.grid(&shape) as f64 / groove::sequencer::GRID_PER_BEAT as f64;
    let (sounding, pending) = view.takeover.follow(scene.choice, scene.playhead, grid);

    shortcuts::hold(ui);
    let window = ui.max_rect();
    let contents = Contents { is_more_open: kept.is_more_open, attributes: scene.attributes };
    let layout = Layout::new(window.size(), contents);
    ui.painter().rect_filled(window, 0.0, palette.ground);
    header::header(ui, hand, &layout, params, scene, &mut kept.theme, &mut view.desk);
    view.zoomed.fit(ui.ctx(), window.size(), now_s);
    ui.painter().rect_filled(layout.shape.frame, theme::PANEL_RADIUS, palette.panel);
    source::source(ui, hand, layout.shape.source, params, scene.weights.styles.len());
    generate::generate_panel(ui, hand, &layout.shape, scene, &mut view.pad, &mut view.desk);
    let place = &layout.groove;
    ui.painter().rect_filled(place.frame, theme::PANEL_RADIUS, palette.panel);
    grid::groove_grid(ui, palette, place, &view.tween, &marks);
    ruler::ruler(ui, hand, place, &params.pattern, &shape);
    pointer::pen_on_grid(ui, hand, place, scene, &drawn, &mut view.editing, pen);
    let pressed =
        instruments::names(ui, hand, place, params, &playing.lanes, &view.tween, marks.at_step);
    view.desk.commands.extend(pressed.map(Command::Dice));
    instruments::strip(ui, hand, place, params, &playing.lanes, &mut kept.shows_keys);
    let heard = slots::Heard { sounding, pending };
    slots::slots_panel(ui, hand, layout.slots, params, heard, &mut view.desk.commands);
    ui.painter().rect_filled(layout.knob_panel(), theme::PANEL_RADIUS, palette.panel);
    knobs::front(ui, hand, layout.knobs, params, &mut kept.is_more_open);
    if let Some(more) = layout.more {
        knobs::behind(ui, hand, more, params);
    }
    footer::footer(ui, hand, layout.footer, scene, &mut view.desk);
    resize::corner(ui, palette, window);
    files::dropped(ui, &mut view.desk);
    dialog::dialog(ui, palette, &mut view.desk);

    for _ in 0..gestures.end_frame(setter) {
        history.end(params);
    }
    if kept != before {
        let mut window = params.window.write();
        (window.theme, window.is_more_open) = (kept.theme, kept.is_more_open);
        window.shows_keys = kept.shows_keys;
        ui.ctx().request_repaint();
    }
    if view.playhead.is_moving(now_s) || !has_arrived {
        ui.ctx().request_repaint_after(FRAME);
    }
}
