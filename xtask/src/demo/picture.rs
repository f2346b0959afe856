//! The picture of a performance: the plugin's window with the groove in it, above the waveform.

use anyhow::{Result, ensure};

use super::performance::{Performance, played_samples};
use crate::picture::Image;

/// Height of the waveform in pixels.
const WAVEFORM_HEIGHT: usize = 200;
/// Pixels between the waveform and the edges.
const MARGIN: usize = 16;
// The window's ground, line and accent colours.
const GROUND: [u8; 3] = [0x14, 0x16, 0x1b];
const LINE: [u8; 3] = [0x2e, 0x34, 0x40];
const ACCENT: [u8; 3] = [0xff, 0xb8, 0x4a];

/// `window` with the waveform of `performance` below.
pub(super) fn with_waveform(mut window: Image, performance: &Performance) -> Result<Image> {
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
            paint(&mut window, x, row(1.0), row(-1.0), LINE);
        }
        let samples = left[start..end].iter().zip(&right[start..end]);
        let (low, high) = samples.fold((0.0_f32, 0.0_f32), |(low, high), (l, r)| {
            let level = (l + r) / 2.0;
            (low.min(level), high.max(level))
        });
        paint(&mut window, x, row(high), row(low), ACCENT);
    }
    Ok(window)
}

/// Paints column `x` from row `top` to row `bottom`, both inside.
fn paint(image: &mut Image, x: usize, top: usize, bottom: usize, colour: [u8; 3]) {
    for y in top..=bottom {
        image.pixels[y * image.width + x] = colour;
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
        let performance =
            Performance { midi: Vec::new(), notes: Vec::new(), audio, state: Vec::new() };
        let image = with_waveform(window, &performance).unwrap();
        assert_eq!((image.width, image.height), (100, 10 + WAVEFORM_HEIGHT));
        assert_eq!(image.pixels[999], [1, 2, 3]);
        let painted =
            |x: usize| (10..image.height).filter(|y| image.pixels[y * 100 + x] == ACCENT).count();
        // Of the 68 columns those from 34 to 40 hold the loud part: half of 84 rows, and the middle.
        assert_eq!((painted(MARGIN + 37), painted(MARGIN + 20)), (43, 1));
    }
}
