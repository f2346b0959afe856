//! The song lane: sections as blocks in proportion to their bars. Edges are dragged for their length, blocks for their
//! order; a click opens what is set for a section.

mod section_menu;

use egui::{
    Align2, Color32, CursorIcon, Id, Key, Popup, PopupCloseBehavior, Pos2, Rect, Response, Sense,
    Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use engine::MOST_BARS;
use groove::{Beats, Instrument, Metre};

use crate::editing::song::change_song;
use crate::files::display_text::one_line;
use crate::state::song::{Cycles, Ending, MOST_SECTIONS, Section, Song};
use crate::window::panels::scene::SectionPlace;
use crate::window::widgets::{
    ControlContext, PANEL_RADIUS, Palette, UNIT, Weight, blend, clickable, elided, focus_ring,
    polygon, write_text,
};

/// How near to a block's right edge the pointer takes hold of that.
const EDGE: f32 = 5.0;
/// What a block has at least.
const LEAST: f32 = 14.0;

/// What is going on in the lane.
#[derive(Clone, Debug, Default)]
pub(crate) struct SongLane {
    drag: Option<Drag>,
    /// The section whose menu is open, as it is being set there.
    draft: Option<(usize, Section)>,
}

/// A drag of a block or of its right edge.
#[derive(Clone, Copy, Debug)]
enum Drag {
    Order { place: usize },
    Length { place: usize, bars: u16, from_x: f32, per_bar: f32 },
}

/// What plays of the song.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Playing {
    pub(crate) section: Option<SectionPlace>,
    pub(crate) position: Option<Beats>,
}

/// Draws the lane in `frame`.
pub(crate) fn song_lane(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    frame: Rect,
    playing: Playing,
    lane: &mut SongLane,
) {
    let palette = cx.palette;
    ui.painter().rect_filled(frame, PANEL_RADIUS, palette.panel);
    let inner = frame.shrink2(vec2(1.5 * UNIT, UNIT));
    let right = 9.0 * UNIT;
    let blocks = inner.with_max_x(inner.right() - right - UNIT);
    let mut song = (*cx.params.song.get()).clone();
    let per_bar = preview(ui, lane, &mut song, blocks);
    let places = places(&song, blocks);
    for (place, (section, rect)) in song.sections.iter().zip(&places).enumerate() {
        let before = song.sections[..place].iter().map(|section| u32::from(section.bars()));
        let first = 1 + before.sum::<u32>();
        block(ui, cx, (place, section, first), *rect, playing.section, per_bar, lane);
    }
    if let Some(Drag::Order { place }) = lane.drag {
        drop_line(ui, palette, &places, place, blocks);
    }
    playhead(ui, palette, &places, playing);
    end_drag(ui, cx, &song, &places, lane);
    buttons(ui, cx, inner.with_min_x(inner.right() - right), &song);
    commit(ui, cx, lane);
}

/// Where the blocks are.
fn places(song: &Song, room: Rect) -> Vec<Rect> {
    let total: f32 = song.sections.iter().map(|section| f32::from(section.bars())).sum();
    let count = song.sections.len() as f32;
    let least = LEAST.min(room.width() / count.max(1.0));
    let per_bar = (room.width() - count * least) / total.max(1.0);
    let mut left = room.left();
    let width = |section: &Section| least + per_bar * f32::from(section.bars());
    let places = song.sections.iter().map(|section| {
        let rect = Rect::from_min_max(
            pos2(left, room.top()),
            pos2(left + width(section) - 2.0, room.bottom()),
        );
        left += width(section);
        rect
    });
    places.collect()
}

/// Shows in `song` what a drag of an edge comes to; returns how many points a bar has.
fn preview(ui: &Ui, lane: &SongLane, song: &mut Song, room: Rect) -> f32 {
    let total: f32 = song.sections.iter().map(|section| f32::from(section.bars())).sum();
    let least = LEAST * song.sections.len() as f32;
    let per_bar = ((room.width() - least) / total.max(1.0)).max(1.0);
    if let Some(Drag::Length { place, bars, from_x, per_bar }) = lane.drag
        && let Some(at) = ui.input(|input| input.pointer.interact_pos())
        && let Some(section) = song.sections.get_mut(place)
    {
        let more = ((at.x - from_x) / per_bar).round();
        section.bars = (f32::from(bars) + more).clamp(1.0, f32::from(MOST_BARS)) as u16;
    }
    per_bar
}

