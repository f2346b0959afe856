//! A [`Component`]'s controller: clap-wrapper's, which always has a handler.

use std::ffi::c_void;

use vst3::Steinberg::Vst::{
    IComponentHandler, IEditController, IEditControllerVtbl, ParamID, ParamValue, ParameterInfo,
    String128, TChar,
};
use vst3::Steinberg::{
    FIDString, FUnknown, FUnknownVtbl, IBStream, IPlugView, IPluginBase, IPluginBaseVtbl, TUID,
    int32, tresult, uint32,
};

use super::component::{self, Component};

pub(super) static CONTROLLER: IEditControllerVtbl = IEditControllerVtbl {
    base: IPluginBaseVtbl {
        base: FUnknownVtbl { queryInterface: query, addRef: add_reference, release },
        initialize,
        terminate,
    },
    setComponentState,
    setState,
    getState,
    getParameterCount,
    getParameterInfo,
    getParamStringByValue,
    getParamValueByString,
    normalizedParamToPlain,
    plainParamToNormalized,
    getParamNormalized,
    setParamNormalized,
    setComponentHandler,
    createView,
};

unsafe extern "system" fn query(
    this: *mut FUnknown,
    id: *const TUID,
    found: *mut *mut c_void,
) -> tresult {
    // SAFETY: the host holds a reference, here and below.
    unsafe { component::query(Component::of_controller(this), id, found) }
}

unsafe extern "system" fn add_reference(this: *mut FUnknown) -> uint32 {
    // SAFETY: as above.
    unsafe { component::add_reference(Component::of_controller(this)) }
}

unsafe extern "system" fn release(this: *mut FUnknown) -> uint32 {
    // SAFETY: as above.
    unsafe { component::release(Component::of_controller(this)) }
}

unsafe extern "system" fn initialize(this: *mut IPluginBase, host: *mut FUnknown) -> tresult {
    // SAFETY: as above.
    unsafe { component::initialize(Component::of_controller(this).cast(), host) }
}

unsafe extern "system" fn terminate(this: *mut IPluginBase) -> tresult {
    // SAFETY: as above.
    unsafe { component::terminate(Component::of_controller(this).cast()) }
}

#[expect(non_snake_case, reason = "VST3's name")]
unsafe extern "system" fn setComponentHandler(
    this: *mut IEditController,
    handler: *mut IComponentHandler,
) -> tresult {
    // SAFETY: as above.
    unsafe {
        let handler = if handler.is_null() { Component::nobody(this) } else { handler };
        let wrapped = Component::wrapped_controller(this);
        ((*(*wrapped).vtbl).setComponentHandler)(wrapped, handler)
    }
}

handed_on! {
    IEditController, Component::wrapped_controller;
    setComponentState(state: *mut IBStream) -> tresult;
    setState(state: *mut IBStream) -> tresult;
    getState(state: *mut IBStream) -> tresult;
    getParameterCount() -> int32;
    getParameterInfo(index: int32, info: *mut ParameterInfo) -> tresult;
    getParamStringByValue(id: ParamID, value: ParamValue, text: *mut String128) -> tresult;
    getParamValueByString(id: ParamID, text: *mut TChar, value: *mut ParamValue) -> tresult;
    normalizedParamToPlain(id: ParamID, value: ParamValue) -> ParamValue;
    plainParamToNormalized(id: ParamID, value: ParamValue) -> ParamValue;
    getParamNormalized(id: ParamID) -> ParamValue;
    setParamNormalized(id: ParamID, value: ParamValue) -> tresult;
    createView(name: FIDString) -> *mut IPlugView;
}
