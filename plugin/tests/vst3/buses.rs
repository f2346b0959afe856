//! Buses: what there is, and what a host may ask for in vain.

use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::BusTypes_::kMain;
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::SpeakerArr::{k40Music, k51, kEmpty, kMono, kStereo};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::{kSample32, kSample64};
use vst3::Steinberg::Vst::{BusInfo, IAudioProcessorTrait, IComponentTrait, SpeakerArrangement};
use vst3::Steinberg::{int32, kResultOk};

use crate::module::{Instance, Module};
use crate::play::{keys, play};

/// Every kind of bus, with how many there are.
const BUSES: [(int32, int32, int32); 4] = [
    (kAudio as int32, kInput as int32, 0),
    (kAudio as int32, kOutput as int32, 1),
    (kEvent as int32, kInput as int32, 1),
    (kEvent as int32, kOutput as int32, 1),
];

#[test]
fn buses_are_described_always_the_same_and_no_others_are() {
    let module = Module::load();
    let Instance { component, .. } = &Instance::new(&module);
    // SAFETY: structures of numbers, for which zeros are values; the component writes them.
    unsafe {
        for (media, direction, count) in BUSES {
            assert_eq!(component.getBusCount(media, direction), count);
            for index in 0..count {
                let info = || {
                    let mut info: BusInfo = std::mem::zeroed();
                    assert_eq!(component.getBusInfo(media, direction, index, &mut info), kResultOk);
                    info
                };
                let (first, again) = (info(), info());
                assert_eq!((first.mediaType, first.direction), (media, direction));
                assert_eq!(first.busType, kMain as int32);
                assert!(first.name[0] != 0, "it has a name");
                assert_eq!(first.channelCount, if media == kAudio as int32 { 2 } else { 16 });
                assert_eq!((first.name, first.flags), (again.name, again.flags));
            }
            for index in [-1, count, 99, i32::MAX, i32::MIN + 1] {
                let mut info: BusInfo = std::mem::zeroed();
                assert_ne!(component.getBusInfo(media, direction, index, &mut info), kResultOk);
                for is_on in [0, 1] {
                    let result = component.activateBus(media, direction, index, is_on);
                    assert_ne!(result, kResultOk, "bus {index}");
                }
            }
        }
        for (media, direction) in [(2, 0), (-1, 0), (7, 7)] {
            assert_eq!(component.getBusCount(media, direction), 0);
            let mut info: BusInfo = std::mem::zeroed();
            assert_ne!(component.getBusInfo(media, direction, 0, &mut info), kResultOk);
            assert_ne!(component.activateBus(media, direction, 0, 1), kResultOk);
        }
    }
}

#[test]
fn buses_are_switched_off_and_on_again() {
    let module = Module::load();
    let Instance { component, .. } = &Instance::new(&module);
    for _ in 0..3 {
        for (media, direction, count) in BUSES {
            for index in 0..count {
                for is_on in [0, 1] {
                    // SAFETY: the component is initialised.
                    let result = unsafe { component.activateBus(media, direction, index, is_on) };
                    assert_eq!(result, kResultOk);
                }
            }
        }
        let played = play(component, &[]);
        assert_eq!(keys(&played.ons), keys(&played.offs));
    }
}

#[test]
fn only_one_stereo_output_can_be_arranged_and_what_cannot_leaves_it_so() {
    let module = Module::load();
    let Instance { component, processor, .. } = &Instance::new(&module);
    let arrange = |inputs: &mut [SpeakerArrangement], outputs: &mut [SpeakerArrangement]| {
        let counts = (inputs.len() as int32, outputs.len() as int32);
        let (inputs, outputs) = (inputs.as_mut_ptr(), outputs.as_mut_ptr());
        // SAFETY: the pointers are to as many arrangements as is said.
        unsafe { processor.setBusArrangements(inputs, counts.0, outputs, counts.1) == kResultOk }
    };
    let is_stereo = || {
        let mut found = 0;
        // SAFETY: `found` is a number.
        let result = unsafe { processor.getBusArrangement(kOutput as int32, 0, &mut found) };
        result == kResultOk && found == kStereo
    };
    for outputs in [
        &mut [0; 0][..],
        &mut [kEmpty],
        &mut [kMono],
        &mut [k40Music],
        &mut [k51],
        &mut [u64::MAX],
        &mut [kStereo, kStereo],
        &mut [kStereo; 64],
        &mut [kMono, kStereo],
    ] {
        assert!(!arrange(&mut [], outputs), "{outputs:?}");
        assert!(is_stereo());
    }
    assert!(!arrange(&mut [kStereo], &mut [kStereo]), "there is no input");
    assert!(!arrange(&mut [kMono, kMono], &mut [kStereo]));
    assert!(arrange(&mut [], &mut [kStereo]));
    assert!(is_stereo());
    // SAFETY: there are no arrangements to point to where there are less than none.
    unsafe {
        let mut some = [kStereo];
        let pointer = some.as_mut_ptr();
        assert_ne!(processor.setBusArrangements(pointer, -1, pointer, 1), kResultOk);
        assert_ne!(processor.setBusArrangements(pointer, 0, pointer, -1), kResultOk);
        let mut found = 0;
        for (direction, index) in [(0, 0), (1, 1), (1, -1), (1, 99), (2, 0), (-1, 0)] {
            assert_ne!(processor.getBusArrangement(direction, index, &mut found), kResultOk);
        }
    }
    let played = play(component, &[]);
    assert!(!played.ons.is_empty());
}

#[test]
fn samples_are_of_32_bits() {
    let module = Module::load();
    let Instance { processor, .. } = &Instance::new(&module);
    // SAFETY: the component is initialised.
    unsafe {
        assert_eq!(processor.canProcessSampleSize(kSample32 as int32), kResultOk);
        for size in [kSample64 as int32, -1, 2, i32::MAX] {
            assert_ne!(processor.canProcessSampleSize(size), kResultOk, "{size}");
        }
        assert_eq!(processor.getLatencySamples(), 0);
    }
}
