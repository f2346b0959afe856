//! The window as the framework runs it: what it draws from, and what it keeps.

use std::sync::Arc;

use egui::Ui;
use groove::Pattern;
use musicvae::infer::Locks;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::editor::{ResizeHint, SizeConstraints};
use nice_plug_egui::baseview::{HandlerError, WindowSize as NativeSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, create_egui_editor,
};

use super::layout::MIN_SIZE;
use super::{Scene, View, draw, theme};
use crate::handoff::GuiEnd;
use crate::params::{JangdanParams, WindowSize};
use crate::recipe::{ATTRIBUTES, Recipe};
use crate::weights::{embedded_attributes, embedded_styles};

/// The editor type that the framework opens windows with.
pub type WindowEditor = EguiEditor<Window>;

/// What a window draws from. It outlives windows, which open and close.
pub struct Window {
    params: Arc<JangdanParams>,
    gui: GuiEnd,
    context: Option<GuiContext>,
    view: View,
    asked: Option<(Recipe, u64)>,
}

/// Makes the editor. Called once per instance.
pub(crate) fn editor(params: Arc<JangdanParams>, gui: GuiEnd) -> Option<WindowEditor> {
    let size = *params.window.read();
    // An older version's window may be smaller than this one's parts need.
    let least = MIN_SIZE * size.zoom.clamp(1.0, 2.0);
    let width = f64::from(size.width).max(f64::from(least.x));
    let height = f64::from(size.height).max(f64::from(least.y));
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
        Window { params, gui, context: None, view: View::default(), asked: None },
    )
}

impl Window {
    fn scene(&mut self) -> Scene {
        let cycle = self.gui.cycle();
        let score = &self.gui.playing().score;
        let pattern: Pattern = *score.pattern(cycle);
        let to_come = cycle.saturating_add(1);
        let next = if score.has(to_come) { *score.pattern(to_come) } else { pattern };
        Scene {
            pattern,
            next,
            cycle,
            playhead: self.gui.playhead(),
            choice: self.gui.choice(),
            network: self.gui.network(),
            is_bypassed: self.params.bypass.value(),
            styles: embedded_styles().len(),
            attributes: embedded_attributes().len().min(ATTRIBUTES),
            locks: Locks::default(),
        }
    }
}

impl NiceEguiApp for Window {
    fn build(
        &mut self,
        ctx: egui::Context,
        context: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::install(&ctx);
        self.view = View::default();
        self.view.end_gestures_with(&ctx, context.clone());
        frame.set_clear_color(self.params.window.read().theme.palette().ground.into());
        self.context = Some(context);
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        let scene = self.scene();
        let Some(context) = &self.context else { return };
        // The one place where editing is switched on: with a pen that carries edits out.
        let pen = None;
        draw(ui, &self.params, &scene, &context.param_setter(), pen, &mut self.view);
        let asked = (self.params.recipe(), self.params.slots.changes());
        if self.asked != Some(asked) {
            self.asked = Some(asked);
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
