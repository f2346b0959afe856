//! The window. The GUI thread runs it while it is open; the audio thread knows nothing of it.
//!
//! [`draw`] draws one frame from what it is given and knows no host, so that a picture can be
//! made without a display. Parameters are read anew in every frame: what the host automates
//! moves the controls. The window decodes nothing and locks nothing that the audio thread needs.

mod button;
mod control;
mod generate;
pub mod grid;
mod header;
mod knob;
pub mod layout;
mod morph;
mod pad;
mod play;
mod playhead;
mod slider;
pub mod theme;
mod tooltip;
mod typing;
mod wordmark;

use std::sync::Arc;
use std::time::Duration;

use egui::{CursorIcon, Id, Rect, Sense, Ui, ViewportCommand, pos2, vec2};
use groove::{Beats, Pattern};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug::prelude::ParamSetter;
use nice_plug_egui::baseview::{HandlerError, WindowSize as NativeSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, create_egui_editor,
};

use crate::handoff::{GuiEnd, Network};
use crate::params::{JangdanParams, WindowSize};
use crate::recipe::Recipe;
use control::Hand;
use layout::{Layout, MIN_SIZE};
use morph::Morph;
use pad::PadState;
use playhead::Playhead;
use theme::DARK;

/// Time between frames while something moves.
const FRAME: Duration = Duration::from_micros(16_600);

/// What one frame shows beside the parameters.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The groove.
    pub pattern: Pattern,
    /// Where the playhead is; `None` while stopped.
    pub playhead: Option<Beats>,
    /// How the network is doing.
    pub network: Network,
    /// Whether the host has bypassed the plugin.
    pub is_bypassed: bool,
}

/// What the window keeps from one frame to the next.
#[derive(Clone, Debug, Default)]
pub struct View {
    playhead: Playhead,
    morph: Morph,
    pad: PadState,
    time_s: f64,
}

/// Draws the window into `ui`, a whole window's, and lets the user turn `params` through `setter`.
///
/// The context needs [`theme::install`] once before.
pub fn draw(
    ui: &mut Ui,
    params: &JangdanParams,
    scene: &Scene,
    setter: &ParamSetter<'_>,
    view: &mut View,
) {
    let hand = Hand { palette: &DARK, setter };
    let now_s = ui.input(|input| input.time);
    let dt_s = (now_s - view.time_s).clamp(0.0, 0.1) as f32;
    view.time_s = now_s;
    let shape = params.playing().reading.shape;
    let position = view
        .playhead
        .glide(scene.playhead, now_s)
        .map(|time| Beats::from_steps(shape.pattern_position(time)));
    let has_arrived = view.morph.towards(&scene.pattern, dt_s);

    let window = ui.max_rect();
    let layout = Layout::new(window.size());
    ui.painter().rect_filled(window, 0.0, DARK.ground);
    header::header(ui, hand, &layout, &params.generate.seed, scene);
    generate::generate_panel(ui, hand, &layout.generate, &params.generate, &mut view.pad);
    ui.painter().rect_filled(layout.groove.frame, theme::PANEL_RADIUS, DARK.panel);
    grid::groove_grid(ui, &DARK, &layout.groove, &view.morph, position);
    play::play_panel(ui, hand, layout.play, &params.play);
    play::kit_panel(ui, hand, layout.kit, &params.kit);
    resize_corner(ui, window);

    if view.playhead.is_moving(now_s) || !has_arrived {
        ui.ctx().request_repaint_after(FRAME);
    }
}

/// The corner that resizes the window, for hosts whose own frame does not.
fn resize_corner(ui: &Ui, window: Rect) {
    let corner = Rect::from_min_max(window.max - vec2(14.0, 14.0), window.max);
    let response = ui
        .interact(corner, Id::unique("resize"), Sense::drag())
        .on_hover_and_drag_cursor(CursorIcon::ResizeNwSe);
    let color = if response.hovered() || response.dragged() { DARK.text } else { DARK.lifted };
    for reach in [4.0, 8.0] {
        let far = window.max - vec2(3.0, 3.0);
        let ends = [pos2(far.x - reach, far.y), pos2(far.x, far.y - reach)];
        ui.painter().line_segment(ends, (1.5, color));
    }
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let size = (pointer - window.min + vec2(4.0, 4.0)).max(MIN_SIZE);
        if (size - window.size()).length() > 1.0 {
            ui.ctx().send_viewport_cmd(ViewportCommand::InnerSize(size));
        }
    }
}

/// The editor type that the framework opens windows with.
pub type WindowEditor = EguiEditor<Window>;

/// What a window draws from.
pub struct Window {
    params: Arc<JangdanParams>,
    gui: GuiEnd,
    context: Option<GuiContext>,
    view: View,
    recipe: Option<Recipe>,
}

/// Makes the editor. Called once per instance; windows open and close later.
pub(crate) fn editor(params: Arc<JangdanParams>, gui: GuiEnd) -> Option<WindowEditor> {
    let size = *params.window.read();
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let least = LogicalSize::new(MIN_SIZE.x, MIN_SIZE.y);
    let hint = ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical { min_size: Some(least), max_size: None },
        ..ResizeHint::default()
    };
    create_egui_editor(
        EguiEditorState::from_size(LogicalSize::new(width, height), size.zoom),
        gui.repaint_notifier(),
        EguiNiceSettings::new().with_tile("Jangdan").with_resize_hint(hint),
        Window { params, gui, context: None, view: View::default(), recipe: None },
    )
}

impl NiceEguiApp for Window {
    fn build(
        &mut self,
        ctx: egui::Context,
        context: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::install(&ctx, &DARK);
        frame.set_clear_color(DARK.ground.into());
        self.context = Some(context);
        self.view = View::default();
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        let Some(context) = &self.context else { return };
        let cycle = self.gui.cycle();
        let scene = Scene {
            pattern: *self.gui.playing().score.pattern(cycle),
            playhead: self.gui.playhead(),
            network: self.gui.network(),
            is_bypassed: self.params.bypass.value(),
        };
        draw(ui, &self.params, &scene, &context.param_setter(), &mut self.view);
        let recipe = self.params.recipe();
        if self.recipe != Some(recipe) {
            self.recipe = Some(recipe);
            self.gui.nudge();
        }
    }

    fn resized(&mut self, size: NativeSize) {
        let mut kept = self.params.window.write();
        let whole = |length: f64| length.round().clamp(1.0, 16_384.0) as u32;
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
