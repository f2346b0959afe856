//! Changes of parameters within a block, as the host hands them over.

use std::ptr::null_mut;

use vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
    ParamValue,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultFalse, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

/// Parameter, sample of the block, normalised value.
pub(crate) type Change = (ParamID, int32, ParamValue);

/// The points of one parameter.
struct Queue {
    id: ParamID,
    points: Vec<(int32, ParamValue)>,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.len() as int32
    }

    unsafe fn getPoint(&self, index: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        let Some(point) = self.points.get(index as usize) else { return kInvalidArgument };
        // SAFETY: the caller points to numbers.
        unsafe { (*offset, *value) = *point };
        kResultOk
    }

    unsafe fn addPoint(&self, _offset: int32, _value: ParamValue, _index: *mut int32) -> tresult {
        kResultFalse
    }
}

/// All of a block's.
pub(crate) struct Changes(Vec<ComPtr<IParamValueQueue>>);

impl Changes {
    /// One queue for each parameter in a row of `changes`.
    pub(crate) fn of(changes: &[Change]) -> Self {
        let queue = |changes: &[Change]| {
            let points = changes.iter().map(|&(_, offset, value)| (offset, value)).collect();
            let queue = Queue { id: changes[0].0, points };
            ComWrapper::new(queue).to_com_ptr().unwrap()
        };
        Self(changes.chunk_by(|a, b| a.0 == b.0).map(queue).collect())
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
