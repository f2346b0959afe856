//! Streams in memory, as the host keeps states: also such as give little or fail.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;

use vst3::Steinberg::Vst::{IComponent, IComponentTrait};
use vst3::Steinberg::{IBStream, IBStreamTrait, int32, int64, kResultFalse, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

/// A stream in memory.
#[derive(Default)]
pub(crate) struct Stream {
    pub(crate) bytes: RefCell<Vec<u8>>,
    pub(crate) position: Cell<usize>,
    /// The most bytes that are handed over at once, if not all.
    pub(crate) at_once: Option<usize>,
    /// Whether reading, writing and seeking fail.
    pub(crate) is_broken: bool,
}

impl Stream {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: RefCell::new(bytes.to_vec()), ..Self::default() }
    }

    fn some(&self, count: int32) -> usize {
        (count.max(0) as usize).min(self.at_once.unwrap_or(usize::MAX))
    }
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: int32, read: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = bytes.get(self.position.get()..).unwrap_or_default();
        let count = if self.is_broken { 0 } else { rest.len().min(self.some(count)) };
        // SAFETY: the caller's buffer has room for what it asked for.
        unsafe { buffer.cast::<u8>().copy_from_nonoverlapping(rest.as_ptr(), count) };
        self.position.set(self.position.get() + count);
        if !read.is_null() {
            // SAFETY: the caller points to a number.
            unsafe { *read = count as int32 };
        }
        if self.is_broken { kResultFalse } else { kResultOk }
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        let count = if self.is_broken { 0 } else { self.some(count) };
        // SAFETY: the caller's buffer holds what it says.
        let new = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), count) };
        self.bytes.borrow_mut().extend_from_slice(new);
        if !written.is_null() {
            // SAFETY: the caller points to a number.
            unsafe { *written = count as int32 };
        }
        if self.is_broken { kResultFalse } else { kResultOk }
    }

    unsafe fn seek(&self, position: int64, mode: int32, result: *mut int64) -> tresult {
        let origin = match mode {
            0 => 0,
            1 => self.position.get() as i64,
            _ => self.bytes.borrow().len() as i64,
        };
        if self.is_broken {
            return kResultFalse;
        }
        self.position.set((origin + position) as usize);
        if !result.is_null() {
            // SAFETY: the caller points to a number.
            unsafe { *result = origin + position };
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        // SAFETY: the caller points to a number.
        unsafe { *position = self.position.get() as i64 };
        kResultOk
    }
}

/// The component's state.
pub(crate) fn state(component: &ComPtr<IComponent>) -> Vec<u8> {
    let stream = ComWrapper::new(Stream::default());
    let pointer = stream.to_com_ptr::<IBStream>().unwrap();
    // SAFETY: the stream outlives the call.
    assert_eq!(unsafe { component.getState(pointer.as_ptr()) }, kResultOk);
    stream.bytes.borrow().clone()
}

/// Gives the component the state in `stream`; what it says to that.
pub(crate) fn load(component: &ComPtr<IComponent>, stream: Stream) -> tresult {
    let pointer = ComWrapper::new(stream).to_com_ptr::<IBStream>().unwrap();
    // SAFETY: the stream outlives the call.
    unsafe { component.setState(pointer.as_ptr()) }
}

pub(crate) fn set_state(component: &ComPtr<IComponent>, bytes: &[u8]) {
    assert_eq!(load(component, Stream::of(bytes)), kResultOk);
}
