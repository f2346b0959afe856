//! Play, stop and tempo, for the standalone, which has no host.

use egui::{Color32, CornerRadius, DragValue, Id, Key, Modifiers, Rect, Role, Stroke, Ui, vec2};

use crate::params::clock::{Clock, TEMPOS};
use crate::window::widgets::{Palette, Size, UNIT, Weight, focus_ring, polygon, theme, toggleable};

/// Width of the transport.
pub(crate) const WIDTH: f32 = 14.0 * UNIT;

const PLAY_WIDTH: f32 = 4.0 * UNIT;
const TEMPO_ABOUT: &str = "The tempo in quarter notes a minute: drag it, or click and type";

/// Draws the transport with its right edge and vertical middle at `right`, if `clock` is in charge. The space bar also
/// plays and stops, unless a control has the focus.
pub(crate) fn transport(ui: &mut Ui, palette: &Palette, clock: &Clock, right: egui::Pos2) {
    if !clock.is_in_charge() {
        return;
    }
    let bar = Rect::from_min_size(right - vec2(WIDTH, 2.0 * UNIT), vec2(WIDTH, 4.0 * UNIT));
    let play = bar.with_max_x(bar.left() + PLAY_WIDTH);
    let is_typing = ui.memory(|memory| memory.focused().is_some());
    let is_struck =
        !is_typing && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Space));
    if play_button(ui, palette, play, clock.is_playing()) || is_struck {
        clock.play(!clock.is_playing());
    }
    tempo_field(ui, palette, bar.with_min_x(play.right() + UNIT), clock);
}

/// Draws a triangle, or a square while it plays. Returns whether it was pressed.
fn play_button(ui: &Ui, palette: &Palette, rect: Rect, is_playing: bool) -> bool {
    let label = if is_playing { "Stop" } else { "Play" };
    let response = toggleable(ui, rect, Id::unique("play"), Role::Button, is_playing, label);
    let painter = ui.painter();
    let fill = if response.hovered() { palette.lifted } else { palette.raised };
    painter.circle_filled(rect.center(), rect.height() / 2.0, fill);
    focus_ring(painter, &response, rect, rect.height() / 2.0, palette.text);
    let middle = rect.center();
    if is_playing {
        painter.rect_filled(Rect::from_center_size(middle, vec2(11.0, 11.0)), 1.5, palette.accent);
    } else {
        polygon(painter, middle, &[(-4.5, -6.5), (7.0, 0.0), (-4.5, 6.5)], palette.good);
    }
    let is_pressed = response.clicked();
    response.on_hover_text(format!("{label}: the space bar does it, too"));
    is_pressed
}

fn tempo_field(ui: &mut Ui, palette: &Palette, rect: Rect, clock: &Clock) {
    ui.scope(|ui| {
        ui.style_mut().drag_value_text_style = egui::TextStyle::Body;
        ui.style_mut().override_font_id = Some(theme::font(Size::Small, Weight::Strong));
        ui.spacing_mut().interact_size = rect.size();
        let visuals = ui.visuals_mut();
        for (look, fill) in [
            (&mut visuals.widgets.inactive, palette.raised),
            (&mut visuals.widgets.hovered, palette.lifted),
            (&mut visuals.widgets.active, palette.lifted),
        ] {
            look.weak_bg_fill = fill;
            look.bg_fill = fill;
            look.bg_stroke = Stroke::new(0.0, Color32::TRANSPARENT);
            look.fg_stroke.color = palette.text;
            look.corner_radius = CornerRadius::same(UNIT as u8);
            look.expansion = 0.0;
        }
        let mut tempo = clock.tempo();
        let field = DragValue::new(&mut tempo)
            .range(TEMPOS.0..=TEMPOS.1)
            .speed(0.25)
            .max_decimals(1)
            .suffix(" bpm");
        if ui.place(rect, field).on_hover_text(TEMPO_ABOUT).changed() {
            clock.set_tempo(tempo);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headless::Headless;
    use crate::params::JangdanParams;
    use crate::window::panels::scene::Scene;
    use crate::window::widgets::layout::DEFAULT_SIZE;
    use egui::{Event, PointerButton, Pos2, pos2};
    use groove::Pattern;

    fn window(is_alone: bool) -> Headless {
        let params = JangdanParams::default();
        params.clock.take_charge(is_alone);
        let mut window = Headless::new(params, Scene::of(Pattern::default()), DEFAULT_SIZE, 1.0);
        window.frame(Vec::new());
        window
    }

    fn space() -> Vec<Event> {
        [true, false]
            .map(|pressed| Event::Key {
                key: Key::Space,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers: Modifiers::NONE,
            })
            .to_vec()
    }

    /// The middle of the play button, where [`header`](crate::header) has it draw.
    fn play_button() -> Pos2 {
        let contents = crate::window::widgets::layout::Contents {
            is_more_open: false,
            has_song: false,
            attributes: 5,
        };
        let layout = crate::window::widgets::layout::Layout::new(DEFAULT_SIZE, contents);
        let right = layout.shape.frame.right();
        pos2(right - WIDTH + PLAY_WIDTH / 2.0, layout.header.center().y)
    }

    fn click(window: &mut Headless, pos: Pos2) {
        window.frame(vec![Event::PointerMoved(pos)]);
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
            window.frame(vec![Event::PointerButton { pos, button, pressed, modifiers }]);
        }
    }

    #[test]
    fn the_space_bar_and_the_button_play_and_stop_the_standalone() {
        let mut window = window(true);
        assert!(!window.params.clock.is_playing());
        window.frame(space());
        assert!(window.params.clock.is_playing());
        click(&mut window, play_button());
        assert!(!window.params.clock.is_playing());
    }

    #[test]
    fn a_plugin_in_a_host_has_no_transport() {
        let mut window = window(false);
        window.frame(space());
        click(&mut window, play_button());
        assert!(!window.params.clock.is_playing());
    }

    #[test]
    fn dragging_the_tempo_changes_it() {
        let mut window = window(true);
        let pos = play_button() + vec2(PLAY_WIDTH / 2.0 + 5.0 * UNIT, 0.0);
        window.frame(vec![Event::PointerMoved(pos)]);
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.frame(vec![Event::PointerButton { pos, button, pressed: true, modifiers }]);
        for step in 1..=8 {
            window.frame(vec![Event::PointerMoved(pos + vec2(5.0 * step as f32, 0.0))]);
        }
        assert!((121.0..140.0).contains(&window.params.clock.tempo()));
    }
}
