//! One frame of the window, drawn from parameters, a [`Scene`] and a [`View`]: it knows no host and no worker, so
//! that a picture can be made without a display.
//!
//! Parameters are read anew in every frame: what the host automates moves the controls. Nothing here decodes, and
//! nothing locks what the audio thread needs.

use std::path::PathBuf;
use std::time::Duration;

use egui::{Pos2, Ui};
use engine::Playing;
use musicvae::infer::Locks;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::ParamSetter;

use crate::editing::history::History;
use crate::files::clip_file::ClipFile;
use crate::files::folder::Folder;
use crate::files::jobs::Job;
use crate::files::presets::Preset;
use crate::params::JangdanParams;
use crate::state::edit::Pen;
use crate::state::window_size::{SecondRow, Theme};
use crate::window::app::{resize, shortcuts};
use crate::window::grid::drag::GridDrag;
use crate::window::grid::playhead::Playhead;
use crate::window::grid::tween::Tween;
use crate::window::grid::{self, Marks, as_played, pointer, ruler};
use crate::window::panels::bars::BarsDialog;
use crate::window::panels::browser::Browser;
use crate::window::panels::command::Command;
use crate::window::panels::dialog::Dialog;
use crate::window::panels::drops::Drops;
use crate::window::panels::footer::Message;
use crate::window::panels::key_lights::KeyLights;
use crate::window::panels::pad::PadState;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::panels::slots::SlotHighlight;
use crate::window::panels::song_lane::{self, SongLane};
use crate::window::panels::zoom::Zoomed;
use crate::window::panels::{
    bars, dialog, drops, footer, generate, header, instruments, kit, knobs, slots, source, strip,
};
use crate::window::widgets::{Contents, ControlContext, Gestures, Layout, dice, theme};

/// Time between frames while something moves.
const FRAME: Duration = Duration::from_micros(16_600);

/// State kept from one frame to the next.
#[derive(Clone, Debug, Default)]
pub struct View {
    playhead: Playhead,
    tween: Tween,
    pad: PadState,
    key_lights: KeyLights,
    grid_drag: GridDrag,
    gestures: Gestures,
    painted: Option<Theme>,
    zoomed: Zoomed,
    browser: Browser,
    dialog: Dialog,
    bars: BarsDialog,
    drops: Drops,
    song_lane: SongLane,
    message: Message,
    requests: PanelRequests,
    history: History,
    time_s: f64,
}

impl View {
    /// The view of a window that has just opened, with `history` to undo.
    pub fn new(history: History) -> Self {
        Self { history, ..Self::default() }
    }

    /// Undo and redo.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The commands asked for since the last call, in order.
    pub fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.requests.commands)
    }

    /// Shows a result in the line at the bottom, for eight seconds.
    pub fn notify(&mut self, text: String) {
        self.message = Message::notice(text);
    }

    /// Shows an error in the line at the bottom, until it is clicked away.
    pub fn show_error(&mut self, text: String) {
        self.message = Message::error(text);
    }

    /// Shows the files of a folder in the dialog, if the dialog asked for this folder last.
    pub fn show_folder(&mut self, folder: Folder) {
        self.dialog.show_folder(folder);
    }

    /// Lets the user choose the bars of a MIDI file.
    pub fn choose_bars(&mut self, file: ClipFile) {
        self.bars.open(file);
    }

    /// Shows where files would go that are dragged over the window: at this point, or over it no longer.
    pub fn drag_files(&mut self, over: Option<Pos2>) {
        self.drops.over = over;
    }

    /// Loads files that were dropped at a point of the window.
    pub fn drop_files(&mut self, paths: Vec<PathBuf>, at: Pos2) {
        self.drops.over = None;
        self.drops.dropped.push((paths, at));
    }

    /// Shows the user's presets in the list of grooves.
    pub fn show_presets(&mut self, presets: Vec<Preset>) {
        self.browser.presets = presets;
    }

    /// Asks whether to replace the preset of this name.
    pub fn ask_to_replace(&mut self, name: String) {
        self.browser.replaces = Some(name);
    }

    /// Ends open gestures when `ctx`, the window's, is dropped.
    pub(crate) fn end_gestures_with(&self, ctx: &egui::Context, host: GuiContext) {
        self.gestures.end_with(ctx, host);
    }
}

