//! Where the parts of the window lie, for any size: pure arithmetic, in points.

use egui::{Rect, Vec2, pos2, vec2};

use super::theme::UNIT;

/// The window's size unless the user has chosen another.
pub const DEFAULT_SIZE: Vec2 = vec2(1180.0, 760.0);
/// The smallest size at which everything has its room.
pub const MIN_SIZE: Vec2 = vec2(880.0, 560.0);

const HEADER: f32 = 7.0 * UNIT;
const MARGIN: f32 = 2.0 * UNIT;
const STRIP: f32 = 16.0 * UNIT;
/// Inside of a panel's edge.
const PADDING: f32 = 2.0 * UNIT;
/// A panel's or section's title.
const TITLE: f32 = 3.0 * UNIT;
const KNOB: f32 = 12.0 * UNIT;
/// The pad gives way before the sliders become shorter than this.
const SLIDERS_LEAST: f32 = 25.0 * UNIT;
const PAD_LEAST: f32 = 14.0 * UNIT;
const PAD_MOST: f32 = 27.0 * UNIT;
const NAMES: f32 = 13.0 * UNIT;
const RULER: f32 = 5.0 * UNIT;

/// The parts. Panels do not overlap, and lie inside the window from [`MIN_SIZE`] up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The bar at the top, edge to edge.
    pub header: Rect,
    /// What is generated.
    pub generate: Panel,
    /// The groove.
    pub groove: Groove,
    /// How it is played.
    pub play: Rect,
    /// How it sounds.
    pub kit: Rect,
}

/// The panel at the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel {
    /// Its edge.
    pub frame: Rect,
    /// The pad; none in a low window.
    pub pad: Option<Section>,
    /// The latent sliders.
    pub latent: Section,
    /// The sampling knobs.
    pub sampling: Section,
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
    /// Left of the cells: the instruments' names.
    pub names: Rect,
    /// 64 steps x 9 instruments.
    pub cells: Rect,
}

impl Layout {
    /// The layout of a window of `size`, taken as [`MIN_SIZE`] where it is smaller.
    pub fn new(size: Vec2) -> Self {
        let size = size.max(MIN_SIZE);
        let gap = if size.x < 1000.0 || size.y < 640.0 { UNIT } else { 1.5 * UNIT };
        let header = Rect::from_min_size(pos2(0.0, 0.0), vec2(size.x, HEADER));
        let content =
            Rect::from_min_max(pos2(MARGIN, HEADER + gap), pos2(size.x - MARGIN, size.y - MARGIN));
        let left = (size.x * 0.245).clamp(30.0 * UNIT, 40.0 * UNIT).round();
        let generate = content.with_max_x(content.left() + left);
        let right = content.with_min_x(generate.right() + gap);
        let strip = right.with_min_y(right.bottom() - STRIP);
        let kit_width = (strip.width() * 0.27).clamp(22.0 * UNIT, 30.0 * UNIT).round();
        Self {
            header,
            generate: Panel::new(generate),
            groove: Groove::new(right.with_max_y(strip.top() - gap)),
            play: strip.with_max_x(strip.right() - kit_width - gap),
            kit: strip.with_min_x(strip.right() - kit_width),
        }
    }
}

impl Panel {
    fn new(frame: Rect) -> Self {
        let inner = frame.shrink(PADDING);
        let sampling = Section::ending_at(inner, inner.bottom(), KNOB);
        let above = sampling.title.top() - UNIT;
        let for_pad = above - inner.top() - 2.0 * TITLE - 2.0 * UNIT - SLIDERS_LEAST;
        let pad = (for_pad >= PAD_LEAST).then(|| {
            let height = for_pad.min(PAD_MOST);
            Section::ending_at(inner, inner.top() + TITLE + height, height)
        });
        let top = pad.map_or(inner.top(), |pad| pad.body.bottom() + 2.0 * UNIT);
        let latent = Section::ending_at(inner, above, above - top - TITLE);
        Self { frame, pad, latent, sampling }
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
            pos2(frame.left() + NAMES + 2.0 * UNIT, frame.top() + RULER),
            pos2(frame.right() - PADDING, frame.bottom() - PADDING),
        );
        Self {
            frame,
            ruler: Rect::from_min_max(
                pos2(cells.left(), frame.top()),
                pos2(cells.right(), cells.top()),
            ),
            names: Rect::from_min_max(
                pos2(frame.left() + 1.5 * UNIT, cells.top()),
                pos2(frame.left() + NAMES, cells.bottom()),
            ),
            cells,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_inside_and_apart_at_every_size() {
        for width in (880..2400).step_by(40) {
            for height in (560..1500).step_by(40) {
                let size = vec2(width as f32, height as f32);
                let layout = Layout::new(size);
                let window = Rect::from_min_size(pos2(0.0, 0.0), size);
                let Panel { frame, pad, latent, sampling } = layout.generate;
                let parts = [layout.header, frame, layout.groove.frame, layout.play, layout.kit];
                apart_within(&parts, window);
                let mut sections = vec![latent.title, latent.body, sampling.title, sampling.body];
                sections.extend(pad.into_iter().flat_map(|pad| [pad.title, pad.body]));
                apart_within(&sections, frame);
                let Groove { frame, ruler, names, cells } = layout.groove;
                apart_within(&[ruler, names, cells], frame);
                assert!(latent.body.height() >= SLIDERS_LEAST, "{size:?}");
                assert!(cells.height() >= 9.0 * 3.0 * UNIT, "{size:?}");
            }
        }
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

    #[test]
    fn only_a_low_window_goes_without_the_pad() {
        assert!(Layout::new(DEFAULT_SIZE).generate.pad.is_some());
        assert!(Layout::new(MIN_SIZE).generate.pad.is_none());
    }
}
