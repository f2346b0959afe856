//! Projects and presets that somebody meant harm with: nothing panics, what is told is one line, and what is loaded is saved
//! and loaded to the same.

use testkit::{Random, harmed};

use super::tests::{load, saved, touched};
use super::*;
use crate::editing::history::History;
use crate::headless::Host;
use crate::params::preset;
use crate::params::snapshot::State;

/// What is put in the place of numbers, and anywhere.
const PIECES: [&str; 16] = [
    "null",
    "-1",
    "1e39",
    "1e999",
    "65",
    "18446744073709551616",
    "[]",
    "{}",
    "\"\"",
    "[[64,\"kick\",1.0,0.0]]",
    "[[[[",
    "\"\\u0000\\n\"",
    ",",
    "\n",
    "\u{fffd}",
    "[[],[],[],[]]",
];

/// `text`, harmed.
fn harmed_text(text: &str, random: &mut Random) -> String {
    String::from_utf8_lossy(&harmed(text.as_bytes(), &PIECES, random)).into_owned()
}

#[test]
fn harmed_presets_are_told_in_one_line_or_are_saved_as_they_are_read() {
    let text = preset::write(&State::of(&touched())).unwrap();
    let (mut random, mut read) = (Random(7), 0);
    for _ in 0..1500 {
        match preset::read(harmed_text(&text, &mut random).as_bytes()) {
            Ok(mut state) => {
                read += 1;
                // A value beyond single precision is an infinity, and none of any parameter's.
                state.parameters.retain(|_, value| value.is_finite());
                let again = preset::write(&state).unwrap();
                assert_eq!(preset::read(again.as_bytes()), Ok(state.clone()));
                let params = JangdanParams::default();
                History::default().place(&params, &Host::default(), &state);
                assert!(params.recipe().density.is_finite());
            }
            Err(told) => assert!(!told.contains('\n') && told.len() < 1000, "{told}"),
        }
    }
    assert!((330..1450).contains(&read), "{read} were read");
}

#[test]
fn harmed_projects_are_loaded_as_far_as_they_can_be_and_saved_to_the_same() {
    let whole = saved(&touched());
    let names: Vec<&String> = whole.fields.keys().filter(|name| *name != FINDINGS).collect();
    let (mut random, mut told) = (Random(7), 0);
    for _ in 0..1500 {
        let name = *random.of(&names);
        let mut state = whole.clone();
        state.fields.insert(name.clone(), harmed_text(&whole.fields[name], &mut random));
        let params = touched();
        if let Some(found) = load(&params, state) {
            told += 1;
            assert!(found.contains(spoken(name)) && !found.contains('\n'), "{found}");
        }
        assert!(params.recipe().density.is_finite());
        params.playing();
        params.live_groove();
        let (saved, again) = (saved(&params), JangdanParams::default());
        assert_eq!(load(&again, saved.clone()), None);
        assert_eq!(again.serialize_fields(), saved.fields);
    }
    assert!((100..1200).contains(&told), "{told} were told of");
}

#[test]
fn a_list_beyond_all_measure_is_refused_where_it_begins_to_be() {
    let endless = format!("[{}[]]", "[],".repeat(1_000_000));
    let groove = format!("{{\"recipe\":null,\"weights\":\"\",\"cycles\":{endless}}}");
    assert!(!can_read("groove", &groove));
    let slots = format!("[[0,{groove}]]");
    assert!(!can_read("slots", &slots));
    let empty = "[0,{\"recipe\":null,\"weights\":\"\",\"cycles\":[]}],";
    assert!(can_read("slots", &format!("[{}]", empty.repeat(64).trim_end_matches(','))));
    assert!(!can_read("slots", &format!("[{}]", empty.repeat(65).trim_end_matches(','))));
    let preset = format!("{{\"format\":\"jangdan-preset\",\"version\":1,\"groove\":{groove}}}");
    let told = preset::read(preset.as_bytes()).unwrap_err();
    assert!(told.contains("a list of at most 64") && told.len() < 200, "{told}");
}
