//! The window as the framework runs it.

#[cfg(target_os = "macos")]
mod appkit;
mod drag_source;
mod drop_target;
mod editor;
pub(crate) mod execute;
pub(crate) mod fonts;
pub(crate) mod frames;
pub(crate) mod resize;
pub(crate) mod shortcuts;
pub(crate) mod view;
mod window_thread;
#[cfg(target_os = "linux")]
mod x11_atoms;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::{Ui, Vec2, pos2, vec2};
use engine::Now;
use groove::Beats;
use groove::sequencer::GRID_PER_BEAT;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug_egui::baseview::{HandlerError, WindowSize as NativeSize};
use nice_plug_egui::{EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, create_egui_editor};

use crate::editing::commands::{self, GroovePen, Stroke};
use crate::editing::compare::Compare;
use crate::editing::history::History;
use crate::handoff::GuiEnd;
use crate::params::JangdanParams;
use crate::state::request::{ATTRIBUTES, GrooveRequest};
use crate::state::window_size::WindowSize;
use crate::window::app::drop_target::{DragEvent, DragEvents};
pub use crate::window::app::editor::WindowEditor;
use crate::window::app::fonts::SystemFonts;
use crate::window::app::view::{View, draw};
use crate::window::app::window_thread::WindowThread;
use crate::window::panels::files;
use crate::window::panels::scene::{Scene, SectionPlace, UndoState};
use crate::window::panels::zoom::{MAX_ZOOM, MIN_ZOOM};
use crate::window::widgets::{MIN_SIZE, theme};

/// The state behind the window. It outlives windows, which open and close.
pub struct Window {
    params: Arc<JangdanParams>,
    gui: GuiEnd,
    context: Option<GuiContext>,
    view: View,
    history: History,
    compare: Compare,
    fonts: SystemFonts,
    drags: DragEvents,
    /// A file that was written to be dragged.
    to_drag: Option<PathBuf>,
    thread: WindowThread,
    stroke: Stroke,
    asked: Option<GrooveRequest>,
    /// When something was asked of the worker last.
    asked_at: Instant,
    /// How often the host had loaded a project when the window looked.
    projects: u64,
}

/// Makes the editor. Called once per instance.
pub(crate) fn editor(params: Arc<JangdanParams>, gui: GuiEnd) -> Option<WindowEditor> {
    let (size, zoom) = opening(*params.window.read());
    let opened: LogicalSize<f64> = LogicalSize::new(size.x.into(), size.y.into());
    let least = LogicalSize::new(MIN_SIZE.x, MIN_SIZE.y);
    let hint = ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical { min_size: Some(least), max_size: None },
        ..ResizeHint::default()
    };
    let thread = WindowThread::default();
    let editor = create_egui_editor(
        EguiEditorState::from_size(opened, zoom),
        gui.repaint_notifier(),
        EguiNiceSettings::new().with_tile("Jangdan").with_resize_hint(hint),
        Window::new(params.clone(), gui, thread.clone()),
    )?;
    Some(WindowEditor::new(editor, params, thread))
}

/// The largest window that is opened, in logical pixels.
const MAX_SIZE: f32 = 16_384.0;

/// The size, in logical pixels, and the zoom to open with. `kept` comes from a project and may hold anything: the
/// result has room for everything and is in range.
fn opening(kept: WindowSize) -> (Vec2, f32) {
    let zoom = if kept.zoom.is_finite() { kept.zoom.clamp(MIN_ZOOM, MAX_ZOOM) } else { 1.0 };
    let size = vec2(kept.width as f32, kept.height as f32);
    (size.max(MIN_SIZE * zoom).min(Vec2::splat(MAX_SIZE)), zoom)
}

impl Window {
    fn new(params: Arc<JangdanParams>, gui: GuiEnd, thread: WindowThread) -> Self {
        Self {
            projects: params.groove.projects(),
            params,
            gui,
            context: None,
            view: View::default(),
            history: History::default(),
            compare: Compare::default(),
            fonts: SystemFonts::default(),
            drags: DragEvents::default(),
            to_drag: None,
            thread,
            stroke: Stroke::default(),
            asked: None,
            asked_at: Instant::now(),
        }
    }

    /// Clears undo and A/B once the host has loaded another project, and shows what was wrong with that project.
    fn follow_project(&mut self) {
        let projects = self.params.groove.projects();
        if self.projects != projects {
            self.projects = projects;
            self.history.forget();
            self.compare = Compare::default();
            if let Some(found) = self.params.load_report.get() {
                self.view.show_error(found);
            }
        }
    }

    /// Hands files on that are dragged over the window, of which so many pixels are a point, or were dropped on it.
    fn take_drags(&mut self, pixels_per_point: f32) {
        let point = |[x, y]: [f32; 2]| pos2(x, y) / pixels_per_point;
        for event in self.drags.take() {
            match event {
                DragEvent::Over(at) => self.view.drag_files(Some(point(at))),
                DragEvent::Left => self.view.drag_files(None),
                DragEvent::Dropped(paths, at) => self.view.drop_files(paths, point(at)),
            }
        }
    }

    /// Drags the file that was written for it, if the button is still held.
    fn drag_out(&mut self, ctx: &egui::Context) {
        let Some(path) = self.to_drag.take() else { return };
        if ctx.is_being_dragged(files::drag_handle()) {
            drag_source::start(ctx, &path);
        } else {
            self.view
                .notify("The file came too late to be dragged: hold the button longer".to_owned());
        }
    }

