//! The name in the header: Jangdan, and the Korean word drawn from strokes.
//!
//! The bundled fonts have no Hangul, and two syllables do not need a font.

use std::f32::consts::TAU;

use egui::{Align2, Color32, Painter, Pos2, Shape, Stroke, Ui, pos2, vec2};

use crate::window::widgets::{Palette, UNIT, Weight, theme};

/// A syllable as polylines in a square of side 1.
const JANG: [&[(f32, f32)]; 5] = [
    &[(0.06, 0.08), (0.56, 0.08)],
    &[(0.33, 0.08), (0.27, 0.27), (0.03, 0.48)],
    &[(0.29, 0.24), (0.58, 0.46)],
    &[(0.76, 0.0), (0.76, 0.56)],
    &[(0.76, 0.27), (0.99, 0.27)],
];
const DAN: [&[(f32, f32)]; 4] = [
    &[(0.56, 0.08), (0.1, 0.08), (0.1, 0.46), (0.6, 0.46)],
    &[(0.76, 0.0), (0.76, 0.68)],
    &[(0.76, 0.3), (0.99, 0.3)],
    &[(0.18, 0.64), (0.18, 0.96), (0.84, 0.96)],
];

/// Draws the name with its left edge and vertical middle at `left`. Returns its right edge.
pub(crate) fn wordmark(ui: &Ui, palette: &Palette, left: Pos2) -> f32 {
    let mut font = theme::font(theme::Size::Body, Weight::Strong);
    font.size = 20.0;
    let painter = ui.painter();
    let latin = painter.text(left, Align2::LEFT_CENTER, "Jangdan", font, palette.text);
    let side = 1.75 * UNIT;
    let top = left.y - side / 2.0 + 1.0;
    let jang = pos2(latin.right() + 1.25 * UNIT, top);
    let dan = pos2(jang.x + side + 4.0, top);
    let stroke = Stroke::new(1.5, palette.dim);
    strokes(painter, jang, side, &JANG, stroke);
    ring(painter, jang + vec2(0.56, 0.79) * side, side * 0.21, palette.dim);
    strokes(painter, dan, side, &DAN, stroke);
    dan.x + side
}

fn strokes(painter: &Painter, at: Pos2, side: f32, lines: &[&[(f32, f32)]], stroke: Stroke) {
    for line in lines {
        let points = line.iter().map(|&(x, y)| at + vec2(x, y) * side).collect();
        painter.add(Shape::line(points, stroke));
    }
}

/// The round consonant, a little wider than high.
fn ring(painter: &Painter, center: Pos2, radius: f32, color: Color32) {
    let points = (0..24)
        .map(|i| {
            let angle = i as f32 / 24.0 * TAU;
            center + radius * vec2(1.35 * angle.cos(), angle.sin())
        })
        .collect();
    painter.add(Shape::closed_line(points, Stroke::new(1.5, color)));
}
