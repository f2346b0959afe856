//! Type and spacing of the window, and egui's own style.

use std::sync::Arc;

use egui::epaint::text::FontTweak;
use egui::{CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke};

pub use crate::state::window_size::Theme;
pub use crate::window::widgets::palette::{DARK, LIGHT, Palette, blend};

/// Unit of all spacing, in points.
pub(crate) const UNIT: f32 = 8.0;
/// Corner radius of panels, in points.
pub(crate) const PANEL_RADIUS: u8 = 8;

/// The sizes of type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Size {
    /// Names, values, hints.
    Small,
    /// Titles and buttons.
    Body,
}

/// The weights of type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Weight {
    /// Running text.
    Regular,
    /// Titles, values, chosen items.
    Strong,
}

/// The font of a size and weight.
pub(crate) fn font(size: Size, weight: Weight) -> FontId {
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

/// Installs fonts and styles in `ctx`. Call once per context, before its first frame.
pub fn install(ctx: &egui::Context) {
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
        style.spacing.button_padding = egui::vec2(UNIT, 4.0);
        style.spacing.item_spacing = egui::vec2(UNIT, 4.0);
        style.spacing.menu_margin = egui::Margin::same(6);
    });
}

/// Sets the colours of egui's own parts: tooltips, menus, text fields.
pub(crate) fn paint(ctx: &egui::Context, palette: &Palette) {
    ctx.all_styles_mut(|style| {
        let visuals = &mut style.visuals;
        visuals.override_text_color = Some(palette.text);
        visuals.panel_fill = palette.ground;
        visuals.window_fill = palette.raised;
        visuals.window_stroke = Stroke::new(1.0, palette.lifted);
        visuals.menu_corner_radius = CornerRadius::same(PANEL_RADIUS);
        visuals.extreme_bg_color = palette.ground;
        visuals.selection.bg_fill = blend(palette.ground, palette.accent, 0.45);
        visuals.selection.stroke = Stroke::new(1.0, palette.text);
        let widgets = &mut visuals.widgets;
        for widget in [&mut widgets.hovered, &mut widgets.active, &mut widgets.open] {
            widget.weak_bg_fill = palette.lifted;
            widget.bg_stroke = Stroke::NONE;
            widget.expansion = 0.0;
            widget.corner_radius = CornerRadius::same(4);
        }
        widgets.inactive.weak_bg_fill = blend(palette.raised, palette.lifted, 0.6);
        widgets.inactive.corner_radius = CornerRadius::same(4);
    });
}

/// Inter in two weights, with egui's own fonts as fallback.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let tweak = FontTweak { y_offset_factor: 0.02, ..Default::default() };
    let files: [(Weight, &str, &'static [u8]); 2] = [
        (Weight::Regular, "inter", include_bytes!("../../../../assets/fonts/Inter-Regular.otf")),
        (
            Weight::Strong,
            "inter-strong",
            include_bytes!("../../../../assets/fonts/Inter-SemiBold.otf"),
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
