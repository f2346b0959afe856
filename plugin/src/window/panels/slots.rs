//! The slots: stored grooves beside the live one; the play mode and *Follow*.

use egui::{
    Align2, Color32, Id, Key, Popup, Rect, Response, Role, Stroke, StrokeKind, Ui, pos2, vec2,
};
use nice_plug::prelude::Param;

use crate::playing::keys::{self, KEYS, KeyAction};
use crate::state::choice::Choice;
use crate::state::choice::SLOTS;
use crate::state::groove::Groove;
use crate::window::panels::command::Command;
use crate::window::panels::key_lights::{KeyLights, key_name, key_names};
use crate::window::panels::thumbnail::thumbnail;
use crate::window::widgets::{
    ControlContext, PANEL_RADIUS, UNIT, Weight, blend, choices, clickable, column, explain,
    focus_ring, write_text,
};

const MODE_ABOUT: &str = "When the drummer plays. Host: with the host's transport. Key: while a key is held. \
    Free: always, at the song's tempo.";
const FOLLOW_ABOUT: &str = "Joins in: a rhythm that is played or routed into the plugin, as notes or as audio (behind More), becomes a groove \
    near it, from the next cycle on. While notes are followed, they choose no slots.";

/// How much of a slot's feel can be laid over what plays.
const FEELS: [(&str, f32); 2] =
    [("Lay its feel over what plays", 1.0), ("Lay half of its feel over what plays", 0.5)];

/// The slot that sounds, the one that is pending, and the keys that act.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlotHighlight {
    pub(crate) sounding: Choice,
    pub(crate) pending: Option<Choice>,
    pub(crate) lights: KeyLights,
}

/// Draws the row of slots in `frame`.
pub(crate) fn slots_panel(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    frame: Rect,
    highlight: SlotHighlight,
    commands: &mut Vec<Command>,
) {
    ui.painter().rect_filled(frame, PANEL_RADIUS, cx.palette.panel);
    let inner = frame.shrink2(vec2(1.5 * UNIT, UNIT));
    let right = (inner.width() * 0.34).clamp(26.0 * UNIT, 34.0 * UNIT).round();
    let tiles = inner.with_max_x(inner.right() - right - 2.0 * UNIT);
    let width = (tiles.width() + 4.0) / (SLOTS as f32 + 1.6);
    let live = tiles.with_max_x(tiles.left() + 1.6 * width - 4.0);
    live_tile(ui, cx, live, highlight, commands);
    let grooves = cx.params.slots.get();
    let rest = tiles.with_min_x(live.right() + 4.0).with_max_x(tiles.right() + 4.0);
    for (slot, groove) in grooves.iter().enumerate() {
        let tile = column(rest, slot, SLOTS);
        let tile = tile.with_max_x(tile.right() - 4.0);
        slot_tile(ui, cx, tile, slot, groove.as_deref(), highlight, commands);
    }
    let right = inner.with_min_x(inner.right() - right);
    let follow_width = 8.0 * UNIT;
    let line = right.with_max_y(right.top() + 3.0 * UNIT);
    let mode = line.with_max_x(line.right() - follow_width - UNIT);
    choices(ui, cx, &cx.params.perform.mode, mode, MODE_ABOUT);
    let follow = line.with_min_x(line.right() - follow_width);
    toggle(ui, cx, follow, highlight.lights.of(keys::FOLLOWED));
    key_names(ui, cx, right.with_min_y(line.bottom() + 2.0), &highlight.lights);
}

/// The state of a tile.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Sounding,
    Pending,
    Resting,
}

impl SlotHighlight {
    fn state(&self, slot: Option<u8>) -> State {
        if self.pending.is_some_and(|choice| choice.slot == slot) {
            State::Pending
        } else if self.sounding.slot == slot {
            State::Sounding
        } else {
            State::Resting
        }
    }
}

fn live_tile(
    ui: &Ui,
    cx: ControlContext<'_>,
    tile: Rect,
    highlight: SlotHighlight,
    commands: &mut Vec<Command>,
) {
    let response = clickable(ui, tile, Id::unique("live"), Role::Button, "Live");
    if response.clicked() {
        choose(cx, None, commands);
    }
    let look = (highlight.state(None), highlight.lights.of(keys::bit(KeyAction::Live)));
    let ink = paint(ui, cx, tile, &response, look, true);
    write_text(ui.painter(), (tile.center(), Align2::CENTER_CENTER), "Live", Weight::Strong, ink);
    let key = key_name(cx, KeyAction::Live);
    response.on_hover_text(format!("The groove that the controls make. Key {key}."));
}

