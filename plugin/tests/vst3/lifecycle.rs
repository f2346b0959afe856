//! The calls of a component's life, in every order that VST3 allows.

use std::ptr::null_mut;

use testkit::Random;
use vst3::Steinberg::Vst::MediaTypes_::kAudio;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::kIsBypass;
use vst3::Steinberg::Vst::ProcessModes_::{kOffline, kPrefetch, kRealtime};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    IAudioProcessorTrait, IComponentTrait, IEditControllerTrait, ProcessData, ProcessSetup,
};
use vst3::Steinberg::{IPluginBaseTrait, int32, kResultOk};

use crate::events::Events;
use crate::module::{Instance, Module};
use crate::parameters::{any, infos};
use crate::play::{Block, Played, begin, end, keys, play};
use crate::stream::{set_state, state};
use crate::{BLOCK, RATE};

#[test]
fn activation_waits_for_a_setup_and_what_is_ended_twice_is_ended() {
    let module = Module::load();
    let component = module.instance(&module.class());
    // SAFETY: the calls are legal, if not all of them sensible.
    unsafe {
        assert_eq!(component.initialize(null_mut()), kResultOk);
        assert_ne!(component.setActive(1), kResultOk, "there was no setup");
        assert_eq!(component.setActive(0), kResultOk);
        assert_eq!(component.terminate(), kResultOk);
        assert_eq!(component.initialize(null_mut()), kResultOk);
    }
    let played = play(&component, &[]);
    assert!(!played.ons.is_empty());
    // SAFETY: as above.
    unsafe {
        assert_eq!(component.setActive(0), kResultOk);
        assert_eq!(component.terminate(), kResultOk);
        assert_eq!(component.terminate(), kResultOk);
    }
}

#[test]
fn it_plays_after_any_setup() {
    let module = Module::load();
    let Instance { component, processor, .. } = &Instance::new(&module);
    for (rate, frames) in [
        (8000.0, 1),
        (22_050.0, 17),
        (44_100.0, 64),
        (45_678.9, 2027),
        (96_000.0, 8192),
        (192_000.0, 512),
        (768_000.0, 16_384),
        (1234.5678, 100),
    ] {
        begin(component, processor, rate, frames);
        let mut played = Played::default();
        for block in 0..50 {
            let start = Some(block * frames);
            Block { start, frames, ..Block::default() }.play(processor, &mut played);
        }
        Block { frames, ..Block::default() }.play(processor, &mut played);
        end(component, processor);
        assert_eq!(keys(&played.ons), keys(&played.offs), "{rate} Hz, blocks of {frames}");
    }
}

#[test]
fn a_block_without_any_buffer_or_list_is_a_flush() {
    let module = Module::load();
    let Instance { component, processor, .. } = &Instance::new(&module);
    begin(component, processor, RATE, BLOCK);
    for frames in [0, 1, 512] {
        let mut data = ProcessData {
            processMode: kRealtime as int32,
            symbolicSampleSize: kSample32 as int32,
            numSamples: frames,
            numInputs: 0,
            numOutputs: 0,
            inputs: null_mut(),
            outputs: null_mut(),
            inputParameterChanges: null_mut(),
            outputParameterChanges: null_mut(),
            inputEvents: null_mut(),
            outputEvents: null_mut(),
            processContext: null_mut(),
        };
        // SAFETY: there is nothing that `data` points to.
        assert_eq!(unsafe { processor.process(&mut data) }, kResultOk);
    }
    // SAFETY: null is what this is about.
    assert_ne!(unsafe { processor.process(null_mut()) }, kResultOk);
    end(component, processor);
    assert!(!play(component, &[]).ons.is_empty());
}

/// How far a component is on its way to playing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Initialised,
    SetUp,
    Active,
    Processing,
}

