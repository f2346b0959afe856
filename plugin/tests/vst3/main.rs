//! The built VST3 in a small host: it is the CLAP, to the note and to the sample.
//!
//! The plugin is the library beside the test executable, or the VST3 bundle that lies beside the CLAP bundle that
//! `JANGDAN_BUNDLE` names.
#![expect(unsafe_code, reason = "VST3 is an interface of raw pointers")]
#![allow(clippy::unnecessary_cast, reason = "its enums are signed on Windows, unsigned elsewhere")]

mod application;
mod host;
mod interfaces;
mod played;
mod ports;
#[cfg(target_os = "linux")]
mod window;

use testhost::{Host, Input, NoteKind, Parameter, Transport};
use testkit::built::plugin;
use vst3::Steinberg::Vst::RestartFlags_::kParamValuesChanged;

use host::{Instance, Module};
use played::Played;

const RATE: f64 = 48_000.0;
const TEMPO: f64 = 240.0;
const BLOCK: usize = 1000;
/// Four cycles of four bars.
const LENGTH: usize = 4 * 16 * 12_000;

/// Automation: at this sample, the parameter of this name goes to this plain value.
const AUTOMATION: [(usize, &str, f64); 6] = [
    (0, "Variation", 0.5),
    (100_000, "Seed", 4711.0),
    (250_000, "Density", 0.75),
    (400_000, "Latent 1", -1.5),
    (550_000, "Seed", 12.0),
    (600_000, "Swing", 0.625),
];

/// The parameter of this name, as the CLAP has it.
fn parameter(name: &str) -> Parameter {
    let mut parameters = Host::load(plugin()).unwrap().parameters().unwrap().into_iter();
    parameters.find(|parameter| parameter.name == name).expect(name)
}

/// A plain value of `parameter`, as VST3 has it.
fn normalised(parameter: &Parameter, value: f64) -> f64 {
    (value - parameter.minimum) / (parameter.maximum - parameter.minimum)
}

/// What the CLAP plays offline, and its state afterwards.
fn clap(state: Option<&[u8]>, automation: &[(usize, &str, f64)]) -> (Played, Vec<u8>) {
    let mut host = Host::load(plugin()).unwrap();
    host.set_offline(true).unwrap();
    if let Some(state) = state {
        host.load_state(state).unwrap();
    }
    host.activate(RATE, BLOCK as u32).unwrap();
    for start in (0..LENGTH).step_by(BLOCK) {
        let due = automation.iter().filter(|(at, ..)| *at == start);
        let inputs: Vec<Input> = due
            .map(|&(_, name, value)| Input::Parameter { offset: 0, id: parameter(name).id, value })
            .collect();
        let beats = start as f64 / RATE * TEMPO / 60.0;
        host.process(BLOCK as u32, Some(&Transport::playing(beats, TEMPO)), &inputs).unwrap();
    }
    let recording = host.take_recording();
    let notes = recording.notes.iter().map(|note| {
        let velocity = match note.kind {
            NoteKind::On(velocity) => Some(velocity as f32),
            _ => None,
        };
        (note.time as usize, note.key, velocity)
    });
    let played = Played { notes: notes.collect(), audio: recording.audio, stems: Vec::new() };
    (played, host.save_state().unwrap())
}

/// What the VST3 plays offline.
fn bounce(module: &Module, state: Option<&[u8]>, automation: &[(usize, &str, f64)]) -> Played {
    render(module, state, automation, true)
}

/// What the VST3 plays as fast as it can, told that it is offline or not.
fn render(
    module: &Module,
    state: Option<&[u8]>,
    automation: &[(usize, &str, f64)],
    is_offline: bool,
) -> Played {
    let instance = Instance::new(module);
    if let Some(state) = state {
        instance.load(state);
    }
    play(&instance, automation, is_offline)
}

/// What `instance` plays as fast as it can.
fn play(instance: &Instance, automation: &[(usize, &str, f64)], is_offline: bool) -> Played {
    instance.begin(is_offline);
    let played = play_on(instance, automation);
    instance.end();
    played
}

/// What `instance` plays that has begun.
fn play_on(instance: &Instance, automation: &[(usize, &str, f64)]) -> Played {
    let mut played = Played::default();
    for start in (0..LENGTH).step_by(BLOCK) {
        let due = automation.iter().filter(|(at, ..)| *at == start);
        let changes: Vec<_> = due
            .map(|&(_, name, value)| (instance.id(name), normalised(&parameter(name), value)))
            .collect();
        instance.process(start, BLOCK, &changes, &mut played);
    }
    played
}

#[test]
fn the_factory_describes_one_drum_machine() {
    let module = Module::load();
    let about = module.about();
    assert_eq!((&about.vendor[..], &about.url[..], &about.email[..]), ("Jangdan", "", ""));
    assert_eq!((about.classes, &about.name[..]), (1, "Jangdan"));
    assert_eq!(&about.category[..], "Audio Module Class");
    assert_eq!((&about.kind[..], &about.class_vendor[..]), ("Instrument|Drum", "Jangdan"));
    assert_eq!(about.version, env!("CARGO_PKG_VERSION"));
    // As hosts write it: the same on every system.
    let class = if cfg!(windows) { b"JangdanDrummer01" } else { b"gnaJadDnrummer01" };
    assert_eq!(about.class.map(|byte| byte as u8), *class);
}

