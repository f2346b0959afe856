//! Any text as what a project holds: each line is the name of a field or parameter, a space, and its JSON. What can be loaded of it
//! is loaded, played, saved, and loaded to the same.
#![no_main]

use std::collections::BTreeMap;

use jangdan::Jangdan;
use jangdan::params::JangdanParams;
use libfuzzer_sys::fuzz_target;
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::ParamValue;
use nice_plug::params::InternalParamMut;
use nice_plug::prelude::{Params, Plugin, PluginState};

/// Loads `state` as the framework does.
fn load(params: &JangdanParams, mut state: PluginState) {
    Jangdan::filter_state(&mut state);
    for (id, param, _) in params.param_map() {
        // SAFETY: the pointers are into `params`.
        unsafe {
            match (param, &state.params[&id]) {
                (ParamPtr::FloatParam(p), ParamValue::F32(v)) => _ = (*p)._internal_set_plain_value(*v),
                (ParamPtr::IntParam(p), ParamValue::I32(v)) => _ = (*p)._internal_set_plain_value(*v),
                (ParamPtr::BoolParam(p), ParamValue::Bool(v)) => _ = (*p)._internal_set_plain_value(*v),
                (ParamPtr::EnumParam(p), ParamValue::I32(v)) => _ = (*p)._internal_set_plain_value(*v),
                (ParamPtr::EnumParam(p), ParamValue::String(id)) => assert!((*p).set_from_id(id)),
                (_, value) => panic!("{id} cannot be {value:?}"),
            }
        }
    }
    params.deserialize_fields(&state.fields);
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (mut version, mut values, mut fields) = (String::new(), BTreeMap::new(), BTreeMap::new());
    for (name, json) in text.lines().filter_map(|line| line.split_once(' ')) {
        match serde_json::from_str::<ParamValue>(json) {
            Ok(value) => _ = values.insert(name.to_owned(), value),
            Err(_) if name == "version" => json.clone_into(&mut version),
            Err(_) => _ = fields.insert(name.to_owned(), json.to_owned()),
        }
    }
    let params = JangdanParams::default();
    load(&params, PluginState { version, params: values, fields });
    if let Some(found) = params.load_report.get() {
        assert!(!found.contains('\n') && found.len() < 1000, "{found}");
    }
    assert!(params.recipe().temperature.is_finite());
    params.playing();
    params.pad();
    params.live_groove();
    let saved = params.serialize_fields();
    let again = JangdanParams::default();
    again.deserialize_fields(&saved);
    assert_eq!(again.serialize_fields(), saved);
});