    fn scene(&mut self) -> Scene {
        let state = self.gui.state();
        let ([cycle, to_come, ..], choice) = (state.cycles, state.choice);
        let edits = commands::edits_of(&self.params, choice.slot);
        let score = self.gui.shown_score();
        let score = &score;
        // New edits are drawn before the worker has answered.
        let pattern = edits.over(score.pattern(cycle));
        let next = if score.has(to_come) { edits.over(score.pattern(to_come)) } else { pattern };
        let weights = self.gui.weights();
        let (can_undo, can_redo) = self.history.can();
        Scene {
            pattern,
            next,
            cycle,
            playhead: state.now.map(|now| now.playhead),
            playback: state.now.map(|now| now.playback),
            name: self.params.groove_name(),
            choice,
            sounding: state.sounding(),
            keys: self.gui.take_keys(),
            network: self.gui.network(),
            section: state.now.and_then(section_place),
            is_bypassed: self.params.bypass.value(),
            kit: self.gui.kit(),
            attributes: weights.attributes.len().min(ATTRIBUTES),
            weights,
            locks: edits.kept().clone(),
            line: edits.line().copied(),
            undo: Some(UndoState { can_undo, can_redo }),
            is_b: Some(self.compare.is_b()),
        }
    }
}

/// The section of the song that sounds.
fn section_place(now: Now) -> Option<SectionPlace> {
    let passage = now.passage?;
    let beats = |grid: i64| Beats(grid as f64 / GRID_PER_BEAT as f64);
    let (begins, ends) = (beats(passage.origin), beats(passage.end));
    Some(SectionPlace { section: passage.section?, begins, ends })
}

impl NiceEguiApp for Window {
    fn build(
        &mut self,
        ctx: egui::Context,
        context: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        self.thread.enter();
        frames::listen(&ctx, frame.baseview_window());
        let repaint = self.gui.repaint_notifier();
        drop_target::listen(&ctx, frame.baseview_window(), &self.drags, repaint.clone());
        drag_source::listen(&ctx, frame.baseview_window(), repaint);
        theme::install(&ctx);
        ctx.add_font_provider(self.fonts.provider());
        // A drag that was going on when the window closed is over.
        self.history.let_go(&self.params);
        self.stroke = Stroke::default();
        self.view = View::new(self.history.clone());
        self.view.end_gestures_with(&ctx, context.clone());
        frame.set_clear_color(self.params.window.read().theme.palette().ground.into());
        self.context = Some(context);
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let Some(context) = self.context.clone() else { return };
        self.follow_project();
        self.compare.follow(&self.params);
        self.take_results(&context.param_setter());
        self.take_drags(ui.ctx().pixels_per_point());
        self.drag_out(ui.ctx());
        let scene = self.scene();
        let Self { params, gui, view, history, stroke, .. } = self;
        let track = gui.playing();
        let mut pen = GroovePen::new(params, history, stroke, scene.choice, track, scene.pattern);
        draw(ui, params, &scene, &context.param_setter(), Some(&mut pen), view);
        drag_source::point(ui.ctx());
        frame.set_key_capture(shortcuts::captured(ui.ctx()));
        self.fonts.update(ui.ctx(), self.gui.repaint_notifier());
        let commands = self.view.take_commands();
        let mut has_asked = !commands.is_empty();
        if has_asked {
            ui.ctx().request_repaint();
        }
        for command in commands {
            self.carry_out(command, &context.param_setter());
        }
        let asked = self.params.request(scene.choice, None);
        if self.asked.as_ref() != Some(&asked) {
            self.asked = Some(asked);
            self.gui.nudge();
            has_asked = true;
            ui.ctx().request_repaint();
        }
        if has_asked {
            self.asked_at = Instant::now();
        }
        if let Some(delay) = self.gui.next_look(self.asked_at) {
            ui.ctx().request_repaint_after(delay);
        }
    }

    fn resized(&mut self, size: NativeSize) {
        let mut kept = self.params.window.write();
        let whole = |length: f64| length.round().clamp(1.0, f64::from(MAX_SIZE)) as u32;
        *kept = WindowSize {
            width: whole(size.logical.width),
            height: whole(size.logical.height),
            ..*kept
        };
    }

    fn zoom_factor_changed(&mut self, zoom: f32) {
        self.params.window.write().zoom = zoom;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_opens_as_it_was_left_but_never_without_room_or_sense() {
        let kept = WindowSize { width: 1500, height: 1000, zoom: 1.25, ..WindowSize::default() };
        assert_eq!(opening(kept), (vec2(1500.0, 1000.0), 1.25));
        let small = WindowSize { width: 880, height: 560, zoom: 1.0, ..kept };
        assert_eq!(opening(small), (MIN_SIZE, 1.0));
        for zoom in [0.0, f32::NAN, f32::INFINITY, -3.0, 1e9] {
            let (size, zoom) = opening(WindowSize { width: u32::MAX, zoom, ..kept });
            assert!((MIN_ZOOM..=MAX_ZOOM).contains(&zoom), "{zoom}");
            assert!(size.x == MAX_SIZE && size.y >= MIN_SIZE.y * zoom, "{size:?}");
        }
    }
}