/// The colour of what a section plays.
fn color(palette: &Palette, section: &Section) -> Color32 {
    match section.slot() {
        None => palette.accent,
        // Not the warm ones of kick and snare, which are like that of the live groove.
        Some(slot) => palette.instrument(Instrument::ALL[8 - usize::from(slot) % 7]),
    }
}

/// Draws the block of a section that begins in bar `first` of the song, and takes what is done to it.
fn block(
    ui: &mut Ui,
    cx: ControlContext<'_>,
    (place, section, first): (usize, &Section, u32),
    rect: Rect,
    playing: Option<SectionPlace>,
    per_bar: f32,
    lane: &mut SongLane,
) {
    let palette = cx.palette;
    let name = one_line(&section.name);
    let id = Id::unique(("section", place));
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let label = format!("{name}, {}", bars_in_words(section.bars()));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &label));
    let is_playing = playing.is_some_and(|playing| playing.section == place);
    let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    paint(ui, palette, section, rect, &response, (is_playing, is_open));
    focus_ring(ui.painter(), &response, rect, 6.0, palette.text);

    let edge = rect.with_min_x(rect.right() - EDGE).with_max_x(rect.right() + 2.0);
    let edge = ui
        .interact(edge, id.with("edge"), Sense::drag())
        .on_hover_cursor(CursorIcon::ResizeHorizontal);
    if edge.drag_started()
        && let Some(at) = ui.input(|input| input.pointer.press_origin())
    {
        lane.drag = Some(Drag::Length { place, bars: section.bars(), from_x: at.x, per_bar });
    }
    if response.drag_started() {
        lane.drag = Some(Drag::Order { place });
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::Delete)) {
        change_song(cx.params, cx.history, |song| song.remove(place));
    }
    let shown =
        Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            let is_of = |held: &(usize, Section)| held.0 == place;
            if !lane.draft.as_ref().is_some_and(is_of) {
                lane.draft = Some((place, section.clone()));
            }
            let Some((_, draft)) = &mut lane.draft else { return };
            section_menu::section_menu(ui, cx, place, draft);
        });
    if shown.is_none() {
        let about = format!(
            "{name}: {}, from bar {first}, {}, {}{}. Click to set it; drag it to another place, or its right edge for its length.",
            bars_in_words(section.bars()),
            groove_in_words(cx, section),
            cycles_in_words(section),
            ending_in_words(section),
        );
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(about);
    }
}

fn paint(
    ui: &Ui,
    palette: &Palette,
    section: &Section,
    rect: Rect,
    response: &Response,
    (is_playing, is_open): (bool, bool),
) {
    let painter = ui.painter();
    let color = color(palette, section);
    // The more intense, the stronger the colour; the band at its foot as high as it is.
    let depth = 0.22 + 0.14 * (section.intensity() + 1.0);
    let fill = blend(palette.panel, color, depth + if response.hovered() { 0.1 } else { 0.0 });
    painter.rect_filled(rect, 6.0, fill);
    let foot = rect.with_min_y(rect.bottom() - 3.0 - 8.0 * (section.intensity() + 1.0) / 2.0);
    let clip = painter.with_clip_rect(foot);
    clip.rect_filled(rect, 6.0, blend(palette.panel, color, 0.85));
    if is_playing || is_open {
        let line = if is_playing { palette.bright } else { palette.text };
        painter.rect_stroke(rect, 6.0, Stroke::new(1.5, line), StrokeKind::Inside);
    }
    let text = rect.shrink2(vec2(6.0, 4.0));
    let upper = text.with_max_y(text.top() + 14.0);
    let marks = ending_marks(ui, palette, section, rect);
    let weight = if is_playing { Weight::Strong } else { Weight::Regular };
    elided(ui, upper.with_max_x(upper.right() - marks), &section.name, weight, palette.text);
    let lower = text.with_min_y(upper.bottom()).with_max_y(upper.bottom() + 14.0);
    let slot =
        section.slot().map_or_else(|| "live".to_owned(), |slot| format!("slot {}", slot + 1));
    let mut words = format!("{} \u{b7} {slot}", section.bars());
    if section.slot().is_none() && section.bar.metre() != Metre::FOUR_FOUR {
        words = format!("{words} \u{b7} {}", section.bar.metre());
    }
    elided(ui, lower, &words, Weight::Regular, blend(palette.dim, palette.text, 0.4));
}

