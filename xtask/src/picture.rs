//! `cargo xtask picture`: the plugin's window as a PNG file, drawn by the package `screenshot`.
//!
//! That package is optimised as the bundle is and writes plain pixmaps: a PNG encoder in it would ask other features of
//! the crates that the plugin is built from too, and build the plugin a second time.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::usage_error;
use crate::workspace::Workspace;

/// An image of 8-bit red, green and blue, row by row.
pub(crate) struct Image {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[u8; 3]>,
}

/// Writes what the words after `--out FILE.png` describe.
pub(crate) fn picture(workspace: &Workspace, words: Vec<String>) -> Result<()> {
    let Some(("--out", [png, options @ ..])) =
        words.split_first().map(|(first, rest)| (first.as_str(), rest))
    else {
        return Err(usage_error("`cargo xtask picture` begins with --out FILE.png"));
    };
    let image = window(workspace, options)?;
    std::fs::write(png, image.encode()?).with_context(|| format!("cannot write {png}"))
}

/// The window as `options`, which `screenshot` lists, describe it.
pub(crate) fn window(workspace: &Workspace, options: &[String]) -> Result<Image> {
    let pixmap = workspace.target().join("window.ppm");
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--release", "--package", "screenshot", "--"]);
    command.arg("--out").arg(&pixmap).args(options);
    Workspace::output(command).context("cannot draw the window")?;
    Image::read(&pixmap)
}

impl Image {
    /// Reads a binary portable pixmap as `screenshot` writes it.
    fn read(path: &Path) -> Result<Self> {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&bytes).with_context(|| format!("{} is no pixmap", path.display()))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.splitn(4, |&byte| byte == b'\n');
        let (magic, size, depth, samples) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
        let (width, height): (usize, usize) = (width.parse().ok()?, height.parse().ok()?);
        let pixels = samples.as_chunks::<3>().0.to_vec();
        let is_whole =
            samples.len() == 3 * pixels.len() && width.checked_mul(height) == Some(pixels.len());
        (magic == b"P6" && depth == b"255" && is_whole).then_some(Self { width, height, pixels })
    }

    /// As a PNG file.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        ensure!(self.width > 0 && self.height > 0, "an empty picture");
        let mut bytes = Vec::new();
        let mut encoder =
            png::Encoder::new(&mut bytes, u32::try_from(self.width)?, u32::try_from(self.height)?);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().context("cannot write PNG")?;
        writer.write_image_data(self.pixels.as_flattened()).context("cannot write PNG")?;
        writer.finish().context("cannot write PNG")?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixmap_is_read_whole_or_not_at_all() {
        // A line break among the samples is a sample.
        let image = Image::parse(b"P6\n2 1\n255\n\n\x01\x02\x03\n\x05").unwrap();
        assert_eq!((image.width, image.height), (2, 1));
        assert_eq!(image.pixels, [[b'\n', 1, 2], [3, b'\n', 5]]);
        for wrong in [&b"P6\n2 1\n255\n\x01\x02\x03"[..], b"P5\n1 1\n255\nabc", b"P6\n1 1\n255"] {
            assert!(Image::parse(wrong).is_none());
        }
    }

    #[test]
    fn an_image_survives_its_png_file() {
        let image = Image { width: 2, height: 1, pixels: vec![[1, 2, 3], [250, 251, 252]] };
        let bytes = image.encode().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut samples = [0; 6];
        reader.next_frame(&mut samples).unwrap();
        assert_eq!(samples, [1, 2, 3, 250, 251, 252]);
    }
}