#[test]
fn a_host_sees_the_clap_s_parameters_and_no_others() {
    let module = Module::load();
    let instance = Instance::new(&module);
    let mut clap = Host::load(plugin()).unwrap();
    let names = clap.parameters().unwrap().into_iter().map(|parameter| parameter.name);
    assert!(names.eq(instance.parameters().map(|(_, name)| name)));
}

#[test]
fn every_seed_that_a_host_sets_is_the_one_it_reads() {
    let module = Module::load();
    let instance = Instance::new(&module);
    instance.set_handler();
    let (seed, parameter) = (instance.id("Seed"), parameter("Seed"));
    for value in [0.0, 1.0, 12.0, 138.0, 4711.0, 9998.0, 9999.0] {
        let mut clap = Host::load(plugin()).unwrap();
        clap.flush(&[Input::Parameter { offset: 0, id: parameter.id, value }]).unwrap();
        let read = clap.parameters().unwrap().into_iter().find(|own| own.id == parameter.id);
        assert_eq!(read.unwrap().value, value);
        instance.load(&clap.save_state().unwrap());
        assert!((instance.value(seed) * 9999.0 - value).abs() < 1e-3, "{value}");
    }
}

#[test]
fn it_plays_what_the_clap_plays_with_the_same_state() {
    let (_, state) = clap(None, &AUTOMATION);
    let (wanted, _) = clap(Some(&state), &[]);
    assert!(wanted.notes.len() > 100);
    let module = Module::load();
    bounce(&module, Some(&state), &[]).assert_is(&wanted);
}

#[test]
fn a_project_sounds_as_saved_from_its_first_sample_in_a_host_that_renders_as_if_it_were_real_time()
{
    let (_, state) = clap(None, &[(0, "Seed", 4711.0)]);
    let (wanted, _) = clap(Some(&state), &[]);
    let module = Module::load();
    render(&module, Some(&state), &[], false).assert_is(&wanted);
}

#[test]
fn bounces_with_variation_and_automation_are_the_same_every_time_and_as_the_clap_s() {
    let (wanted, _) = clap(None, &AUTOMATION);
    let module = Module::load();
    for _ in 0..3 {
        bounce(&module, None, &AUTOMATION).assert_is(&wanted);
    }
}

#[test]
fn a_host_that_says_of_its_blocks_alone_that_they_are_rendered_offline_gets_the_same_bounce() {
    let (wanted, _) = clap(None, &AUTOMATION);
    let module = Module::load();
    let mut instance = Instance::new(&module);
    instance.says_offline = true;
    play(&instance, &AUTOMATION, false).assert_is(&wanted);
}

#[test]
fn an_instance_that_has_played_bounces_what_a_new_one_does() {
    let (wanted, _) = clap(None, &[]);
    let module = Module::load();
    let mut instance = Instance::new(&module);
    instance.begin(false);
    for _ in 0..2 {
        for block in 0..50 {
            instance.process(block * BLOCK, BLOCK, &[], &mut Played::default());
        }
        instance.says_offline = true;
        assert!(play_on(&instance, &[]).audio == wanted.audio);
        instance.says_offline = false;
    }
    instance.end();
}

#[test]
fn a_state_is_saved_and_loaded_before_the_host_listens_and_after() {
    let (_, state) = clap(None, &AUTOMATION);
    let module = Module::load();
    let unheard = Instance::new(&module);
    let (seed, wanted) = (unheard.id("Seed"), normalised(&parameter("Seed"), 12.0));
    for _ in 0..2 {
        unheard.load(&state);
        assert_eq!(unheard.save(), state);
        assert!((unheard.value(seed) - wanted).abs() < 2e-4);
        unheard.begin_anew();
    }
    let heard = Instance::new(&module);
    assert!((heard.value(seed) - wanted).abs() > 2e-4);
    let handler = heard.set_handler();
    heard.load(&state);
    assert_eq!(heard.save(), state);
    assert_eq!(handler.restarts(), [kParamValuesChanged as i32]);
    assert!((heard.value(seed) - wanted).abs() < 1e-9);
    heard.take_handler();
    heard.load(&state);
    assert_eq!(handler.restarts().len(), 1);
}

#[test]
fn a_value_that_the_host_has_set_while_it_plays_is_read_back() {
    let module = Module::load();
    let instance = Instance::new(&module);
    instance.begin(false);
    let mut played = Played::default();
    instance.process(0, BLOCK, &[], &mut played);
    let density = instance.id("Density");
    instance.set_value(density, 0.25);
    assert_eq!(instance.value(density), 0.25);
    instance.process(BLOCK, BLOCK, &[], &mut played);
    assert_eq!(instance.value(density), 0.25);
    instance.end();
}
