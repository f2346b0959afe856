//! The picture of a performance: the plugin's window with the groove in it, above the waveform.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::performance::{Performance, played_samples};
use crate::workspace::Workspace;

/// Height of the waveform in pixels.
const WAVEFORM_HEIGHT: usize = 200;
/// Pixels between the waveform and the edges.
const MARGIN: usize = 16;
// The window's ground, line and accent colours.
const GROUND: [u8; 3] = [0x14, 0x16, 0x1b];
const LINE: [u8; 3] = [0x2e, 0x34, 0x40];
const ACCENT: [u8; 3] = [0xff, 0xb8, 0x4a];

/// An image of 8-bit red, green and blue, row by row.
pub(super) struct Image {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

/// The window as it shows the saved `state`, drawn by the plugin's own example program.
pub(super) fn window(workspace: &Workspace, state: &Path, png: &Path) -> Result<Image> {
    let mut command = workspace.cargo();
    // Optimised as the bundle is, with which it shares nearly all that it is built from.
    command.args(["run", "--quiet", "--release", "--package", "jangdan"]);
    command.args(["--example", "screenshot", "--"]);
    command.arg("--state").arg(state).arg("--out").arg(png);
    Workspace::output(command).context("cannot draw the window")?;
    Image::read(png)
}

/// `window` with the waveform of `performance` below, as a PNG file.
pub(super) fn with_waveform(mut window: Image, performance: &Performance) -> Result<Vec<u8>> {
    ensure!(window.width > 4 * MARGIN, "the window is only {} pixels wide", window.width);
    let top = window.height;
    window.height += WAVEFORM_HEIGHT;
    window.pixels.resize(window.width * window.height, GROUND);

    let [left, right] = &performance.audio;
    let columns = window.width - 2 * MARGIN;
    let middle = top + WAVEFORM_HEIGHT / 2;
    let reach = (WAVEFORM_HEIGHT / 2 - MARGIN) as f32;
    let row = |level: f32| (middle as f32 - level.clamp(-1.0, 1.0) * reach).round() as usize;
    let bar = played_samples() as usize / super::performance::BARS as usize;
    for column in 0..columns {
        let start = column * left.len() / columns;
        let end = ((column + 1) * left.len() / columns).max(start + 1).min(left.len());
        let x = MARGIN + column;
        if start % bar > (end - 1) % bar || start == 0 {
            window.column(x, row(1.0), row(-1.0), LINE);
        }
        let samples = left[start..end].iter().zip(&right[start..end]);
        let (low, high) = samples.fold((0.0_f32, 0.0_f32), |(low, high), (l, r)| {
            let level = (l + r) / 2.0;
            (low.min(level), high.max(level))
        });
        window.column(x, row(high), row(low), ACCENT);
    }
    window.encode()
}

impl Image {
    fn read(path: &Path) -> Result<Self> {
        let context = || format!("cannot read {}", path.display());
        let mut decoder =
            png::Decoder::new(BufReader::new(File::open(path).with_context(context)?));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().with_context(context)?;
        let size = reader.output_buffer_size().with_context(context)?;
        let mut bytes = vec![0; size];
        let frame = reader.next_frame(&mut bytes).with_context(context)?;
        let samples = match frame.color_type {
            png::ColorType::Rgb => 3,
            png::ColorType::Rgba => 4,
            other => bail!("{} is {other:?}, not a colour picture", path.display()),
        };
        let pixels = bytes.chunks_exact(samples).map(|p| [p[0], p[1], p[2]]).collect();
        Ok(Self { width: frame.width as usize, height: frame.height as usize, pixels })
    }

    /// Paints column `x` from row `top` to row `bottom`, both inside.
    fn column(&mut self, x: usize, top: usize, bottom: usize, colour: [u8; 3]) {
        for y in top..=bottom {
            self.pixels[y * self.width + x] = colour;
        }
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut encoder =
            png::Encoder::new(&mut bytes, u32::try_from(self.width)?, u32::try_from(self.height)?);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
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
    fn the_waveform_stands_below_the_window_and_reaches_as_far_as_it_is_loud() {
        let window = Image { width: 100, height: 10, pixels: vec![[1, 2, 3]; 1000] };
        let mut left = vec![0.0; 1000];
        left[500..600].fill(0.5);
        let audio = [left.clone(), left];
        let performance = Performance { notes: Vec::new(), audio, state: Vec::new() };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        std::fs::write(&path, with_waveform(window, &performance).unwrap()).unwrap();
        let image = Image::read(&path).unwrap();
        assert_eq!((image.width, image.height), (100, 10 + WAVEFORM_HEIGHT));
        assert_eq!(image.pixels[999], [1, 2, 3]);
        let painted =
            |x: usize| (10..image.height).filter(|y| image.pixels[y * 100 + x] == ACCENT).count();
        // Of the 68 columns those from 34 to 40 hold the loud part: half of 84 rows, and the middle.
        assert_eq!((painted(MARGIN + 37), painted(MARGIN + 20)), (43, 1));
    }
}
