//! Parameters: what they are said to be, text and back, and the ways to set them.

use std::collections::HashSet;
use std::ffi::{CStr, CString};

use clack_host::prelude::ClapId;

use super::*;

/// The words for `value` of parameter `id`.
fn text_of(host: &mut Host, id: u32, value: f64) -> Option<String> {
    let (params, id) = (params(host), ClapId::from_raw(id)?);
    let mut buffer = [0; 256];
    let text = params.value_to_text(&host.plugin(), id, value, &mut buffer).ok()?;
    Some(String::from_utf8(text.to_vec()).expect("text is UTF-8"))
}

/// The value that `text` means to parameter `id`.
fn value_of(host: &mut Host, id: u32, text: &CStr) -> Option<f64> {
    let (params, id) = (params(host), ClapId::from_raw(id)?);
    params.text_to_value(&host.plugin(), id, text)
}

/// Whether two steps are one: nice-plug 0.4.2 keeps them as 32-bit parts of the whole range.
fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-3
}

fn parameter(offset: u32, id: u32, value: f64) -> Input {
    Input::Parameter { offset, id, value }
}

/// Ids that no parameter has.
fn strangers(host: &mut Host) -> Vec<u32> {
    let known: HashSet<u32> = infos(host).iter().map(|info| info.id).collect();
    [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe]
        .into_iter()
        .filter(|id| !known.contains(id))
        .collect()
}

#[test]
fn every_parameter_is_described_without_contradiction() {
    let mut host = inactive();
    let infos = infos(&mut host);
    let values = values(&mut host);
    assert_eq!(infos.len(), values.len());
    let ids: HashSet<u32> = infos.iter().map(|info| info.id).collect();
    assert_eq!(ids.len(), infos.len(), "no two have one id");
    let names: HashSet<(&str, &str)> =
        infos.iter().map(|info| (info.module.as_str(), info.name.as_str())).collect();
    assert_eq!(names.len(), infos.len(), "no two have one name");
    for (info, value) in infos.iter().zip(values) {
        let name = &info.name;
        assert!(!name.is_empty() && !name.contains(char::is_control));
        assert!(info.minimum < info.maximum, "{name}");
        assert!((info.minimum..=info.maximum).contains(&info.default), "{name}");
        assert_eq!(value, info.default, "{name} is at its default in a new instance");
        if info.flags.contains(ParamInfoFlags::IS_STEPPED) {
            for whole in [info.minimum, info.maximum, info.default] {
                assert!(is_near(whole, whole.round()), "{name}: {whole}");
            }
        }
    }
    let is = |flag| infos.iter().filter(|info| info.flags.contains(flag)).count();
    assert_eq!(is(ParamInfoFlags::IS_BYPASS), 1);
    assert!(is(ParamInfoFlags::IS_AUTOMATABLE) > infos.len() / 2);
}

#[test]
fn a_value_that_was_text_is_the_value_again() {
    let mut host = inactive();
    let mut random = Random(1);
    for info in infos(&mut host) {
        let is_stepped = info.flags.contains(ParamInfoFlags::IS_STEPPED);
        let mut values = vec![info.minimum, info.maximum, info.default];
        values.extend((0..20).map(|_| info.any(&mut random)));
        for value in values {
            let (id, name) = (info.id, &info.name);
            let text = text_of(&mut host, id, value).unwrap();
            assert!(!text.is_empty() && !text.contains(char::is_control), "{name}: {text:?}");
            let read = CString::new(text.as_str()).unwrap();
            let back = value_of(&mut host, id, &read)
                .unwrap_or_else(|| panic!("{name} does not understand its own {text:?}"));
            assert!((info.minimum..=info.maximum).contains(&back), "{name}: {text:?} is {back}");
            assert_eq!(text_of(&mut host, id, back).as_ref(), Some(&text), "{name} at {value}");
            if is_stepped {
                assert!(is_near(back, value), "{name}: {text:?} is {back}, was {value}");
            }
        }
    }
}

#[test]
fn text_that_is_no_value_is_refused_or_means_one_within_range() {
    let mut host = inactive();
    let long = CString::new("9".repeat(10_000)).unwrap();
    let deep = CString::new("(".repeat(10_000)).unwrap();
    let texts: [&CStr; 18] = [
        c"",
        c" ",
        c"nan",
        c"inf",
        c"-inf",
        c"1e999",
        c"-1e999",
        c"999999999999999999999",
        c"-999999999999999999999 %",
        c"--",
        c"+-.",
        c"%",
        c"\xff\xfe\x80",
        c"\xec\x9e\xa5\xeb\x8b\xa8",
        c"C-99999",
        c"1\n2\t3\x1b[0m",
        &long,
        &deep,
    ];
    for info in infos(&mut host) {
        for text in texts {
            if let Some(value) = value_of(&mut host, info.id, text) {
                let range = info.minimum..=info.maximum;
                assert!(range.contains(&value), "{}: {text:?} is {value}", info.name);
            }
        }
        // Values that there are not have some words, too.
        for value in [-1e30, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let text = text_of(&mut host, info.id, value).unwrap();
            assert!(!text.contains(char::is_control), "{} at {value}: {text:?}", info.name);
        }
    }
}

