//! The host itself, without which the VST3 cannot be initialised: clap-wrapper 0.3.1 asks it for its name.

use std::ffi::c_void;

use vst3::Class;
use vst3::Steinberg::Vst::{IHostApplication, IHostApplicationTrait, String128};
use vst3::Steinberg::{TUID, kNotImplemented, kResultOk, tresult};

/// See the module.
pub(crate) struct Application;

impl Class for Application {
    type Interfaces = (IHostApplication,);
}

impl IHostApplicationTrait for Application {
    unsafe fn getName(&self, name: *mut String128) -> tresult {
        // SAFETY: the caller points to room for a name.
        unsafe { *name = [0; 128] };
        kResultOk
    }

    unsafe fn createInstance(
        &self,
        _class: *mut TUID,
        _interface: *mut TUID,
        _made: *mut *mut c_void,
    ) -> tresult {
        kNotImplemented
    }
}
