//! `clap.preset-load`: the presets of [`preset_discovery`](super::preset_discovery), chosen in the host's browser.

use std::ffi::{CStr, CString, c_char};
use std::path::Path;

use clap_sys::ext::preset_load::{
    CLAP_EXT_PRESET_LOAD, clap_host_preset_load, clap_plugin_preset_load,
};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
    clap_preset_discovery_location_kind,
};
use nice_plug::prelude::PluginState;
use nice_plug::wrapper::clap::clap_plugin;

use super::instance::Instance;
use super::state_context::load_state;
use crate::editing::host_preset;

pub(super) static PRESET_LOAD: clap_plugin_preset_load =
    clap_plugin_preset_load { from_location: Some(from_location) };

unsafe extern "C" fn from_location(
    plugin: *const clap_plugin,
    kind: clap_preset_discovery_location_kind,
    location: *const c_char,
    load_key: *const c_char,
) -> bool {
    // SAFETY: the host calls it with its instance; a location and a key are null or C strings.
    unsafe {
        let instance = Instance::of(plugin);
        let project = project(instance, kind, text(location), text(load_key));
        let outcome = project.and_then(|project| load_state(instance, &project));
        let host = instance.host();
        let told = instance.host_extension::<clap_host_preset_load>(CLAP_EXT_PRESET_LOAD);
        match (&outcome, told) {
            (Ok(()), Some(clap_host_preset_load { loaded: Some(loaded), .. })) => {
                loaded(host, kind, location, load_key);
            }
            (Err(trouble), Some(clap_host_preset_load { on_error: Some(on_error), .. })) => {
                let trouble = CString::new(trouble.as_str()).unwrap_or_default();
                on_error(host, kind, location, load_key, 0, trouble.as_ptr());
            }
            _ => {}
        }
        outcome.is_ok()
    }
}

/// The project that the place names.
fn project(
    instance: &Instance,
    kind: clap_preset_discovery_location_kind,
    location: Option<&str>,
    load_key: Option<&str>,
) -> Result<PluginState, String> {
    let params = instance.params();
    match (kind, location, load_key) {
        (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, _, Some(name)) => {
            host_preset::factory(params, name)
        }
        (CLAP_PRESET_DISCOVERY_LOCATION_FILE, Some(path), _) => {
            host_preset::file(params, Path::new(path))
        }
        _ => Err("there is no such preset".to_owned()),
    }
}

/// # Safety
/// `text` is null or a C string that outlives the result.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a str> {
    // SAFETY: as the caller says.
    unsafe { if text.is_null() { None } else { CStr::from_ptr(text).to_str().ok() } }
}
