//! Playing a cycle, and what came of it.

use std::ptr::null_mut;

use jangdan::state::groove::Groove;
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kPlaying, kProjectTimeMusicValid, kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::ProcessModes_::kOffline;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessor, IAudioProcessorTrait, IComponent,
    IComponentTrait, IEventList, IParameterChanges, ProcessContext, ProcessData, ProcessSetup,
};
use vst3::Steinberg::{int32, kResultOk};
use vst3::{ComPtr, ComWrapper};

use crate::changes::{Change, Changes};
use crate::events::{Events, KeyPress};
use crate::stream::state;
use crate::{BLOCK, RATE, TEMPO};

/// What came out: audio, note-ons as (time, key), note-offs likewise.
#[derive(Default)]
pub(crate) struct Played {
    pub(crate) audio: [Vec<f32>; 2],
    pub(crate) ons: Vec<(usize, i16)>,
    pub(crate) offs: Vec<(usize, i16)>,
}

/// Plays one cycle of four bars from beat 0, and one block stopped.
pub(crate) fn play(component: &ComPtr<IComponent>, keys: &[KeyPress]) -> Played {
    let processor = component.cast::<IAudioProcessor>().unwrap();
    begin(component, &processor, RATE, BLOCK);
    let mut played = Played::default();
    let cycle = (16.0 * 60.0 / TEMPO * RATE) as usize;
    let mut start = 0;
    while start < cycle {
        let frames = BLOCK.min(cycle - start);
        let events = Events::of(keys, start, frames);
        let block = Block { start: Some(start), frames, events, ..Block::default() };
        block.play(&processor, &mut played);
        start += frames;
    }
    Block { frames: BLOCK, ..Block::default() }.play(&processor, &mut played);
    end(component, &processor);
    played
}

/// Sets the instance up for blocks of up to `frames` at `rate`, and starts it.
pub(crate) fn begin(
    component: &ComPtr<IComponent>,
    processor: &ComPtr<IAudioProcessor>,
    rate: f64,
    frames: usize,
) {
    let mut setup = ProcessSetup {
        processMode: kOffline as int32,
        symbolicSampleSize: kSample32 as int32,
        maxSamplesPerBlock: frames as int32,
        sampleRate: rate,
    };
    // SAFETY: the calls are in the order that VST3 asks for, and what they point to outlives them.
    unsafe {
        assert_eq!(processor.setupProcessing(&mut setup), kResultOk);
        assert_eq!(component.activateBus(kAudio as int32, kOutput as int32, 0, 1), kResultOk);
        assert_eq!(component.activateBus(kEvent as int32, kOutput as int32, 0, 1), kResultOk);
        assert_eq!(component.activateBus(kEvent as int32, kInput as int32, 0, 1), kResultOk);
        assert_eq!(component.setActive(1), kResultOk);
        assert_eq!(processor.setProcessing(1), kResultOk);
    }
}

/// Stops it again.
pub(crate) fn end(component: &ComPtr<IComponent>, processor: &ComPtr<IAudioProcessor>) {
    // SAFETY: in the order that VST3 asks for.
    unsafe {
        assert_eq!(processor.setProcessing(0), kResultOk);
        assert_eq!(component.setActive(0), kResultOk);
    }
}

/// A block that a host has the plugin play.
#[derive(Default)]
pub(crate) struct Block {
    /// The sample of the song that it begins at; it stands if there is none.
    pub(crate) start: Option<usize>,
    pub(crate) frames: usize,
    pub(crate) events: Events,
    pub(crate) changes: Vec<Change>,
}

