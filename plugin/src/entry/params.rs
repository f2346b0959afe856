//! Parameters as the host sees them: the framework's, with [whole steps](super::stepped).
//!
//! nice-plug 0.4.2 ends the process of a host that asks for the parameter after the last: here that host is told that there is none.

use std::ffi::c_char;

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{clap_param_info, clap_plugin_params};
use clap_sys::id::clap_id;
use nice_plug::wrapper::clap::clap_plugin;

use super::event_order::Outputs;
use super::instance::Instance;
use super::stepped::framework_params;

/// What the framework says of each parameter.
fn infos(instance: &Instance) -> impl Iterator<Item = clap_param_info> {
    let framework = instance.framework();
    // SAFETY: the framework's instance lives as long as the instance.
    let (count, get) =
        unsafe { (framework_params(framework).count, framework_params(framework).get_info) };
    // SAFETY: as above.
    let count = count.map_or(0, |count| unsafe { count(framework) });
    (0..count).filter_map(move |index| {
        // SAFETY: as above; the structure is of numbers, for which zeros are values.
        unsafe {
            let mut info: clap_param_info = std::mem::zeroed();
            get?(framework, index, &mut info).then_some(info)
        }
    })
}

fn name(info: &clap_param_info) -> String {
    let bytes: Vec<u8> = info.name.iter().take_while(|&&c| c != 0).map(|&c| c as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The name of the parameter `id`.
pub(super) fn name_of(instance: &Instance, id: clap_id) -> Option<String> {
    infos(instance).find(|info| info.id == id).as_ref().map(name)
}

/// The id of the parameter of this name.
pub(super) fn id_of(instance: &Instance, wanted: &str) -> Option<clap_id> {
    infos(instance).find(|info| name(info) == wanted).map(|info| info.id)
}

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
