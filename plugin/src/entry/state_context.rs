//! `clap.state-context`: a state that a host keeps as a preset has nothing of the user's folders and window.

use std::ffi::c_void;

use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::state_context::{
    CLAP_STATE_CONTEXT_FOR_PRESET, clap_plugin_state_context, clap_plugin_state_context_type,
};
use clap_sys::stream::{clap_istream, clap_ostream};
use nice_plug::prelude::PluginState;
use nice_plug::wrapper::clap::clap_plugin;

use super::instance::Instance;
use crate::params::project::OF_THE_USER;

pub(super) static STATE_CONTEXT: clap_plugin_state_context =
    clap_plugin_state_context { save: Some(save), load: Some(load) };

/// The bytes before a state's JSON: its length.
const HEAD: usize = 8;

/// The framework's states.
fn framework_state(instance: &Instance) -> Option<&clap_plugin_state> {
    let state = instance.framework_extension(CLAP_EXT_STATE.as_ptr());
    // SAFETY: this is what the framework has by this name, for as long as the instance lives.
    unsafe { state.cast::<clap_plugin_state>().as_ref() }
}

/// Loads `state` as if it came from a project. For the main thread.
pub(super) fn load_state(instance: &Instance, state: &PluginState) -> Result<(), String> {
    let refused = || "it cannot be loaded".to_owned();
    let bytes = framed(state).ok_or_else(refused)?;
    let load = framework_state(instance).and_then(|state| state.load).ok_or_else(refused)?;
    let rest = std::cell::Cell::new(&bytes[..]);
    let stream = clap_istream { ctx: (&raw const rest).cast_mut().cast(), read: Some(read) };
    // SAFETY: the framework's instance lives, and the stream outlives the call.
    let is_loaded = unsafe { load(instance.framework(), &stream) };
    is_loaded.then_some(()).ok_or_else(refused)
}

/// A state as the framework writes it.
fn framed(state: &PluginState) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(state).ok()?;
    let length = u64::try_from(json.len()).ok()?;
    Some([&length.to_le_bytes()[..], &json].concat())
}

/// Reads from the bytes that `stream` has left.
unsafe extern "C" fn read(stream: *const clap_istream, to: *mut c_void, size: u64) -> i64 {
    // SAFETY: the stream is one of `load_state`, and its reader has room for `size` bytes.
    unsafe {
        let rest = &*(*stream).ctx.cast::<std::cell::Cell<&[u8]>>();
        let (now, later) = rest.get().split_at(rest.get().len().min(size as usize));
        to.cast::<u8>().copy_from_nonoverlapping(now.as_ptr(), now.len());
        rest.set(later);
        now.len() as i64
    }
}

/// Collects what is written to `stream`.
unsafe extern "C" fn collect(stream: *const clap_ostream, from: *const c_void, size: u64) -> i64 {
    // SAFETY: the stream is one of `save`, and its writer has `size` bytes.
    unsafe {
        let bytes = &mut *(*stream).ctx.cast::<Vec<u8>>();
        bytes.extend_from_slice(std::slice::from_raw_parts(from.cast(), size as usize));
        size as i64
    }
}

unsafe extern "C" fn save(
    plugin: *const clap_plugin,
    stream: *const clap_ostream,
    context: clap_plugin_state_context_type,
) -> bool {
    // SAFETY: the host calls it with its instance and a stream that outlives the call.
    unsafe {
        let instance = Instance::of(plugin);
        let Some(save) = framework_state(instance).and_then(|state| state.save) else {
            return false;
        };
        if context != CLAP_STATE_CONTEXT_FOR_PRESET {
            return save(instance.framework(), stream);
        }
        let mut bytes = Vec::<u8>::new();
        let all = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(collect) };
        if !save(instance.framework(), &all) {
            return false;
        }
        without_the_users(&bytes).is_some_and(|bytes| write(stream, &bytes))
    }
}

/// A saved state without what is the user's rather than the song's.
fn without_the_users(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut state: PluginState = serde_json::from_slice(bytes.get(HEAD..)?).ok()?;
    state.fields.retain(|name, _| !OF_THE_USER.contains(&name.as_str()));
    framed(&state)
}

/// Writes all of `bytes` to the host's stream, which may take them in parts.
unsafe fn write(stream: *const clap_ostream, mut bytes: &[u8]) -> bool {
    // SAFETY: as the caller says.
    let Some(write) = (unsafe { (*stream).write }) else { return false };
    while !bytes.is_empty() {
        // SAFETY: likewise.
        let written = unsafe { write(stream, bytes.as_ptr().cast(), bytes.len() as u64) };
        match usize::try_from(written) {
            Ok(count @ 1..) => bytes = bytes.get(count..).unwrap_or_default(),
            _ => return false,
        }
    }
    true
}

/// A state is a state, whatever it was kept for: what a preset lacks stays as it is.
unsafe extern "C" fn load(
    plugin: *const clap_plugin,
    stream: *const clap_istream,
    _context: clap_plugin_state_context_type,
) -> bool {
    // SAFETY: the host calls it with its instance and a stream that outlives the call.
    unsafe {
        let instance = Instance::of(plugin);
        let load = framework_state(instance).and_then(|state| state.load);
        load.is_some_and(|load| load(instance.framework(), stream))
    }
}
