//! Presets that the host's browser loads: projects made of a preset, and of what a preset leaves alone.

use std::path::Path;

use nice_plug::prelude::{Param, ParamPtr, PluginState};

use crate::editing::commands::factory_knobs;
use crate::factory::grooves::grooves;
use crate::files::presets;
use crate::params::JangdanParams;
use crate::params::project;
use crate::params::snapshot::State;
use crate::state::groove_name::GrooveName;

/// The project of the factory groove called `name`, all else as in `params`.
///
/// # Errors
/// If there is none: in a line for the user.
pub(crate) fn factory(params: &JangdanParams, name: &str) -> Result<PluginState, String> {
    let groove = grooves().into_iter().find(|groove| groove.name() == name);
    let groove = groove.ok_or_else(|| format!("there is no factory groove called {name}"))?;
    let copy = copy_of(params, &State::of(params));
    let (knobs, edits) = factory_knobs(&copy, &groove);
    set(&knobs);
    copy.edits.set(edits);
    Ok(project::without_the_users(&copy))
}

/// The project of the preset file at `path`, with the weights of `params`.
///
/// # Errors
/// If it cannot be read, or is no preset: in a line for the user.
pub(crate) fn file(params: &JangdanParams, path: &Path) -> Result<PluginState, String> {
    let (preset, state) = presets::read(path)?;
    let copy = copy_of(params, &state);
    let name = GrooveName::new(preset.name, copy.name_source(), false);
    *copy.name.write() = Some(name);
    Ok(project::without_the_users(&copy))
}

/// An instance's parameters in `state`; what a state has not is as in `params`.
fn copy_of(params: &JangdanParams, state: &State) -> JangdanParams {
    let copy = JangdanParams::default();
    set(&state.knobs(&copy));
    set(&[(copy.bypass.as_ptr(), f32::from(u8::from(params.bypass.value())))]);
    state.put_patterns(&copy);
    copy.weights.set((*params.weights.get()).clone());
    copy
}

#[expect(unsafe_code, reason = "the framework names parameters by pointers")]
fn set(knobs: &[(ParamPtr, f32)]) {
    for &(param, normalized) in knobs {
        // SAFETY: the callers hold the parameters that these are of.
        unsafe { param._internal_set_normalized_value(normalized) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::preset;
    use nice_plug::plugin::ParamValue;

    fn number(state: &PluginState, id: &str) -> i32 {
        match state.params[id] {
            ParamValue::I32(number) => number,
            ref other => panic!("{id} is {other:?}"),
        }
    }

    #[test]
    fn a_factory_groove_changes_what_it_names_and_nothing_else() {
        let params = JangdanParams::default();
        set(&[(params.kit.is_on.as_ptr(), 0.0), (params.bypass.as_ptr(), 1.0)]);
        let groove = grooves().into_iter().find(|groove| groove.performance.is_none()).unwrap();
        let project = factory(&params, &groove.name()).unwrap();
        assert_eq!(number(&project, "seed"), groove.recipe.seed as i32);
        assert!(matches!(project.params["kit"], ParamValue::Bool(false)));
        assert!(matches!(project.params["bypass"], ParamValue::Bool(true)));
        assert!(!project.fields.contains_key("folder") && !project.fields.contains_key("window"));
        assert!(factory(&params, "Polka 7").unwrap_err().contains("Polka 7"));
    }

    #[test]
    fn a_preset_file_becomes_a_project_with_its_name() {
        let params = JangdanParams::default();
        let seed = &params.generate.seed;
        set(&[(seed.as_ptr(), seed.preview_normalized(4711))]);
        let path = std::env::temp_dir().join(format!("Late {}.jangdan", std::process::id()));
        std::fs::write(&path, preset::write(&State::of(&params)).unwrap()).unwrap();
        let project = file(&JangdanParams::default(), &path).unwrap();
        assert_eq!(number(&project, "seed"), 4711);
        assert!(project.fields["name"].contains("Late"), "{}", project.fields["name"]);
        std::fs::write(&path, "{}").unwrap();
        assert!(file(&params, &path).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
