//! The entry points that hosts look for: CLAP's, and those of the VST3 and the Audio Unit that clap-wrapper makes of the CLAP.
#![allow(unsafe_code, unreachable_pub, reason = "functions that a host calls")]

mod context_menu;
mod event_order;
mod instance;
mod lifecycle;
mod note_names;
mod param_indication;
mod params;
mod preset_discovery;
mod preset_load;
mod spare_ports;
mod state_context;
mod stepped;
mod vst3;

use std::ffi::{CStr, c_char, c_void};
use std::sync::OnceLock;

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT,
};
use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, PluginDescriptor, clap_host, clap_plugin,
    clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};
use nice_plug::wrapper::setup_logger;

use super::Jangdan;

clap_wrapper::export_vst3!();
// On macOS alone. No Mac has tried it yet.
clap_wrapper::export_auv2!();

/// CLAP hosts and the VST3 wrapper look for this symbol.
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
    if id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: a factory's id is a C string.
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_PLUGIN_FACTORY_ID => (&raw const FACTORY).cast(),
        id if id == CLAP_PRESET_DISCOVERY_FACTORY_ID
            || id == CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT =>
        {
            (&raw const preset_discovery::FACTORY).cast()
        }
        id if id == vst3::FACTORY_ID => (&raw const vst3::FACTORY).cast(),
        _ => std::ptr::null(),
    }
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
    // SAFETY: a plugin's id is a C string.
    if host.is_null() || id.is_null() || unsafe { CStr::from_ptr(id) } != descriptor().clap_id() {
        return std::ptr::null();
    }
    // SAFETY: a host outlives the instances that it makes.
    unsafe { lifecycle::create(host) }
}
