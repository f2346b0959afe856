//! The life of an instance: the framework's, with some of its functions replaced and extensions added.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::ext::note_name::CLAP_EXT_NOTE_NAME;
use clap_sys::ext::note_ports::CLAP_EXT_NOTE_PORTS;
use clap_sys::ext::param_indication::{
    CLAP_EXT_PARAM_INDICATION, CLAP_EXT_PARAM_INDICATION_COMPAT,
};
use clap_sys::ext::params::CLAP_EXT_PARAMS;
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT};
use clap_sys::ext::state_context::CLAP_EXT_STATE_CONTEXT;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use nice_plug::wrapper::clap::{Wrapper, clap_host, clap_plugin};
use parking_lot::Mutex;

use super::context_menu;
use super::event_order::{Inputs, Outputs};
use super::instance::Instance;
use super::note_names::NOTE_NAMES;
use super::param_indication::PARAM_INDICATION;
use super::params::PARAMS;
use super::preset_load::PRESET_LOAD;
use super::spare_ports::{self, Spare};
use super::state_context::STATE_CONTEXT;
use super::stepped::Stepped;
use super::vst3;
use crate::Jangdan;

/// Held while an instance is made.
static CREATING: Mutex<()> = Mutex::new(());

/// Makes an instance that the host is to destroy.
///
/// # Safety
/// `host` outlives the instance.
pub(super) unsafe fn create(host: *const clap_host) -> *const clap_plugin {
    // SAFETY: as the caller says. The pointer is to what the framework keeps until it is destroyed, and nobody else has it yet.
    unsafe {
        let is_vst3 = vst3::is_wrapper(host);
        // One at a time: the framework tells nobody which of the plugins it makes is whose.
        let creating = CREATING.lock();
        let wrapper = Arc::into_raw(Wrapper::<Jangdan>::new(host));
        let params = Jangdan::newest_params();
        drop(creating);
        let framework: *const clap_plugin = (*wrapper).clap_plugin.as_ptr();
        let plugin = clap_plugin {
            init: Some(init),
            destroy: Some(destroy),
            activate: Some(activate),
            process: Some(process),
            get_extension: Some(get_extension),
            on_main_thread: Some(on_main_thread),
            ..*framework
        };
        let stepped = Stepped::of(framework);
        let spare = Spare::default();
        let instance = Instance { plugin, framework, host, params, stepped, is_vst3, spare };
        Box::into_raw(Box::new(instance)).cast()
    }
}

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    // SAFETY: the host calls it once, with its instance.
    unsafe {
        let instance = Instance::of(plugin);
        let is_ready = (*instance.framework).init.is_some_and(|init| init(instance.framework));
        if is_ready {
            context_menu::offer(instance);
            if vst3::makes_vst3(instance.host) {
                spare_ports::choose_all_ports(instance);
            }
        }
        is_ready
    }
}

/// Does nothing, but asks again, where the window is another thread's: the framework would end the process. So calls Carla 2.6 the
/// timers of a VST3.
unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    // SAFETY: the host calls it with its instance, and lives longer.
    unsafe {
        let instance = Instance::of(plugin);
        if !instance.params.host_offers.has_window_here() {
            if let Some(request_callback) = (*instance.host).request_callback {
                request_callback(instance.host);
            }
            return;
        }
        if let Some(on_main_thread) = (*instance.framework).on_main_thread {
            on_main_thread(instance.framework);
        }
        context_menu::show_wished(instance);
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

unsafe extern "C" fn activate(
    plugin: *const clap_plugin,
    sample_rate: f64,
    fewest: u32,
    most: u32,
) -> bool {
    // SAFETY: the host calls it on its main thread, with its instance, which is inactive.
    unsafe {
        let instance = Instance::of(plugin);
        if instance.is_vst3 {
            instance.spare.make(most as usize);
        }
        let activate = (*instance.framework).activate;
        activate.is_some_and(|activate| activate(instance.framework, sample_rate, fewest, most))
    }
}

/// The most ports of audio that an instance has on one side.
const MOST_PORTS: usize = 1 + kit::STEMS;

/// The `count` buffers of a host's, and behind them empty ones for the ports that it has left out: nice-plug 0.4.2 looks at one
/// more than there are.
///
/// # Safety
/// There are so many at `buffers`.
unsafe fn with_all_ports(
    buffers: *const clap_audio_buffer,
    count: u32,
) -> [clap_audio_buffer; MOST_PORTS] {
    std::array::from_fn(|port| {
        if !buffers.is_null() && port < count as usize {
            // SAFETY: as the caller says.
            return unsafe { *buffers.add(port) };
        }
        let (data32, data64) = (std::ptr::null_mut(), std::ptr::null_mut());
        clap_audio_buffer { data32, data64, channel_count: 0, latency: 0, constant_mask: 0 }
    })
}

/// Hands the framework lists that keep events in [order](super::event_order), and as many buffers as it looks at.
unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    block: *const clap_process,
) -> clap_process_status {
    if block.is_null() {
        return CLAP_PROCESS_ERROR;
    }
    // SAFETY: the host's block, its lists and the instance outlive this call, and what is here outlives the framework's.
    unsafe {
        let Instance { framework, stepped, params, spare, is_vst3, .. } = Instance::of(plugin);
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
        let mut audio_inputs = with_all_ports(block.audio_inputs, block.audio_inputs_count);
        let mut audio_outputs = with_all_ports(block.audio_outputs, block.audio_outputs_count);
        if *is_vst3 {
            let (sidechain, stems) = (&mut audio_inputs[0], &mut audio_outputs[1..]);
            let is_unheard = spare.fill(sidechain, stems, block.frames_count as usize);
            params.host_offers.leave_stems_out(is_unheard);
        }
        block.audio_inputs = audio_inputs.as_ptr();
        block.audio_outputs = audio_outputs.as_mut_ptr();
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
            id if id == CLAP_EXT_NOTE_NAME => (&raw const NOTE_NAMES).cast(),
            id if id == CLAP_EXT_STATE_CONTEXT => (&raw const STATE_CONTEXT).cast(),
            id if id == CLAP_EXT_PRESET_LOAD || id == CLAP_EXT_PRESET_LOAD_COMPAT => {
                (&raw const PRESET_LOAD).cast()
            }
            id if id == CLAP_EXT_PARAM_INDICATION || id == CLAP_EXT_PARAM_INDICATION_COMPAT => {
                (&raw const PARAM_INDICATION).cast()
            }
            id => instance.framework_extension(id.as_ptr()),
        }
    }
}
