//! Writes a picture of the plugin's window, drawn without a display or a GPU.
//!
//! ```text
//! cargo xtask picture --out FILE.png [options]
//!
//!   --out FILE        the file to write: a PNG file; a portable pixmap if this program is run by itself
//!   --state FILE      JSON: the plugin's saved state, or a pattern alone (a list of
//!                     [step, instrument id, velocity, micro-offset]); else the factory pattern
//!   --playhead BEATS  draw the playhead there; else the transport is stopped
//!   --cycle N         which of the state's cycles to draw; else the playhead's, or 0
//!   --size WxH        in points; else 1240x800
//!   --scale N         pixels per point, 0.5 to 4; else 1
//!   --theme NAME      dark or light; else the state's, or dark
//!   --row NAME        with the second row beneath the grid: more or kit
//!   --strip NAME      what is beside the grid: mix, keys or kit
//!   --slot N          a slot, 1 to 12, that plays
//!   --slots A,B,...   fills the slots from the first on with the grooves of these seeds
//!   --song on         the song that a new one is, of the first slots where they are filled
//!   --generate on     the groove that the parameters make, instead of the factory pattern
//!   --groove NAME     a factory groove that is performed or written, such as "Metres, 12/8, shuffle"
//!   --hover X,Y       rests the pointer there, in points
//!   --click X,Y       presses and releases it there; any number of times
//!   --lock X,Y        the same with the right button, in the order of the command line
//!   --message TEXT    the line at the bottom; an error if it begins with !
//!   --set ID=VALUE    a parameter, as its text or its value; any number of times
//! ```
//!
//! It exits with 2 for wrong usage and 1 when a file cannot be read or written.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use egui::{Event, Modifiers, PointerButton, Pos2, Vec2, pos2, vec2};
use groove::{BEATS_PER_BAR, BEATS_PER_CYCLE, Beats};
use jangdan::factory;
use jangdan::factory::weights::embedded_attributes;
use jangdan::generation::weights::Weights;
use jangdan::headless::{Headless, Image};
use jangdan::params::JangdanParams;
use jangdan::state::choice::SLOTS;
use jangdan::state::groove::Groove;
use jangdan::state::request::{ATTRIBUTES, Recipe};
use jangdan::state::song::Song;
use jangdan::state::window_size::{SecondRow, Strip, Theme};
use jangdan::window::widgets::layout;
use jangdan::window::{Scene, SectionPlace, UndoState};
use musicvae::infer::Scratch;
use nice_plug::prelude::{Params, PluginState};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The options of the command line.
struct Arguments {
    out: PathBuf,
    state: Option<PathBuf>,
    playhead: Option<Beats>,
    cycle: Option<i64>,
    size: Vec2,
    scale: f32,
    theme: Option<Theme>,
    row: Option<SecondRow>,
    strip: Option<Strip>,
    slot: Option<u8>,
    slots: Vec<u64>,
    song: bool,
    generates: bool,
    groove: Option<String>,
    hover: Option<Pos2>,
    clicks: Vec<(PointerButton, Pos2)>,
    message: Option<String>,
    set: Vec<(String, String)>,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut out, mut state, mut playhead, mut cycle) = (None, None, None, None);
    let (mut size, mut scale) = (layout::DEFAULT_SIZE, 1.0);
    let (mut theme, mut row, mut strip, mut slot) = (None, None, None, None);
    let (mut set, mut slots, mut generates) = (Vec::new(), Vec::new(), false);
    let (mut groove, mut song) = (None, false);
    let (mut hover, mut clicks, mut message) = (None, Vec::new(), None);
    while let Some(name) = words.next() {
        let word = words.next().ok_or_else(|| format!("{name} needs a value"))?;
        let wrong = || format!("{name} cannot be {word:?}");
        match name.as_str() {
            "--out" => out = Some(PathBuf::from(word)),
            "--state" => state = Some(PathBuf::from(word)),
            "--playhead" => playhead = Some(Beats(word.parse().map_err(|_| wrong())?)),
            "--cycle" => cycle = Some(word.parse().map_err(|_| wrong())?),
            "--size" => size = parse_size(&word).ok_or_else(wrong)?,
            "--scale" => {
                scale = word.parse().ok().filter(|s| (0.5..=4.0).contains(s)).ok_or_else(wrong)?;
            }
            "--theme" => theme = Some(parse_name(&word).ok_or_else(wrong)?),
            "--row" => row = Some(parse_name(&word).ok_or_else(wrong)?),
            "--strip" => strip = Some(parse_name(&word).ok_or_else(wrong)?),
            "--slot" => {
                let number: u8 = word.parse().map_err(|_| wrong())?;
                slot = Some(number.checked_sub(1).filter(|slot| *slot < 12).ok_or_else(wrong)?);
            }
            "--slots" => {
                let seeds = word.split(',').map(str::parse).collect::<Result<_, _>>();
                slots = seeds.map_err(|_| wrong())?;
            }
            "--song" => song = parse_switch(&word).ok_or_else(wrong)?,
            "--generate" => generates = parse_switch(&word).ok_or_else(wrong)?,
            "--groove" => groove = Some(word),
            "--hover" => hover = Some(parse_place(&word).ok_or_else(wrong)?),
            "--click" => {
                clicks.push((PointerButton::Primary, parse_place(&word).ok_or_else(wrong)?))
            }
            "--lock" => {
                clicks.push((PointerButton::Secondary, parse_place(&word).ok_or_else(wrong)?))
            }
            "--message" => message = Some(word),
            "--set" => {
                let (id, value) = word.split_once('=').ok_or_else(wrong)?;
                set.push((id.to_owned(), value.to_owned()));
            }
            _ => return Err(format!("there is no option {name}")),
        }
    }
    let out = out.ok_or("--out FILE is missing")?;
    Ok(Arguments {
        out,
        state,
        playhead,
        cycle,
        size,
        scale,
        theme,
        row,
        strip,
        slot,
        slots,
        song,
        generates,
        groove,
        hover,
        clicks,
        message,
        set,
    })
}

