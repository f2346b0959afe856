//! Writes a picture of the plugin's window, drawn without a display or a GPU.
//!
//! ```text
//! cargo run -p jangdan --example screenshot -- --out FILE.png [options]
//!
//!   --out FILE        the PNG file to write
//!   --state FILE      JSON: the plugin's saved state, or a pattern alone (a list of
//!                     [step, instrument id, velocity, micro-offset]); else the factory pattern
//!   --playhead BEATS  draw the playhead there; else the transport is stopped
//!   --cycle N         which of the state's cycles to draw; else the playhead's, or 0
//!   --size WxH        in points; else 1180x760
//!   --scale N         pixels per point, 0.5 to 4; else 1
//! ```
//!
//! It exits with 2 for wrong usage and 1 when a file cannot be read or written.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use egui::{Vec2, vec2};
use groove::{BEATS_PER_CYCLE, Beats};
use jangdan::factory;
use jangdan::handoff::Network;
use jangdan::headless::{Headless, Image};
use jangdan::params::{JangdanParams, QuantiseParam};
use jangdan::window::{Scene, layout};
use nice_plug::prelude::{Enum, Params, PluginState};
use serde_json::Value;

/// What the command line asks for.
struct Arguments {
    out: PathBuf,
    state: Option<PathBuf>,
    playhead: Option<Beats>,
    cycle: Option<i64>,
    size: Vec2,
    scale: f32,
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
            _ => return Err(format!("there is no option {name}")),
        }
    }
    let out = out.ok_or("--out FILE.png is missing")?;
    Ok(Arguments { out, state, playhead, cycle, size, scale })
}

fn parse_size(word: &str) -> Option<Vec2> {
    let (width, height) = word.split_once('x')?;
    let size = vec2(width.parse().ok()?, height.parse().ok()?);
    (size.min_elem() >= 1.0 && size.max_elem() <= 8192.0).then_some(size)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let scene = Scene {
        pattern: factory::pattern(),
        playhead: arguments.playhead,
        network: Network::Ready,
        is_bypassed: false,
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
    let image = window.picture();
    write(&arguments.out, &image).map_err(|error| format!("{}: {error}", arguments.out.display()))
}

/// Reads a state, or a pattern alone, into `window`.
fn load(window: &mut Headless, file: &Path, cycle: i64) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if json.is_array() {
        window.scene.pattern = serde_json::from_value(json).map_err(|error| error.to_string())?;
        return Ok(());
    }
    let state: PluginState = serde_json::from_value(json).map_err(|error| error.to_string())?;
    window.params.deserialize_fields(&state.fields);
    for (param, id) in window.all_params() {
        // A saved value names its type, {"f32": 0.7}; ids that are not saved keep their default.
        let saved = state.params.get(&id).and_then(|value| serde_json::to_value(value).ok());
        let value =
            saved.as_ref().and_then(Value::as_object).and_then(|typed| typed.values().next());
        if let Some(plain) = value.and_then(plain) {
            window.host_sets_plain(param, plain);
        }
    }
    window.scene.is_bypassed = window.params.bypass.value();
    if let Some(pattern) = window.params.groove.get().pattern(cycle) {
        window.scene.pattern = *pattern;
    }
    Ok(())
}

fn plain(value: &Value) -> Option<f32> {
    match value {
        Value::Bool(is_on) => Some(f32::from(u8::from(*is_on))),
        Value::String(choice) => {
            let place = QuantiseParam::ids()?.iter().position(|id| id == choice)?;
            Some(place as f32)
        }
        number => number.as_f64().map(|number| number as f32),
    }
}

fn write(file: &Path, image: &Image) -> Result<(), Box<dyn std::error::Error>> {
    let writer = BufWriter::new(File::create(file)?);
    let mut encoder =
        png::Encoder::new(writer, u32::try_from(image.width)?, u32::try_from(image.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(image.pixels.as_flattened())?;
    writer.finish()?;
    Ok(())
}
