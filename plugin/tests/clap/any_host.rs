//! Whatever a host does, in whatever order: it plays, every note ends, and text means what it says.

use std::collections::HashSet;
use std::ffi::CString;
use std::sync::Barrier;

use clack_extensions::params::PluginParams;
use clack_host::prelude::ClapId;
use jangdan::playing::keys::{KEYS, KeyAction};
use testhost::Parameter;
use testkit::Random;

use super::*;

/// An instance that plays in real time: what is asked of it is not waited for.
fn live() -> Host {
    let mut host = Host::load(plugin()).unwrap();
    host.activate(RATE, 8192).unwrap();
    host
}

/// A value that `parameter` can have.
fn any(parameter: &Parameter, random: &mut Random) -> f64 {
    let Parameter { minimum, maximum, .. } = *parameter;
    minimum + random.share() * (maximum - minimum)
}

/// Events that set every parameter but the bypass to any value.
fn scramble(host: &mut Host, random: &mut Random) -> Vec<Input> {
    let parameters = host.parameters().unwrap();
    let all = parameters.iter().filter(|parameter| parameter.name != "Bypass");
    all.map(|parameter| {
        let value = any(parameter, random);
        Input::Parameter { offset: 0, id: parameter.id, value }
    })
    .collect()
}

/// Values of all parameters, in the plugin's order.
fn values(host: &mut Host) -> Vec<f64> {
    host.parameters().unwrap().iter().map(|parameter| parameter.value).collect()
}

/// Ends what sounds, whatever has been set.
fn hush(host: &mut Host) {
    let bypass = set(host, "Bypass", 1.0);
    host.process(64, Some(&Transport::stopped(0.0, 120.0)), &[bypass]).unwrap();
    assert!(host.recording().hanging_notes().is_empty());
}

#[test]
fn every_parameter_is_at_its_default_and_what_its_value_says_is_that_value() {
    let mut random = Random(1);
    let mut host = Host::load(plugin()).unwrap();
    let parameters = host.parameters().unwrap();
    let names: HashSet<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
    assert!(names.len() > 40 && !names.contains(""));
    let plugin = host.plugin();
    let params: PluginParams = plugin.get_extension().unwrap();
    let text = |id, value| {
        let mut buffer = [0; 256];
        let text = params.value_to_text(&plugin, id, value, &mut buffer).unwrap().to_vec();
        String::from_utf8(text).expect("text is UTF-8")
    };
    for parameter in &parameters {
        let Parameter { name, minimum, maximum, default, value, .. } = parameter;
        assert!((minimum..=maximum).contains(&default) && value == default, "{name}");
        let id = ClapId::from_raw(parameter.id).unwrap();
        let mut values = vec![*minimum, *maximum, *default];
        values.extend((0..20).map(|_| any(parameter, &mut random)));
        for value in values {
            let said = text(id, value);
            assert!(!said.is_empty() && !said.contains(char::is_control), "{name}: {said:?}");
            let read = params.text_to_value(&plugin, id, &CString::new(said.as_str()).unwrap());
            let read = read.unwrap_or_else(|| panic!("{name} does not understand {said:?}"));
            assert_eq!(text(id, read), said, "{name} at {value}");
        }
        for nonsense in [c"", c"nan", c"1e999", c"-999999999999 %", c"\xff\xfe", c"C-99999"] {
            let read = params.text_to_value(&plugin, id, nonsense);
            assert!(read.is_none_or(|read| (minimum..=maximum).contains(&&read)), "{name}");
        }
    }
}

#[test]
fn whatever_the_parameters_and_notes_are_it_plays_and_every_note_ends() {
    // Parameters may well be such that little is heard: of several runs together something is.
    let notes: usize = (5..8).map(|seed| notes_of_any_host(&mut Random(seed))).sum();
    assert!(notes > 20, "{notes}");
}

/// How many notes are played by a host that sends anything.
fn notes_of_any_host(random: &mut Random) -> usize {
    let mut host = live();
    let parameters = host.parameters().unwrap();
    for round in 0..200 {
        let mut inputs = if round % 20 == 0 { scramble(&mut host, random) } else { Vec::new() };
        let mut offsets: Vec<u32> = (0..random.below(40)).map(|_| random.below(4096)).collect();
        offsets.sort_unstable();
        inputs.extend(offsets.into_iter().map(|offset| {
            let velocity = *random.of(&[0.0, 0.5, 1.0, -1.0, 7.0, f64::NAN, f64::INFINITY]);
            let kind = *random.of(&[NoteKind::On(velocity), NoteKind::Off, NoteKind::Choke]);
            let key = random.below(132) as i16 - 1;
            match random.below(4) {
                0 => {
                    let parameter = random.of(&parameters);
                    let value = any(parameter, random);
                    Input::Parameter { offset, id: parameter.id, value }
                }
                1 => Input::Midi { offset, port: 0, data: [0; 3].map(|_| random.bits() as u8) },
                _ => Input::Note { offset, kind, port: -1, channel: -1, key, id: -1 },
            }
        }));
        let position = f64::from(round) * 4096.0 / 24_000.0;
        host.process(4096, Some(&Transport::playing(position, 120.0)), &inputs).unwrap();
    }
    hush(&mut host);
    host.recording().notes.len()
}

