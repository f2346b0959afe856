//! The line at the bottom: results and errors, and the number of edited cells.

use egui::{Align2, CursorIcon, Id, Rect, Sense, Ui, pos2};
use groove::Instrument;

use crate::files::display_text::paragraph;
use crate::files::jobs::Job;
use crate::handoff::Network;
use crate::window::panels::command::Command;
use crate::window::panels::requests::PanelRequests;
use crate::window::panels::scene::Scene;
use crate::window::widgets::{ControlContext, Rank, UNIT, Weight, dice, elided, pill, write_text};

const PERFORM_ABOUT: &str = "Plays the hits as a drummer would: the network draws their velocities and timing anew. \
    Those of the cells that are kept, if there are any; else all. Feel and Dynamics say how much of it is heard.";

const TAP_ABOUT: &str = "Taps a groove: tap its kick and snare for a bar or two, here or on the keys F-1 and F#-1; a bar after \
    the last tap it plays, and the rest around it. Your accents and timing are kept.";

const RELEASE_ABOUT: &str = "The groove is played to a recording: what is struck in it is shown under the grid. Lets go of it.";

/// How long a notice is shown, in seconds.
const NOTICE_S: f64 = 8.0;

/// The last notice or error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    text: String,
    is_error: bool,
    /// When it was first drawn.
    since_s: Option<f64>,
}

impl Message {
    /// A result.
    pub(crate) fn notice(text: String) -> Self {
        Self { text, is_error: false, since_s: None }
    }

    /// An error; shown until it is clicked away or there is another message.
    pub(crate) fn error(text: String) -> Self {
        Self { text, is_error: true, since_s: None }
    }
}

/// Draws the line in `place`.
pub(crate) fn footer(
    ui: &Ui,
    cx: ControlContext<'_>,
    place: Rect,
    scene: &Scene,
    message: &mut Message,
    requests: &mut PanelRequests,
) {
    let palette = cx.palette;
    let middle = place.center().y;
    // Beside the corner that resizes the window.
    let mut right = place.right() - 2.0 * UNIT;
    let mut button = |label, width: f32, about| {
        let rect = Rect::from_min_max(
            pos2(right - width * UNIT, middle - 10.0),
            pos2(right, middle + 10.0),
        );
        right = rect.left() - UNIT;
        pill(ui, cx, rect, label, Rank::Plain, None).on_hover_text(about)
    };
    let cells = kept_cells(scene);
    if scene.line.is_some() && button("release", 7.0, RELEASE_ABOUT).clicked() {
        requests.commands.push(Command::Release);
    }
    if cells > 0 && button("clear edits", 9.0, "Leaves every cell to the network again").clicked() {
        requests.commands.push(Command::Clear);
    }
    if button("as a drummer", 11.0, PERFORM_ABOUT).clicked() {
        requests.commands.push(Command::Job(Job::Perform { seed: dice::number() }));
    }
    for (label, instrument) in [("tap snare", Instrument::Snare), ("tap kick", Instrument::Kick)] {
        let pad = button(label, 8.0, TAP_ABOUT);
        // When it goes down: a click comes when it is let go.
        let is_struck = pad.contains_pointer() && ui.input(|input| input.pointer.primary_pressed());
        if is_struck || pad.has_focus() && pad.clicked() {
            requests.commands.push(Command::Tap(instrument));
        }
    }
    if cells > 0 {
        let kept =
            if cells == 1 { "1 cell kept".to_owned() } else { format!("{cells} cells kept") };
        let at = pos2(right, middle);
        let text = write_text(
            ui.painter(),
            (at, Align2::RIGHT_CENTER),
            kept,
            Weight::Regular,
            palette.dim,
        );
        right = text.left() - UNIT;
    }
    right -= UNIT;
    say(ui, cx, place.with_max_x(right), scene, message);
}

fn kept_cells(scene: &Scene) -> usize {
    if scene.locks.is_empty() {
        return 0;
    }
    let kept = |step| Instrument::ALL.into_iter().filter(move |&i| scene.locks.is_locked(step, i));
    (0..scene.locks.pattern().steps()).map(|step| kept(step).count()).sum()
}

fn say(ui: &Ui, cx: ControlContext<'_>, room: Rect, scene: &Scene, message: &mut Message) {
    let palette = cx.palette;
    let now_s = ui.input(|input| input.time);
    if !message.text.is_empty() {
        let age_s = now_s - *message.since_s.get_or_insert(now_s);
        if !message.is_error {
            if age_s >= NOTICE_S {
                *message = Message::default();
            } else {
                ui.ctx().request_repaint_after_secs((NOTICE_S - age_s) as f32);
            }
        }
    }
    let silence;
    let (text, is_error) = match &scene.network {
        _ if !message.text.is_empty() => (message.text.as_str(), message.is_error),
        Network::Failed(trouble) => (trouble.as_str(), true),
        Network::Silent(seconds) => {
            silence = format!("The network has not answered for {seconds} s; what plays goes on");
            (silence.as_str(), true)
        }
        _ => (scene.kit.trouble.as_deref().unwrap_or_default(), true),
    };
    if text.is_empty() {
        return;
    }
    let dot = pos2(room.left() + UNIT, room.center().y);
    ui.painter().circle_filled(dot, 3.5, if is_error { palette.bad } else { palette.good });
    let line = room.with_min_x(room.left() + 2.5 * UNIT);
    elided(ui, line, text, Weight::Regular, palette.text);
    let response = ui.interact(line, Id::unique("message"), Sense::CLICK);
    let response =
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(paragraph(text));
    if response.clicked() {
        *message = Message::default();
    }
}
