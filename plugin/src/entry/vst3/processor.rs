//! A [`Component`]'s processor: clap-wrapper's, which gets a buffer for every port that there is, whatever the host hands over.
//!
//! clap-wrapper 0.3.1 reads as many of them as there are, and processes nothing if one has other channels than its port.

use std::ffi::c_void;
use std::ptr::null_mut;

use vst3::Steinberg::Vst::ProcessModes_::kOffline;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, BusDirection, IAudioProcessor, IAudioProcessorVtbl,
    ProcessData, ProcessSetup, SpeakerArrangement,
};
use vst3::Steinberg::{
    FUnknown, FUnknownVtbl, TBool, TUID, int32, kInvalidArgument, tresult, uint32,
};

use super::component::{self, Component};

/// The sidechain.
const INPUTS: usize = 1;

/// The mix, and what is beside it.
const OUTPUTS: usize = 1 + kit::STEMS;

pub(super) static PROCESSOR: IAudioProcessorVtbl = IAudioProcessorVtbl {
    base: FUnknownVtbl { queryInterface: query, addRef: add_reference, release },
    setBusArrangements,
    getBusArrangement,
    canProcessSampleSize,
    getLatencySamples,
    setupProcessing,
    setProcessing,
    process,
    getTailSamples,
};

unsafe extern "system" fn query(
    this: *mut FUnknown,
    id: *const TUID,
    found: *mut *mut c_void,
) -> tresult {
    // SAFETY: the host holds a reference, here and below.
    unsafe { component::query(Component::of_processor(this), id, found) }
}

unsafe extern "system" fn add_reference(this: *mut FUnknown) -> uint32 {
    // SAFETY: as above.
    unsafe { component::add_reference(Component::of_processor(this)) }
}

unsafe extern "system" fn release(this: *mut FUnknown) -> uint32 {
    // SAFETY: as above.
    unsafe { component::release(Component::of_processor(this)) }
}

/// The bus that the host hands over, if it is complete; else one of two channels without samples.
///
/// # Safety
/// A bus has as many channels as it says.
unsafe fn complete(bus: Option<&AudioBusBuffers>) -> AudioBusBuffers {
    let is_complete = |bus: &&AudioBusBuffers| {
        // SAFETY: as the caller says.
        unsafe {
            let channels = bus.__field0.channelBuffers32;
            let is_stereo = bus.numChannels == 2 && !channels.is_null();
            is_stereo && !(*channels).is_null() && !(*channels.add(1)).is_null()
        }
    };
    let __field0 = AudioBusBuffers__type0 { channelBuffers32: null_mut() };
    let none = AudioBusBuffers { numChannels: 2, silenceFlags: 0, __field0 };
    bus.filter(is_complete).copied().unwrap_or(none)
}

/// The `count` buses at `buses`.
///
/// # Safety
/// There are so many, or `buses` is null.
unsafe fn handed_over<'a>(buses: *const AudioBusBuffers, count: int32) -> &'a [AudioBusBuffers] {
    match usize::try_from(count) {
        // SAFETY: as the caller says.
        Ok(count) if !buses.is_null() => unsafe { std::slice::from_raw_parts(buses, count) },
        _ => &[],
    }
}

/// Hands on all ports, and that the host renders offline: some say so here alone (Ardour), and clap-wrapper does not look.
unsafe extern "system" fn process(this: *mut IAudioProcessor, data: *mut ProcessData) -> tresult {
    if data.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: the host holds a reference and hands over a block; what is here outlives the wrapped call.
    unsafe {
        let mut data = *data;
        if let Some(offers) = Component::offers(this) {
            offers.render_offline(data.processMode == kOffline as int32);
        }
        let inputs = handed_over(data.inputs, data.numInputs);
        let mut inputs: [_; INPUTS] = std::array::from_fn(|index| {
            complete(inputs.get(index).filter(|_| Component::is_on(this, true, index)))
        });
        let outputs = handed_over(data.outputs, data.numOutputs);
        // What is switched off has no samples of its own in some hosts. The mix is taken for on.
        let mut outputs: [_; OUTPUTS] = std::array::from_fn(|index| {
            let bus = outputs.get(index);
            complete(bus.filter(|_| index == 0 || Component::is_on(this, false, index)))
        });
        (data.inputs, data.numInputs) = (inputs.as_mut_ptr(), INPUTS as int32);
        (data.outputs, data.numOutputs) = (outputs.as_mut_ptr(), OUTPUTS as int32);
        let wrapped = Component::wrapped_processor(this);
        ((*(*wrapped).vtbl).process)(wrapped, &mut data)
    }
}

handed_on! {
    IAudioProcessor, Component::wrapped_processor;
    setBusArrangements(
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32
    ) -> tresult;
    getBusArrangement(
        direction: BusDirection,
        index: int32,
        arrangement: *mut SpeakerArrangement
    ) -> tresult;
    canProcessSampleSize(size: int32) -> tresult;
    getLatencySamples() -> uint32;
    setupProcessing(setup: *mut ProcessSetup) -> tresult;
    setProcessing(is_on: TBool) -> tresult;
    getTailSamples() -> uint32;
}
