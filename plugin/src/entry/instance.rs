//! An instance as the host holds it: the framework's, with some of its functions replaced.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;

use clap_sys::ext::note_ports::CLAP_EXT_NOTE_PORTS;
use clap_sys::ext::params::CLAP_EXT_PARAMS;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use nice_plug::wrapper::clap::{Wrapper, clap_host, clap_plugin};

use super::order::{Inputs, Outputs};
use super::params::PARAMS;
use super::stepped::Stepped;
use super::vst3;
use crate::Jangdan;

/// One instance.
#[repr(C)]
pub(super) struct Instance {
    /// What the host holds. The first field: its address is the instance's. Functions that are not replaced find the
    /// framework's instance by `plugin_data`.
    plugin: clap_plugin,
    framework: *const clap_plugin,
    stepped: Stepped,
    /// Whether the host is the VST3 wrapper.
    is_vst3: bool,
}

impl Instance {
    /// Makes an instance that the host is to destroy.
    ///
    /// # Safety
    /// `host` outlives the instance.
    pub(super) unsafe fn create(host: *const clap_host) -> *const clap_plugin {
        // SAFETY: as the caller says. The pointer is to what the framework keeps until it is destroyed, and nobody else has
        // it yet.
        unsafe {
            let is_vst3 = vst3::is_wrapper(host);
            let wrapper = Arc::into_raw(Wrapper::<Jangdan>::new(host));
            let framework: *const clap_plugin = (*wrapper).clap_plugin.as_ptr();
            let plugin = clap_plugin {
                destroy: Some(destroy),
                process: Some(process),
                get_extension: Some(get_extension),
                ..*framework
            };
            let stepped = Stepped::of(framework);
            Box::into_raw(Box::new(Self { plugin, framework, stepped, is_vst3 })).cast()
        }
    }

    /// # Safety
    /// `plugin` is one that [`create`](Self::create) made and that is not destroyed.
    pub(super) unsafe fn of<'a>(plugin: *const clap_plugin) -> &'a Self {
        // SAFETY: as the caller says.
        unsafe { &*plugin.cast() }
    }

    /// What the framework offers by the name of `id`.
    pub(super) fn framework_extension(&self, id: *const c_char) -> *const c_void {
        // SAFETY: the framework's instance lives as long as this one.
        unsafe {
            let get = (*self.framework).get_extension;
            get.map_or(std::ptr::null(), |get| get(self.framework, id))
        }
    }

    /// Which parameters have steps.
    pub(super) fn stepped(&self) -> &Stepped {
        &self.stepped
    }

    /// The framework's instance, for functions of the framework's.
    pub(super) fn framework(&self) -> *const clap_plugin {
        self.framework
    }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: the host has it destroyed once, and uses it no more.
    unsafe {
        let instance = Box::from_raw(plugin.cast::<Instance>().cast_mut());
        if let Some(destroy) = (*instance.framework).destroy {
            destroy(instance.framework);
        }
    }
}

/// Hands the framework lists that keep events in [`order`](super::order).
unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    block: *const clap_process,
) -> clap_process_status {
    if block.is_null() {
        return CLAP_PROCESS_ERROR;
    }
    // SAFETY: the host's block, its lists and the instance outlive this call, and the lists here outlive the framework's.
    unsafe {
        let Instance { framework, stepped, .. } = Instance::of(plugin);
        let framework = *framework;
        let Some(process) = (*framework).process else { return CLAP_PROCESS_ERROR };
        let mut block = *block;
        let inputs = Inputs::new(block.in_events, block.frames_count);
        let outputs = Outputs::new(block.out_events, stepped);
        let (in_events, out_events) = (inputs.list(), outputs.list());
        if !block.in_events.is_null() {
            block.in_events = &in_events;
        }
        if !block.out_events.is_null() {
            block.out_events = &out_events;
        }
        process(framework, &block)
    }
}

unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    // SAFETY: the instance outlives this call, and an extension's id is a C string.
    unsafe {
        let instance = Instance::of(plugin);
        if id.is_null() {
            return std::ptr::null();
        }
        match CStr::from_ptr(id) {
            id if id == CLAP_EXT_PARAMS => (&raw const PARAMS).cast(),
            id if id == CLAP_EXT_NOTE_PORTS && instance.is_vst3 => {
                (&raw const vst3::NOTE_PORTS).cast()
            }
            id => instance.framework_extension(id.as_ptr()),
        }
    }
}
