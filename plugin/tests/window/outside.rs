//! Names from outside, of any script and length: they stay in their lines.

use egui::epaint::ClippedShape;
use jangdan::factory::weights::WeightsInfo;
use jangdan::files::folder::{Entry, Folder};
use jangdan::files::jobs::Job;
use jangdan::files::presets::Preset;
use jangdan::handoff::Network;
use jangdan::state::morph::Corner;
use jangdan::window::Command;
use jangdan::window::widgets::layout::MIN_SIZE;

use super::look::texts;
use super::*;

/// Names as they could come with a project, a file or a disk.
fn names() -> Vec<String> {
    vec![
        "two\nlines\r\nand\ta tab".to_owned(),
        "\0\u{7}\x1b[31mred\u{9b}\u{85}\u{2028}".to_owned(),
        "gnp.\u{202e}dim.\u{2067}evil\u{200f}\u{202d}".to_owned(),
        format!("z{}a{}lgo", "\u{301}\u{489}".repeat(500), "\u{334}\u{35c}".repeat(500)),
        "x".repeat(10_000),
        "\u{c7a5}\u{b2e8}".repeat(5000),
        "\n".repeat(10_000),
        "\u{202e}".repeat(10_000),
        "\u{1f941}\u{1f3fd}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} 1\u{fe0f}\u{20e3} \u{1f1f0}\u{1f1f7}".to_owned(),
        "\u{627}\u{64a}\u{642}\u{627}\u{639} \u{5d1}\u{5e8}\u{5d0} \u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940} \u{e01}\u{e33}".repeat(30),
        "\u{fdfd}\u{12031}\u{a9c5}".repeat(40),
        "\u{fffd}\u{10ffff}\u{e000}\u{fdd0}\u{feff}\u{200b}".to_owned(),
        String::new(),
    ]
}

/// Everything in `window` that has a name from outside is called `name`.
fn call_all(window: &mut Headless, name: &str) {
    window.scene.name = Some(name.to_owned());
    let pattern = Box::new(factory::pattern());
    let clip = Corner::Clip { name: name.to_owned(), pattern };
    window.params.corners.set([clip.clone(), Corner::Style(name.to_owned()), clip.clone(), clip]);
    window.scene.weights = Arc::new(WeightsInfo {
        name: name.to_owned(),
        path: Some(format!("/{name}/{name}")),
        styles: vec![name.to_owned(); 18],
        trouble: Some(format!("{name}: is no file of weights")),
        ..WeightsInfo::default()
    });
    window.scene.network = Network::Failed(format!("{name}: is no file of weights"));
    *window.params.folder.write() = format!("/{name}");
    let preset = |number| Preset { name: name.to_owned(), path: format!("{number}").into() };
    window.view().show_presets((0..5).map(preset).collect());
    window.view().show_error(format!("{name}: there is no room"));
}

/// Every text in `window` is in it, of one line unless it is a tooltip's, and shows nothing but letters.
fn check(shapes: &[ClippedShape], size: Vec2, name: &str) -> Vec<(Rect, String)> {
    // What has no ink, or is beyond its clipping, is not seen.
    let seen = shapes.iter().flat_map(|shape| {
        let all = texts(std::slice::from_ref(shape)).into_iter();
        all.map(|(ink, text)| (ink.intersect(shape.clip_rect), text))
    });
    let texts: Vec<_> = seen.filter(|(ink, _)| ink.is_finite() && ink.is_positive()).collect();
    let short: String = name.chars().take(20).collect();
    for (rect, text) in &texts {
        let odd = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(odd), "{text:?} is shown of {short:?}");
        assert!(
            text.chars().count() <= 1300,
            "{short:?} is shown in {} letters",
            text.chars().count()
        );
        let is_inside = rect.left() >= -1.0 && rect.right() <= size.x + 1.0;
        assert!(is_inside, "{short:?} leaves the window at {rect:?}");
    }
    texts
}

#[test]
fn whatever_a_name_is_made_of_it_touches_nothing_beside_it() {
    for name in names() {
        let mut window = window_of(MIN_SIZE, 1.0);
        call_all(&mut window, &name);
        window.frame(Vec::new());
        let output = window.frame(Vec::new());
        let texts = check(&output.shapes, MIN_SIZE, &name);
        assert!(texts.len() > 80, "only {} texts", texts.len());
        for (i, (rect, text)) in texts.iter().enumerate() {
            for (other, other_text) in &texts[..i] {
                assert!(!rect.intersects(*other), "{text:?} touches {other_text:?}");
            }
        }
        window.picture();
    }
}

#[test]
fn lists_menus_dialogs_and_tooltips_show_any_name() {
    for name in names() {
        for id in [
            egui::Id::unique("browser"),
            egui::Id::unique("network"),
            egui::Id::unique(("corner", 1_usize)),
            egui::Id::unique(("pill", "Import\u{2026}")),
            egui::Id::unique("message"),
            egui::Id::unique(("pill", "Export")),
        ] {
            let mut window = window_of(MIN_SIZE, 1.0);
            call_all(&mut window, &name);
            window.frame(Vec::new());
            window.frame(Vec::new());
            let at = window.place_of(id).unwrap_or_else(|| panic!("no {id:?}")).left_center();
            let at = at + vec2(8.0, 0.0);
            // The pointer rests: a tooltip.
            window.frame(vec![Event::PointerMoved(at)]);
            window.wait(1.0);
            check(&window.frame(Vec::new()).shapes, MIN_SIZE, &name);
            click(&mut window, at);
            for command in window.take_commands() {
                if let Command::Job(Job::List { folder, .. }) = command {
                    let entry = |is_folder| Entry {
                        name: name.clone(),
                        path: folder.join("clip.mid"),
                        is_folder,
                    };
                    let entries = Ok(vec![entry(true), entry(false)]);
                    window.view().show_folder(Folder { path: folder, entries, places: Vec::new() });
                }
            }
            (0..3).for_each(|_| drop(window.frame(Vec::new())));
            check(&window.frame(Vec::new()).shapes, MIN_SIZE, &name);
        }
    }
}

#[test]
fn the_choice_of_bars_shows_any_name() {
    for name in names() {
        let mut window = window_of(MIN_SIZE, 1.0);
        let mut file = super::bars::song();
        file.name.clone_from(&name);
        file.clip.parts.iter_mut().for_each(|part| part.name.clone_from(&name));
        window.view().choose_bars(file);
        (0..3).for_each(|_| drop(window.frame(Vec::new())));
        check(&window.frame(Vec::new()).shapes, MIN_SIZE, &name);
    }
}

#[test]
fn a_question_and_a_rename_take_any_name() {
    for name in names() {
        let mut window = window();
        call_all(&mut window, &name);
        let at = place(&window, "browser");
        click(&mut window, at);
        window.frame(Vec::new());
        window.view().ask_to_replace(name.clone());
        window.frame(Vec::new());
        check(&window.frame(Vec::new()).shapes, DEFAULT_SIZE, &name);
        for word in ["rename", "delete"] {
            let path = std::path::Path::new("0");
            press_key(&mut window, Key::ArrowDown);
            window.frame(Vec::new());
            let Some(at) = window.place_of(egui::Id::unique(("preset", word, path))) else {
                continue;
            };
            click(&mut window, at.center());
            window.frame(Vec::new());
            check(&window.frame(Vec::new()).shapes, DEFAULT_SIZE, &name);
            press_key(&mut window, Key::Escape);
        }
    }
}
