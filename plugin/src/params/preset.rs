//! Presets: whole states as files that a person can read.
//!
//! A file is one JSON object: what it is, the version of its format, and every part of a [`State`] under a name of its own.
//! Names are for ever; what a file lacks is as in a new instance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::params::snapshot::State;
use crate::state::edits::Edits;
use crate::state::groove::Groove;
use crate::state::morph::{Corners, first_corners};
use crate::state::slots::SavedSlots;

/// What names of preset files end in, without the dot.
pub const ENDING: &str = "jangdan";

/// What every file says it is.
const FORMAT: &str = "jangdan-preset";

/// Of the format; a later one may hold what this program does not know.
const VERSION: u32 = 1;

/// What a file begins with.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// The rest of it.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    parameters: BTreeMap<String, f32>,
    #[serde(default)]
    groove: Groove,
    #[serde(default)]
    edits: Edits,
    #[serde(default)]
    slots: SavedSlots,
    #[serde(default = "first_corners")]
    corners: Corners,
}

/// The file of `state`: a line for each parameter, and for each pattern.
///
/// # Errors
/// None in practice: a state has nothing that JSON has not.
pub fn write(state: &State) -> Result<String, String> {
    let State { parameters, groove, edits, slots, corners } = state;
    let text = |value: serde_json::Result<String>| value.map_err(|error| error.to_string());
    let parameters = text(serde_json::to_string_pretty(parameters))?;
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
    let Body { parameters, groove, edits, slots, corners } = body;
    Ok(State { parameters, groove, edits, slots: slots.grooves(), corners })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::JangdanParams;
    use crate::state::morph::Corner;

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
        let later = text.replace("\"version\": 1", "\"version\": 2");
        let damaged = text.replace("\"kick\"", "\"kettle\"");
        for (bytes, expected) in [
            (&b""[..], "no preset"),
            (b"\xff\xfe\0", "no preset"),
            (b"{\"format\": \"other\", \"version\": 1}", "no preset"),
            (&text.as_bytes()[..text.len() / 2], "damaged"),
            (later.as_bytes(), "version 2"),
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
}
