//! Places of the parts of the window, for any size: pure arithmetic, in points.

use egui::{Rect, Vec2, pos2, vec2};

use crate::state::window_size;
use crate::window::widgets::theme::UNIT;

/// The window's size unless the user has chosen another.
pub const DEFAULT_SIZE: Vec2 =
    vec2(window_size::DEFAULT_SIZE.0 as f32, window_size::DEFAULT_SIZE.1 as f32);
/// The smallest size at which everything has its room.
pub const MIN_SIZE: Vec2 = vec2(1024.0, 648.0);

const HEADER: f32 = 7.0 * UNIT;
const MARGIN: f32 = 2.0 * UNIT;
/// The line at the bottom.
const FOOTER: f32 = 3.0 * UNIT;
/// Style and seed.
const SOURCE: f32 = 4.0 * UNIT;
/// Inside of a panel's edge.
const PADDING: f32 = 2.0 * UNIT;
/// A panel's or section's title.
const TITLE: f32 = 3.0 * UNIT;
/// The row of slots.
const SLOTS: f32 = 7.0 * UNIT;
/// The song lane.
const SONG: f32 = 7.0 * UNIT;
/// A row of knobs.
const KNOBS: f32 = 11.0 * UNIT;
/// One attribute.
const ATTRIBUTE: f32 = 3.0 * UNIT;
/// The pad shrinks before the sliders become shorter than this.
const MIN_SLIDERS: f32 = 20.0 * UNIT;
const MIN_PAD: f32 = 12.0 * UNIT;
const MAX_PAD: f32 = 28.0 * UNIT;
const NAMES: f32 = 22.0 * UNIT;
const RULER: f32 = 6.0 * UNIT;
const STRIP: f32 = 16.0 * UNIT;

/// The contents that change the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Whether the second row of knobs is shown.
    pub is_more_open: bool,
    /// Whether the song lane is shown.
    pub has_song: bool,
    /// How many attributes the weights know.
    pub attributes: usize,
}

/// Places of all parts. Panels do not overlap, and lie inside the window from [`MIN_SIZE`] up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The bar at the top, edge to edge.
    pub header: Rect,
    /// The panel at the left.
    pub shape: Panel,
    /// The grid and what lies beside it.
    pub groove: Groove,
    /// The song lane, if shown.
    pub song: Option<Rect>,
    /// Slots, play mode, *Follow*.
    pub slots: Rect,
    /// The knobs.
    pub knobs: Rect,
    /// The second row of knobs, if shown; under [`knobs`](Self::knobs), in the same panel.
    pub more: Option<Rect>,
    /// The line at the bottom.
    pub footer: Rect,
}

/// The panel at the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel {
    /// Its edge.
    pub frame: Rect,
    /// Style and seed.
    pub source: Rect,
    /// The pad.
    pub pad: Section,
    /// The latent sliders.
    pub latent: Section,
    /// The attributes, if there are any.
    pub character: Option<Section>,
}

/// A titled part of a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// One line.
    pub title: Rect,
    /// Beneath it.
    pub body: Rect,
}

/// The panel in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Groove {
    /// Its edge.
    pub frame: Rect,
    /// Above the cells: bar numbers and the playhead's top.
    pub ruler: Rect,
    /// Left of the cells: the instruments' names, mute and solo.
    pub names: Rect,
    /// 64 steps x 9 instruments.
    pub cells: Rect,
    /// Right of the cells: two columns for every instrument.
    pub strip: Rect,
}

impl Layout {
    /// The layout of a window of `size`, taken as [`MIN_SIZE`] where it is smaller.
    pub fn new(size: Vec2, contents: Contents) -> Self {
        let Contents { is_more_open, has_song, attributes } = contents;
        let size = size.max(MIN_SIZE);
        let gap = if size.x < 1120.0 || size.y < 720.0 { UNIT } else { 1.5 * UNIT };
        let header = Rect::from_min_size(pos2(0.0, 0.0), vec2(size.x, HEADER));
        let content =
            Rect::from_min_max(pos2(MARGIN, HEADER + gap), pos2(size.x - MARGIN, size.y - FOOTER));
        let left = (size.x * 0.21).clamp(31.0 * UNIT, 40.0 * UNIT).round();
        let shape = content.with_max_x(content.left() + left);
        let right = content.with_min_x(shape.right() + gap);
        let rows = if is_more_open { 2.0 } else { 1.0 };
        let panel = right.with_min_y(right.bottom() - rows * (KNOBS + 1.5 * UNIT) - 1.5 * UNIT);
        let inner = panel.shrink2(vec2(PADDING, 1.5 * UNIT));
        let slots =
            Rect::from_min_max(pos2(right.left(), panel.top() - gap - SLOTS), panel.right_top())
                .with_max_y(panel.top() - gap);
        let song = slots.with_min_y(slots.top() - gap - SONG).with_max_y(slots.top() - gap);
        let song = has_song.then_some(song);
        let beneath = song.unwrap_or(slots);
        Self {
            header,
            shape: Panel::new(shape, attributes),
            groove: Groove::new(right.with_max_y(beneath.top() - gap)),
            song,
            slots,
            knobs: inner.with_max_y(inner.top() + KNOBS),
            more: is_more_open.then(|| inner.with_min_y(inner.bottom() - KNOBS)),
            footer: Rect::from_min_max(content.left_bottom(), pos2(content.right(), size.y)),
        }
    }

    /// The panel of both rows of knobs.
    pub fn knob_panel(&self) -> Rect {
        let all = self.more.map_or(self.knobs, |more| self.knobs.union(more));
        all.expand2(vec2(PADDING, 1.5 * UNIT))
    }
}

