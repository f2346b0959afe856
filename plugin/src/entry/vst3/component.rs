//! An instance as VST3 hosts get it: clap-wrapper's, which has a host and a handler whatever the host does.
//!
//! When a state is loaded, clap-wrapper 0.3.1 takes over the parameters' new values, and tells the host's component handler
//! without looking whether there is one. And it asks a host for its name without looking whether that is null. Steinberg's
//! validator sets no handler, other hosts take theirs away, and their processes would end there.

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
use vst3::com_scrape_types::Guid;
use vst3::{Class, ComPtr, ComWrapper, Interface};

use super::controller::CONTROLLER;

/// See the module.
#[repr(C)]
pub(super) struct Component {
    /// What the host holds. The first field: its address is that of the whole.
    interface: IComponent,
    /// The same instance's controller.
    controller: IEditController,
    wrapped: ComPtr<IComponent>,
    wrapped_controller: ComPtr<IEditController>,
    /// The handler where there is none.
    nobody: ComPtr<IComponentHandler>,
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
    /// A pointer with a reference that is the caller's; `None` if `wrapped` has no controller.
    pub(super) fn wrap(wrapped: ComPtr<IComponent>) -> Option<*mut FUnknown> {
        let component = Self {
            interface: IComponent { vtbl: &FUNCTIONS },
            controller: IEditController { vtbl: &CONTROLLER },
            wrapped_controller: wrapped.cast()?,
            wrapped,
            nobody: ComWrapper::new(Nobody).to_com_ptr()?,
            references: AtomicU32::new(1),
        };
        Some(Box::into_raw(Box::new(component)).cast())
    }

    /// # Safety
    /// `this` is what [`wrap`](Self::wrap) gave, and its caller holds a reference.
    unsafe fn of<'a, I>(this: *mut I) -> &'a Self {
        // SAFETY: as the caller says.
        unsafe { &*this.cast() }
    }

    /// The wrapped instance.
    ///
    /// # Safety
    /// As for [`of`](Self::of).
    unsafe fn of_component(this: *mut IComponent) -> *mut IComponent {
        // SAFETY: as the caller says.
        unsafe { Self::of(this).wrapped.as_ptr() }
    }

    /// The pointer to the whole.
    ///
    /// # Safety
    /// `this` is its [`controller`](Self::controller), and its caller holds a reference.
    pub(super) unsafe fn of_controller<I>(this: *mut I) -> *mut FUnknown {
        // SAFETY: as the caller says.
        unsafe { this.byte_sub(std::mem::offset_of!(Self, controller)).cast() }
    }

    /// The wrapped instance's controller.
    ///
    /// # Safety
    /// As for [`of_controller`](Self::of_controller).
    pub(super) unsafe fn wrapped_controller(this: *mut IEditController) -> *mut IEditController {
        // SAFETY: as the caller says.
        unsafe { Self::of(Self::of_controller(this)).wrapped_controller.as_ptr() }
    }

    /// The handler where there is none.
    ///
    /// # Safety
    /// As for [`of_controller`](Self::of_controller).
    pub(super) unsafe fn nobody(this: *mut IEditController) -> *mut IComponentHandler {
        // SAFETY: as the caller says.
        unsafe { Self::of(Self::of_controller(this)).nobody.as_ptr() }
    }
}

/// Other interfaces are the wrapped instance's own.
pub(super) unsafe extern "system" fn query(
    this: *mut FUnknown,
    id: *const TUID,
    found: *mut *mut c_void,
) -> tresult {
    // SAFETY: the host holds a reference; an id has 16 bytes.
    unsafe {
        let own = [FUnknown::IID, IPluginBase::IID, IComponent::IID];
        let ours = match id.cast::<Guid>().as_ref() {
            Some(id) if own.contains(id) => Some(this.cast::<c_void>()),
            Some(&IEditController::IID) => {
                Some((&raw const Component::of(this).controller).cast_mut().cast())
            }
            _ => None,
        };
        if let Some(ours) = ours.filter(|_| !found.is_null()) {
            add_reference(this);
            *found = ours;
            return kResultOk;
        }
        let wrapped = Component::of(this).wrapped.as_ptr().cast::<FUnknown>();
        ((*(*wrapped).vtbl).queryInterface)(wrapped, id, found)
    }
}

pub(super) unsafe extern "system" fn add_reference(this: *mut FUnknown) -> uint32 {
    // SAFETY: the host holds a reference.
    unsafe { Component::of(this).references.fetch_add(1, Ordering::Relaxed) + 1 }
}

pub(super) unsafe extern "system" fn release(this: *mut FUnknown) -> uint32 {
    // SAFETY: the host gives up a reference that it holds; with the last one nobody has it any more.
    unsafe {
        let left = Component::of(this).references.fetch_sub(1, Ordering::AcqRel) - 1;
        if left == 0 {
            drop(Box::from_raw(this.cast::<Component>()));
        }
        left
    }
}

pub(super) unsafe extern "system" fn initialize(
    this: *mut IPluginBase,
    host: *mut FUnknown,
) -> tresult {
    // SAFETY: the host holds a reference, and whatever is handed on is counted.
    unsafe {
        let Component { wrapped, wrapped_controller, nobody, .. } = Component::of(this);
        let result = wrapped.initialize(if host.is_null() { nobody.as_ptr().cast() } else { host });
        wrapped_controller.setComponentHandler(nobody.as_ptr());
        result
    }
}

pub(super) unsafe extern "system" fn terminate(this: *mut IPluginBase) -> tresult {
    // SAFETY: the host holds a reference.
    unsafe { Component::of(this).wrapped.terminate() }
}

handed_on! {
    IComponent, Component::of_component;
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
