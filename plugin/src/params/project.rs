//! Completes a project before it is loaded. Missing or unreadable parts get the values of a new
//! instance, so that the result never depends on the state before; problems are reported to the
//! window.
//!
//! Bytes that are no state at all never get here: the framework refuses them and tells the host.

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{Param, ParamPtr, Params, PluginState};
use serde::Deserialize;

use crate::params::JangdanParams;
use crate::state::chosen_file::ChosenFile;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::groove_name::GrooveName;
use crate::state::morph::Corners;
use crate::state::slots::SavedSlots;
use crate::state::song::Song;
use crate::state::window_size::WindowSize;

/// The field that carries [`LoadReport`] to their instance. Fields are loaded in order of name, so
/// this one before `groove`, which tells the window that there is another project.
const FINDINGS: &str = "findings";

/// Fields of the user rather than of the song: if a project lacks one, it stays as it is.
pub(crate) const OF_THE_USER: [&str; 3] = ["folder", "presets", "window"];

/// Completes `state`; see the module.
pub(crate) fn complete(state: &mut PluginState) {
    let fresh = JangdanParams::default();
    let mut unread = Vec::new();
    let fields = fresh.serialize_fields().into_iter().filter(|(name, _)| name != FINDINGS);
    for (name, as_new) in fields {
        let is_unread = state.fields.get(&name).is_some_and(|text| !can_read(&name, text));
        if is_unread {
            unread.push(spoken(&name).to_owned());
            state.fields.remove(&name);
        }
        if !OF_THE_USER.contains(&name.as_str()) {
            state.fields.entry(name).or_insert(as_new);
        }
    }
    let mut odd = 0;
    for (id, param, _) in fresh.param_map() {
        // Before what is there is tried on it.
        let as_new = value(param);
        let fit = match state.params.remove(&id) {
            Some(held) => fit(param, held).unwrap_or_else(|| {
                odd += 1;
                as_new
            }),
            None => as_new,
        };
        state.params.insert(id, fit);
    }
    match odd {
        0 => {}
        1 => unread.push("a parameter".to_owned()),
        more => unread.push(format!("{more} parameters")),
    }
    let found = serde_json::to_string(&findings(&state.version, &unread)).unwrap_or_default();
    state.fields.insert(FINDINGS.to_owned(), found);
}

/// The project of `params` as it is saved, but for what is the user's rather than the song's.
pub(crate) fn without_the_users(params: &JangdanParams) -> PluginState {
    let of_the_song = |name: &String| name != FINDINGS && !OF_THE_USER.contains(&name.as_str());
    let fields = params.serialize_fields().into_iter().filter(|(name, _)| of_the_song(name));
    let values = params.param_map().into_iter().map(|(id, param, _)| (id, value(param)));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    PluginState { version, params: values.collect(), fields: fields.collect() }
}

/// Whether the field `name` can be read from `text`.
fn can_read(name: &str, text: &str) -> bool {
    fn is<'a, T: Deserialize<'a>>(text: &'a str) -> bool {
        serde_json::from_str::<T>(text).is_ok()
    }
    match name {
        "corners" => is::<Corners>(text),
        "edits" => is::<Edits>(text),
        "folder" | "presets" => is::<String>(text),
        "groove" => is::<Groove>(text),
        "name" => is::<Option<GrooveName>>(text),
        "slots" => is::<SavedSlots>(text),
        "song" => is::<Song>(text),
        "kit" | "weights" => is::<Option<ChosenFile>>(text),
        "window" => is::<WindowSize>(text),
        // Nobody's but ours.
        _ => false,
    }
}

/// The field `name` in words for the user.
fn spoken(name: &str) -> &str {
    match name {
        "corners" => "the pad's corners",
        "edits" => "the edits",
        "folder" | "presets" => "a folder",
        "groove" => "the groove",
        "kit" => "which kit it plays",
        "name" => "the groove's name",
        "slots" => "the slots",
        "song" => "the song",
        "weights" => "which weights it plays with",
        "window" => "the window's size",
        other => other,
    }
}

/// The report about a project of `version` with `unread` parts.
fn findings(version: &str, unread: &[String]) -> Option<String> {
    let (theirs, ours) = (numbers(version), numbers(env!("CARGO_PKG_VERSION")));
    let mut found = Vec::new();
    if theirs > ours {
        let version: Vec<String> = theirs.iter().map(u32::to_string).collect();
        found.push(format!(
            "The project is of a later Jangdan ({}): what this one does not know is left out",
            version.join(".")
        ));
    }
    if !unread.is_empty() {
        let parts = unread.join(", ");
        found.push(format!("Not all of the project can be read; as in a new instance is: {parts}"));
    }
    (!found.is_empty()).then(|| found.join(". "))
}

/// The three numbers of a version; empty if it has not three numbers.
fn numbers(version: &str) -> Vec<u32> {
    let numbers: Option<Vec<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() == 3).unwrap_or_default()
}

/// The value of `param` as projects store it.
#[expect(unsafe_code, reason = "the framework names parameters by pointers")]
fn value(param: ParamPtr) -> ParamValue {
    // SAFETY: the caller holds the parameters that `param` is one of.
    unsafe {
        match param {
            ParamPtr::FloatParam(param) => ParamValue::F32((*param).value()),
            ParamPtr::IntParam(param) => ParamValue::I32((*param).value()),
            ParamPtr::BoolParam(param) => ParamValue::Bool((*param).value()),
            ParamPtr::EnumParam(param) => match (*param).unmodulated_plain_id() {
                Some(id) => ParamValue::String(id.to_owned()),
                None => ParamValue::I32((*param).unmodulated_plain_value()),
            },
        }
    }
}

/// The stored value `held` brought into the range of `param`; `None` if it is of another type. May
/// change `param`. The framework would take any number, also one beyond the range.
#[expect(unsafe_code, reason = "as above")]
fn fit(param: ParamPtr, held: ParamValue) -> Option<ParamValue> {
    // SAFETY: as above.
    unsafe {
        match (param, held) {
            (ParamPtr::FloatParam(param), ParamValue::F32(held)) if held.is_finite() => {
                let normalized = (*param).preview_normalized(held);
                let is_within = normalized > 0.0 && normalized < 1.0;
                let edge = (*param).preview_plain(normalized);
                Some(ParamValue::F32(if is_within { held } else { edge }))
            }
            (ParamPtr::IntParam(param), ParamValue::I32(held)) => {
                let within = (*param).preview_plain((*param).preview_normalized(held));
                Some(ParamValue::I32(within))
            }
            (ParamPtr::EnumParam(param), ParamValue::I32(held)) => {
                let within = (*param).preview_plain((*param).preview_normalized(held));
                Some(ParamValue::I32(within))
            }
            (ParamPtr::EnumParam(param), ParamValue::String(id)) => {
                (*param).set_from_id(&id).then_some(ParamValue::String(id))
            }
            (ParamPtr::BoolParam(_), held @ ParamValue::Bool(_)) => Some(held),
            _ => None,
        }
    }
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
