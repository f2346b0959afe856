//! `clap.param-indication`: the host's marks of parameters, which the window shows.

use std::ffi::{CStr, c_char};

use clap_sys::color::clap_color;
use clap_sys::ext::param_indication::{
    CLAP_PARAM_INDICATION_AUTOMATION_NONE, clap_plugin_param_indication,
};
use clap_sys::id::clap_id;
use nice_plug::wrapper::clap::clap_plugin;

use super::instance::Instance;
use super::params::name_of;

pub(super) static PARAM_INDICATION: clap_plugin_param_indication = clap_plugin_param_indication {
    set_mapping: Some(set_mapping),
    set_automation: Some(set_automation),
};

unsafe extern "C" fn set_mapping(
    plugin: *const clap_plugin,
    id: clap_id,
    has_mapping: bool,
    color: *const clap_color,
    label: *const c_char,
    _description: *const c_char,
) {
    // SAFETY: the host calls it with its instance; a colour is null or one, a label null or a C string.
    unsafe {
        let instance = Instance::of(plugin);
        let Some(name) = name_of(instance, id) else { return };
        let label = if label.is_null() { c"" } else { CStr::from_ptr(label) };
        let label = label.to_string_lossy().into_owned();
        let color = color.as_ref().map(rgb);
        instance.params().host_offers.change_mark(&name, |mark| {
            mark.mapping = has_mapping.then_some(label);
            mark.color = color.filter(|_| has_mapping);
        });
    }
}

unsafe extern "C" fn set_automation(
    plugin: *const clap_plugin,
    id: clap_id,
    state: u32,
    _color: *const clap_color,
) {
    // SAFETY: as above.
    unsafe {
        let instance = Instance::of(plugin);
        let Some(name) = name_of(instance, id) else { return };
        instance.params().host_offers.change_mark(&name, |mark| {
            mark.is_automated = state != CLAP_PARAM_INDICATION_AUTOMATION_NONE;
        });
    }
}

fn rgb(color: &clap_color) -> [u8; 3] {
    [color.red, color.green, color.blue]
}
