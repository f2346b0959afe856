//! The factory that VST3 hosts get: clap-wrapper's, whose instances have a handler from the first moment on.
//!
//! When a state is loaded, clap-wrapper 0.3.1 takes over the parameters' new values, and tells the host's component handler
//! without looking whether there is one. Steinberg's validator sets none, and its process would end there.

use std::ffi::c_void;
use std::ptr::null_mut;

use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandlerTrait, IEditController, IEditControllerTrait, ParamID,
    ParamValue,
};
use vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    int32, kNotImplemented, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

unsafe extern "C" {
    /// The wrapper's own, a C++ function, which its `wrapasvst3_export_entry.cpp` alone would call.
    #[cfg_attr(not(target_env = "msvc"), link_name = "_Z26GetPluginFactoryEntryPointv")]
    #[cfg_attr(
        target_env = "msvc",
        link_name = "?GetPluginFactoryEntryPoint@@YAPEAVIPluginFactory@Steinberg@@XZ"
    )]
    fn wrapper_factory() -> *mut IPluginFactory;
}

/// What the crate clap-wrapper exports as `GetPluginFactory`. The linker takes it from here instead of from the wrapper's
/// library, in which nothing else is in the same file.
#[unsafe(no_mangle)]
extern "system" fn clap_wrapper_GetPluginFactory() -> *mut IPluginFactory {
    // SAFETY: the factory comes with a reference that is ours.
    let factory = unsafe { ComPtr::from_raw(wrapper_factory()) };
    let Some(factory) = factory.and_then(|factory| factory.cast()) else { return null_mut() };
    let ours = ComWrapper::new(Factory(factory)).to_com_ptr::<IPluginFactory>();
    ours.map_or(null_mut(), ComPtr::into_raw)
}

/// See the module.
struct Factory(ComPtr<IPluginFactory3>);

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: as the caller says, here and below.
        unsafe { self.0.getFactoryInfo(info) }
    }

    unsafe fn countClasses(&self) -> int32 {
        // SAFETY: as above.
        unsafe { self.0.countClasses() }
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: as above.
        unsafe { self.0.getClassInfo(index, info) }
    }

    unsafe fn createInstance(
        &self,
        class: FIDString,
        interface: FIDString,
        made: *mut *mut c_void,
    ) -> tresult {
        // SAFETY: as above; what is made has the interface of all of VST3's.
        unsafe {
            let result = self.0.createInstance(class, interface, made);
            if result == kResultOk
                && let Some(instance) = ComRef::<FUnknown>::from_raw((*made).cast())
                && let Some(controller) = instance.cast::<IEditController>()
                && let Some(handler) = ComWrapper::new(Nobody).to_com_ptr::<IComponentHandler>()
            {
                controller.setComponentHandler(handler.as_ptr());
            }
            result
        }
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: as above.
        unsafe { self.0.getClassInfo2(index, info) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: as above.
        unsafe { self.0.getClassInfoUnicode(index, info) }
    }

    unsafe fn setHostContext(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: as above.
        unsafe { self.0.setHostContext(context) }
    }
}

/// The handler until the host sets its own.
struct Nobody;

impl Class for Nobody {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Nobody {
    unsafe fn beginEdit(&self, _id: ParamID) -> tresult {
        kNotImplemented
    }

    unsafe fn performEdit(&self, _id: ParamID, _value: ParamValue) -> tresult {
        kNotImplemented
    }

    unsafe fn endEdit(&self, _id: ParamID) -> tresult {
        kNotImplemented
    }

    unsafe fn restartComponent(&self, _flags: int32) -> tresult {
        kNotImplemented
    }
}
