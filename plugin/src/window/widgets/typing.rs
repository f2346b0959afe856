//! A value as text, which can be edited.

use egui::text::{CCursor, CCursorRange};
use egui::{Align2, CursorIcon, Id, Key, Rect, Sense, TextEdit, Ui, vec2};
use nice_plug::prelude::Param;

use crate::window::widgets::control_context::ControlContext;
use crate::window::widgets::text::write_text;
use crate::window::widgets::theme::{self, Size, Weight};

/// The text of a value while it is not edited.
pub(crate) struct Shown<'a> {
    pub(crate) text: &'a str,
    pub(crate) is_strong: bool,
    /// Whether a click on it starts editing. Not where the value lies on its control, which has its own clicks.
    pub(crate) is_clickable: bool,
}

/// Draws the value of `param` centred in `rect`; a click, or `starts`, lets the user edit it.
///
/// Enter sets the typed value if it is valid (red if not); Escape, or a click elsewhere, cancels.
pub(crate) fn value_text<P: Param>(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &P,
    rect: Rect,
    id: Id,
    shown: &Shown<'_>,
    starts: bool,
) {
    let typed: Option<String> = ui.data(|data| data.get_temp(id));
    match typed {
        Some(typed) => edit(ui, cx, param, rect, id, typed),
        None => {
            let palette = cx.palette;
            let mut is_clicked = false;
            if shown.is_clickable {
                let response = ui
                    .interact(rect, id.with("text"), Sense::click())
                    .on_hover_cursor(CursorIcon::Text)
                    .on_hover_text("Click to type a value");
                if response.hovered() || response.has_focus() {
                    ui.painter().rect_filled(rect, 4.0, palette.raised);
                }
                is_clicked = response.clicked();
            }
            let weight = if shown.is_strong { Weight::Strong } else { Weight::Regular };
            write_text(
                ui.painter(),
                (rect.center(), Align2::CENTER_CENTER),
                shown.text,
                weight,
                if shown.is_strong { palette.text } else { palette.dim },
            );
            if is_clicked || starts {
                begin(ui, param, id);
            }
        }
    }
}

fn begin<P: Param>(ui: &Ui, param: &P, id: Id) {
    let text = param.normalized_value_to_string(param.unmodulated_normalized_value(), false);
    let mut state = egui::text_edit::TextEditState::default();
    let end = CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), end)));
    state.store(ui.ctx(), id);
    ui.data_mut(|data| data.insert_temp(id, text));
    ui.memory_mut(|memory| memory.request_focus(id));
}

fn edit<P: Param>(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    param: &P,
    rect: Rect,
    id: Id,
    mut typed: String,
) {
    let normalized = param.string_to_normalized_value(typed.trim());
    let palette = cx.palette;
    let color = if normalized.is_some() { palette.text } else { palette.bad };
    // Room for what a narrow control cannot show at once.
    let field = Rect::from_center_size(rect.center(), vec2(rect.width().max(72.0), rect.height()))
        .expand2(vec2(0.0, 1.0));
    let field = field.translate(vec2(
        (ui.max_rect().left() - field.left()).max(0.0)
            + (ui.max_rect().right() - field.right()).min(0.0),
        0.0,
    ));
    ui.painter().rect_filled(field, 4.0, palette.ground);
    let response = ui.place(
        field,
        TextEdit::singleline(&mut typed)
            .id(id)
            .font(theme::font(Size::Small, Weight::Regular))
            .text_color(color)
            .frame(egui::Frame::NONE)
            .align(egui::Align2::CENTER_CENTER)
            .desired_width(field.width()),
    );
    ui.painter().rect_stroke(field, 4.0, (1.0, palette.accent), egui::StrokeKind::Inside);
    if response.lost_focus() {
        if ui.input(|input| input.key_pressed(Key::Enter))
            && let Some(normalized) = param.string_to_normalized_value(typed.trim())
        {
            cx.set_once(param, normalized);
        }
        ui.data_mut(|data| data.remove::<String>(id));
    } else {
        ui.data_mut(|data| data.insert_temp(id, typed));
    }
}