fn parse_place(word: &str) -> Option<Pos2> {
    let (x, y) = word.split_once(',')?;
    Some(pos2(x.parse().ok()?, y.parse().ok()?))
}

/// One of the choices that projects save by name.
fn parse_name<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}

fn parse_switch(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn parse_size(word: &str) -> Option<Vec2> {
    let (width, height) = word.split_once('x')?;
    let size = vec2(width.parse().ok()?, height.parse().ok()?);
    (size.min_elem() >= 1.0 && size.max_elem() <= 8192.0).then_some(size)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let scene = Scene {
        undo: Some(UndoState::default()),
        attributes: embedded_attributes().len().min(ATTRIBUTES),
        is_b: Some(false),
        ..Scene::of(factory::pattern())
    };
    let mut window =
        Headless::new(JangdanParams::default(), scene, arguments.size, arguments.scale);
    if let Some(file) = &arguments.state {
        let cycle = arguments.cycle.unwrap_or_else(|| {
            arguments.playhead.map_or(0, |beats| (beats.0 / BEATS_PER_CYCLE).floor() as i64)
        });
        load(&mut window, file, cycle)
            .map_err(|message| format!("{}: {message}", file.display()))?;
    }
    for (id, value) in &arguments.set {
        set(&window, id, value)?;
    }
    {
        let mut look = window.params.window.write();
        look.theme = arguments.theme.unwrap_or(look.theme);
        look.is_more_open |= arguments.row.is_some();
        look.second_row = arguments.row.unwrap_or(look.second_row);
        let strip = arguments.strip.unwrap_or(look.strip());
        look.show(strip);
    }
    if arguments.generates || !arguments.slots.is_empty() {
        generate(&mut window, arguments)?;
    }
    if let Some(name) = &arguments.groove {
        let groove = factory::grooves::grooves().into_iter().find(|groove| groove.name() == *name);
        let pattern = groove.and_then(|groove| Some(groove.performance?.pattern));
        let pattern =
            pattern.ok_or_else(|| format!("no such performed or written groove: {name}"))?;
        (window.scene.pattern, window.scene.next) = (pattern, pattern);
        window.scene.name = Some(name.clone());
    }
    if let Some(slot) = arguments.slot {
        window.scene.choice.slot = Some(slot);
        window.scene.sounding = window.scene.choice;
        let groove = window.params.slots.get()[usize::from(slot)].clone();
        if let Some(pattern) = groove.as_ref().and_then(|groove| groove.pattern(0)) {
            (window.scene.pattern, window.scene.next) = (*pattern, *pattern);
        }
    }
    window.scene.playhead = arguments.playhead;
    if arguments.song {
        sing(&mut window);
    }
    window.edit();
    for &(button, at) in &arguments.clicks {
        window.frame(vec![Event::PointerMoved(at)]);
        for pressed in [true, false] {
            let modifiers = Modifiers::NONE;
            window.frame(vec![Event::PointerButton { pos: at, button, pressed, modifiers }]);
        }
        window.execute();
        // What opens fades in, and two clicks are no double click.
        (0..40).for_each(|_| drop(window.frame(Vec::new())));
    }
    if let Some(message) = &arguments.message {
        match message.strip_prefix('!') {
            Some(error) => window.view().show_error(error.to_owned()),
            None => window.view().notify(message.clone()),
        }
    }
    if let Some(at) = arguments.hover {
        window.frame(vec![Event::PointerMoved(at)]);
        // A tooltip takes a while to appear.
        (0..90).for_each(|_| drop(window.frame(Vec::new())));
    }
    let image = window.picture();
    write(&arguments.out, &image).map_err(|error| format!("{}: {error}", arguments.out.display()))
}

/// Decodes the grooves with the embedded weights.
fn generate(window: &mut Headless, arguments: &Arguments) -> Result<(), String> {
    let weights = Weights::load(None)?;
    let mut scratch = Scratch::new();
    let recipe = window.params.recipe();
    if arguments.generates {
        window.scene.pattern = weights.model.decode(&recipe, 0, &mut scratch);
        window.scene.next = weights.model.decode(&recipe, 1, &mut scratch);
    }
    for (slot, &seed) in arguments.slots.iter().enumerate().take(SLOTS) {
        let recipe = Recipe { seed, ..recipe };
        let cycles = vec![weights.model.decode(&recipe, 0, &mut scratch)];
        window.params.slots.store(slot, Some(Groove::of_patterns(cycles)));
    }
    Ok(())
}

/// Switches a song on, and shows the section at the playhead.
fn sing(window: &mut Headless) {
    let mut song = Song::first(window.params.bar());
    let filled = window.params.slots.get();
    for section in &mut song.sections {
        let slot = match section.name.as_str() {
            "Verse" => 0,
            "Chorus" => 1,
            _ => continue,
        };
        section.slot = filled[slot].as_ref().map(|_| slot as u8);
    }
    let mut begins = 0.0;
    for (place, section) in song.sections.iter().enumerate() {
        let ends = begins + f64::from(section.bars) * BEATS_PER_BAR as f64;
        if window.scene.playhead.is_some_and(|now| (begins..ends).contains(&now.0)) {
            let (begins, ends) = (Beats(begins), Beats(ends));
            window.scene.section = Some(SectionPlace { section: place, begins, ends });
        }
        begins = ends;
    }
    window.params.song.set(song);
}

/// Sets the parameter `id` to the value that `text` names.
fn set(window: &Headless, id: &str, text: &str) -> Result<(), String> {
    let params = window.all_params();
    let (param, _) =
        params.iter().find(|(_, own)| own == id).ok_or_else(|| format!("no parameter {id}"))?;
    let normalized =
        window.normalized(*param, text).ok_or_else(|| format!("{id} cannot be {text:?}"))?;
    window.host_sets(*param, normalized);
    Ok(())
}

/// Reads a state, or a pattern alone, into `window`.
fn load(window: &mut Headless, file: &Path, cycle: i64) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if json.is_array() {
        window.scene.pattern = serde_json::from_value(json).map_err(|error| error.to_string())?;
        window.scene.next = window.scene.pattern;
        return Ok(());
    }
    let state: PluginState = serde_json::from_value(json).map_err(|error| error.to_string())?;
    window.params.deserialize_fields(&state.fields);
    for (param, id) in window.all_params() {
        // A saved value names its type, {"f32": 0.7}; ids that are not saved keep their default.
        let saved = state.params.get(&id).and_then(|value| serde_json::to_value(value).ok());
        let value =
            saved.as_ref().and_then(Value::as_object).and_then(|typed| typed.values().next());
        match value {
            Some(Value::String(choice)) => window.host_chooses(param, choice),
            Some(Value::Bool(is_on)) => window.host_sets(param, f32::from(u8::from(*is_on))),
            Some(number) => {
                if let Some(plain) = number.as_f64() {
                    window.host_sets_plain(param, plain as f32);
                }
            }
            None => {}
        }
    }
    window.scene.is_bypassed = window.params.bypass.value();
    window.scene.cycle = cycle;
    let groove = window.params.groove.get();
    if let (Some(pattern), Some(next)) = (groove.pattern(cycle), groove.pattern(cycle + 1)) {
        (window.scene.pattern, window.scene.next) = (*pattern, *next);
    }
    Ok(())
}

/// Writes a binary portable pixmap.
fn write(file: &Path, image: &Image) -> std::io::Result<()> {
    let mut bytes = format!("P6\n{} {}\n255\n", image.width, image.height).into_bytes();
    bytes.extend_from_slice(image.pixels.as_flattened());
    std::fs::write(file, bytes)
}
