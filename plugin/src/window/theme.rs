//! Colours, type and spacing of the window: the one place that decides how it looks.

use std::sync::Arc;

use egui::epaint::text::FontTweak;
use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke};
use groove::{INSTRUMENTS, Instrument};

/// Unit of all spacing, in points.
pub(super) const UNIT: f32 = 8.0;
/// Corner radius of panels, in points.
pub(super) const PANEL_RADIUS: u8 = 8;

/// The colours of a theme.
#[derive(Debug)]
pub struct Palette {
    /// Behind everything.
    pub ground: Color32,
    /// Panels on the ground.
    pub panel: Color32,
    /// Controls on a panel.
    pub raised: Color32,
    /// Controls on a panel under the pointer, and chosen ones.
    pub lifted: Color32,
    /// Rules, empty tracks.
    pub line: Color32,
    /// What is read first.
    pub text: Color32,
    /// What is read second.
    pub dim: Color32,
    /// The hand's own colour: what can be moved, and how far it is moved.
    pub accent: Color32,
    /// The groove's feel: timing and dynamics.
    pub feel: Color32,
    /// Sound and health: the kit, a network that is ready.
    pub good: Color32,
    /// Something failed.
    pub bad: Color32,
    /// Text on the accent.
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
    line: rgb(0x2e3440),
    text: rgb(0xe7e9ee),
    dim: rgb(0x98a0af),
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

/// The two sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Size {
    /// Names, values, hints.
    Small,
    /// Titles and buttons.
    Body,
}

/// The two weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Weight {
    /// Running text.
    Regular,
    /// Titles, values, what is chosen.
    Strong,
}

/// The font of a size and weight.
pub(super) fn font(size: Size, weight: Weight) -> FontId {
    let points = match size {
        Size::Small => 11.5,
        Size::Body => 13.5,
    };
    FontId::new(points, family(weight))
}

fn family(weight: Weight) -> FontFamily {
    match weight {
        Weight::Regular => FontFamily::Proportional,
        Weight::Strong => FontFamily::Name(Arc::from("strong")),
    }
}

/// Gives `ctx` the fonts and `palette`'s colours. Call once per context, before its first frame.
pub fn install(ctx: &egui::Context, palette: &Palette) {
    ctx.set_fonts(fonts());
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (egui::TextStyle::Body, font(Size::Small, Weight::Regular)),
            (egui::TextStyle::Button, font(Size::Small, Weight::Regular)),
            (egui::TextStyle::Small, font(Size::Small, Weight::Regular)),
            (egui::TextStyle::Heading, font(Size::Body, Weight::Strong)),
            (egui::TextStyle::Monospace, font(Size::Small, Weight::Regular)),
        ]
        .into();
        style.interaction.tooltip_delay = 0.6;
        style.interaction.selectable_labels = false;
        style.spacing.tooltip_width = 300.0;
        let visuals = &mut style.visuals;
        visuals.override_text_color = Some(palette.text);
        visuals.panel_fill = palette.ground;
        visuals.window_fill = palette.raised;
        visuals.window_stroke = Stroke::new(1.0, palette.lifted);
        visuals.menu_corner_radius = CornerRadius::same(PANEL_RADIUS);
        visuals.extreme_bg_color = palette.ground;
        visuals.selection.bg_fill = blend(palette.ground, palette.accent, 0.45);
        visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    });
}

/// Inter in two weights, with egui's own fonts behind it for letters that it lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let tweak = FontTweak { y_offset_factor: 0.02, ..Default::default() };
    let files: [(Weight, &str, &'static [u8]); 2] = [
        (Weight::Regular, "inter", include_bytes!("../../../assets/fonts/Inter-Regular.otf")),
        (
            Weight::Strong,
            "inter-strong",
            include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
        ),
    ];
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (weight, name, bytes) in files {
        let data = FontData::from_static(bytes).tweak(tweak.clone());
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
        let chain = std::iter::once(name.to_owned()).chain(fallback.iter().cloned()).collect();
        fonts.families.insert(family(weight), chain);
    }
    fonts
}
