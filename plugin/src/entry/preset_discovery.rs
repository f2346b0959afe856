//! The preset discovery factory: the factory grooves and the user's preset files, for the host's browser.

use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::ptr::null;

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT,
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
    clap_preset_discovery_factory, clap_preset_discovery_filetype, clap_preset_discovery_indexer,
    clap_preset_discovery_location, clap_preset_discovery_location_kind,
    clap_preset_discovery_metadata_receiver, clap_preset_discovery_provider,
    clap_preset_discovery_provider_descriptor,
};
use clap_sys::universal_plugin_id::clap_universal_plugin_id;
use clap_sys::version::CLAP_VERSION;
use nice_plug::prelude::ClapPlugin;

use crate::Jangdan;
use crate::factory::grooves::grooves;
use crate::files::presets;

pub(super) static FACTORY: clap_preset_discovery_factory = clap_preset_discovery_factory {
    count: Some(count),
    get_descriptor: Some(descriptor),
    create: Some(create),
};

const PROVIDER_ID: &CStr = c"org.jangdan.jangdan.presets";

static DESCRIPTOR: clap_preset_discovery_provider_descriptor =
    clap_preset_discovery_provider_descriptor {
        clap_version: CLAP_VERSION,
        id: PROVIDER_ID.as_ptr(),
        name: c"Jangdan".as_ptr(),
        vendor: c"Jangdan".as_ptr(),
    };

unsafe extern "C" fn count(_factory: *const clap_preset_discovery_factory) -> u32 {
    1
}

unsafe extern "C" fn descriptor(
    _factory: *const clap_preset_discovery_factory,
    index: u32,
) -> *const clap_preset_discovery_provider_descriptor {
    if index == 0 { &DESCRIPTOR } else { null() }
}

unsafe extern "C" fn create(
    _factory: *const clap_preset_discovery_factory,
    indexer: *const clap_preset_discovery_indexer,
    id: *const c_char,
) -> *const clap_preset_discovery_provider {
    // SAFETY: a provider's id is a C string.
    if indexer.is_null() || id.is_null() || unsafe { CStr::from_ptr(id) } != PROVIDER_ID {
        return null();
    }
    Box::into_raw(Box::new(clap_preset_discovery_provider {
        desc: &DESCRIPTOR,
        provider_data: indexer.cast_mut().cast(),
        init: Some(init),
        destroy: Some(destroy),
        get_metadata: Some(get_metadata),
        get_extension: Some(get_extension),
    }))
}

unsafe extern "C" fn destroy(provider: *const clap_preset_discovery_provider) {
    // SAFETY: it was made by `create`, and the host uses it no more.
    drop(unsafe { Box::from_raw(provider.cast_mut()) });
}

unsafe extern "C" fn get_extension(
    _provider: *const clap_preset_discovery_provider,
    _id: *const c_char,
) -> *const c_void {
    null()
}

/// Tells the indexer where presets are.
unsafe extern "C" fn init(provider: *const clap_preset_discovery_provider) -> bool {
    // SAFETY: the provider was made by `create`; its indexer outlives it.
    unsafe {
        let indexer: *const clap_preset_discovery_indexer = (*provider).provider_data.cast();
        let (Some(filetype), Some(place)) =
            ((*indexer).declare_filetype, (*indexer).declare_location)
        else {
            return false;
        };
        let own = clap_preset_discovery_filetype {
            name: c"Jangdan preset".as_ptr(),
            description: c"".as_ptr(),
            file_extension: c"jangdan".as_ptr(),
        };
        let factory = clap_preset_discovery_location {
            flags: CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT,
            name: c"Factory grooves".as_ptr(),
            kind: CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
            location: null(),
        };
        if !filetype(indexer, &own) || !place(indexer, &factory) {
            return false;
        }
        let folder = presets::default_folder().filter(|folder| folder.is_dir());
        let folder = folder.and_then(|folder| CString::new(folder.to_str()?).ok());
        let Some(folder) = folder else { return true };
        let users = clap_preset_discovery_location {
            flags: CLAP_PRESET_DISCOVERY_IS_USER_CONTENT,
            name: c"My grooves".as_ptr(),
            kind: CLAP_PRESET_DISCOVERY_LOCATION_FILE,
            location: folder.as_ptr(),
        };
        place(indexer, &users)
    }
}

/// Tells the receiver what is in a file, or in the plugin.
unsafe extern "C" fn get_metadata(
    _provider: *const clap_preset_discovery_provider,
    kind: clap_preset_discovery_location_kind,
    location: *const c_char,
    receiver: *const clap_preset_discovery_metadata_receiver,
) -> bool {
    // SAFETY: the host's receiver outlives the call; a file's location is a C string.
    unsafe {
        match kind {
            CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN => grooves().iter().all(|groove| {
                let about = match &groove.performance {
                    Some(performance) => performance.credit().to_string(),
                    None => String::new(),
                };
                preset(receiver, &groove.name(), true, &about)
            }),
            CLAP_PRESET_DISCOVERY_LOCATION_FILE if !location.is_null() => {
                let Ok(path) = CStr::from_ptr(location).to_str() else { return false };
                match presets::read(Path::new(path)) {
                    Ok((found, _)) => preset(receiver, &found.name, false, ""),
                    Err(trouble) => {
                        let trouble = CString::new(trouble).unwrap_or_default();
                        if let Some(on_error) = (*receiver).on_error {
                            on_error(receiver, 0, trouble.as_ptr());
                        }
                        false
                    }
                }
            }
            _ => false,
        }
    }
}

/// Tells the receiver of one preset; those of the factory are loaded by their names.
///
/// # Safety
/// `receiver` is a host's.
unsafe fn preset(
    receiver: *const clap_preset_discovery_metadata_receiver,
    name: &str,
    is_factory: bool,
    about: &str,
) -> bool {
    let (Ok(name), Ok(about)) = (CString::new(name), CString::new(about)) else { return false };
    let Ok(plugin) = CString::new(Jangdan::CLAP_ID) else { return false };
    let plugin = clap_universal_plugin_id { abi: c"clap".as_ptr(), id: plugin.as_ptr() };
    let (key, flags) = match is_factory {
        true => (name.as_ptr(), CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT),
        false => (null(), CLAP_PRESET_DISCOVERY_IS_USER_CONTENT),
    };
    // SAFETY: as the caller says.
    unsafe {
        let receiver_functions = &*receiver;
        let Some(begin) = receiver_functions.begin_preset else { return false };
        if !begin(receiver, name.as_ptr(), key) {
            return false;
        }
        if let Some(add) = receiver_functions.add_plugin_id {
            add(receiver, &plugin);
        }
        if let Some(set) = receiver_functions.set_flags {
            set(receiver, flags);
        }
        if let Some(describe) = receiver_functions.set_description.filter(|_| !about.is_empty()) {
            describe(receiver, about.as_ptr());
        }
        if let Some(add) = receiver_functions.add_feature {
            add(receiver, c"drum".as_ptr());
        }
        true
    }
}
