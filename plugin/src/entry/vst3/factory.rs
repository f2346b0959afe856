//! The factory that VST3 hosts get: clap-wrapper's, whose instances are [`Component`]s.

use std::ffi::c_void;
use std::ptr::null_mut;

use vst3::Steinberg::Vst::IComponent;
use vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    int32, kInvalidArgument, kNotImplemented, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComWrapper, Interface};

use super::component::Component;
use super::processor::PROCESSOR;

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
        if class.is_null() || interface.is_null() || made.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: as above; what is made comes with a reference that is ours.
        unsafe {
            *made = null_mut();
            let mut component = null_mut();
            let id = IComponent::IID.as_ptr().cast();
            let result = self.0.createInstance(class, id, &mut component);
            let Some(component) = ComPtr::from_raw(component.cast::<IComponent>()) else {
                return result;
            };
            let Some(ours) = Component::wrap(component, &PROCESSOR) else { return kNotImplemented };
            let functions: &FUnknown = &*ours;
            let result = ((*functions.vtbl).queryInterface)(ours, interface.cast(), made);
            ((*functions.vtbl).release)(ours);
            if result != kResultOk {
                *made = null_mut();
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
