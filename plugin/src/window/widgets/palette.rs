//! The colours of the two themes.

use egui::Color32;
use groove::{INSTRUMENTS, Instrument};

use crate::state::window_size::Theme;

impl Theme {
    /// Its colours.
    pub const fn palette(self) -> &'static Palette {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }
}

/// The colours of a theme.
#[derive(Debug)]
pub struct Palette {
    /// Behind everything.
    pub ground: Color32,
    /// Panels on the ground.
    pub panel: Color32,
    /// Controls on a panel.
    pub raised: Color32,
    /// Controls on a panel under the pointer.
    pub lifted: Color32,
    /// The chosen one of several.
    pub chosen: Color32,
    /// Rules, empty tracks.
    pub line: Color32,
    /// Main text.
    pub text: Color32,
    /// Secondary text.
    pub dim: Color32,
    /// The handle of a slider, a glowing hit.
    pub bright: Color32,
    /// Values set by the user.
    pub accent: Color32,
    /// The groove's feel: timing and dynamics.
    pub feel: Color32,
    /// Sound, and success: the kit, a network that is ready.
    pub good: Color32,
    /// Errors, and muted instruments.
    pub bad: Color32,
    /// Text on the accent and on the colours of instruments.
    pub on_accent: Color32,
    instruments: [Color32; INSTRUMENTS],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub static DARK: Palette = Palette {
    ground: rgb(0x14161b),
    panel: rgb(0x1b1e25),
    raised: rgb(0x262b35),
    lifted: rgb(0x3a4150),
    chosen: rgb(0x3a4150),
    line: rgb(0x2e3440),
    text: rgb(0xe7e9ee),
    dim: rgb(0x98a0af),
    bright: rgb(0xffffff),
    accent: rgb(0xffb84a),
    feel: rgb(0x7c8cff),
    good: rgb(0x6fd08c),
    bad: rgb(0xff6b4a),
    on_accent: rgb(0x221703),
    // In the order of `Instrument::ALL`, kick first.
    instruments: [
        rgb(0xff6b4a),
        rgb(0xffb84a),
        rgb(0x48c9b0),
        rgb(0x6fd08c),
        rgb(0xc3d350),
        rgb(0x4aa8ff),
        rgb(0x7c8cff),
        rgb(0xc37cff),
        rgb(0xff7ac6),
    ],
};

/// The light theme: the same hues, darker, for contrast.
pub static LIGHT: Palette = Palette {
    ground: rgb(0xdfe2e8),
    panel: rgb(0xf6f7f9),
    raised: rgb(0xe5e8ee),
    lifted: rgb(0xcfd5df),
    chosen: rgb(0xffffff),
    line: rgb(0xcdd2dc),
    text: rgb(0x1b1f28),
    dim: rgb(0x59616f),
    bright: rgb(0x12151b),
    accent: rgb(0xe08a00),
    feel: rgb(0x4a5be0),
    good: rgb(0x1f9a4c),
    bad: rgb(0xd6401d),
    on_accent: rgb(0x1e1300),
    instruments: [
        rgb(0xe24a26),
        rgb(0xdd8a08),
        rgb(0x0f9e86),
        rgb(0x2f9f52),
        rgb(0x8a9a10),
        rgb(0x1680e0),
        rgb(0x5163ee),
        rgb(0x9a4be0),
        rgb(0xdb3d9c),
    ],
};

impl Palette {
    /// The colour of `instrument`, everywhere it is drawn.
    pub fn instrument(&self, instrument: Instrument) -> Color32 {
        self.instruments[instrument.index()]
    }
}

/// `part` of the way from `from` to `to`, both opaque; `part` in `[0, 1]`.
pub fn blend(from: Color32, to: Color32, part: f32) -> Color32 {
    let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * part).round() as u8;
    Color32::from_rgb(mix(from.r(), to.r()), mix(from.g(), to.g()), mix(from.b(), to.b()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(color: Color32) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_in_both_themes() {
        // WCAG 2.2: 4.5 for text.
        for palette in [&DARK, &LIGHT] {
            for ground in [palette.ground, palette.panel, palette.raised] {
                assert!(contrast(palette.text, ground) > 7.0);
                assert!(
                    contrast(palette.dim, ground) > 4.5,
                    "{:.2}",
                    contrast(palette.dim, ground)
                );
            }
            for ground in [palette.lifted, palette.chosen] {
                assert!(contrast(palette.text, ground) > 4.5);
            }
            assert!(contrast(palette.on_accent, palette.accent) > 4.5);
        }
    }

    #[test]
    fn hits_stand_out_from_the_panel_in_both_themes() {
        // WCAG 2.2: 3 for what is not text; the brightest hues of the light theme come to 2.5.
        for (palette, least) in [(&DARK, 3.0), (&LIGHT, 2.5)] {
            for instrument in Instrument::ALL {
                let far = contrast(palette.instrument(instrument), palette.panel);
                assert!(far > least, "{instrument:?}: {far:.2}");
            }
            assert!(contrast(palette.accent, palette.panel) > least - 0.1);
        }
    }

    #[test]
    fn the_themes_are_saved_under_their_names() {
        assert_eq!(serde_json::to_string(&Theme::Light).unwrap(), "\"light\"");
        assert_eq!(Theme::default().other().other(), Theme::Dark);
    }
}
