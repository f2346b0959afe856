//! A small picture of hits.

use egui::{Color32, Painter, Rect, vec2};
use groove::{Hit, Instrument};

use crate::window::grid::ROWS;
use crate::window::widgets::Palette;

/// Draws `hits`, at steps from 0 up to `steps`, as dots, in the instruments' colours or in `ink`.
pub(crate) fn thumbnail(
    painter: &Painter,
    palette: &Palette,
    place: Rect,
    steps: usize,
    hits: impl Iterator<Item = (usize, Instrument, Hit)>,
    ink: Option<Color32>,
) {
    let (width, height) = (place.width() / steps as f32, place.height() / ROWS.len() as f32);
    for (step, instrument, hit) in hits {
        let Some(row) = ROWS.iter().position(|own| *own == instrument) else { continue };
        let at = place.min + vec2(step as f32 * width, row as f32 * height);
        let dot = Rect::from_min_size(at, vec2(width.max(1.5), height.clamp(1.5, 3.0)));
        let color = ink.unwrap_or_else(|| palette.instrument(instrument));
        painter.rect_filled(dot, 0.0, color.gamma_multiply(0.45 + 0.55 * hit.velocity()));
    }
}