/// Takes `steps` steps of those that are legal where the component is. Every note that began has ended after it.
fn walk(module: &Module, random: &mut Random, steps: usize) {
    let instance = Instance::new(module);
    let Instance { component, processor, controller } = &instance;
    let infos = infos(controller);
    let mut stage = Stage::Initialised;
    let (mut frames, mut place) = (512, 0);
    let mut played = Played::default();
    let mut saved = state(component);
    for _ in 0..steps {
        let step = random.below(12);
        // SAFETY: each call is one that VST3 allows at the stage at hand, and what it points to outlives it.
        unsafe {
            match (step, stage) {
                (0, Stage::Initialised | Stage::SetUp) => {
                    frames = *random.of(&[1, 17, 64, 512, 4096]);
                    let mut setup = ProcessSetup {
                        processMode: *random.of(&[kRealtime, kPrefetch, kOffline]) as int32,
                        symbolicSampleSize: kSample32 as int32,
                        maxSamplesPerBlock: frames as int32,
                        sampleRate: *random.of(&[44_100.0, 48_000.0, 96_000.0]),
                    };
                    assert_eq!(processor.setupProcessing(&mut setup), kResultOk);
                    stage = Stage::SetUp;
                }
                (1, Stage::Initialised) => {
                    assert_eq!(component.terminate(), kResultOk);
                    assert_eq!(component.initialize(null_mut()), kResultOk);
                }
                (0..=3, Stage::SetUp) => {
                    assert_eq!(component.setActive(1), kResultOk);
                    stage = Stage::Active;
                }
                (0..=2, Stage::Active) => {
                    assert_eq!(processor.setProcessing(1), kResultOk);
                    stage = Stage::Processing;
                }
                (3, Stage::Active) => {
                    assert_eq!(component.setActive(0), kResultOk);
                    stage = Stage::SetUp;
                }
                (0, Stage::Processing) => {
                    assert_eq!(processor.setProcessing(0), kResultOk);
                    stage = Stage::Active;
                }
                (1..=7, Stage::Processing) => {
                    let frames = random.below(frames as u32 + 1) as usize;
                    let start = (random.below(8) > 0).then_some(place);
                    place = if random.below(6) == 0 {
                        random.below(1 << 20) as usize
                    } else {
                        place + frames
                    };
                    let key = (place, random.below(128) as i16, random.below(2) == 0);
                    let events = Events::of(&[key], place, frames.max(1));
                    let changes = (0..random.below(4)).map(|_| {
                        let info = random.of(&infos);
                        (info.id, random.below(frames.max(1) as u32) as int32, any(info, random))
                    });
                    let changes = changes.collect();
                    Block { start, frames, events, changes }.play(processor, &mut played);
                }
                (8, _) => {
                    let info = random.of(&infos);
                    let value = any(info, random);
                    assert_eq!(controller.setParamNormalized(info.id, value), kResultOk);
                }
                (9, _) => saved = state(component),
                (10, _) => set_state(component, &saved),
                (11, Stage::Initialised | Stage::SetUp) => {
                    let direction = random.below(2) as int32;
                    component.activateBus(kAudio as int32, direction, 0, random.below(2) as u8);
                }
                _ => {
                    assert_eq!(processor.getLatencySamples(), 0);
                    processor.getTailSamples();
                }
            }
        }
    }
    // SAFETY: as above.
    unsafe {
        if stage == Stage::Processing {
            assert_eq!(processor.setProcessing(0), kResultOk);
        }
        assert_eq!(component.setActive(0), kResultOk);
    }
    begin(component, processor, RATE, BLOCK);
    // Whatever has been set, the bypass ends what sounds.
    let bypass = infos.iter().find(|info| info.flags & kIsBypass as int32 != 0).unwrap();
    let changes = vec![(bypass.id, 0, 1.0)];
    Block { frames: BLOCK, changes, ..Block::default() }.play(processor, &mut played);
    end(component, processor);
    assert_eq!(keys(&played.ons), keys(&played.offs), "every note ends once");
}

#[test]
fn on_any_legal_way_through_its_life_it_does_as_it_is_told_and_every_note_ends() {
    let walks = testkit::effort("JANGDAN_WALKS", 12);
    let module = Module::load();
    let mut random = Random(41);
    for _ in 0..walks {
        walk(&module, &mut random, 300);
    }
}

#[test]
fn instances_live_and_go_in_any_order() {
    let module = Module::load();
    let mut random = Random(42);
    let mut instances: Vec<Instance> = Vec::new();
    for _ in 0..40 {
        if instances.len() < 6 && random.below(3) > 0 {
            instances.push(Instance::new(&module));
        } else if !instances.is_empty() {
            let gone = random.index(instances.len());
            drop(instances.swap_remove(gone));
        }
        if let Some(Instance { component, processor, .. }) = instances.last() {
            begin(component, processor, RATE, 512);
            let mut played = Played::default();
            Block { start: Some(0), frames: 512, ..Block::default() }.play(processor, &mut played);
            end(component, processor);
        }
    }
}
