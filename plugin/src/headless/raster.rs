//! Draws egui's triangles into an image, without a display or a GPU.
//!
//! It computes the same as egui's OpenGL painter: vertex colours times texture, both gamma-encoded and premultiplied,
//! blended over the image, clipped to rectangles.

use std::collections::HashMap;

use egui::epaint::textures::TexturesDelta;
use egui::epaint::{ClippedPrimitive, ImageData, Primitive, Vertex};
use egui::{Color32, ColorImage, Pos2, Rect, TextureId, Vec2};

/// An opaque image: rows of `[red, green, blue]`, from the top.
#[derive(Clone, Debug)]
pub struct Image {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// All rows one after the other.
    pub pixels: Vec<[u8; 3]>,
}

impl Image {
    /// The pixel at column `x` and row `y`.
    ///
    /// # Panics
    /// If there is none.
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[y * self.width + x]
    }
}

/// The textures that egui has handed over.
#[derive(Default)]
pub(super) struct Textures {
    images: HashMap<TextureId, ColorImage>,
}

impl Textures {
    /// Takes over what changed in a frame. What it frees is kept one frame longer than needed.
    pub(super) fn update(&mut self, delta: &TexturesDelta) {
        for (id, changes) in &delta.set {
            for change in changes {
                let ImageData::Color(patch) = &change.image;
                match (change.pos, self.images.get_mut(id)) {
                    (Some([left, top]), Some(image)) => {
                        for row in 0..patch.size[1] {
                            let from = row * patch.size[0];
                            let to = (top + row) * image.size[0] + left;
                            image.pixels[to..to + patch.size[0]]
                                .copy_from_slice(&patch.pixels[from..from + patch.size[0]]);
                        }
                    }
                    _ => {
                        self.images.insert(*id, ColorImage::clone(patch));
                    }
                }
            }
        }
    }
}

/// Draws `primitives` on a black image of `size` points at `scale` pixels per point.
pub(super) fn render(
    textures: &Textures,
    primitives: &[ClippedPrimitive],
    size: Vec2,
    scale: f32,
) -> Image {
    let (width, height) = ((size.x * scale).round() as usize, (size.y * scale).round() as usize);
    let mut image = Image { width, height, pixels: vec![[0; 3]; width * height] };
    for ClippedPrimitive { clip_rect, primitive } in primitives {
        let Primitive::Mesh(mesh) = primitive else { continue };
        let Some(texture) = textures.images.get(&mesh.texture_id) else { continue };
        let clip = Rect::from_min_max(clip_rect.min * scale, clip_rect.max * scale);
        for corners in mesh.indices.chunks_exact(3) {
            let corners = [corners[0], corners[1], corners[2]].map(|corner| {
                let vertex = mesh.vertices[corner as usize];
                Vertex { pos: vertex.pos * scale, ..vertex }
            });
            triangle(&mut image, texture, clip, corners);
        }
    }
    image
}

/// Twice the area of a triangle, positive if its corners turn clockwise on the screen.
fn area(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

fn triangle(image: &mut Image, texture: &ColorImage, clip: Rect, mut corners: [Vertex; 3]) {
    let whole = area(corners[0].pos, corners[1].pos, corners[2].pos);
    if whole == 0.0 || !whole.is_finite() {
        return;
    }
    if whole < 0.0 {
        corners.swap(1, 2);
    }
    let whole = whole.abs();
    let [a, b, c] = corners.map(|corner| corner.pos);
    let bounds = Rect::from_points(&[a, b, c]).intersect(clip);
    let first = |edge: f32, most: usize| ((edge - 0.5).ceil().max(0.0) as usize).min(most);
    let rows = first(bounds.top(), image.height)..first(bounds.bottom(), image.height);
    let columns = first(bounds.left(), image.width)..first(bounds.right(), image.width);
    for y in rows {
        for x in columns.clone() {
            let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
            let parts = [area(b, c, at), area(c, a, at), area(a, b, at)];
            let edges = [(b, c), (c, a), (a, b)];
            if !parts.iter().zip(edges).all(|(&part, edge)| is_inside(part, edge)) {
                continue;
            }
            let color = shade(texture, &corners, parts.map(|part| part / whole));
            let pixel = &mut image.pixels[y * image.width + x];
            for (under, over) in pixel.iter_mut().zip(color) {
                let blended = over + f32::from(*under) * (1.0 - color[3] / 255.0);
                *under = blended.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// Whether a point with `part` of the area beyond `edge` is covered. Of two triangles that share
/// an edge exactly one covers the points on it: the one to its right or below.
fn is_inside(part: f32, (from, to): (Pos2, Pos2)) -> bool {
    part > 0.0 || part == 0.0 && (to.y < from.y || to.y == from.y && to.x > from.x)
}

/// Red, green, blue and alpha in `[0, 255]` at the point that lies `parts` of the way to each corner.
fn shade(texture: &ColorImage, corners: &[Vertex; 3], parts: [f32; 3]) -> [f32; 4] {
    let mut color = [0.0; 4];
    let mut at = Vec2::ZERO;
    for (corner, part) in corners.iter().zip(parts) {
        for (sum, channel) in color.iter_mut().zip(corner.color.to_array()) {
            *sum += part * f32::from(channel);
        }
        at += part * corner.uv.to_vec2();
    }
    let texel = sample(texture, at);
    std::array::from_fn(|i| color[i] * texel[i] / 255.0)
}

/// The texture at `at` in `[0, 1]²`, between the four nearest texels.
fn sample(texture: &ColorImage, at: Vec2) -> [f32; 4] {
    let [width, height] = texture.size;
    let x = (at.x * width as f32 - 0.5).clamp(0.0, (width - 1) as f32);
    let y = (at.y * height as f32 - 0.5).clamp(0.0, (height - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (across, down) = (x - left as f32, y - top as f32);
    let texel = |x: usize, y: usize| -> [u8; 4] {
        let color: Color32 = texture.pixels[y * width + x];
        color.to_array()
    };
    let corners = [texel(left, top), texel(right, top), texel(left, bottom), texel(right, bottom)];
    let weights = [
        (1.0 - across) * (1.0 - down),
        across * (1.0 - down),
        (1.0 - across) * down,
        across * down,
    ];
    std::array::from_fn(|i| {
        corners.iter().zip(weights).map(|(corner, weight)| f32::from(corner[i]) * weight).sum()
    })
}
