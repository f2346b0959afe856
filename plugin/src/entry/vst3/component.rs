//! An instance as VST3 hosts get it: clap-wrapper's, which has a host, a handler and all ports whatever the host does.
//!
//! When a state is loaded, clap-wrapper 0.3.1 takes over the parameters' new values, and tells the host's component handler
//! without looking whether there is one. And it asks a host for its name without looking whether that is null. Steinberg's
//! validator sets no handler, other hosts take theirs away, and their processes would end there. It would have hosts switch on
//! all ports unasked: ten empty channels beside the mix.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;
use vst3::Steinberg::Vst::BusDirections_::kInput;
use vst3::Steinberg::Vst::BusInfo_::BusFlags_::kDefaultActive;
use vst3::Steinberg::Vst::BusTypes_::kAux;
use vst3::Steinberg::Vst::MediaTypes_::kAudio;
use vst3::Steinberg::Vst::{
    BusDirection, BusInfo, BusType, IAudioProcessor, IAudioProcessorVtbl, IComponent,
    IComponentHandler, IComponentHandlerTrait, IComponentVtbl, IEditController,
    IEditControllerTrait, IoMode, MediaType, ParamID, ParamValue, RoutingInfo,
};
use vst3::Steinberg::{
    FUnknown, FUnknownVtbl, IBStream, IPluginBase, IPluginBaseTrait, IPluginBaseVtbl, TBool, TUID,
    int32, kNotImplemented, kResultOk, tresult, uint32,
};
use vst3::com_scrape_types::Guid;
use vst3::{Class, ComPtr, ComWrapper, Interface};

use super::controller::CONTROLLER;
use crate::Jangdan;
use crate::params::JangdanParams;
use crate::params::host_offers::HostOffers;

/// See the module.
#[repr(C)]
pub(super) struct Component {
    /// What the host holds. The first field: its address is that of the whole.
    interface: IComponent,
    /// The same instance's controller.
    controller: IEditController,
    /// The same instance's processor.
    processor: IAudioProcessor,
    wrapped: ComPtr<IComponent>,
    wrapped_controller: ComPtr<IEditController>,
    wrapped_processor: ComPtr<IAudioProcessor>,
    /// The handler where there is none.
    nobody: ComPtr<IComponentHandler>,
    references: AtomicU32,
    /// The ports of audio that the host has switched on, one bit each: outputs, above them inputs.
    ports_on: AtomicU32,
    /// What the plugin is told of its host.
    params: UnsafeCell<Option<Arc<JangdanParams>>>,
}

