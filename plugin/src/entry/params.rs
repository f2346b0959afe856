//! Parameters as the host sees them: the framework's, with [whole steps](super::stepped).
//!
//! nice-plug 0.4.2 ends the process of a host that asks for the parameter after the last: here that host is told that there is none.

use std::ffi::c_char;

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{clap_param_info, clap_plugin_params};
use clap_sys::id::clap_id;
use nice_plug::wrapper::clap::clap_plugin;

use super::instance::Instance;
use super::order::Outputs;
use super::stepped::framework_params;

/// The host's `clap.params`.
pub(super) static PARAMS: clap_plugin_params = clap_plugin_params {
    count: Some(count),
    get_info: Some(get_info),
    get_value: Some(get_value),
    value_to_text: Some(value_to_text),
    text_to_value: Some(text_to_value),
    flush: Some(flush),
};

unsafe extern "C" fn count(plugin: *const clap_plugin) -> u32 {
    // SAFETY: the host calls it with its instance.
    unsafe {
        let framework = Instance::of(plugin).framework();
        framework_params(framework).count.map_or(0, |count| count(framework))
    }
}

unsafe extern "C" fn get_info(
    plugin: *const clap_plugin,
    index: u32,
    info: *mut clap_param_info,
) -> bool {
    // SAFETY: the host calls it with its instance, and with room for what it asks for.
    unsafe {
        let instance = Instance::of(plugin);
        let framework = instance.framework();
        let get = framework_params(framework).get_info.filter(|_| index < count(plugin));
        let is_there = get.is_some_and(|get| get(framework, index, info));
        if is_there {
            (*info).default_value = instance.stepped().whole((*info).id, (*info).default_value);
        }
        is_there
    }
}

unsafe extern "C" fn get_value(plugin: *const clap_plugin, id: clap_id, value: *mut f64) -> bool {
    // SAFETY: as above.
    unsafe {
        let instance = Instance::of(plugin);
        let framework = instance.framework();
        let is_there =
            framework_params(framework).get_value.is_some_and(|get| get(framework, id, value));
        if is_there {
            *value = instance.stepped().whole(id, *value);
        }
        is_there
    }
}

unsafe extern "C" fn value_to_text(
    plugin: *const clap_plugin,
    id: clap_id,
    value: f64,
    text: *mut c_char,
    room: u32,
) -> bool {
    // SAFETY: as above.
    unsafe {
        let framework = Instance::of(plugin).framework();
        let say = framework_params(framework).value_to_text;
        say.is_some_and(|say| say(framework, id, value, text, room))
    }
}

unsafe extern "C" fn text_to_value(
    plugin: *const clap_plugin,
    id: clap_id,
    text: *const c_char,
    value: *mut f64,
) -> bool {
    // SAFETY: as above.
    unsafe {
        let instance = Instance::of(plugin);
        let framework = instance.framework();
        let read = framework_params(framework).text_to_value;
        let is_read = read.is_some_and(|read| read(framework, id, text, value));
        if is_read {
            *value = instance.stepped().whole(id, *value);
        }
        is_read
    }
}

unsafe extern "C" fn flush(
    plugin: *const clap_plugin,
    inputs: *const clap_input_events,
    outputs: *const clap_output_events,
) {
    // SAFETY: as above; the lists outlive this call.
    unsafe {
        let instance = Instance::of(plugin);
        let framework = instance.framework();
        let whole = Outputs::new(outputs, instance.stepped());
        let list = whole.list();
        let outputs = if outputs.is_null() { outputs } else { &list };
        if let Some(flush) = framework_params(framework).flush {
            flush(framework, inputs, outputs);
        }
    }
}
