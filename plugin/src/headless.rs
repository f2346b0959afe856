//! A window without a display, for pictures and tests: the plugin's own drawing code with simulated input, and a
//! simulated host that sets parameters at once and records the calls. Not part of what hosts run.

mod raster;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use egui::{Event, FullOutput, Pos2, RawInput, Rect, Vec2};
use engine::Score;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{GuiContextInner, ParamPtr, ParamSetter, Params, PluginApi, PluginState};

use crate::editing::commands::{self, GroovePen, Stroke};
use crate::editing::history::History;
use crate::files::folder;
use crate::files::jobs::Job;
use crate::handoff::answer::{Answer, ReadyGroove};
use crate::params::JangdanParams;
use crate::state::edit::Pen;
use crate::state::request::GrooveKey;
use crate::window::widgets::theme;
use crate::window::{Command, Scene, UndoState, View, draw};
pub use raster::Image;
use raster::{Textures, render};

/// Seconds from one frame to the next.
const FRAME_S: f64 = 1.0 / 60.0;

/// A call of the window to the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// A gesture begins.
    Begin(ParamPtr),
    /// A parameter changes to this normalised value.
    Set(ParamPtr, f32),
    /// A gesture ends.
    End(ParamPtr),
}

/// A host that applies every change at once.
#[derive(Debug, Default)]
pub struct Host {
    told: Mutex<Vec<Told>>,
}

impl Host {
    /// The calls since the last `take`.
    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

#[expect(unsafe_code, reason = "the framework's way to set a parameter")]
impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.told.lock().unwrap().push(Told::Begin(param));
    }

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        // SAFETY: the window holds the parameters borrowed while it calls this.
        unsafe { param._internal_set_normalized_value(normalized) };
        self.told.lock().unwrap().push(Told::Set(param, normalized));
    }

    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.told.lock().unwrap().push(Told::End(param));
    }

    fn get_state(&self) -> PluginState {
        PluginState {
            version: String::new(),
            params: Default::default(),
            fields: Default::default(),
        }
    }

    fn set_state(&self, _state: PluginState) {}

    fn request_restart(&self) {}
}

/// The window. Its groove can be edited with a [`pen`](Self::pen), or after [`edit`](Self::edit).
pub struct Headless {
    /// The parameters of its controls.
    pub params: JangdanParams,
    /// The other state it shows.
    pub scene: Scene,
    /// The host.
    pub host: Arc<Host>,
    /// Applies edits.
    pub pen: Option<Box<dyn Pen>>,
    stroke: Option<Stroke>,
    ctx: egui::Context,
    view: View,
    textures: Textures,
    size: Vec2,
    scale: f32,
    time_s: f64,
    /// When it asks to be drawn again.
    due_s: Option<f64>,
}

impl Headless {
    /// A window of `size` points at `scale` pixels per point.
    pub fn new(params: JangdanParams, scene: Scene, size: Vec2, scale: f32) -> Self {
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let (host, view, textures) = <(Arc<Host>, View, Textures)>::default();
        view.end_gestures_with(&ctx, GuiContext::new(host.clone()));
        Self {
            params,
            scene,
            host,
            pen: None,
            stroke: None,
            ctx,
            view,
            textures,
            size,
            scale,
            time_s: 0.0,
            due_s: None,
        }
    }

    /// From now on, applies edits as the plugin does: to the live groove, without a network.
    pub fn edit(&mut self) {
        self.stroke = Some(Stroke::default());
    }

    /// Undo and redo.
    pub fn history(&self) -> History {
        self.view.history().clone()
    }

