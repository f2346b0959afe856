//! Input of all controls that set a parameter: drag, fine drag, wheel, keys, double-click for the default.
//!
//! A host passes a new value on to the parameter up to a block later. So a control keeps the value itself while it is
//! moved (its [`Grip`]).

use egui::{
    Event, EventFilter, Id, Key, Modifiers, MouseWheelUnit, Pos2, Rect, Response, Sense, Ui, Vec2,
};
use nice_plug::prelude::Param;

use crate::state::numbers::finite_or;
use crate::window::widgets::control_context::{ControlContext, set_value};

/// How much slower a fine drag (Ctrl or Shift held) is.
pub(crate) const FINE: f32 = 0.1;
/// Pixels of a touch pad's scrolling that count as one line of a wheel.
const PIXELS_PER_LINE: f32 = 24.0;
/// A press this near to a handle, in points, grabs it where it is.
const HANDLE_REACH: f32 = 10.0;
/// Seconds after the wheel's last turn during which its own value counts, not the parameter's.
const WHEEL_REST_S: f64 = 0.4;

/// The direction in which a drag raises the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Direction {
    Up,
    Right,
    /// Up or to the right.
    UpOrRight,
}

impl Direction {
    fn along(self, delta: Vec2) -> f32 {
        match self {
            Self::Up => -delta.y,
            Self::Right => delta.x,
            Self::UpOrRight => delta.x - delta.y,
        }
    }

    /// The normalised value of the place `at` on `track`.
    fn value_at(self, track: Rect, at: Pos2) -> f32 {
        match self {
            Self::Up => (track.bottom() - at.y) / track.height(),
            Self::Right | Self::UpOrRight => (at.x - track.left()) / track.width(),
        }
    }
}

/// How a drag moves the value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Travel {
    pub(crate) way: Direction,
    /// Points for the whole range.
    pub(crate) points: f32,
    /// The track of a slider's handle; a press beside the handle moves it there. `None`: a press
    /// moves nothing.
    pub(crate) jumps_in: Option<Rect>,
}

impl Travel {
    /// Without a track.
    pub(crate) const fn free(way: Direction, points: f32) -> Self {
        Self { way, points, jumps_in: None }
    }

    /// For a handle on `track`.
    pub(crate) fn on_track(way: Direction, track: Rect) -> Self {
        let points = if way == Direction::Up { track.height() } else { track.width() };
        Self { way, points, jumps_in: Some(track) }
    }
}

/// State of a control between frames.
#[derive(Clone, Copy, Debug, Default)]
struct Grip {
    /// Normalised value as last set here.
    value: f32,
    is_held: bool,
    wheel_lines: f32,
    wheel_time_s: Option<f64>,
}

/// A control after its input of this frame.
pub(crate) struct Turned {
    pub(crate) response: Response,
    /// The normalised value to draw, `[0, 1]`.
    pub(crate) value: f32,
    /// Whether it is being dragged.
    pub(crate) is_held: bool,
    /// Whether the user asked to type the value: by Enter, or by a right-click where the host has no menu for it.
    pub(crate) wants_typing: bool,
}

/// Lets the user set `param` in `rect`.
pub(crate) fn turn<P: Param>(
    ui: &Ui,
    cx: ControlContext<'_>,
    param: &P,
    rect: Rect,
    id: Id,
    travel: Travel,
) -> Turned {
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let mut grip: Grip = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let now_s = ui.input(|input| input.time);

    drag(ui, cx, param, &response, &mut grip, travel);
    if response.double_clicked() {
        cx.set_once(param, param.default_normalized_value());
        grip.wheel_time_s = None;
    }
    wheel(ui, cx, param, &response, &mut grip, now_s);
    let is_asked = response.secondary_clicked() && !cx.ask_for_menu(ui, param.name());
    let is_refused = cx.params.host_offers.take_refusal(param.name());
    let wants_typing = keys(ui, cx, param, &response) || is_asked || is_refused;

    let turns_wheel = grip.wheel_time_s.is_some_and(|then| now_s - then < WHEEL_REST_S);
    let value = if grip.is_held || turns_wheel { grip.value } else { shown_value(param) };
    ui.data_mut(|data| data.insert_temp(id, grip));
    response.widget_info(|| {
        let shown = param.normalized_value_to_string(value, true);
        egui::WidgetInfo::slider(true, f64::from(value), format!("{}: {shown}", param.name()))
    });
    Turned { response, value, is_held: grip.is_held, wants_typing }
}

/// The normalised value in effect, with modulation; the default for a host's NaN.
fn shown_value(param: &impl Param) -> f32 {
    finite_or(param.modulated_normalized_value(), param.default_normalized_value())
}

