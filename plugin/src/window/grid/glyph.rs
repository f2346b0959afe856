//! The signs of articulations on the hits, as drummers write them where they do.

use egui::{Color32, Painter, Pos2, Rect, Stroke, pos2, vec2};
use groove::Articulation;

use crate::window::widgets::{Palette, polygon};

/// Half the size of a sign.
const FAR: f32 = 3.25;
/// The widest lines.
const WIDTH: f32 = 1.5;

/// Where a hit is drawn: its box, the row that it is in, and how wide a step is.
pub(super) struct Place {
    pub(super) rect: Rect,
    pub(super) row: Rect,
    pub(super) step: f32,
}

/// Draws the sign of `articulation` on the upper edge of a hit; a plain stroke has none.
pub(super) fn draw(
    painter: &Painter,
    place: &Place,
    articulation: Articulation,
    color: Color32,
    palette: &Palette,
) {
    if articulation == Articulation::Plain {
        return;
    }
    if articulation == Articulation::Flam {
        // The soft stroke before the hit.
        let Rect { min, max } = place.rect;
        let left = min.x - (0.32 * place.step).max(3.0);
        let soft = Rect::from_min_max(
            pos2(left, max.y - 0.6 * (max.y - min.y)),
            pos2(left + (0.2 * place.step).max(2.0), max.y),
        );
        painter.rect_filled(soft, 1.0, color);
        return;
    }
    let highest = place.row.top() + FAR + 2.0;
    let at = pos2(place.rect.center().x, place.rect.top().max(highest));
    // On a ground of its own, that it is seen on light hits and dark ones.
    painter.circle_filled(at, FAR + 1.75, palette.panel.gamma_multiply(0.8));
    let line = |from: (f32, f32), to: (f32, f32)| {
        let point = |(x, y): (f32, f32)| at + vec2(x, y) * FAR;
        painter.line_segment([point(from), point(to)], Stroke::new(WIDTH, color));
    };
    let ring = |at: Pos2| painter.circle_stroke(at, FAR - 0.5, Stroke::new(WIDTH, color));
    match articulation {
        Articulation::CrossStick => {
            line((-0.85, -0.85), (0.85, 0.85));
            line((-0.85, 0.85), (0.85, -0.85));
        }
        Articulation::RimShot => {
            ring(at);
            line((-1.1, 1.1), (1.1, -1.1));
        }
        Articulation::Pedal => {
            line((-0.9, -0.5), (0.0, 0.6));
            line((0.9, -0.5), (0.0, 0.6));
        }
        Articulation::HalfOpen => {
            ring(at);
            line((0.0, -0.9), (0.0, 0.9));
        }
        Articulation::Bell => {
            let corners = [(0.0, -FAR), (FAR, 0.0), (0.0, FAR), (-FAR, 0.0)];
            polygon(painter, at, &corners, color);
        }
        Articulation::Choke => {
            line((-0.9, 0.0), (0.9, 0.0));
            line((0.0, -0.9), (0.0, 0.9));
        }
        Articulation::Plain | Articulation::Flam => {}
    }
}
