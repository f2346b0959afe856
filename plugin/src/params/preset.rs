//! Presets: whole states as readable files.
//!
//! A file is one JSON object: the name and version of the format, and every part of a [`State`] under a name of its own.
//! Names never change; a part that is missing is as in a new instance. Parameters with a list of choices are saved by the
//! choice's id, so that a new choice in the list changes no preset.

use std::collections::BTreeMap;

use nice_plug::prelude::Enum;
use serde::{Deserialize, Serialize};

use crate::params::snapshot::State;
use crate::params::{
    AccentParam, FillEveryParam, FollowSourceParam, GridParam, KitModelParam, LengthParam,
    MetreParam, NoteMapParam, PlayModeParam, QuantiseParam, SpeedParam,
};
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::{Corners, first_corners};
use crate::state::slots::SavedSlots;
use crate::state::song::Song;

/// The extension of preset files, without the dot.
pub const ENDING: &str = "jangdan";

/// The name of the format.
const FORMAT: &str = "jangdan-preset";

/// Version of the format. Version 1 saved a choice by its place in the list.
const VERSION: u32 = 2;

/// The list of note maps that version 1 counted in. The other lists have only grown at their end.
const NOTE_MAPS_V1: [&str; 8] = ["gm", "roland", "ad2", "ezd", "sd3", "pads", "rack", "own"];

/// The value of a parameter in a file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(f32),
    /// The id of a choice.
    Choice(String),
}

impl Value {
    /// The plain `value` of the parameter `id`.
    fn of(id: &str, value: f32) -> Self {
        let choice = choices(id).and_then(|ids| ids.get(value as usize));
        choice.map_or(Self::Number(value), |choice| Self::Choice((*choice).to_owned()))
    }

    /// The plain value of the parameter `id`; `None` if this program does not know the choice.
    fn plain(&self, id: &str) -> Option<f32> {
        let place = |choice: &str| choices(id)?.iter().position(|known| *known == choice);
        let plain = match (self, choices(id)) {
            (Self::Choice(choice), _) => place(choice)?,
            (Self::Number(number), None) => return Some(*number),
            // Version 1. A number beyond the list, or none at all, becomes the nearest.
            (Self::Number(number), Some(_)) if id == "map" => {
                place(NOTE_MAPS_V1[(*number as usize).min(NOTE_MAPS_V1.len() - 1)])?
            }
            (Self::Number(number), Some(ids)) => (*number as usize).min(ids.len() - 1),
        };
        Some(plain as f32)
    }
}

/// The ids of the choices of the parameter `id`, in the order of its plain values; `None` if it is a number or a switch.
fn choices(id: &str) -> Option<&'static [&'static str]> {
    match id {
        "acccrv" => AccentParam::ids(),
        "kitmodel" => KitModelParam::ids(),
        "len" => LengthParam::ids(),
        "map" => NoteMapParam::ids(),
        "mode" => PlayModeParam::ids(),
        "quant" => QuantiseParam::ids(),
        "speed" => SpeedParam::ids(),
        "metre" => MetreParam::ids(),
        "grid" => GridParam::ids(),
        "fills" => FillEveryParam::ids(),
        "followsrc" => FollowSourceParam::ids(),
        _ => None,
    }
}

/// The beginning of a file.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// The rest of it.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
    #[serde(default)]
    groove: Groove,
    #[serde(default)]
    edits: Edits,
    #[serde(default)]
    slots: SavedSlots,
    #[serde(default = "first_corners")]
    corners: Corners,
    #[serde(default)]
    song: Song,
}

/// The file of `state`: a line for each parameter, and for each pattern.
///
/// # Errors
/// None in practice: a state has nothing that JSON has not.
pub fn write(state: &State) -> Result<String, String> {
    let State { parameters, groove, edits, slots, corners, song } = state;
    let text = |value: serde_json::Result<String>| value.map_err(|error| error.to_string());
    let parameters: BTreeMap<&str, Value> =
        parameters.iter().map(|(id, value)| (id.as_str(), Value::of(id, *value))).collect();
    let parameters = text(serde_json::to_string_pretty(&parameters))?;
    let filled = slots.iter().enumerate();
    let slots: Result<Vec<String>, String> = filled
        .filter_map(|(slot, groove)| Some((slot, groove.as_deref()?)))
        .map(|slot| text(serde_json::to_string(&slot)))
        .collect();
    let parts = [
        ("format", format!("{FORMAT:?}")),
        ("version", VERSION.to_string()),
        ("parameters", parameters),
        ("groove", text(serde_json::to_string(groove))?),
        ("edits", text(serde_json::to_string(edits))?),
        ("slots", format!("[{}]", slots?.join(",\n"))),
        ("corners", text(serde_json::to_string(corners))?),
        ("song", text(serde_json::to_string(song))?),
    ];
    let lines: Vec<String> =
        parts.iter().map(|(name, value)| format!("{name:?}: {value}")).collect();
    Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
}

