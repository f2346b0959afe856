//! The built CLAP in a host: what it plays is its pattern, at the right samples, and every note ends.
//!
//! The plugin is the library beside the test executable, or the bundle that `JANGDAN_BUNDLE` names.

mod any_host;
#[cfg(target_os = "linux")]
mod drag_out;
#[cfg(target_os = "linux")]
mod drop;
mod extensions;
mod fills;
mod kit;
mod metre;
mod morph;
mod notes;
mod outputs;
mod own_kit;
mod perform;
mod plays;
mod projects;
mod sidechain;
mod song;
mod stack;

use engine::SLACK;
use groove::sequencer::{Feel, PlaybackSettings, SoundingHit, hits};
use groove::{Beats, NoteMap, Pattern, Span};
use jangdan::state::groove::Groove;
use testhost::{Host, Input, NoteKind, Recording, Transport};
use testkit::built::plugin;

const RATE: f64 = 48_000.0;
/// Lengths of the host's blocks: one sample, a power of two, an odd number, longer than a beat at
/// most tempos.
const BLOCKS: [u32; 4] = [1, 64, 441, 8192];

/// An instance that renders offline, so that it plays its own pattern from the first sample on.
fn host() -> Host {
    let mut host = Host::load(plugin()).unwrap();
    host.set_offline(true).unwrap();
    host.activate(RATE, 8192).unwrap();
    host
}

/// The groove that the plugin's state stores.
fn saved_groove(host: &mut Host) -> Groove {
    let state = host.save_state().unwrap();
    // The framework puts the length of its JSON before it.
    let json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    serde_json::from_str(json["fields"]["groove"].as_str().unwrap()).unwrap()
}

/// The pattern that the plugin's state stores.
fn saved_pattern(host: &mut Host) -> Pattern {
    *saved_groove(host).pattern(0).expect("the plugin has decoded and stored a pattern")
}

/// An event that sets the parameter shown as `name` to a plain value.
fn set(host: &mut Host, name: &str, value: f64) -> Input {
    let parameters = host.parameters().unwrap();
    let parameter = parameters.iter().find(|parameter| parameter.name == name);
    Input::Parameter { offset: 0, id: parameter.expect(name).id, value }
}

/// Plays `samples` from `position` beats at `tempo`.
fn play(host: &mut Host, position: f64, tempo: f64, samples: u32, block: u32) {
    play_with(host, position, tempo, samples, block, &[]);
}

/// As [`play`], with `inputs` in the first block.
fn play_with(
    host: &mut Host,
    position: f64,
    tempo: f64,
    samples: u32,
    block: u32,
    inputs: &[Input],
) {
    let mut done = 0;
    while done < samples {
        let frames = block.min(samples - done);
        let now = position + f64::from(done) * tempo / 60.0 / RATE;
        let inputs = if done == 0 { inputs } else { &[] };
        host.process(frames, Some(&Transport::playing(now, tempo)), inputs).unwrap();
        done += frames;
    }
}

fn stop(host: &mut Host, samples: u32) {
    host.process(samples, Some(&Transport::stopped(0.0, 120.0)), &[]).unwrap();
}

fn onsets(recording: &Recording, from: u64) -> Vec<(u64, i16)> {
    let mut onsets: Vec<_> = recording
        .notes
        .iter()
        .filter(|note| matches!(note.kind, NoteKind::On(_)))
        .map(|note| (note.time - from, note.key))
        .collect();
    onsets.sort_unstable();
    onsets
}

/// The key of a hit's note in the note map of a new instance.
fn key(hit: &SoundingHit) -> i16 {
    NoteMap::GeneralMidi.key(hit.instrument, hit.hit.articulation()).into()
}

/// A stretch of music.
struct Stretch {
    position: f64,
    tempo: f64,
    samples: u32,
    feel: Feel,
    /// Whether it does not go on from what was played before, so that the early hits of steps that
    /// begin here are heard.
    is_start: bool,
}

impl Stretch {
    /// The onsets of the patterns of each step: each at the first sample whose time has come.
    fn onsets<'p>(&self, mut pattern_at: impl FnMut(i64) -> &'p Pattern) -> Vec<(u64, i16)> {
        let Self { position, tempo, samples, feel, is_start } = *self;
        let beat = 60.0 / tempo * RATE;
        let end = position + (f64::from(samples - 1) + SLACK) / beat;
        let reach = Span { start: Beats(position - 0.125), end: Beats(end) };
        let start = position - (1.0 - SLACK) / beat;
        let rows = |step: i64| pattern_at(step).row(step.rem_euclid(64) as usize);
        let mut onsets: Vec<_> = hits(reach, PlaybackSettings::whole(feel), rows)
            .filter(|hit| {
                let begins_here = is_start && hit.step as f64 / 4.0 >= start;
                hit.time.0 >= start || begins_here
            })
            .map(|hit| {
                let sample = ((hit.time.0 - position) * beat - SLACK).ceil().max(0.0);
                (sample as u64, key(&hit))
            })
            .collect();
        onsets.sort_unstable();
        onsets
    }
}

/// The onsets of `pattern` in `samples` from a start at `position` on.
fn expected(pattern: &Pattern, position: f64, tempo: f64, samples: u32) -> Vec<(u64, i16)> {
    let feel = Feel::AS_PLAYED;
    Stretch { position, tempo, samples, feel, is_start: true }.onsets(|_| pattern)
}

/// What an offline host records of `play`, and the state afterwards: of `state`, or without one of a new instance with
/// these settings, which `play` is to pass on.
fn bounce(
    state: Option<&[u8]>,
    settings: &[(&str, f64)],
    play: impl Fn(&mut Host, &[Input]),
) -> (Recording, Vec<u8>) {
    let mut host = Host::load(plugin()).unwrap();
    host.set_offline(true).unwrap();
    let mut inputs = Vec::new();
    match state {
        Some(state) => host.load_state(state).unwrap(),
        None => inputs.extend(settings.iter().map(|&(name, value)| set(&mut host, name, value))),
    }
    host.activate(RATE, 8192).unwrap();
    play(&mut host, &inputs);
    stop(&mut host, 1);
    let recording = host.take_recording();
    assert!(recording.hanging_notes().is_empty());
    host.deactivate();
    (recording, host.save_state().unwrap())
}
