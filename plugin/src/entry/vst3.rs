//! What differs where the host is clap-wrapper, which makes a VST3 of the CLAP.

/// Functions of an interface that only hand on what they are given, to the interface that `$wrapped` finds.
macro_rules! handed_on {
    ($interface:ty, $wrapped:expr; $($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {$(
        #[expect(non_snake_case, reason = "VST3's names")]
        unsafe extern "system" fn $name(this: *mut $interface, $($argument: $kind),*) -> $result {
            // SAFETY: the host holds a reference; the rest is the wrapped instance's to judge.
            unsafe {
                let wrapped = $wrapped(this);
                ((*(*wrapped).vtbl).$name)(wrapped, $($argument),*)
            }
        }
    )*};
}

mod component;
mod controller;
mod factory;
mod note_ports;
mod processor;

use std::ffi::{CStr, c_char};

use nice_plug::wrapper::clap::clap_host;

pub(super) use self::note_ports::NOTE_PORTS;

/// The wrapper asks for [`FACTORY`] by this id: `CLAP_PLUGIN_FACTORY_INFO_VST3` in its `vst3.h`.
pub(super) const FACTORY_ID: &CStr = c"clap.plugin-factory-info-as-vst3/0";

/// The `url` of the wrapper's `clap_host`.
const WRAPPER_URL: &CStr = c"https://github.com/free-audio/clap-wrapper";

/// `clap_plugin_factory_as_vst3` of `vst3.h`.
#[repr(C)]
pub(super) struct Factory {
    vendor: *const c_char,
    vendor_url: *const c_char,
    email: *const c_char,
    get_info: unsafe extern "C" fn(*const Self, u32) -> *const Info,
}

/// `clap_plugin_info_as_vst3` of `vst3.h`.
#[repr(C)]
struct Info {
    vendor: *const c_char,
    class_id: *const [u8; 16],
    categories: *const c_char,
}

// SAFETY: what they point to is constant.
unsafe impl Sync for Factory {}
// SAFETY: as above.
unsafe impl Sync for Info {}

/// What VST3 asks for and CLAP does not.
pub(super) static FACTORY: Factory = Factory {
    vendor: c"Jangdan".as_ptr(),
    vendor_url: c"".as_ptr(),
    email: c"".as_ptr(),
    get_info,
};

static INFO: Info = Info {
    vendor: c"Jangdan".as_ptr(),
    // Projects refer to it: it stays.
    class_id: b"JangdanDrummer01",
    categories: c"Instrument|Drum".as_ptr(),
};

unsafe extern "C" fn get_info(_factory: *const Factory, _index: u32) -> *const Info {
    &INFO
}

/// Whether `host` is the wrapper, and makes a VST3 rather than an Audio Unit: the name says which, after the host's own.
///
/// # Safety
/// `host` is a host.
pub(super) unsafe fn makes_vst3(host: *const clap_host) -> bool {
    // SAFETY: as the caller says; the wrapper's name is a C string.
    unsafe {
        let name = || CStr::from_ptr((*host).name).to_bytes();
        is_wrapper(host) && name().windows(4).any(|part| part == b"VST3")
    }
}

/// Whether `host` is the wrapper.
///
/// # Safety
/// `host` is a host.
pub(super) unsafe fn is_wrapper(host: *const clap_host) -> bool {
    // SAFETY: as the caller says; a host's `url` is null or a C string.
    unsafe {
        let url = (*host).url;
        !url.is_null() && CStr::from_ptr(url) == WRAPPER_URL
    }
}