fn drag<P: Param>(
    ui: &Ui,
    cx: ControlContext<'_>,
    param: &P,
    response: &Response,
    grip: &mut Grip,
    travel: Travel,
) {
    let (is_down, delta, modifiers, position) = ui.input(|input| {
        let pointer = &input.pointer;
        (pointer.primary_down(), pointer.delta(), input.modifiers, pointer.interact_pos())
    });
    let is_held = response.is_pointer_button_down_on() && is_down;
    let before = grip.value;
    if is_held && !grip.is_held {
        grip.value = set_value(param);
        if let (Some(track), Some(position)) = (travel.jumps_in, position) {
            let aim = travel.way.value_at(track, position);
            if (aim - grip.value).abs() * travel.points > HANDLE_REACH {
                grip.value = aim.clamp(0.0, 1.0);
                cx.set_held(param, grip.value);
            }
        }
    } else if is_held {
        let speed = if is_fine(modifiers) { FINE } else { 1.0 };
        let moved = travel.way.along(delta) * speed / travel.points;
        grip.value = (grip.value + moved).clamp(0.0, 1.0);
        if grip.value != before {
            cx.set_held(param, grip.value);
        }
    }
    if is_held {
        cx.keep(param);
    }
    grip.is_held = is_held;
}

fn wheel<P: Param>(
    ui: &Ui,
    cx: ControlContext<'_>,
    param: &P,
    response: &Response,
    grip: &mut Grip,
    now_s: f64,
) {
    if grip.wheel_time_s.is_some_and(|then| now_s - then < WHEEL_REST_S) {
        cx.keep(param);
    }
    if !response.contains_pointer() || grip.is_held {
        grip.wheel_lines = 0.0;
        return;
    }
    let (lines, is_fine) = ui.input(|input| (wheel_lines(&input.events), is_fine(input.modifiers)));
    if lines == 0.0 {
        return;
    }
    if grip.wheel_time_s.is_none_or(|then| now_s - then >= WHEEL_REST_S) {
        grip.value = set_value(param);
    }
    grip.wheel_time_s = Some(now_s);
    grip.wheel_lines += lines;
    let steps = grip.wheel_lines.trunc();
    grip.wheel_lines -= steps;
    if steps != 0.0 {
        grip.value = stepped(param, grip.value, steps as i32, is_fine);
        cx.set_held(param, grip.value);
    }
    ui.ctx().request_repaint_after_secs(WHEEL_REST_S as f32);
}

/// Keeps the arrow keys from moving the focus away from `response`.
pub(crate) fn take_arrows(ui: &Ui, response: &Response) {
    let filter =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
}

/// Whether a drag, the wheel or keys move in fine steps.
pub(crate) fn is_fine(modifiers: Modifiers) -> bool {
    modifiers.command || modifiers.shift
}

fn wheel_lines(events: &[Event]) -> f32 {
    events
        .iter()
        .map(|event| match event {
            Event::MouseWheel { unit: MouseWheelUnit::Point, delta, .. } => {
                (delta.x + delta.y) / PIXELS_PER_LINE
            }
            // Some systems turn Shift and the wheel into sideways scrolling.
            Event::MouseWheel { delta, .. } => delta.x + delta.y,
            _ => 0.0,
        })
        .sum()
}

/// `value` moved by `steps` of the parameter's own steps, hundredths of the range if it has none.
fn stepped<P: Param>(param: &P, mut value: f32, steps: i32, is_fine: bool) -> f32 {
    for _ in 0..steps.unsigned_abs().min(100) {
        value = if steps > 0 {
            param.next_normalized_step(value, is_fine)
        } else {
            param.previous_normalized_step(value, is_fine)
        };
    }
    value
}

/// Keys of the focused control; returns whether Enter asks for typing.
fn keys<P: Param>(ui: &Ui, cx: ControlContext<'_>, param: &P, response: &Response) -> bool {
    if !response.has_focus() {
        return false;
    }
    take_arrows(ui, response);
    let (steps, resets, types, is_fine) = ui.input(|input| {
        let presses = |key| input.num_presses(key) as i32;
        let up = presses(Key::ArrowUp) + presses(Key::ArrowRight) + 10 * presses(Key::PageUp);
        let down = presses(Key::ArrowDown) + presses(Key::ArrowLeft) + 10 * presses(Key::PageDown);
        let resets = input.key_pressed(Key::Delete) || input.key_pressed(Key::Backspace);
        (up - down, resets, input.key_pressed(Key::Enter), is_fine(input.modifiers))
    });
    if steps != 0 {
        cx.set_once(param, stepped(param, set_value(param), steps, is_fine));
    }
    if resets {
        cx.set_once(param, param.default_normalized_value());
    }
    types
}

/// Steps down a list, and whether Enter was pressed; takes the keys from text fields.
pub(crate) fn list_keys(ui: &Ui) -> (isize, bool) {
    ui.input_mut(|input| {
        let mut presses = |key| input.count_and_consume_key(Modifiers::NONE, key) as isize;
        let down = presses(Key::ArrowDown) + 10 * presses(Key::PageDown);
        let up = presses(Key::ArrowUp) + 10 * presses(Key::PageUp);
        (down - up, presses(Key::Enter) > 0)
    })
}