/// Held while an instance is initialised.
static INITIALISING: Mutex<()> = Mutex::new(());

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
    /// A pointer with a reference that is the caller's, to an instance with these functions of a processor; `None` if `wrapped`
    /// has no controller or no processor.
    pub(super) fn wrap(
        wrapped: ComPtr<IComponent>,
        processor: &'static IAudioProcessorVtbl,
    ) -> Option<*mut FUnknown> {
        let component = Self {
            interface: IComponent { vtbl: &FUNCTIONS },
            controller: IEditController { vtbl: &CONTROLLER },
            processor: IAudioProcessor { vtbl: processor },
            wrapped_controller: wrapped.cast()?,
            wrapped_processor: wrapped.cast()?,
            wrapped,
            nobody: ComWrapper::new(Nobody).to_com_ptr()?,
            references: AtomicU32::new(1),
            ports_on: AtomicU32::new(0),
            params: UnsafeCell::new(None),
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

    /// The pointer to the whole.
    ///
    /// # Safety
    /// `this` is its [`processor`](Self::processor), and its caller holds a reference.
    pub(super) unsafe fn of_processor<I>(this: *mut I) -> *mut FUnknown {
        // SAFETY: as the caller says.
        unsafe { this.byte_sub(std::mem::offset_of!(Self, processor)).cast() }
    }

    /// The wrapped instance's processor.
    ///
    /// # Safety
    /// As for [`of_processor`](Self::of_processor).
    pub(super) unsafe fn wrapped_processor(this: *mut IAudioProcessor) -> *mut IAudioProcessor {
        // SAFETY: as the caller says.
        unsafe { Self::of(Self::of_processor(this)).wrapped_processor.as_ptr() }
    }

    /// Whether the host has switched on the port of audio.
    ///
    /// # Safety
    /// As for [`of_processor`](Self::of_processor).
    pub(super) unsafe fn is_on(this: *mut IAudioProcessor, is_input: bool, index: usize) -> bool {
        // SAFETY: as the caller says.
        let ports = unsafe { &Self::of(Self::of_processor(this)).ports_on };
        ports.load(Ordering::Relaxed) & bit(is_input, index) != 0
    }

    /// What the plugin is told of its host, if there is a plugin.
    ///
    /// # Safety
    /// As for [`of_processor`](Self::of_processor), and the instance processes.
    pub(super) unsafe fn offers<'a>(this: *mut IAudioProcessor) -> Option<&'a HostOffers> {
        // SAFETY: as the caller says; an instance that processes is neither initialised nor terminated meanwhile.
        let params = unsafe { &*Self::of(Self::of_processor(this)).params.get() };
        params.as_ref().map(|params| &params.host_offers)
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

/// The bit of a port of audio; 0 beyond those that there can be.
fn bit(is_input: bool, index: usize) -> u32 {
    if index < 16 { 1 << (index + if is_input { 16 } else { 0 }) } else { 0 }
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
            Some(&IAudioProcessor::IID) => {
                Some((&raw const Component::of(this).processor).cast_mut().cast())
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
        let Component { wrapped, wrapped_controller, nobody, params, .. } = Component::of(this);
        // One at a time: the wrapper tells nobody which of the plugins it makes is whose.
        let initialising = INITIALISING.lock();
        let result = wrapped.initialize(if host.is_null() { nobody.as_ptr().cast() } else { host });
        *params.get() = Some(Jangdan::newest_params());
        drop(initialising);
        wrapped_controller.setComponentHandler(nobody.as_ptr());
        result
    }
}

pub(super) unsafe extern "system" fn terminate(this: *mut IPluginBase) -> tresult {
    // SAFETY: the host holds a reference, and processes nothing.
    unsafe {
        *Component::of(this).params.get() = None;
        Component::of(this).wrapped.terminate()
    }
}

/// All ports of audio but the mix are off until the host switches them on.
#[expect(non_snake_case, reason = "VST3's name")]
unsafe extern "system" fn getBusInfo(
    this: *mut IComponent,
    media: MediaType,
    direction: BusDirection,
    index: int32,
    info: *mut BusInfo,
) -> tresult {
    // SAFETY: the host holds a reference, and has room for what it asks for.
    unsafe {
        let wrapped = Component::of_component(this);
        let result = ((*(*wrapped).vtbl).getBusInfo)(wrapped, media, direction, index, info);
        let is_mix = direction != kInput as BusDirection && index == 0;
        if result == kResultOk && media == kAudio as MediaType && !is_mix {
            (*info).busType = kAux as BusType;
            (*info).flags &= !(kDefaultActive as uint32);
        }
        result
    }
}

#[expect(non_snake_case, reason = "VST3's name")]
unsafe extern "system" fn activateBus(
    this: *mut IComponent,
    media: MediaType,
    direction: BusDirection,
    index: int32,
    is_on: TBool,
) -> tresult {
    // SAFETY: the host holds a reference.
    unsafe {
        let wrapped = Component::of_component(this);
        let result = ((*(*wrapped).vtbl).activateBus)(wrapped, media, direction, index, is_on);
        if result == kResultOk && media == kAudio as MediaType {
            let is_input = direction == kInput as BusDirection;
            let bit = bit(is_input, usize::try_from(index).unwrap_or(usize::MAX));
            let ports = &Component::of(this).ports_on;
            if is_on == 0 {
                ports.fetch_and(!bit, Ordering::Relaxed);
            } else {
                ports.fetch_or(bit, Ordering::Relaxed);
            }
        }
        result
    }
}

handed_on! {
    IComponent, Component::of_component;
    getControllerClassId(id: *mut TUID) -> tresult;
    setIoMode(mode: IoMode) -> tresult;
    getBusCount(media: MediaType, direction: BusDirection) -> int32;
    getRoutingInfo(input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult;
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