fn slot_tile(
    ui: &Ui,
    cx: ControlContext<'_>,
    tile: Rect,
    slot: usize,
    groove: Option<&Groove>,
    highlight: SlotHighlight,
    commands: &mut Vec<Command>,
) {
    let palette = cx.palette;
    let name = KEYS[slot].name;
    let response = clickable(ui, tile, Id::unique(("slot", slot)), Role::Button, name);
    let put = |groove| cx.step(|| cx.params.slots.store(slot, groove));
    let store = || put(Some(cx.params.live_groove()));
    if response.clicked() {
        match groove {
            Some(_) => choose(cx, Some(slot as u8), commands),
            None => store(),
        }
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::Delete)) {
        put(None);
    }
    let number_at = pos2(tile.left() + 5.0, tile.top() + 9.0);
    let light = highlight.lights.of(keys::bit(KeyAction::Slot(slot as u8)));
    let look = (highlight.state(Some(slot as u8)), light);
    let ink = paint(ui, cx, tile, &response, look, groove.is_some());
    let number = (slot + 1).to_string();
    match groove {
        Some(groove) => {
            write_text(
                ui.painter(),
                (number_at, Align2::LEFT_CENTER),
                number,
                Weight::Regular,
                ink,
            );
            let picture = tile.shrink2(vec2(4.0, 3.0)).with_min_y(tile.top() + 16.0);
            let is_sounding = highlight.state(Some(slot as u8)) == State::Sounding;
            if let Some(pattern) = groove.heard(0) {
                let steps = pattern.bar().steps();
                let bar = pattern.iter().filter(|(step, ..)| *step < steps);
                let ink = is_sounding.then_some(palette.on_accent);
                thumbnail(ui.painter(), palette, picture, steps, bar, ink);
            }
        }
        None if response.hovered() => {
            let (middle, color) = (tile.center(), palette.text);
            ui.painter().hline(middle.x - 4.0..=middle.x + 4.0, middle.y, (1.5, color));
            ui.painter().vline(middle.x, middle.y - 4.0..=middle.y + 4.0, (1.5, color));
        }
        None => {
            let color = blend(palette.panel, palette.dim, 0.6);
            let at = (tile.center(), Align2::CENTER_CENTER);
            write_text(ui.painter(), at, number, Weight::Regular, color);
        }
    }
    if groove.is_some() {
        Popup::context_menu(&response).show(|ui| {
            if ui.button("Replace with the live groove").clicked() {
                store();
            }
            for (label, amount) in FEELS {
                if ui.button(label).clicked() {
                    commands.push(Command::LayFeel { slot, amount });
                }
            }
            if ui.button("Empty").clicked() {
                put(None);
            }
        });
    }
    let key = key_name(cx, KeyAction::Slot(slot as u8));
    let about = match groove {
        Some(_) => format!(
            "{name}: plays it. Key {key}. Right-click: replace, empty, or lay its feel over what plays."
        ),
        None => format!("{name}, empty: keeps the live groove here."),
    };
    response.on_hover_text(about);
}

/// Chooses like a key, and saves the choice. Not a step for undo.
fn choose(cx: ControlContext<'_>, slot: Option<u8>, commands: &mut Vec<Command>) {
    let param = &cx.params.perform.slot;
    cx.play_once(param, param.preview_normalized(slot.map_or(0, |slot| i32::from(slot) + 1)));
    commands.push(Command::Choose(slot));
}

/// Draws a tile in a state, lit by its key; returns its text colour.
fn paint(
    ui: &Ui,
    cx: ControlContext<'_>,
    tile: Rect,
    response: &Response,
    (state, light): (State, f32),
    is_filled: bool,
) -> Color32 {
    let palette = cx.palette;
    let painter = ui.painter();
    let radius = 6.0;
    let fill = match (state, is_filled, response.hovered()) {
        (State::Sounding, true, _) => palette.accent,
        (_, true, true) => palette.lifted,
        (_, true, false) => palette.raised,
        (_, false, _) => palette.panel,
    };
    painter.rect_filled(tile, radius, fill);
    if !is_filled {
        let line = Stroke::new(1.0, if response.hovered() { palette.dim } else { palette.line });
        painter.rect_stroke(tile, radius, line, StrokeKind::Inside);
    }
    if state == State::Pending {
        painter.rect_stroke(tile, radius, (2.0, palette.accent), StrokeKind::Inside);
    }
    if light > 0.0 {
        let line = (2.0, palette.bright.gamma_multiply(light));
        painter.rect_stroke(tile, radius, line, StrokeKind::Outside);
    }
    focus_ring(painter, response, tile, radius, palette.text);
    if state == State::Sounding && is_filled { palette.on_accent } else { palette.text }
}

/// Draws the button *Follow*, lit by the notes that it follows.
fn toggle(ui: &Ui, cx: ControlContext<'_>, rect: Rect, light: f32) {
    let param = &cx.params.perform.is_following;
    let palette = cx.palette;
    let is_on = param.value();
    let response = clickable(ui, rect, Id::unique("follow"), Role::Button, "Follow");
    if response.clicked() {
        cx.set_once(param, if is_on { 0.0 } else { 1.0 });
    }
    let fill = match (is_on, response.hovered()) {
        (true, _) => blend(palette.good, palette.bright, 0.6 * light),
        (false, true) => palette.lifted,
        (false, false) => palette.raised,
    };
    let radius = rect.height() / 2.0;
    ui.painter().rect_filled(rect, radius, fill);
    focus_ring(ui.painter(), &response, rect, radius, palette.text);
    let weight = if is_on { Weight::Strong } else { Weight::Regular };
    let ink = if is_on { palette.on_accent } else { palette.text };
    write_text(ui.painter(), (rect.center(), Align2::CENTER_CENTER), "Follow", weight, ink);
    explain(response, cx, param, FOLLOW_ABOUT);
}
