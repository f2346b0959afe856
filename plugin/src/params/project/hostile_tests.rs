//! Projects and presets that somebody meant harm with: nothing panics, what is told is one line, and what is loaded is saved
//! and loaded to the same.

use std::cell::Cell;

use proptest::prelude::*;

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

/// Something done to a text, at a part of its length.
#[derive(Clone, Debug)]
enum Harm {
    /// A piece in the place of the next number.
    Trade(f64, usize),
    Insert(f64, usize),
    Cut(f64),
    Remove(f64, usize),
    Repeat(f64, usize),
}

fn harms() -> impl Strategy<Value = Vec<Harm>> {
    let at = || 0.0..1.0_f64;
    let piece = || 0..PIECES.len();
    let harm = prop_oneof![
        6 => (at(), piece()).prop_map(|(at, piece)| Harm::Trade(at, piece)),
        1 => (at(), piece()).prop_map(|(at, piece)| Harm::Insert(at, piece)),
        1 => at().prop_map(Harm::Cut),
        1 => (at(), 1..40_usize).prop_map(|(at, count)| Harm::Remove(at, count)),
        1 => (at(), 1..400_usize).prop_map(|(at, count)| Harm::Repeat(at, count)),
    ];
    prop::collection::vec(harm, 0..5)
}

fn harmed(text: &str, harms: &[Harm]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for harm in harms {
        let place = |at: f64| (at * bytes.len() as f64) as usize;
        match harm {
            Harm::Trade(at, piece) => {
                let from = place(*at);
                let number = bytes[from..].iter().position(u8::is_ascii_digit);
                let Some(start) = number.map(|number| from + number) else { continue };
                let is_part = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'e');
                let length = bytes[start..].iter().take_while(|b| is_part(b)).count();
                bytes.splice(start..start + length, PIECES[*piece].bytes());
            }
            Harm::Insert(at, piece) => {
                let at = place(*at);
                bytes.splice(at..at, PIECES[*piece].bytes());
            }
            Harm::Cut(at) => bytes.truncate(place(*at)),
            Harm::Remove(at, count) => {
                bytes.drain(place(*at)..(place(*at) + count).min(bytes.len()));
            }
            Harm::Repeat(at, count) => {
                bytes.extend_from_within(place(*at)..(place(*at) + count).min(bytes.len()));
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn harmed_presets_are_told_in_one_line_or_are_saved_as_they_are_read() {
    let text = preset::write(&State::of(&touched())).unwrap();
    let read = Cell::new(0);
    proptest!(config(1500), |(harms in harms())| {
        match preset::read(harmed(&text, &harms).as_bytes()) {
            Ok(mut state) => {
                read.set(read.get() + 1);
                // A value beyond single precision is an infinity, and none of any parameter's.
                state.parameters.retain(|_, value| value.is_finite());
                let again = preset::write(&state).unwrap();
                prop_assert_eq!(preset::read(again.as_bytes()), Ok(state.clone()));
                let params = JangdanParams::default();
                History::default().place(&params, &Host::default(), &state);
                prop_assert!(params.recipe().density.is_finite());
            }
            Err(told) => prop_assert!(!told.contains('\n') && told.len() < 1000, "{told}"),
        }
    });
    assert!(read.get() > 100, "only {read:?} were read");
}

#[test]
fn harmed_projects_are_loaded_as_far_as_they_can_be_and_saved_to_the_same() {
    let whole = saved(&touched());
    let names: Vec<&String> = whole.fields.keys().filter(|name| *name != FINDINGS).collect();
    let told = Cell::new(0);
    proptest!(config(1500), |(place in 0..names.len(), harms in harms())| {
        let mut state = whole.clone();
        let text = harmed(&whole.fields[names[place]], &harms);
        state.fields.insert(names[place].clone(), text);
        let params = touched();
        if let Some(found) = load(&params, state) {
            told.set(told.get() + 1);
            prop_assert!(found.contains(spoken(names[place])) && !found.contains('\n'), "{found}");
        }
        prop_assert!(params.recipe().density.is_finite());
        params.playing();
        params.live_groove();
        let (saved, again) = (saved(&params), JangdanParams::default());
        prop_assert_eq!(load(&again, saved.clone()), None);
        prop_assert_eq!(again.serialize_fields(), saved.fields);
    });
    assert!(told.get() > 100, "only {told:?} were told of");
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