/// Draws how a section ends at its upper right; returns the width of that.
fn ending_marks(ui: &Ui, palette: &Palette, section: &Section, rect: Rect) -> f32 {
    let painter = ui.painter();
    if rect.width() < 40.0 {
        return 0.0;
    }
    let mut x = rect.right() - 9.0;
    let y = rect.top() + 11.0;
    let ink = blend(palette.dim, palette.text, 0.7);
    if section.has_crash {
        for by in [vec2(4.0, 0.0), vec2(2.0, 3.5), vec2(2.0, -3.5)] {
            painter.line_segment([pos2(x, y) - by, pos2(x, y) + by], (1.0, ink));
        }
        x -= 13.0;
    }
    match section.ending {
        Ending::Plain => {}
        Ending::Fill { .. } => {
            polygon(painter, pos2(x, y), &[(-5.0, 4.0), (5.0, -4.0), (5.0, 4.0)], ink);
            x -= 13.0;
        }
        Ending::Stop { .. } => {
            painter.rect_filled(Rect::from_center_size(pos2(x, y), vec2(7.0, 7.0)), 1.0, ink);
            x -= 13.0;
        }
    }
    rect.right() - 9.0 - x
}

fn bars_in_words(bars: u16) -> String {
    if bars == 1 { "1 bar".to_owned() } else { format!("{bars} bars") }
}

fn groove_in_words(cx: ControlContext<'_>, section: &Section) -> String {
    match section.slot() {
        None => "the live groove".to_owned(),
        Some(slot) if cx.params.slots.get()[usize::from(slot)].is_none() => {
            format!("slot {}, which is empty: the live groove", slot + 1)
        }
        Some(slot) => format!("slot {}", slot + 1),
    }
}

fn cycles_in_words(section: &Section) -> &'static str {
    match section.cycles {
        Cycles::Groove => "",
        Cycles::Vary => "its cycles vary, ",
        Cycles::Same => "its cycles are the same, ",
    }
}

fn ending_in_words(section: &Section) -> &'static str {
    match (section.ending, section.has_crash) {
        (Ending::Plain, false) => "plays on to its end",
        (Ending::Plain, true) => "a crash on the next one",
        (Ending::Fill { .. }, false) => "ends with a fill",
        (Ending::Fill { .. }, true) => "ends with a fill and a crash",
        (Ending::Stop { .. }, _) => "ends with a stop",
    }
}

/// The place in the order that the pointer is at.
fn order_at(places: &[Rect], at: Pos2) -> usize {
    places.iter().filter(|rect| rect.center().x < at.x).count()
}

fn drop_line(ui: &Ui, palette: &Palette, places: &[Rect], from: usize, room: Rect) {
    let Some(at) = ui.input(|input| input.pointer.interact_pos()) else { return };
    let to = order_at(places, at);
    let x = places.get(to).map_or(room.right(), |rect| rect.left()) - 1.0;
    if to != from && to != from + 1 {
        ui.painter().vline(x, room.y_range(), (3.0, palette.accent));
    }
    if let Some(held) = places.get(from) {
        let ghost = held.translate(vec2(at.x - held.center().x, 0.0));
        ui.painter().rect_stroke(ghost, 6.0, (1.5, palette.dim), StrokeKind::Inside);
    }
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
}

