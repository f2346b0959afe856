//! Projects that lack something, hold something foreign, or are later or earlier than this program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Once;

use groove::{Hit, Instrument};
use nice_plug::params::InternalParamMut;
use nice_plug::prelude::Plugin;
use serde_json::Value;

use super::*;
use crate::Jangdan;
use crate::editing::history::History;
use crate::factory;
use crate::headless::Host;
use crate::params::preset;
use crate::params::snapshot::State;
use crate::state::edit::{Edit, Part};
use crate::state::morph::{Corner, Pad};
use crate::state::request::{GrooveKey, Recipe};
use crate::state::window_size::{SecondRow, Theme};

/// What a project of `params` holds.
pub(super) fn saved(params: &JangdanParams) -> PluginState {
    let values = params.param_map().into_iter().map(|(id, param, _)| (id, value(param)));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    PluginState { version, params: values.collect(), fields: params.serialize_fields() }
}

/// Loads it as the framework does, and returns what is said.
pub(super) fn load(params: &JangdanParams, mut state: PluginState) -> Option<String> {
    Jangdan::filter_state(&mut state);
    for (id, param, _) in params.param_map() {
        set(param, &state.params[&id]);
    }
    params.deserialize_fields(&state.fields);
    params.load_report.get()
}

#[expect(unsafe_code, reason = "the framework's way to set a parameter without a host")]
fn set(param: ParamPtr, value: &ParamValue) {
    // SAFETY: the pointer is into parameters that the caller holds.
    unsafe {
        _ = match (param, value) {
            (ParamPtr::FloatParam(param), ParamValue::F32(value)) => {
                (*param)._internal_set_plain_value(*value)
            }
            (ParamPtr::IntParam(param), ParamValue::I32(value)) => {
                (*param)._internal_set_plain_value(*value)
            }
            (ParamPtr::BoolParam(param), ParamValue::Bool(value)) => {
                (*param)._internal_set_plain_value(*value)
            }
            (ParamPtr::EnumParam(param), ParamValue::I32(value)) => {
                (*param)._internal_set_plain_value(*value)
            }
            (ParamPtr::EnumParam(param), ParamValue::String(id)) => (*param).set_from_id(id),
            _ => panic!("{param:?} cannot be {value:?}"),
        };
    }
}

/// An instance in which everything that a project can hold is as in no new one.
#[expect(unsafe_code, reason = "the framework's way to set a parameter without a host")]
pub(super) fn touched() -> JangdanParams {
    let params = JangdanParams::default();
    for (place, (id, param, _)) in params.param_map().into_iter().enumerate() {
        // Bypassed it would not be heard.
        if id != "bypass" {
            // SAFETY: the pointers are into `params`.
            unsafe {
                let is_low = param.default_normalized_value() < 0.5;
                let share = 0.6 + 0.004 * place as f32;
                param._internal_set_normalized_value(if is_low { share } else { 1.0 - share });
            }
        }
    }
    let (pattern, recipe) = (factory::pattern(), params.recipe());
    let mut other = pattern;
    other.set(5, Instrument::Ride, Some(Hit::new(0.7, -0.25)));

    let mut edits = Edits::import(pattern, recipe).played_to(other);
    let key = GrooveKey::of(Recipe { seed: 5, ..recipe });
    let hit = Some(Hit::new(0.4, 0.1));
    edits.apply(Edit::Put { step: 9, instrument: Instrument::Crash, hit }, &pattern, Some(&key));
    let part = Part::Bar(1);
    edits.apply(Edit::Lock { part, is_locked: true }, &pattern, Some(&key));
    params.edits.set(edits.clone());

    let corners = [
        Corner::Style("jazz".to_owned()),
        Corner::Slot(4),
        Corner::Clip { name: "\u{c7a5}\u{b2e8} \"2\"".to_owned(), pattern: Box::new(other) },
        Corner::Slot(9),
    ];
    let pad = Pad::new([0.25, 0.75], &corners, |slot| (slot == 4).then_some(pattern));
    params.corners.set(corners);
    params.slots.store(4, Some(Groove::of_patterns(vec![pattern, other])));
    let kept = Groove {
        recipe: Some(recipe),
        bar: groove::Bar::COMMON,
        weights: "0123".to_owned(),
        cycles: vec![other],
        anchor: Some(pattern),
        pad: Some(Box::new(pad)),
        variation_id: Some(-3),
        fills: None,
        edits,
    };
    params.slots.store(11, Some(kept.clone()));
    params.groove.put(Groove { cycles: vec![pattern, other], ..kept });
    let chosen = ChosenFile { path: "drummer.safetensors".to_owned(), sha256: "0123".to_owned() };
    params.weights.set(Some(chosen));
    let chosen = ChosenFile { path: "drums/kit.sfz".to_owned(), sha256: "4567".to_owned() };
    params.own_kit.set(Some(chosen));
    *params.name.write() =
        Some(GrooveName::new("Late night".to_owned(), params.name_source(), true));
    *params.folder.write() = "clips".to_owned();
    *params.presets.write() = "presets".to_owned();
    *params.window.write() = WindowSize {
        width: 1500,
        height: 900,
        zoom: 1.25,
        theme: Theme::Light,
        is_more_open: true,
        second_row: SecondRow::Kit,
        shows_keys: true,
        shows_kit: true,
    };
    params
}