    /// Draws one frame, 1/60 s after the last, in which `events` happen.
    pub fn frame(&mut self, events: Vec<Event>) -> FullOutput {
        self.time_s += FRAME_S;
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size / self.zoom())),
            max_texture_side: Some(4096),
            time: Some(self.time_s),
            events,
            ..RawInput::default()
        };
        input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point =
            Some(self.scale);
        let Self { params, scene, host, pen, stroke, ctx, view, .. } = self;
        let setter = ParamSetter::new(&**host);
        if stroke.is_some() {
            let edits = params.edits.get();
            scene.locks = edits.kept().clone();
            scene.line = edits.line().copied();
            scene.pattern = edits.over(&scene.pattern);
            scene.next = edits.over(&scene.next);
            let (can_undo, can_redo) = view.history().can();
            scene.undo = Some(UndoState { can_undo, can_redo });
        }
        let history = view.history().clone();
        let mut output = ctx.run_ui(input, |ui| {
            let mut own = stroke.as_mut().map(|stroke| {
                let track = ReadyGroove {
                    key: Some(GrooveKey::of(params.recipe())),
                    score: Score::steady(scene.pattern),
                    ..ReadyGroove::clone(&Answer::factory().live)
                };
                GroovePen::new(params, &history, stroke, scene.choice, &track, scene.pattern)
            });
            let pen = match pen.as_mut() {
                Some(pen) => Some(&mut **pen as &mut dyn Pen),
                None => own.as_mut().map(|pen| pen as &mut dyn Pen),
            };
            draw(ui, params, scene, &setter, pen, view);
        });
        let delays = output.viewport_output.values().map(|viewport| viewport.repaint_delay);
        let delay = delays.min().filter(|&delay| delay < Duration::MAX);
        self.due_s = delay.map(|delay| self.time_s + delay.as_secs_f64().max(FRAME_S));
        self.textures.update(&output.textures_delta);
        output.textures_delta.clear();
        output
    }

    /// Lets `seconds` pass, draws frames when the window asks for them, and returns how many.
    pub fn wait(&mut self, seconds: f64) -> usize {
        let end_s = self.time_s + seconds;
        let mut count = 0;
        while let Some(due_s) = self.due_s.filter(|&due_s| due_s <= end_s) {
            self.time_s = due_s - FRAME_S;
            self.frame(Vec::new());
            count += 1;
        }
        self.time_s = end_s;
        count
    }

    /// The places of all widgets in the last frame.
    pub fn places(&self) -> Vec<(egui::Id, Rect)> {
        self.ctx.viewport(|viewport| {
            let widgets = &viewport.prev_pass.widgets;
            let all = widgets.layers().flat_map(|(_, widgets)| widgets);
            all.map(|widget| (widget.id, widget.interact_rect)).collect()
        })
    }

    /// Closes the window; returns its parameters.
    pub fn close(self) -> JangdanParams {
        let Self { params, ctx, .. } = self;
        drop(ctx);
        params
    }

    /// The zoom.
    pub fn zoom(&self) -> f32 {
        self.ctx.zoom_factor()
    }

    /// The commands since the last call.
    pub fn take_commands(&mut self) -> Vec<Command> {
        self.view.take_commands()
    }

    /// Executes the commands that need no worker, and returns the others.
    pub fn execute(&mut self) -> Vec<Command> {
        let mut left = Vec::new();
        for command in self.take_commands() {
            match command {
                Command::Job(Job::List { folder, endings }) => {
                    self.view.show_folder(folder::list(&folder, endings));
                }
                Command::Clear => commands::clear(&self.params, self.view.history(), None),
                Command::Corner { place, corner } => {
                    commands::set_corner(&self.params, self.view.history(), place, corner);
                }
                other => left.push(other),
            }
        }
        left
    }

    /// The place of the widget `id` in the last frame.
    pub fn place_of(&self, id: egui::Id) -> Option<Rect> {
        self.ctx.read_response(id).map(|response| response.rect)
    }

    /// The state kept from frame to frame.
    pub fn view(&mut self) -> &mut View {
        &mut self.view
    }

    /// The widget that has the focus.
    pub fn focused(&self) -> Option<egui::Id> {
        self.ctx.memory(|memory| memory.focused())
    }

    /// Every parameter, with its id.
    pub fn all_params(&self) -> Vec<(ParamPtr, String)> {
        self.params.param_map().into_iter().map(|(id, param, _)| (param, id)).collect()
    }

    /// Sets `param`, one of this window's, as automation does.
    #[expect(unsafe_code, reason = "the framework's way to set a parameter without a host")]
    pub fn host_sets(&self, param: ParamPtr, normalized: f32) {
        // SAFETY: `param` is one of `self.params`, which live as long as `self`.
        unsafe { param._internal_set_normalized_value(normalized) };
    }

    /// Sets `param`, one of this window's, to a value as saved, in its own unit.
    #[expect(unsafe_code, reason = "as above")]
    pub fn host_sets_plain(&self, param: ParamPtr, plain: f32) {
        // SAFETY: as above.
        self.host_sets(param, unsafe { param.preview_normalized(plain) });
    }

    /// Sets `param`, one of this window's, to the choice saved as `id`; nothing if it has no such choice.
    #[expect(unsafe_code, reason = "as above")]
    pub fn host_chooses(&self, param: ParamPtr, id: &str) {
        if let ParamPtr::EnumParam(choices) = param {
            // SAFETY: as above.
            unsafe { (*choices).set_from_id(id) };
        }
    }

    /// The normalised value that `text` means to `param`, one of this window's.
    #[expect(unsafe_code, reason = "as above")]
    pub fn normalized(&self, param: ParamPtr, text: &str) -> Option<f32> {
        // SAFETY: as above.
        unsafe { param.string_to_normalized_value(text) }
    }

    /// A picture of the next frame.
    pub fn picture(&mut self) -> Image {
        let output = self.frame(Vec::new());
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let zoom = output.pixels_per_point / self.scale;
        render(&self.textures, &primitives, self.size / zoom, output.pixels_per_point)
    }
}