/// The state in a file.
///
/// # Errors
/// If `bytes` are none, one of a later version, or a damaged one: in a line for the user.
pub fn read(bytes: &[u8]) -> Result<State, String> {
    let foreign = "this is no preset of Jangdan's";
    let damaged = |error: serde_json::Error| format!("a damaged preset: {error}");
    let says_so = bytes.windows(FORMAT.len()).any(|part| part == FORMAT.as_bytes());
    let head = serde_json::from_slice::<Head>(bytes);
    let head = head.map_err(|e| if says_so { damaged(e) } else { foreign.to_owned() })?;
    if head.format != FORMAT {
        return Err(foreign.to_owned());
    }
    if head.version > VERSION {
        return Err(format!(
            "a preset of a later Jangdan (version {} of the format; this one reads {VERSION})",
            head.version
        ));
    }
    let body: Body = serde_json::from_slice(bytes).map_err(damaged)?;
    let Body { parameters, groove, edits, slots, corners, song } = body;
    let known = parameters.into_iter().filter_map(|(id, value)| Some((value.plain(&id)?, id)));
    let parameters = known.map(|(value, id)| (id, value)).collect();
    Ok(State { parameters, groove, edits, slots: slots.grooves(), corners, song })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::JangdanParams;
    use crate::state::morph::Corner;
    use nice_plug::prelude::{ParamPtr, Params};

    fn state() -> State {
        let params = JangdanParams::default();
        let pattern = crate::factory::pattern();
        params.slots.store(4, Some(Groove::of_patterns(vec![pattern, pattern])));
        params.slots.store(11, Some(Groove::of_patterns(vec![pattern])));
        let clip =
            Corner::Clip { name: "\"mine\"\n\u{c7a5}".to_owned(), pattern: Box::new(pattern) };
        let mut corners = first_corners();
        corners[2] = clip;
        params.corners.set(corners);
        params.edits.set(Edits::import(pattern, params.recipe()));
        params.song.set(Song::first(pattern.bar()));
        State { groove: params.live_groove(), ..State::of(&params) }
    }

    #[test]
    fn a_preset_is_read_as_it_was_written_and_has_a_line_for_each_parameter() {
        let state = state();
        let text = write(&state).unwrap();
        assert_eq!(read(text.as_bytes()), Ok(state));
        assert!(text.contains("\n  \"temp\": 1.0,\n"), "{}", &text[..400]);
        assert!(text.lines().count() > 90, "{}", text.lines().count());
    }

    #[test]
    fn what_is_no_preset_later_or_damaged_is_told_in_a_line() {
        let text = write(&state()).unwrap();
        let later = text.replace("\"version\": 2", "\"version\": 3");
        let damaged = text.replace("\"kick\"", "\"kettle\"");
        for (bytes, expected) in [
            (&b""[..], "no preset"),
            (b"\xff\xfe\0", "no preset"),
            (b"{\"format\": \"other\", \"version\": 1}", "no preset"),
            (&text.as_bytes()[..text.len() / 2], "damaged"),
            (later.as_bytes(), "version 3"),
            (damaged.as_bytes(), "damaged"),
        ] {
            let told = read(bytes).unwrap_err();
            assert!(told.contains(expected) && !told.contains('\n'), "{told}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(deep.as_bytes()).is_err());
    }

    #[test]
    fn what_a_preset_lacks_is_as_in_a_new_instance() {
        let state = read(b"{\"format\": \"jangdan-preset\", \"version\": 1}").unwrap();
        assert_eq!(state.corners, first_corners());
        assert!(state.parameters.is_empty() && state.slots.iter().all(Option::is_none));
    }

    #[test]
    #[expect(unsafe_code, reason = "the framework's parameter map holds raw pointers")]
    fn every_choice_is_saved_by_its_id_and_read_back() {
        let params = JangdanParams::default();
        let mut state = State::of(&params);
        for (id, param, _) in params.param_map() {
            let ParamPtr::EnumParam(param) = param else { continue };
            let ids = choices(&id).unwrap_or_else(|| panic!("{id} is not in the table"));
            // SAFETY: the pointer is into `params`.
            assert_eq!(ids.len(), unsafe { &*param }.len(), "{id}");
            for (place, choice) in ids.iter().enumerate() {
                state.parameters.insert(id.clone(), place as f32);
                let text = write(&state).unwrap();
                assert!(text.contains(&format!("\"{id}\": \"{choice}\"")), "{id} {choice}");
                assert_eq!(read(text.as_bytes()).unwrap().parameters[&id], place as f32);
            }
        }
    }

    #[test]
    fn version_1_counted_note_maps_and_an_unknown_choice_is_left_out() {
        let read = |map: &str| {
            let text = format!(
                "{{\"format\": \"jangdan-preset\", \"version\": 1, \"parameters\": {{\"map\": {map}}}}}"
            );
            super::read(text.as_bytes()).unwrap().parameters.get("map").copied()
        };
        let place = |map: NoteMapParam| Some(map.to_index() as f32);
        assert_eq!(read("7.0"), place(NoteMapParam::Own));
        assert_eq!(read("5"), place(NoteMapParam::Pads));
        assert_eq!(read("\"own\""), place(NoteMapParam::Own));
        assert_eq!(read("\"of a later version\""), None);
    }
}
