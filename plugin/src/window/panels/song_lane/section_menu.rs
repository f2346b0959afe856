//! What is set for a section of the song.

use egui::emath::Numeric;
use egui::{Button, DragValue, Grid, Id, RichText, Slider, TextEdit, Ui};
use engine::MOST_BARS;

use crate::editing::song::change_song;
use crate::state::song::{Cycles, Ending, LONGEST_ENDING, LONGEST_NAME, Section};
use crate::window::widgets::{ControlContext, UNIT};

/// The field of the name.
pub(super) fn name_id() -> Id {
    Id::unique("section name")
}

/// Names that are offered.
const NAMES: [&str; 6] = ["Intro", "Verse", "Chorus", "Bridge", "Solo", "Outro"];

/// How far cycles may differ.
const CYCLES: [(Cycles, &str, &str); 3] = [
    (Cycles::Groove, "As the groove", "They vary as the groove's Variation says"),
    (
        Cycles::Vary,
        "Vary",
        "They vary as the groove's Variation says. Where that is 0 the first is the groove, and the others variations of it",
    ),
    (Cycles::Same, "The same", "Each is the groove's first, whatever its Variation"),
];

/// Draws the menu of section `place`, which sets `draft`.
pub(super) fn section_menu(ui: &mut Ui, cx: ControlContext<'_>, place: usize, draft: &mut Section) {
    ui.set_min_width(38.0 * UNIT);
    ui.spacing_mut().item_spacing.y = 6.0;
    let label = |ui: &mut Ui, text: &str| {
        ui.label(RichText::new(text).color(cx.palette.dim));
    };
    Grid::new(("section", place)).num_columns(2).spacing([2.0 * UNIT, 6.0]).show(ui, |ui| {
        label(ui, "Name");
        ui.vertical(|ui| {
            let field = TextEdit::singleline(&mut draft.name)
                .id(name_id())
                .char_limit(LONGEST_NAME)
                .desired_width(24.0 * UNIT);
            ui.add(field);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for name in NAMES {
                    if ui.add(Button::selectable(draft.name == name, name)).clicked() {
                        name.clone_into(&mut draft.name);
                    }
                }
            });
        });
        ui.end_row();
        label(ui, "Plays");
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            if ui.add(Button::selectable(draft.slot().is_none(), "Live")).clicked() {
                draft.slot = None;
            }
            let filled = cx.params.slots.get();
            for (slot, groove) in filled.iter().enumerate() {
                let is_chosen = draft.slot() == Some(slot as u8);
                let button = Button::selectable(is_chosen, (slot + 1).to_string());
                let response = ui.add_enabled(groove.is_some() || is_chosen, button);
                if response
                    .on_disabled_hover_text("This slot is empty: click it beneath to fill it")
                    .clicked()
                {
                    draft.slot = Some(slot as u8);
                }
            }
        });
        ui.end_row();
        label(ui, "Bars");
        let about = "Its length: drag it or type. In the lane, drag the right edge of the block";
        draft.bars = number(ui, draft.bars, MOST_BARS, "", about);
        ui.end_row();
        label(ui, "Intensity");
        let mut per_cent = draft.intensity() * 100.0;
        let slider = Slider::new(&mut per_cent, -100.0..=100.0).step_by(5.0).suffix(" %");
        let about = "Softer, sparser and on closed hats, or louder, denser and on open cymbals, than the groove itself";
        if ui.add(slider).on_hover_text(about).changed() {
            draft.intensity = per_cent / 100.0;
        }
        ui.end_row();
        label(ui, "Ends with");
        ending(ui, draft);
        ui.end_row();
        label(ui, "Cycles");
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (cycles, name, about) in CYCLES {
                let button = Button::selectable(draft.cycles == cycles, name);
                if ui.add(button).on_hover_text(about).clicked() {
                    draft.cycles = cycles;
                }
            }
        });
        ui.end_row();
    });
    ui.separator();
    ui.horizontal(|ui| {
        if ui.button("Duplicate").clicked() {
            let copy = draft.clone();
            change_song(cx.params, cx.history, |song| {
                song.put(place, copy);
                song.duplicate(place);
            });
            ui.close();
        }
        if ui.button("Delete").clicked() {
            change_song(cx.params, cx.history, |song| song.remove(place));
            // What is set there now is another section.
            if let Some(next) = cx.params.song.get().sections.get(place) {
                *draft = next.clone();
            }
            ui.close();
        }
    });
}

/// Sets how the section ends.
fn ending(ui: &mut Ui, draft: &mut Section) {
    ui.vertical(|ui| {
        let (beats, size) = match draft.ending {
            Ending::Plain => (2, 0.5),
            Ending::Fill { beats, size } => (beats, size),
            Ending::Stop { beats } => (beats, 0.5),
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let kinds = [
                ("Nothing", Ending::Plain, "Plays on to its end"),
                (
                    "Fill",
                    Ending::Fill { beats, size },
                    "A fill, drawn for the groove, up to its end",
                ),
                ("Stop", Ending::Stop { beats }, "One stroke, then silence up to its end"),
            ];
            for (name, kind, about) in kinds {
                let is_chosen =
                    std::mem::discriminant(&draft.ending) == std::mem::discriminant(&kind);
                let button = ui.add(Button::selectable(is_chosen, name)).on_hover_text(about);
                if button.clicked() {
                    draft.ending = kind;
                }
            }
        });
        match &mut draft.ending {
            Ending::Plain => {}
            Ending::Fill { beats, size } => {
                ui.horizontal(|ui| {
                    length(ui, beats);
                    let mut per_cent = *size * 100.0;
                    let slider = Slider::new(&mut per_cent, 0.0..=100.0).step_by(5.0);
                    let about =
                        "From the smallest of the fills drawn for the groove to the biggest";
                    if ui.add(slider.suffix(" % size")).on_hover_text(about).changed() {
                        *size = per_cent / 100.0;
                    }
                });
            }
            Ending::Stop { beats } => length(ui, beats),
        }
        ui.checkbox(&mut draft.has_crash, "crash on the next section");
    });
}

fn length(ui: &mut Ui, beats: &mut u8) {
    let suffix = if *beats == 1 { " beat" } else { " beats" };
    let about = "How long before its end it begins: drag it or type";
    *beats = number(ui, *beats, LONGEST_ENDING, suffix, about);
}

/// Draws a number from 1 to `most`, which is dragged or typed, between a button for one less and one for one more. Returns
/// what it is then.
fn number<N: Numeric>(ui: &mut Ui, value: N, most: N, suffix: &str, about: &str) -> N {
    let (mut value, most) = (value.to_f64(), most.to_f64());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        if ui.add_enabled(value > 1.0, Button::new("\u{2212}")).on_hover_text("one less").clicked()
        {
            value -= 1.0;
        }
        let field = DragValue::new(&mut value).range(1.0..=most).max_decimals(0).speed(0.1);
        ui.add(field.suffix(suffix)).on_hover_text(about);
        if ui.add_enabled(value < most, Button::new("+")).on_hover_text("one more").clicked() {
            value += 1.0;
        }
    });
    N::from_f64(value.round())
}