impl Block {
    /// Plays it into `played`.
    pub(crate) fn play(self, processor: &ComPtr<IAudioProcessor>, played: &mut Played) {
        let Self { start, frames, events, changes } = self;
        // NaN shows samples that the plugin leaves unwritten.
        let mut channels = [vec![f32::NAN; frames], vec![f32::NAN; frames]];
        let mut pointers = channels.each_mut().map(|channel| channel.as_mut_ptr());
        let mut output = AudioBusBuffers {
            numChannels: 2,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: pointers.as_mut_ptr() },
        };
        // SAFETY: a structure of numbers, for which zeros are values.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = (kTempoValid | kTimeSigValid | kProjectTimeMusicValid) as u32;
        context.state |= if start.is_some() { kPlaying as u32 } else { 0 };
        context.sampleRate = RATE;
        context.tempo = TEMPO;
        (context.timeSigNumerator, context.timeSigDenominator) = (4, 4);
        context.projectTimeSamples = start.unwrap_or(0) as i64;
        context.projectTimeMusic = start.unwrap_or(0) as f64 / RATE * TEMPO / 60.0;
        let sent = ComWrapper::new(Events::default());
        let list = sent.to_com_ptr::<IEventList>().unwrap();
        let events = ComWrapper::new(events).to_com_ptr::<IEventList>().unwrap();
        let changes = ComWrapper::new(Changes::of(&changes));
        let changes = changes.to_com_ptr::<IParameterChanges>().unwrap();
        let mut data = ProcessData {
            processMode: kOffline as int32,
            symbolicSampleSize: kSample32 as int32,
            numSamples: frames as int32,
            numInputs: 0,
            numOutputs: 1,
            inputs: null_mut(),
            outputs: &mut output,
            inputParameterChanges: changes.as_ptr(),
            outputParameterChanges: null_mut(),
            inputEvents: events.as_ptr(),
            outputEvents: list.as_ptr(),
            processContext: &mut context,
        };
        // SAFETY: all that `data` points to lives until the call has ended.
        assert_eq!(unsafe { processor.process(&mut data) }, kResultOk);
        let before = played.audio[0].len();
        for event in sent.0.borrow().iter() {
            assert!((0..frames as int32).contains(&event.sampleOffset), "{}", event.sampleOffset);
            let time = before + event.sampleOffset as usize;
            if event.r#type == kNoteOnEvent as u16 {
                // SAFETY: the type says which member it is.
                let note = unsafe { event.__field0.noteOn };
                assert!(note.velocity > 0.0 && note.velocity <= 1.0, "{}", note.velocity);
                assert!((0..16).contains(&note.channel), "{}", note.channel);
                played.ons.push((time, note.pitch));
            } else if event.r#type == kNoteOffEvent as u16 {
                // SAFETY: as above.
                played.offs.push((time, unsafe { event.__field0.noteOff }.pitch));
            }
        }
        for (sum, channel) in played.audio.iter_mut().zip(channels) {
            assert!(channel.iter().all(|sample| sample.is_finite()));
            sum.extend(channel);
        }
    }
}

/// The keys of `notes`, each as often as it is there.
pub(crate) fn keys(notes: &[(usize, i16)]) -> Vec<i16> {
    let mut keys: Vec<i16> = notes.iter().map(|&(_, key)| key).collect();
    keys.sort_unstable();
    keys
}

/// Plays until the instance plays the pattern that it stores, rather than the factory's: the
/// framework does not tell a VST3 that it renders offline, so it does not wait. The state and what
/// was played.
pub(crate) fn play_own_pattern(component: &ComPtr<IComponent>) -> (Vec<u8>, Played) {
    for _ in 0..1000 {
        let played = play(component, &[]);
        let saved = state(component);
        let json: serde_json::Value = serde_json::from_slice(&saved).unwrap();
        let groove: Groove =
            serde_json::from_str(json["fields"]["groove"].as_str().unwrap()).unwrap();
        let Some(pattern) = groove.pattern(0) else { continue };
        // An early hit of the first step sounds as the music starts, and again before it ends.
        let early = pattern.iter().filter(|(step, _, hit)| *step == 0 && hit.micro_offset() < 0.0);
        let mut expected: Vec<i16> = pattern
            .iter()
            .chain(early)
            .map(|(_, instrument, _)| i16::from(instrument.key()))
            .collect();
        expected.sort_unstable();
        if keys(&played.ons) == expected {
            return (saved, played);
        }
    }
    panic!("what is played is never what is stored");
}