fn playhead(ui: &Ui, palette: &Palette, places: &[Rect], playing: Playing) {
    let (Some(section), Some(position)) = (playing.section, playing.position) else { return };
    let Some(rect) = places.get(section.section) else { return };
    let length = (section.ends - section.begins).0;
    let part = ((position - section.begins).0 / length).clamp(0.0, 1.0) as f32;
    let x = rect.left() + part * rect.width();
    ui.painter().vline(x, rect.y_range(), (1.5, palette.bright));
    polygon(
        ui.painter(),
        pos2(x, rect.top()),
        &[(-4.0, -1.0), (4.0, -1.0), (0.0, 5.0)],
        palette.bright,
    );
}

/// Carries out a drag once it is let go.
fn end_drag(ui: &Ui, cx: ControlContext<'_>, song: &Song, places: &[Rect], lane: &mut SongLane) {
    if ui.input(|input| input.pointer.any_down()) {
        return;
    }
    let at = ui.input(|input| input.pointer.latest_pos());
    match (lane.drag.take(), at) {
        (Some(Drag::Length { place, .. }), _) => {
            if let Some(section) = song.sections.get(place).cloned() {
                change_song(cx.params, cx.history, |held| held.put(place, section));
            }
        }
        (Some(Drag::Order { place }), Some(at)) => {
            let to = order_at(places, at);
            change_song(cx.params, cx.history, |held| held.shift(place, to));
        }
        _ => {}
    }
}

/// Draws the buttons at the end.
fn buttons(ui: &Ui, cx: ControlContext<'_>, place: Rect, song: &Song) {
    let (upper, lower) = place.split_top_bottom_at_fraction(0.5);
    let is_full = song.sections.len() == MOST_SECTIONS;
    let add = text_button(ui, cx, upper.with_max_y(upper.bottom() - 2.0), "add", false);
    if add.on_hover_text("Adds a section at the end").clicked() && !is_full {
        let bar = cx.params.bar();
        change_song(cx.params, cx.history, |held| held.add(bar));
    }
    let label = if song.is_repeated { "repeats" } else { "ends" };
    let about = "After the last section the song begins again, or is silent";
    let lower = lower.with_min_y(lower.top() + 2.0);
    if text_button(ui, cx, lower, label, song.is_repeated).on_hover_text(about).clicked() {
        change_song(cx.params, cx.history, |held| held.is_repeated = !held.is_repeated);
    }
}

fn text_button(ui: &Ui, cx: ControlContext<'_>, rect: Rect, label: &str, is_on: bool) -> Response {
    let palette = cx.palette;
    let response = clickable(ui, rect, Id::unique(("song", label)), egui::Role::Button, label);
    let fill = match (is_on, response.hovered()) {
        (true, _) => palette.chosen,
        (false, true) => palette.lifted,
        (false, false) => palette.raised,
    };
    let radius = rect.height() / 2.0;
    ui.painter().rect_filled(rect, radius, fill);
    focus_ring(ui.painter(), &response, rect, radius, palette.text);
    let at = (rect.center(), Align2::CENTER_CENTER);
    write_text(ui.painter(), at, label, Weight::Regular, palette.text);
    response
}

/// Keeps what was set in a menu, once the pointer is let go and nothing is being typed: each is one step.
fn commit(ui: &Ui, cx: ControlContext<'_>, lane: &mut SongLane) {
    let is_busy = ui.input(|input| input.pointer.any_down())
        || ui.memory(|memory| memory.focused().is_some_and(|id| id == section_menu::name_id()));
    let Some((place, draft)) = &lane.draft else { return };
    let is_open = Popup::is_any_open(ui.ctx());
    if is_busy && is_open {
        return;
    }
    let (place, draft) = (*place, draft.clone());
    if cx.params.song.get().sections.get(place).is_some_and(|held| *held != draft) {
        change_song(cx.params, cx.history, |song| song.put(place, draft));
    }
    lane.draft = None;
}