#[test]
fn words_are_cut_to_the_room_that_the_host_has() {
    let mut host = inactive();
    let infos = infos(&mut host);
    let params = params(&mut host);
    let plugin = host.plugin();
    for info in infos {
        let id = ClapId::from_raw(info.id).unwrap();
        let mut whole = [0; 256];
        let whole = params.value_to_text(&plugin, id, info.default, &mut whole).unwrap().to_vec();
        for room in [0, 1, 2, 5] {
            let mut buffer = vec![0; room];
            let text = params.value_to_text(&plugin, id, info.default, &mut buffer).unwrap();
            let cut = &whole[..whole.len().min(room.saturating_sub(1))];
            assert_eq!(text, cut, "{} in {room}", info.name);
        }
    }
}

#[test]
fn ids_that_no_parameter_has_are_nobody_s() {
    let mut host = inactive();
    let before = values(&mut host);
    for id in strangers(&mut host) {
        assert_eq!(text_of(&mut host, id, 0.0), None);
        assert_eq!(value_of(&mut host, id, c"1"), None);
        let raw = ClapId::from_raw(id).unwrap();
        assert_eq!(params(&mut host).get_value(&host.plugin(), raw), None);
        host.flush(&[parameter(0, id, 1.0), Input::Modulation { offset: 0, id, amount: 1.0 }])
            .unwrap();
    }
    assert_eq!(values(&mut host), before);
}

#[test]
fn values_that_a_parameter_cannot_have_become_such_as_it_can() {
    let mut host = inactive();
    for info in infos(&mut host) {
        for value in [-1e30, 1e30, -0.001, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            host.flush(&[parameter(0, info.id, value)]).unwrap();
            let id = ClapId::from_raw(info.id).unwrap();
            let now = params(&mut host).get_value(&host.plugin(), id).unwrap();
            assert!((info.minimum..=info.maximum).contains(&now), "{}: {now}", info.name);
        }
    }
}

#[test]
fn a_flush_sets_what_a_block_sets_while_inactive_active_and_processing() {
    let mut random = Random(2);
    let mut by_block = host();
    let inputs = scramble(&mut by_block, &mut random);
    by_block.process(64, None, &inputs).unwrap();
    let wanted = values(&mut by_block);
    let mut inactive = inactive();
    let rest = values(&mut inactive);
    assert_ne!(wanted, rest);
    inactive.flush(&inputs).unwrap();
    assert_eq!(values(&mut inactive), wanted);
    let mut active = host();
    active.flush(&inputs).unwrap();
    assert_eq!(values(&mut active), wanted);
    let mut playing = host();
    play(&mut playing, 0.0, 120.0, 1000, 441);
    playing.flush(&inputs).unwrap();
    play(&mut playing, 1000.0 / 24_000.0, 120.0, 1000, 441);
    assert_eq!(values(&mut playing), wanted);
    playing.flush(&[]).unwrap();
    assert_eq!(values(&mut playing), wanted);
}

#[test]
fn events_of_other_spaces_mean_nothing() {
    let mut host = host();
    let before = values(&mut host);
    for space in [1, 0x55, 0xffff] {
        let inputs: Vec<Input> = infos(&mut host)
            .iter()
            .map(|info| Input::Foreign { offset: 0, space, id: info.id, value: info.maximum })
            .collect();
        host.process(64, Some(&Transport::playing(0.0, 120.0)), &inputs).unwrap();
        host.flush(&inputs).unwrap();
    }
    assert_eq!(values(&mut host), before);
}

#[test]
fn whatever_the_parameters_are_it_plays_and_every_note_ends() {
    let mut random = Random(3);
    let mut host = live();
    let infos = infos(&mut host);
    let mut position = 0.0;
    for round in 0..60 {
        let mut inputs: Vec<Input> = Vec::new();
        for info in &infos {
            let value = match round % 3 {
                0 => info.any(&mut random),
                1 => *random.of(&[info.minimum, info.maximum]),
                _ => continue,
            };
            inputs.push(parameter(0, info.id, value));
        }
        if round % 3 == 2 {
            // Automation at single samples.
            for offset in (0..4096).step_by(*random.of(&[1, 10, 100, 1000])) {
                let info = random.of(&infos);
                inputs.push(match random.below(3) {
                    0 => Input::Modulation { offset, id: info.id, amount: random.share() - 0.5 },
                    _ => parameter(offset, info.id, info.any(&mut random)),
                });
            }
        }
        play_with(&mut host, position, 140.0, 4096 * 5, 4096, &inputs);
        position += 4096.0 * 5.0 / RATE * 140.0 / 60.0;
    }
    hush(&mut host);
    let notes = host.take_recording().notes.len();
    assert!(notes > 20, "{notes}");
}