/// Whether it is mute after the mute key was pressed and `release` came.
fn is_mute_after(key: u8, release: Option<Input>) -> bool {
    let mut host = host();
    let press = Input::NoteOn { offset: 0, key, velocity: 1.0 };
    play_with(&mut host, 0.0, 120.0, 512, 512, &[press]);
    let release: Vec<Input> = release.into_iter().collect();
    play_with(&mut host, 512.0 / 24_000.0, 120.0, 512, 512, &release);
    host.take_recording();
    play(&mut host, 1024.0 / 24_000.0, 120.0, 8 * 24_000, 512);
    host.recording().notes.is_empty()
}

#[test]
fn a_key_is_let_go_by_its_number_by_the_wildcard_and_by_midi() {
    let mute = KEYS.iter().find(|key| key.action == KeyAction::Mute).unwrap().key;
    let off = |key, kind| Input::Note { offset: 0, kind, port: -1, channel: -1, key, id: -1 };
    assert!(is_mute_after(mute, None));
    assert!(is_mute_after(mute, Some(off(i16::from(mute) + 40, NoteKind::Off))), "another key's");
    for release in [
        off(i16::from(mute), NoteKind::Off),
        off(-1, NoteKind::Off),
        off(-1, NoteKind::Choke),
        Input::Midi { offset: 0, port: 0, data: [0x80, mute, 0] },
        Input::Midi { offset: 0, port: 0, data: [0x90, mute, 0] },
    ] {
        assert!(!is_mute_after(mute, Some(release)), "{release:?}");
    }
}

#[test]
fn after_any_life_it_plays_what_it_always_played() {
    let mut random = Random(13);
    let mut host = host();
    let mut samples = 0;
    for _ in 0..40 {
        match random.below(6) {
            0 => {
                host.deactivate();
                let rate = *random.of(&[8000.0, 44_100.0, 123_456.78, 768_000.0]);
                host.activate(rate, *random.of(&[512, 4096, 8192])).unwrap();
            }
            1 => host.reset().unwrap(),
            2 => host.process_beside(|audio| audio.pause().unwrap(), |_| ()),
            3 => {
                host.deactivate();
                let state = host.save_state().unwrap();
                host.load_state(&state).unwrap();
                host.activate(RATE, 512).unwrap();
            }
            4 => {
                // A host that says nothing stands still.
                host.process(64, None, &[]).unwrap();
                samples += 64;
                assert!(host.recording().hanging_notes().is_empty());
            }
            _ => (),
        }
        for _ in 0..random.below(6) {
            let frames = 1 + random.below(512);
            let position = random.share() * 64.0;
            host.process(frames, Some(&Transport::playing(position, 120.0)), &[]).unwrap();
            samples += u64::from(frames);
        }
    }
    host.deactivate();
    host.activate(RATE, 8192).unwrap();
    stop(&mut host, 1);
    samples += 1;
    assert!(host.take_recording().hanging_notes().is_empty());
    play(&mut host, 0.0, 120.0, 48_000, 8192);
    let pattern = saved_pattern(&mut host);
    assert_eq!(onsets(host.recording(), samples), expected(&pattern, 0.0, 120.0, 48_000));
}

#[test]
fn blocks_go_on_while_the_main_thread_saves_loads_and_reads() {
    let mut random = Random(14);
    let mut host = live();
    let parameters = host.parameters().unwrap();
    let start = Barrier::new(2);
    host.process_beside(
        |audio| {
            start.wait();
            for block in 0..3000 {
                let position = f64::from(block) * 512.0 / 24_000.0;
                let (offset, parameter) = (random.below(512), random.of(&parameters));
                let value = any(parameter, &mut random);
                let inputs = [
                    Input::Parameter { offset, id: parameter.id, value },
                    Input::NoteOn { offset, key: random.below(128) as u8, velocity: 0.5 },
                ];
                if block % 50 == 49 {
                    audio.pause().unwrap();
                }
                let transport = Transport::playing(position, 120.0);
                audio.process(512, Some(&transport), &inputs).unwrap();
            }
        },
        |host| {
            start.wait();
            let mut states = vec![host.save_state().unwrap()];
            for round in 0..60 {
                states.push(host.save_state().unwrap());
                host.load_state(&states[round / 2]).unwrap();
                assert!(values(host).iter().all(|value| value.is_finite()));
                host.answer_requests();
            }
        },
    );
    hush(&mut host);
}

#[test]
fn instances_of_one_library_do_not_know_of_each_other() {
    let mut hosts: Vec<Host> = (0..3).map(|_| live()).collect();
    let rest = values(&mut hosts[0]);
    let inputs = scramble(&mut hosts[1], &mut Random(7));
    hosts[1].flush(&inputs).unwrap();
    drop(hosts.remove(0));
    assert_ne!(values(&mut hosts[0]), rest);
    assert_eq!(values(&mut hosts[1]), rest);
}
