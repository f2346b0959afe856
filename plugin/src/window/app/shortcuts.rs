//! Keyboard shortcuts, kept from the host although no control has the focus.
//!
//! egui-baseview 0.9.0 tells the host that a key was not used unless some part of the window has the focus when it
//! comes. Ctrl-Z would undo in the window and, on macOS, in the song as well. So while Ctrl is held and nothing else has
//! the focus, an invisible part of the window has it, and takes only the keys of the shortcuts.

use egui::{Context, EventFilter, Id, Key, KeyboardShortcut, Modifiers, Rect, Sense, Ui, Vec2};
use nice_plug_egui::{Key as HostKey, KeyCapture};

use crate::window::panels::command::Command;
use crate::window::panels::scene::UndoState;

/// The letters of the shortcuts: undo, redo, paste.
const LETTERS: [&str; 4] = ["z", "Z", "v", "V"];

/// The invisible part that has the focus meanwhile.
fn holder() -> Id {
    Id::unique("shortcuts")
}

/// Takes the focus while Ctrl is held, unless something else has it.
pub(crate) fn take_focus(ui: &Ui) {
    let focused = ui.memory(|memory| memory.focused());
    let is_held = ui.input(|input| input.modifiers.command);
    if is_held && focused.is_none_or(|focused| focused == holder()) {
        let nowhere = Rect::from_min_size(ui.max_rect().min, Vec2::ZERO);
        let response = ui.interact(nowhere, holder(), Sense::focusable_noninteractive());
        if focused.is_none() {
            response.request_focus();
        }
        let filter = EventFilter {
            tab: true,
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(holder(), filter));
    } else if focused == Some(holder()) {
        ui.memory_mut(|memory| memory.surrender_focus(holder()));
    }
}

/// The keys kept from the host while something has the focus.
pub(crate) fn captured(ctx: &Context) -> KeyCapture {
    if ctx.memory(|memory| memory.focused()) == Some(holder()) {
        let letters = LETTERS.map(|letter| HostKey::Character(letter.to_owned()));
        KeyCapture::CaptureKeys(letters.into())
    } else {
        KeyCapture::CaptureAll
    }
}

/// Undo (Ctrl-Z) or redo (Ctrl-Shift-Z), if pressed in this frame and possible.
pub(crate) fn typed(ui: &Ui, state: Option<UndoState>) -> Option<Command> {
    const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
    const REDO: KeyboardShortcut =
        KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    if ui.ctx().text_edit_focused() {
        return None;
    }
    // In this order: egui finds the one without Shift in the one with it.
    let state = state?;
    let shortcuts = [(REDO, Command::Redo, state.can_redo), (UNDO, Command::Undo, state.can_undo)];
    let (_, command, can) = shortcuts
        .into_iter()
        .find(|(shortcut, ..)| ui.input_mut(|input| input.consume_shortcut(shortcut)))?;
    can.then_some(command)
}
