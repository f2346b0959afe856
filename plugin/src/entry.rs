//! The entry points that hosts look for.
//!
//! VST3's are the framework's. CLAP's are as the framework's macro would have them, but for one thing: between a host's
//! blocks and the framework stand lists that keep events in [`order`].
#![allow(unsafe_code, unreachable_pub, reason = "functions that a host calls")]

mod order;

use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, OnceLock};

use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, PluginDescriptor, Wrapper, clap_host, clap_plugin,
    clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};
use nice_plug::wrapper::setup_logger;

use self::order::{Inputs, Outputs};
use super::Jangdan;

nice_plug::nice_export_vst3!(Jangdan);

/// What CLAP hosts look for.
#[unsafe(no_mangle)]
#[used]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(count),
    get_plugin_descriptor: Some(described),
    create_plugin: Some(create),
};

/// The framework's way to process a block; one for all instances.
static PROCESS: OnceLock<Process> = OnceLock::new();

type Process = unsafe extern "C" fn(*const clap_plugin, *const clap_process) -> clap_process_status;

fn descriptor() -> &'static PluginDescriptor {
    static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();
    DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<Jangdan>)
}

unsafe extern "C" fn init(_path: *const c_char) -> bool {
    setup_logger::<Jangdan>();
    true
}

unsafe extern "C" fn deinit() {}

unsafe extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    // SAFETY: what a host asks for by is a C string.
    let is_ours = !id.is_null() && unsafe { CStr::from_ptr(id) } == CLAP_PLUGIN_FACTORY_ID;
    if is_ours { (&raw const FACTORY).cast() } else { std::ptr::null() }
}

unsafe extern "C" fn count(_factory: *const clap_plugin_factory) -> u32 {
    1
}

unsafe extern "C" fn described(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    if index == 0 { descriptor().clap_plugin_descriptor() } else { std::ptr::null() }
}

unsafe extern "C" fn create(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    // SAFETY: what a host names a plugin by is a C string.
    if host.is_null() || id.is_null() || unsafe { CStr::from_ptr(id) } != descriptor().clap_id() {
        return std::ptr::null();
    }
    // SAFETY: a host outlives the instances that it makes. The pointer is to what the framework keeps until the host has
    // it destroyed, and nobody else has it yet.
    unsafe {
        let wrapper = Arc::into_raw(Wrapper::<Jangdan>::new(host));
        let plugin = (*wrapper).clap_plugin.as_ptr();
        if let Some(process) = (*plugin).process {
            PROCESS.get_or_init(|| process);
            (*plugin).process = Some(process_in_order);
        }
        plugin
    }
}

unsafe extern "C" fn process_in_order(
    plugin: *const clap_plugin,
    block: *const clap_process,
) -> clap_process_status {
    let Some(process) = PROCESS.get() else { return CLAP_PROCESS_ERROR };
    if block.is_null() {
        return CLAP_PROCESS_ERROR;
    }
    // SAFETY: the host's block, its lists and the instance outlive this call, and the lists here outlive the framework's.
    unsafe {
        let mut block = *block;
        let inputs = Inputs::new(block.in_events, block.frames_count);
        let outputs = Outputs::new(block.out_events);
        let (in_events, out_events) = (inputs.list(), outputs.list());
        if !block.in_events.is_null() {
            block.in_events = &in_events;
        }
        if !block.out_events.is_null() {
            block.out_events = &out_events;
        }
        process(plugin, &block)
    }
}
