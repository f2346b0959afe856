//! Parameters as the host sees them: the framework's, with whole steps.
//!
//! nice-plug 0.4.2 keeps a step as a 32-bit part of the parameter's range, so that the seed 138 is 137.9999992 to a host, and the
//! VST3 wrapper, which rounds down, makes 137 of it. And it ends the process of a host that asks for the parameter after the last.

use std::ffi::c_char;

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_IS_STEPPED, clap_param_info, clap_plugin_params,
};
use clap_sys::id::clap_id;
use nice_plug::wrapper::clap::clap_plugin;

use super::instance::Instance;
use super::order::Outputs;

/// The ids of parameters that have steps, in ascending order.
#[derive(Default)]
pub(super) struct Stepped(Vec<clap_id>);

impl Stepped {
    /// Those of `framework`'s instance.
    ///
    /// # Safety
    /// `framework` is an instance of the framework's.
    pub(super) unsafe fn of(framework: *const clap_plugin) -> Self {
        // SAFETY: as the caller says; all of these the framework has, and the structure is of numbers, for which zeros are values.
        unsafe {
            let params = params(framework);
            let count = params.count.map_or(0, |count| count(framework));
            let mut ids: Vec<clap_id> = (0..count)
                .filter_map(|index| {
                    let mut info: clap_param_info = std::mem::zeroed();
                    let is_there = params.get_info?(framework, index, &mut info);
                    (is_there && info.flags & CLAP_PARAM_IS_STEPPED != 0).then_some(info.id)
                })
                .collect();
            ids.sort_unstable();
            Self(ids)
        }
    }

    /// `value` of parameter `id`, at a whole step if it has steps.
    pub(super) fn whole(&self, id: clap_id, value: f64) -> f64 {
        if self.0.binary_search(&id).is_ok() { value.round() } else { value }
    }
}

/// What the framework has by the name of `clap.params`.
unsafe fn params<'a>(framework: *const clap_plugin) -> &'a clap_plugin_params {
    static NONE: clap_plugin_params = clap_plugin_params {
        count: None,
        get_info: None,
        get_value: None,
        value_to_text: None,
        text_to_value: None,
        flush: None,
    };
    // SAFETY: the caller has an instance of the framework's, whose extensions live as long.
    unsafe {
        let get = (*framework).get_extension;
        let params = get.map_or(std::ptr::null(), |get| get(framework, CLAP_EXT_PARAMS.as_ptr()));
        params.cast::<clap_plugin_params>().as_ref().unwrap_or(&NONE)
    }
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
        params(framework).count.map_or(0, |count| count(framework))
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
        let get = params(framework).get_info.filter(|_| index < count(plugin));
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
        let is_there = params(framework).get_value.is_some_and(|get| get(framework, id, value));
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
        let say = params(framework).value_to_text;
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
        let read = params(framework).text_to_value;
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
        if let Some(flush) = params(framework).flush {
            flush(framework, inputs, outputs);
        }
    }
}
