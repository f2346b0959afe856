//! An instance as VST3 hosts get it: clap-wrapper's, which has a host and a handler whatever the host does.
//!
//! When a state is loaded, clap-wrapper 0.3.1 takes over the parameters' new values, and tells the host's component handler
//! without looking whether there is one. And it asks a host for its name without looking whether that is null. Steinberg's
//! validator sets no handler, and its process would end there.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};

use vst3::Steinberg::Vst::{
    BusDirection, BusInfo, IComponent, IComponentHandler, IComponentHandlerTrait, IComponentVtbl,
    IEditController, IEditControllerTrait, IoMode, MediaType, ParamID, ParamValue, RoutingInfo,
};
use vst3::Steinberg::{
    FUnknown, FUnknownVtbl, IBStream, IPluginBase, IPluginBaseTrait, IPluginBaseVtbl, TBool, TUID,
    int32, kNotImplemented, kResultOk, tresult, uint32,
};
use vst3::{Class, ComPtr, ComWrapper, Interface};

/// See the module.
#[repr(C)]
pub(super) struct Component {
    /// What the host holds. The first field: its address is that of the whole.
    interface: IComponent,
    wrapped: ComPtr<IComponent>,
    references: AtomicU32,
}

static FUNCTIONS: IComponentVtbl = IComponentVtbl {
    base: IPluginBaseVtbl {
        base: FUnknownVtbl { queryInterface: query, addRef: add_reference, release },
        initialize,
        terminate,
    },
    getControllerClassId,
    setIoMode,
    getBusCount,
    getBusInfo,
    getRoutingInfo,
    activateBus,
    setActive,
    setState,
    getState,
};

impl Component {
    /// A pointer with a reference that is the caller's.
    pub(super) fn wrap(wrapped: ComPtr<IComponent>) -> *mut FUnknown {
        let interface = IComponent { vtbl: &FUNCTIONS };
        let references = AtomicU32::new(1);
        Box::into_raw(Box::new(Self { interface, wrapped, references })).cast()
    }

    /// # Safety
    /// `this` is what [`wrap`](Self::wrap) gave, and its caller holds a reference.
    unsafe fn of<'a, I>(this: *mut I) -> &'a Self {
        // SAFETY: as the caller says.
        unsafe { &*this.cast() }
    }
}

/// Other interfaces are the wrapped instance's own.
unsafe extern "system" fn query(
    this: *mut FUnknown,
    id: *const TUID,
    found: *mut *mut c_void,
) -> tresult {
    // SAFETY: the host holds a reference; an id has 16 bytes.
    unsafe {
        let own = [FUnknown::IID, IPluginBase::IID, IComponent::IID];
        if !id.is_null() && !found.is_null() && own.contains(&*id.cast()) {
            add_reference(this);
            *found = this.cast();
            return kResultOk;
        }
        let wrapped = Component::of(this).wrapped.as_ptr().cast::<FUnknown>();
        ((*(*wrapped).vtbl).queryInterface)(wrapped, id, found)
    }
}

unsafe extern "system" fn add_reference(this: *mut FUnknown) -> uint32 {
    // SAFETY: the host holds a reference.
    unsafe { Component::of(this).references.fetch_add(1, Ordering::Relaxed) + 1 }
}

unsafe extern "system" fn release(this: *mut FUnknown) -> uint32 {
    // SAFETY: the host gives up a reference that it holds; with the last one nobody has it any more.
    unsafe {
        let left = Component::of(this).references.fetch_sub(1, Ordering::AcqRel) - 1;
        if left == 0 {
            drop(Box::from_raw(this.cast::<Component>()));
        }
        left
    }
}

unsafe extern "system" fn initialize(this: *mut IPluginBase, host: *mut FUnknown) -> tresult {
    let nobody = ComWrapper::new(Nobody).to_com_ptr::<IComponentHandler>();
    // SAFETY: the host holds a reference, and whatever is handed on is counted.
    unsafe {
        let wrapped = &Component::of(this).wrapped;
        let Some(nobody) = nobody else { return kNotImplemented };
        let result = wrapped.initialize(if host.is_null() { nobody.as_ptr().cast() } else { host });
        if let Some(controller) = wrapped.cast::<IEditController>() {
            controller.setComponentHandler(nobody.as_ptr());
        }
        result
    }
}

unsafe extern "system" fn terminate(this: *mut IPluginBase) -> tresult {
    // SAFETY: the host holds a reference.
    unsafe { Component::of(this).wrapped.terminate() }
}

/// Functions that only hand on what they are given.
macro_rules! handed_on {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {$(
        #[expect(non_snake_case, reason = "VST3's names")]
        unsafe extern "system" fn $name(this: *mut IComponent, $($argument: $kind),*) -> $result {
            // SAFETY: the host holds a reference; the rest is the wrapped instance's to judge.
            unsafe {
                let wrapped = Component::of(this).wrapped.as_ptr();
                ((*(*wrapped).vtbl).$name)(wrapped, $($argument),*)
            }
        }
    )*};
}

handed_on! {
    getControllerClassId(id: *mut TUID) -> tresult;
    setIoMode(mode: IoMode) -> tresult;
    getBusCount(media: MediaType, direction: BusDirection) -> int32;
    getBusInfo(media: MediaType, direction: BusDirection, index: int32, info: *mut BusInfo) -> tresult;
    getRoutingInfo(input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult;
    activateBus(media: MediaType, direction: BusDirection, index: int32, is_on: TBool) -> tresult;
    setActive(is_on: TBool) -> tresult;
    setState(state: *mut IBStream) -> tresult;
    getState(state: *mut IBStream) -> tresult;
}

/// The handler until the host sets its own, and the host where there is none.
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
