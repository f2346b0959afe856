//! Things to press: pills, the dice, choices side by side, the switch.

use egui::{Align2, Color32, CursorIcon, Id, Painter, Pos2, Rect, Response, Sense, Ui, pos2, vec2};
use nice_plug::prelude::{BoolParam, Param};

use super::control::Hand;
use super::theme::{self, Size, UNIT, Weight, blend};
use super::tooltip::tooltip;

/// How a pill stands out.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Rank {
    /// The one thing to press first.
    First,
    /// An ordinary button.
    Plain,
}

/// Draws a pill in `rect` and tells whether it was pressed. With `pips`, a die of that many stands before `label`.
pub(super) fn pill(
    ui: &Ui,
    hand: Hand<'_>,
    rect: Rect,
    label: &str,
    rank: Rank,
    pips: Option<usize>,
) -> Response {
    let response = ui
        .interact(rect, Id::unique(("pill", label)), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), label));
    let palette = hand.palette;
    let (fill, hovered, ink) = match rank {
        Rank::First => {
            (palette.accent, blend(palette.accent, Color32::WHITE, 0.25), palette.on_accent)
        }
        Rank::Plain => (palette.raised, palette.lifted, palette.text),
    };
    let fill = if response.is_pointer_button_down_on() {
        blend(hovered, palette.ground, 0.2)
    } else if response.hovered() {
        hovered
    } else {
        fill
    };
    let painter = ui.painter();
    painter.rect_filled(rect, rect.height() / 2.0, fill);
    focus_ring(painter, &response, rect, rect.height() / 2.0, palette.text);
    let size = if rect.height() < 3.0 * UNIT { Size::Small } else { Size::Body };
    let font = theme::font(size, weight_of(rank));
    let text = painter.layout_no_wrap(label.to_owned(), font, ink);
    let die_size = if pips.is_some() { (rect.height() * 0.5).round() } else { 0.0 };
    let gap = if pips.is_some() && !label.is_empty() { UNIT } else { 0.0 };
    let mut x = rect.center().x - (die_size + gap + text.size().x) / 2.0;
    if let Some(pips) = pips {
        die(painter, pos2(x + die_size / 2.0, rect.center().y), die_size, pips, ink, fill);
        x += die_size + gap;
    }
    painter.galley(pos2(x, rect.center().y - text.size().y / 2.0), text, ink);
    response
}

fn weight_of(rank: Rank) -> Weight {
    match rank {
        Rank::First => Weight::Strong,
        Rank::Plain => Weight::Regular,
    }
}

fn focus_ring(painter: &Painter, response: &Response, rect: Rect, radius: f32, color: Color32) {
    if response.has_focus() {
        painter.rect_stroke(rect.expand(2.0), radius + 2.0, (1.5, color), egui::StrokeKind::Inside);
    }
}

/// Draws a die that shows `pips`, `1..=6`.
fn die(painter: &Painter, center: Pos2, size: f32, pips: usize, body: Color32, hole: Color32) {
    painter.rect_filled(Rect::from_center_size(center, vec2(size, size)), size * 0.22, body);
    let far = size * 0.26;
    // Opposite corners, the middle, the other corners, the sides.
    let corner = [vec2(-far, -far), vec2(far, far)];
    let other = [vec2(far, -far), vec2(-far, far)];
    let side = [vec2(-far, 0.0), vec2(far, 0.0)];
    let middle = (pips % 2 == 1).then_some(vec2(0.0, 0.0));
    let shown = corner
        .into_iter()
        .take(if pips >= 2 { 2 } else { 0 })
        .chain(other.into_iter().take(if pips >= 4 { 2 } else { 0 }))
        .chain(side.into_iter().take(if pips >= 6 { 2 } else { 0 }))
        .chain(middle);
    for offset in shown {
        painter.circle_filled(center + offset, size * 0.095, hole);
    }
}

/// Draws the choices of `param` side by side in `rect`, the chosen one raised.
pub(super) fn choices<P: Param>(ui: &Ui, hand: Hand<'_>, param: &P, rect: Rect, about: &str) {
    let palette = hand.palette;
    let last = param.step_count().unwrap_or(1).max(1);
    let chosen = (param.modulated_normalized_value() * last as f32).round() as usize;
    ui.painter().rect_filled(rect, rect.height() / 2.0, palette.ground);
    let width = rect.width() / (last + 1) as f32;
    for choice in 0..=last {
        let cell = Rect::from_min_size(
            pos2(rect.left() + choice as f32 * width, rect.top()),
            vec2(width, rect.height()),
        );
        let normalized = choice as f32 / last as f32;
        let label = param.normalized_value_to_string(normalized, true);
        let id = Id::unique(("choice", param.name(), choice));
        let response =
            ui.interact(cell, id, Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
        let is_chosen = choice == chosen;
        response.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, &label)
        });
        let face = cell.shrink(2.0);
        if is_chosen || response.hovered() {
            let fill = if is_chosen { palette.lifted } else { palette.raised };
            ui.painter().rect_filled(face, face.height() / 2.0, fill);
        }
        focus_ring(ui.painter(), &response, face, face.height() / 2.0, palette.text);
        let weight = if is_chosen { Weight::Strong } else { Weight::Regular };
        ui.painter().text(
            cell.center(),
            Align2::CENTER_CENTER,
            &label,
            theme::font(Size::Small, weight),
            if is_chosen { palette.text } else { palette.dim },
        );
        if response.clicked() {
            hand.set_once(param, normalized);
        }
        tooltip(response, hand, param, about);
    }
}

/// Draws a switch for `param` in `rect`, its name to the right.
pub(super) fn switch(
    ui: &Ui,
    hand: Hand<'_>,
    param: &BoolParam,
    rect: Rect,
    name: &str,
    about: &str,
) {
    let palette = hand.palette;
    let is_on = param.value();
    let response = ui
        .interact(rect, Id::unique(("switch", name)), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Switch, true, is_on, name));
    if response.clicked() {
        hand.set_once(param, if is_on { 0.0 } else { 1.0 });
    }
    let track = Rect::from_min_size(
        pos2(rect.left(), rect.center().y - UNIT),
        vec2(3.5 * UNIT, 2.0 * UNIT),
    );
    let fill = if is_on { palette.good } else { palette.line };
    let fill = if response.hovered() { blend(fill, palette.text, 0.15) } else { fill };
    let painter = ui.painter();
    painter.rect_filled(track, UNIT, fill);
    focus_ring(painter, &response, track, UNIT, palette.text);
    let x = if is_on { track.right() - UNIT } else { track.left() + UNIT };
    painter.circle_filled(pos2(x, track.center().y), UNIT - 2.0, palette.text);
    painter.text(
        pos2(track.right() + UNIT, rect.center().y),
        Align2::LEFT_CENTER,
        name,
        theme::font(Size::Body, Weight::Strong),
        palette.text,
    );
    tooltip(response, hand, param, about);
}