impl Panel {
    fn new(frame: Rect, attributes: usize) -> Self {
        let inner = frame.shrink(PADDING);
        let source = inner.with_max_y(inner.top() + SOURCE);
        let inner = inner.with_min_y(source.bottom() + 1.5 * UNIT);
        let height = ATTRIBUTE * attributes as f32;
        let character = (attributes > 0).then(|| Section::ending_at(inner, inner.bottom(), height));
        let above = character.map_or(inner.bottom(), |character| character.title.top() - UNIT);
        let height =
            (above - inner.top() - 2.0 * TITLE - 2.0 * UNIT - MIN_SLIDERS).clamp(MIN_PAD, MAX_PAD);
        let pad = Section::ending_at(inner, inner.top() + TITLE + height, height);
        let top = pad.body.bottom() + 2.0 * UNIT;
        let latent = Section::ending_at(inner, above, above - top - TITLE);
        Self { frame, source, pad, latent, character }
    }
}

impl Section {
    fn ending_at(inner: Rect, bottom: f32, height: f32) -> Self {
        let body =
            Rect::from_min_max(pos2(inner.left(), bottom - height), pos2(inner.right(), bottom));
        let title = Rect::from_min_max(
            pos2(inner.left(), body.top() - TITLE),
            pos2(inner.right(), body.top()),
        );
        Self { title, body }
    }
}

impl Groove {
    fn new(frame: Rect) -> Self {
        let cells = Rect::from_min_max(
            pos2(frame.left() + NAMES + 1.5 * UNIT, frame.top() + RULER),
            pos2(frame.right() - STRIP - 2.0 * UNIT, frame.bottom() - 1.5 * UNIT),
        );
        let beside = |left: f32, right: f32| {
            Rect::from_min_max(pos2(left, cells.top()), pos2(right, cells.bottom()))
        };
        Self {
            frame,
            ruler: cells.with_min_y(frame.top()).with_max_y(cells.top()),
            names: beside(frame.left() + 1.5 * UNIT, cells.left() - UNIT),
            cells,
            strip: beside(cells.right() + UNIT, frame.right() - UNIT),
        }
    }

    /// The corner above the names.
    pub fn above_names(&self) -> Rect {
        self.ruler.with_min_x(self.names.left()).with_max_x(self.names.right())
    }

    /// The corner above the strip.
    pub fn above_strip(&self) -> Rect {
        self.ruler.with_min_x(self.strip.left()).with_max_x(self.strip.right())
    }
}

/// Column `i` of `count` equal columns of `whole`.
pub(crate) fn column(whole: Rect, i: usize, count: usize) -> Rect {
    let width = whole.width() / count.max(1) as f32;
    Rect::from_min_size(
        pos2(whole.left() + i as f32 * width, whole.top()),
        vec2(width, whole.height()),
    )
}

/// Row `i` of `count` equal rows of `whole`.
pub(crate) fn row(whole: Rect, i: usize, count: usize) -> Rect {
    let height = whole.height() / count.max(1) as f32;
    Rect::from_min_size(
        pos2(whole.left(), whole.top() + i as f32 * height),
        vec2(whole.width(), height),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_inside_and_apart_at_every_size() {
        for width in (1024..2400).step_by(40) {
            for height in (648..1500).step_by(40) {
                for (is_more_open, has_song, attributes) in
                    [(false, false, 5), (true, false, 5), (true, true, 5), (true, true, 0)]
                {
                    let contents = Contents { is_more_open, has_song, attributes };
                    check(vec2(width as f32, height as f32), contents);
                }
            }
        }
    }

    fn check(size: Vec2, contents: Contents) {
        let layout = Layout::new(size, contents);
        let window = Rect::from_min_size(pos2(0.0, 0.0), size);
        let Panel { frame, source, pad, latent, character } = layout.shape;
        let knobs = layout.knob_panel();
        apart_within(
            &[layout.header, frame, layout.groove.frame, layout.slots, knobs, layout.footer],
            window,
        );
        let rows: Vec<Rect> = [Some(layout.knobs), layout.more].into_iter().flatten().collect();
        apart_within(&rows, knobs);
        let sections = [Some(pad), Some(latent), character];
        let mut sections: Vec<Rect> =
            sections.into_iter().flatten().flat_map(|part| [part.title, part.body]).collect();
        sections.push(source);
        apart_within(&sections, frame);
        let Groove { frame, ruler, names, cells, strip } = layout.groove;
        let corners = [layout.groove.above_names(), layout.groove.above_strip()];
        apart_within(&[ruler, names, cells, strip, corners[0], corners[1]], frame);
        assert!(latent.body.height() >= 15.0 * UNIT, "{size:?}: {:?}", latent.body);
        if let Some(song) = layout.song {
            apart_within(&[layout.groove.frame, song, layout.slots], window);
        }
        let rows = if contents.has_song { 2.0 } else { 3.0 };
        assert!(cells.height() >= 9.0 * rows * UNIT, "{size:?}: {cells:?}");
    }

    fn apart_within(parts: &[Rect], whole: Rect) {
        for (i, part) in parts.iter().enumerate() {
            assert!(part.is_positive(), "{part:?}");
            assert!(whole.expand(0.01).contains_rect(*part), "{part:?} leaves {whole:?}");
            for other in &parts[..i] {
                let shared = part.intersect(*other);
                assert!(shared.width() < 0.01 || shared.height() < 0.01, "{part:?} and {other:?}");
            }
        }
    }
}