#[test]
fn every_field_that_is_saved_can_be_read_and_nothing_is_found_in_what_was_saved() {
    let params = touched();
    for (name, text) in params.serialize_fields() {
        assert!(name == FINDINGS || can_read(&name, &text), "{name}");
        assert!(!can_read(&name, "[[") && !spoken(&name).is_empty(), "{name}");
    }
    let loaded = JangdanParams::default();
    assert_eq!(load(&loaded, saved(&params)), None);
    assert_eq!(State::of(&loaded), State::of(&params));
}

#[test]
fn what_a_project_lacks_is_as_in_a_new_instance_whatever_was_there_before() {
    let empty = PluginState {
        version: "0.1.0".to_owned(),
        params: BTreeMap::new(),
        fields: BTreeMap::new(),
    };
    let params = touched();
    assert_eq!(load(&params, empty), None);
    assert_eq!(State::of(&params), State::of(&JangdanParams::default()));
    assert_eq!(*params.folder.read(), "clips", "the user's own stays");
}

#[test]
fn what_cannot_be_read_is_as_in_a_new_instance_and_is_told_and_the_rest_is_loaded() {
    let params = touched();
    let mut state = saved(&params);
    state.fields.insert("edits".to_owned(), "[1, 2".to_owned());
    state.params.insert("temp".to_owned(), ParamValue::Bool(true));
    state.params.insert("swing".to_owned(), ParamValue::F32(f32::INFINITY));
    state.params.insert("map".to_owned(), ParamValue::String("of another drummer".to_owned()));
    // Beyond their ranges they are at the edge.
    state.params.insert("dens".to_owned(), ParamValue::F32(-1e30));
    state.params.insert("seed".to_owned(), ParamValue::I32(i32::MAX));
    let loaded = touched();
    let told = load(&loaded, state).unwrap();
    assert!(told.contains("edits, 3 parameters") && !told.contains('\n'), "{told}");
    let fresh = State::of(&JangdanParams::default());
    let (state, before) = (State::of(&loaded), State::of(&params));
    assert_eq!(state.edits, fresh.edits);
    for id in ["temp", "swing", "map"] {
        assert_eq!(state.parameters[id], fresh.parameters[id], "{id}");
    }
    assert_eq!((state.parameters["dens"], state.parameters["seed"]), (-1.0, 9999.0));
    assert_eq!((state.slots, state.corners), (before.slots, before.corners));
    // The next project, in which nothing is wrong, is not spoken ill of.
    assert_eq!(load(&loaded, saved(&params)), None);
}