/// Draws one frame into `ui`. The user turns `params` through `setter` and edits the groove with `pen`; without a pen
/// the grid is read-only.
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
    let cx = ControlContext { palette, setter, gestures: &gestures, params, history: &history };
    let now_s = ui.input(|input| input.time);
    let dt_s = (now_s - view.time_s).clamp(0.0, 0.1) as f32;
    view.time_s = now_s;

    let playing = params.playing();
    let position = view.playhead.glide(scene.playhead, now_s);
    let bar = scene.pattern.bar();
    let playback = scene.playback.unwrap_or(playing.playback);
    let heard = Playing { playback, ..playing };
    let drawn = as_played::cells(&scene.pattern, &heard, scene.cycle);
    let has_arrived = view.tween.towards(&drawn, bar, dt_s);
    let shape = playing.playback.shape.of_bar(bar);
    // Cells that are kept of another metre are not of this groove.
    let none = Locks::of(bar);
    let locks = if scene.locks.pattern().bar() == bar { &scene.locks } else { &none };
    let marks = Marks {
        at_step: position.map(|time| playback.shape.of_bar(bar).pattern_position(time) as f32),
        played: shape,
        locks,
        next: &scene.next,
        now: &scene.pattern,
        line: scene.line.as_ref().filter(|line| line.bar() == bar),
    };

    shortcuts::take_focus(ui);
    let window = ui.max_rect();
    let contents = Contents {
        is_more_open: kept.is_more_open,
        has_song: params.song.get().is_on,
        attributes: scene.attributes,
    };
    let layout = Layout::new(window.size(), contents);
    ui.painter().rect_filled(window, 0.0, palette.ground);
    let requests = &mut view.requests;
    requests.commands.extend(shortcuts::typed(ui, scene.undo));
    let browser = &mut view.browser;
    header::header(ui, cx, &layout, scene, &mut kept.theme, browser, requests);
    view.zoomed.fit(ui.ctx(), window.size(), now_s);
    ui.painter().rect_filled(layout.shape.frame, theme::PANEL_RADIUS, palette.panel);
    source::source(ui, cx, layout.shape.source, scene.weights.styles.len());
    generate::generate_panel(ui, cx, &layout.shape, scene, &mut view.pad, requests);
    let place = &layout.groove;
    ui.painter().rect_filled(place.frame, theme::PANEL_RADIUS, palette.panel);
    grid::groove_grid(ui, palette, place, &view.tween, &marks);
    ruler::ruler(ui, cx, place, &params.pattern, &shape);
    pointer::pen_on_grid(ui, cx, place, &marks, &drawn, &mut view.grid_drag, pen);
    let pressed = instruments::names(ui, cx, place, &playing.lanes, &view.tween, marks.at_step);
    requests.commands.extend(
        pressed.map(|instrument| Command::Job(Job::Reroll { instrument, seed: dice::number() })),
    );
    let mut shown = kept.strip();
    strip::strip(ui, cx, place, &playing.lanes, &mut shown);
    kept.show(shown);
    if let Some(place) = layout.song {
        let playing = song_lane::Playing { section: scene.section, position };
        song_lane::song_lane(ui, cx, place, playing, &mut view.song_lane);
    }
    let is_key_lit = view.key_lights.follow(scene.keys, now_s);
    let pending = (scene.choice != scene.sounding).then_some(scene.choice);
    let highlight = SlotHighlight { sounding: scene.sounding, pending, lights: view.key_lights };
    slots::slots_panel(ui, cx, layout.slots, highlight, &mut requests.commands);
    ui.painter().rect_filled(layout.knob_panel(), theme::PANEL_RADIUS, palette.panel);
    let second = (&mut kept.is_more_open, &mut kept.second_row);
    knobs::front_row(ui, cx, layout.knobs, second);
    match (layout.more, kept.second_row) {
        (None, _) => {}
        (Some(place), SecondRow::More) => knobs::back_row(ui, cx, place),
        (Some(place), SecondRow::Kit) => kit::kit_row(ui, cx, place, scene, requests),
    }
    footer::footer(ui, cx, layout.footer, scene, &mut view.message, requests);
    resize::corner(ui, palette, window);
    dialog::dialog(ui, palette, &mut view.dialog, requests);
    bars::bars(ui, palette, &mut view.bars, requests);
    if let Some(trouble) = drops::drops(ui, palette, &mut view.drops, requests) {
        view.message = Message::error(trouble);
    }

    for _ in 0..gestures.end_frame(setter) {
        history.end(params);
    }
    if kept != before {
        let mut window = params.window.write();
        (window.theme, window.is_more_open) = (kept.theme, kept.is_more_open);
        window.second_row = kept.second_row;
        window.show(kept.strip());
        ui.ctx().request_repaint();
    }
    if view.playhead.is_moving(now_s) || !has_arrived || is_key_lit {
        ui.ctx().request_repaint_after(FRAME);
    }
}
