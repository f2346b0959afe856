//! The context of the controls: what they set reaches the host as gestures, and can be undone.

use egui::Ui;
use nice_plug::prelude::{Param, ParamSetter};

use crate::editing::history::History;
use crate::params::JangdanParams;
use crate::state::numbers::finite_or;
use crate::window::widgets::gestures::Gestures;
use crate::window::widgets::theme::Palette;

/// Colours, parameters, and the way to the host and to undo. Called `cx` everywhere.
#[derive(Clone, Copy)]
pub(crate) struct ControlContext<'a> {
    pub(crate) palette: &'static Palette,
    pub(crate) setter: &'a ParamSetter<'a>,
    pub(crate) gestures: &'a Gestures,
    pub(crate) params: &'a JangdanParams,
    pub(crate) history: &'a History,
}

impl ControlContext<'_> {
    /// Makes `change` one step for undo.
    pub(crate) fn step<T>(&self, change: impl FnOnce() -> T) -> T {
        self.history.step(self.params, change)
    }

    /// Sets `param` as one complete gesture, or as part of an open one; does nothing if it has this value.
    pub(crate) fn set_once<P: Param>(&self, param: &P, normalized: f32) {
        if param.preview_plain(normalized) != param.unmodulated_plain_value() {
            self.record(param, normalized);
            self.play_once(param, normalized);
        }
    }

    /// Like [`set_once`](Self::set_once), but not a step for undo.
    pub(crate) fn play_once<P: Param>(&self, param: &P, normalized: f32) {
        let plain = param.preview_plain(normalized);
        if plain == param.unmodulated_plain_value() {
            return;
        }
        if self.gestures.is_open(param) {
            self.setter.set_parameter(param, plain);
        } else {
            self.setter.begin_set_parameter(param);
            self.setter.set_parameter(param, plain);
            self.setter.end_set_parameter(param);
        }
    }

    /// Sets `param` as part of a gesture; begins the gesture if needed.
    pub(crate) fn set_held<P: Param>(&self, param: &P, normalized: f32) {
        if self.gestures.begin(self.setter, param) {
            self.history.begin(self.params);
        }
        self.record(param, normalized);
        self.setter.set_parameter(param, param.preview_plain(normalized));
    }

    /// Asks the host for its menu of the parameter `name`, at the pointer. Returns whether it has menus.
    pub(crate) fn ask_for_menu(&self, ui: &Ui, name: &str) -> bool {
        let at = ui.input(|input| input.pointer.interact_pos()).unwrap_or_default();
        let pixels = at * ui.ctx().pixels_per_point();
        self.params.host_offers.ask_for_menu(name, (pixels.x as i32, pixels.y as i32))
    }

    fn record<P: Param>(&self, param: &P, to: f32) {
        self.history.turn(self.params, param.as_ptr(), set_value(param), to);
    }

    /// Keeps an open gesture of `param` for this frame.
    pub(crate) fn keep<P: Param>(&self, param: &P) {
        self.gestures.keep(param);
    }
}

/// The normalised value as set, without modulation; the default for a host's NaN.
pub(crate) fn set_value(param: &impl Param) -> f32 {
    finite_or(param.unmodulated_normalized_value(), param.default_normalized_value())
}