#[test]
fn a_project_of_a_later_version_is_told_of_and_what_is_known_of_it_is_loaded() {
    let params = touched();
    for (version, is_later) in
        [("0.1.1", true), ("12.0.0", true), ("0.1.0", false), ("", false), ("later\n", false)]
    {
        let mut state = saved(&params);
        state.version = version.to_owned();
        state.params.insert("of a later version".to_owned(), ParamValue::F32(1.0));
        state.fields.insert("of a later version".to_owned(), "{".to_owned());
        let loaded = JangdanParams::default();
        let told = load(&loaded, state);
        assert_eq!(told.is_some_and(|told| told.contains(version)), is_later, "{version:?}");
        assert_eq!(State::of(&loaded), State::of(&params));
    }
}

#[test]
fn what_was_found_is_not_saved() {
    let params = touched();
    let mut state = saved(&params);
    state.fields.insert("slots".to_owned(), "7".to_owned());
    assert!(load(&params, state).is_some());
    assert_eq!(params.serialize_fields()[FINDINGS], "null");
}

/// The states and presets that are kept of all versions; see the README there.
fn kept(ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    // Once, for more than one test reads them.
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if std::env::var_os("JANGDAN_WRITE_STATES").is_none() {
            return;
        }
        let params = touched();
        let state = serde_json::to_string(&saved(&params)).unwrap();
        let preset = preset::write(&State::of(&params)).unwrap();
        for (ending, text) in [("json", state), ("jangdan", preset)] {
            let name = format!("everything-{}.{ending}", env!("CARGO_PKG_VERSION"));
            std::fs::write(folder.join(name), text).unwrap();
        }
    });
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|other| other == ending)).collect()
}

/// Whether all that is in `kept` is in `now`, which may hold more, and numbers rounded by a host.
fn holds(now: &Value, kept: &Value) -> bool {
    match (now, kept) {
        (Value::Object(now), Value::Object(kept)) => {
            kept.iter().all(|(name, kept)| now.get(name).is_some_and(|now| holds(now, kept)))
        }
        (Value::Array(now), Value::Array(kept)) => {
            now.len() == kept.len() && now.iter().zip(kept).all(|(now, kept)| holds(now, kept))
        }
        (Value::Number(now), Value::Number(kept)) => {
            let [now, kept] = [now, kept].map(|number| number.as_f64().unwrap());
            (now - kept).abs() <= 1e-5 * kept.abs().max(1.0)
        }
        _ => now == kept,
    }
}

#[test]
fn every_project_that_is_kept_loads_with_all_that_it_holds() {
    let files = kept("json");
    assert!(files.len() >= 2, "{files:?}");
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let params = JangdanParams::default();
        assert_eq!(load(&params, serde_json::from_str(&text).unwrap()), None, "{path:?}");
        let now = serde_json::to_value(saved(&params)).unwrap();
        assert!(holds(&now["params"], &file["params"]), "{path:?}");
        for (name, kept) in file["fields"].as_object().unwrap() {
            let [now, kept] = [&now["fields"][name], kept]
                .map(|text| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap());
            assert!(holds(&now, &kept), "{path:?}: {name}");
        }
    }
}

/// The choices in the preset of format version 1 that is kept: parameter, place in the list, id.
const CHOICES_IN_VERSION_1: [(&str, f64, &str); 6] = [
    ("acccrv", 3.0, "offbeats"),
    ("len", 1.0, "2"),
    ("map", 5.0, "pads"),
    ("mode", 1.0, "hold"),
    ("quant", 2.0, "bar"),
    ("speed", 1.0, "normal"),
];

#[test]
fn every_preset_that_is_kept_loads_with_all_that_it_holds() {
    let files = kept("jangdan");
    assert!(!files.is_empty());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let state = preset::read(text.as_bytes()).unwrap();
        let params = JangdanParams::default();
        History::default().place(&params, &Host::default(), &state);
        let now = preset::write(&State::of(&params)).unwrap();
        let [now, mut kept] = [now, text].map(|text| serde_json::from_str::<Value>(&text).unwrap());
        if kept["version"] == 1 {
            kept["version"] = 2.into();
            for (id, place, choice) in CHOICES_IN_VERSION_1 {
                assert_eq!(kept["parameters"][id], place, "{id}");
                kept["parameters"][id] = choice.into();
            }
        }
        assert!(holds(&now, &kept), "{path:?}");
    }
}
