//! The objects that a host hands to the plugin.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr::null_mut;

use vst3::Steinberg::Vst::{
    Event, IComponentHandler, IComponentHandlerTrait, IEventList, IEventListTrait,
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
    ParamValue,
};
use vst3::Steinberg::{
    IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kNotImplemented, kResultFalse,
    kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComWrapper};

/// Hears what the plugin has to say of its parameters.
#[derive(Default)]
pub(crate) struct Handler {
    restarts: RefCell<Vec<int32>>,
}

impl Handler {
    /// The flags that it was told.
    pub(crate) fn restarts(&self) -> Vec<int32> {
        self.restarts.borrow().clone()
    }
}

impl Class for Handler {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, _id: ParamID) -> tresult {
        kResultOk
    }

    unsafe fn performEdit(&self, _id: ParamID, _value: ParamValue) -> tresult {
        kResultOk
    }

    unsafe fn endEdit(&self, _id: ParamID) -> tresult {
        kResultOk
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.restarts.borrow_mut().push(flags);
        kResultOk
    }
}

/// A state in memory.
#[derive(Default)]
pub(crate) struct Stream {
    pub(crate) bytes: RefCell<Vec<u8>>,
    pub(crate) position: Cell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: int32, read: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = bytes.get(self.position.get()..).unwrap_or_default();
        let count = rest.len().min(count.max(0) as usize);
        // SAFETY: the caller's buffer has room for what it asked for.
        unsafe { buffer.cast::<u8>().copy_from_nonoverlapping(rest.as_ptr(), count) };
        self.position.set(self.position.get() + count);
        if !read.is_null() {
            // SAFETY: the caller points to a number.
            unsafe { *read = count as int32 };
        }
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        // SAFETY: the caller's buffer holds what it says.
        let new = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), count as usize) };
        self.bytes.borrow_mut().extend_from_slice(new);
        if !written.is_null() {
            // SAFETY: the caller points to a number.
            unsafe { *written = count };
        }
        kResultOk
    }

    unsafe fn seek(&self, _position: int64, _mode: int32, _result: *mut int64) -> tresult {
        kNotImplemented
    }

    unsafe fn tell(&self, _position: *mut int64) -> tresult {
        kNotImplemented
    }
}

/// The events of a block.
#[derive(Default)]
pub(crate) struct Events(pub(crate) RefCell<Vec<Event>>);

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> int32 {
        self.0.borrow().len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut Event) -> tresult {
        let Some(held) = self.0.borrow().get(index as usize).copied() else {
            return kInvalidArgument;
        };
        // SAFETY: the caller points to room for an event.
        unsafe { *event = held };
        kResultOk
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        // SAFETY: the caller points to an event.
        self.0.borrow_mut().push(unsafe { *event });
        kResultOk
    }
}

/// A parameter that changes at a block's first sample.
struct Queue(ParamID, ParamValue);

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.0
    }

    unsafe fn getPointCount(&self) -> int32 {
        1
    }

    unsafe fn getPoint(
        &self,
        _index: int32,
        offset: *mut int32,
        value: *mut ParamValue,
    ) -> tresult {
        // SAFETY: the caller points to numbers.
        unsafe { (*offset, *value) = (0, self.1) };
        kResultOk
    }

    unsafe fn addPoint(&self, _offset: int32, _value: ParamValue, _index: *mut int32) -> tresult {
        kResultFalse
    }
}

/// All that change in a block.
pub(crate) struct Changes(Vec<ComPtr<IParamValueQueue>>);

impl Changes {
    /// These ids to these normalised values.
    pub(crate) fn of(changes: &[(ParamID, ParamValue)]) -> Self {
        let queue = |&(id, value)| ComWrapper::new(Queue(id, value)).to_com_ptr().unwrap();
        Self(changes.iter().map(queue).collect())
    }
}

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        self.0.get(index as usize).map_or(null_mut(), ComPtr::as_ptr)
    }

    unsafe fn addParameterData(
        &self,
        _id: *const ParamID,
        _index: *mut int32,
    ) -> *mut IParamValueQueue {
        null_mut()
    }
}
