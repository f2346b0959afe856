//! Note ports without MIDI: with it, the wrapper would show the VST3's host over 2000 parameters, one for each controller of
//! each channel. Notes come all the same.

use clap_sys::ext::note_ports::{
    CLAP_EXT_NOTE_PORTS, CLAP_NOTE_DIALECT_MIDI, clap_note_port_info, clap_plugin_note_ports,
};
use nice_plug::wrapper::clap::clap_plugin;

use crate::entry::instance::Instance;

/// See the module.
pub(crate) static NOTE_PORTS: clap_plugin_note_ports =
    clap_plugin_note_ports { count: Some(count), get: Some(get) };

/// The framework's note ports.
fn framework_ports(instance: &Instance) -> Option<&clap_plugin_note_ports> {
    let ports = instance.framework_extension(CLAP_EXT_NOTE_PORTS.as_ptr());
    // SAFETY: this is what the framework has by this name, for as long as the instance lives.
    unsafe { ports.cast::<clap_plugin_note_ports>().as_ref() }
}

unsafe extern "C" fn count(plugin: *const clap_plugin, is_input: bool) -> u32 {
    // SAFETY: the host calls it with its instance.
    unsafe {
        let instance = Instance::of(plugin);
        let count = framework_ports(instance).and_then(|ports| ports.count);
        count.map_or(0, |count| count(instance.framework(), is_input))
    }
}

unsafe extern "C" fn get(
    plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_note_port_info,
) -> bool {
    // SAFETY: the host calls it with its instance, and with room for what it asks for.
    unsafe {
        let instance = Instance::of(plugin);
        let Some(get) = framework_ports(instance).and_then(|ports| ports.get) else { return false };
        let is_there = get(instance.framework(), index, is_input, info);
        if is_there {
            (*info).supported_dialects &= !CLAP_NOTE_DIALECT_MIDI;
        }
        is_there
    }
}
