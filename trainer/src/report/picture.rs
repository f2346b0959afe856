//! A drawing as a PNG file.

use std::sync::Arc;

use anyhow::{Context, Result};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::drawing::Drawing;

/// Pixels per point: sharp on most screens.
const SCALE: f32 = 2.0;

/// The content of a PNG file of `drawing`, on white. The font is built in, so it looks alike everywhere.
pub(super) fn png(drawing: &Drawing) -> Result<Vec<u8>> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../../assets/fonts/Inter-Regular.otf").to_vec());
    let options = Options { fontdb: Arc::new(fonts), ..Options::default() };
    let tree = Tree::from_str(&drawing.svg(), &options).context("the drawing is no SVG")?;
    let size = [drawing.width, drawing.height].map(|length| (length as f32 * SCALE).ceil() as u32);
    let mut pixels = Pixmap::new(size[0], size[1]).context("the drawing has no size")?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().context("cannot make a PNG")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::drawing::Anchor;

    #[test]
    fn what_is_drawn_and_written_is_seen() {
        let mut drawing = Drawing::new(40.0, 20.0);
        let blank = png(&drawing).unwrap();
        drawing.rect([0.0, 0.0], [10.0, 10.0], "#0072b2", 1.0);
        let with_rect = Pixmap::decode_png(&png(&drawing).unwrap()).unwrap();
        assert_eq!((with_rect.width(), with_rect.height()), (80, 40));
        let pixel = with_rect.pixel(5, 5).unwrap();
        assert_eq!([pixel.red(), pixel.green(), pixel.blue()], [0x00, 0x72, 0xb2]);

        let mut drawing = Drawing::new(40.0, 20.0);
        drawing.text([2.0, 15.0], 14.0, Anchor::Start, "Kick");
        assert_ne!(png(&drawing).unwrap(), blank, "the font is there");
    }
}
