//! The loaded library, its factory, and an instance with its life.

use std::ffi::c_void;
use std::ptr::null_mut;

use libloading::Library;
use testkit::built;
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kPlaying, kProjectTimeMusicValid, kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::ProcessModes_::{kOffline, kRealtime};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, BusDirection, BusInfo, IAudioProcessor,
    IAudioProcessorTrait, IComponent, IComponentHandler, IComponentTrait, IEditController,
    IEditControllerTrait, IEventList, IHostApplication, IParameterChanges, MediaType, ParamID,
    ParameterInfo, ProcessContext, ProcessData, ProcessSetup,
};
use vst3::Steinberg::{
    FUnknown, IBStream, IPluginBaseTrait, IPluginFactory, IPluginFactory2, IPluginFactory2Trait,
    IPluginFactoryTrait, PClassInfo2, PFactoryInfo, TUID, char8, int32, kResultOk,
};
use vst3::{ComPtr, ComWrapper, Interface};

use crate::application::Application;
use crate::interfaces::{Changes, Events, Handler, Stream};
use crate::played::{Played, Ports};
use crate::{BLOCK, RATE, TEMPO};

/// Where a VST3 bundle has its library.
const INSIDE: &str = if cfg!(target_os = "macos") {
    "Contents/MacOS/Jangdan"
} else if cfg!(windows) {
    "Contents/x86_64-win/Jangdan.vst3"
} else {
    "Contents/x86_64-linux/Jangdan.so"
};

/// The loaded library and its factory, which must be released first.
pub(crate) struct Module {
    factory: ComPtr<IPluginFactory2>,
    library: Library,
}

/// What the factory says.
pub(crate) struct About {
    pub(crate) vendor: String,
    pub(crate) url: String,
    pub(crate) email: String,
    pub(crate) classes: int32,
    pub(crate) class: TUID,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) kind: String,
    pub(crate) class_vendor: String,
    pub(crate) version: String,
}

impl Module {
    pub(crate) fn load() -> Self {
        let path = built::bundle()
            .map_or_else(built::library, |bundle| bundle.with_extension("vst3").join(INSIDE));
        type Entry = unsafe extern "C" fn(*mut c_void) -> bool;
        type GetFactory = unsafe extern "system" fn() -> *mut IPluginFactory;
        // SAFETY: the library is this package's; VST3 gives the functions these types; the factory comes with a reference
        // that is ours.
        unsafe {
            let library = Library::new(path).unwrap();
            if cfg!(target_os = "linux") {
                assert!(library.get::<Entry>(b"ModuleEntry").unwrap()(null_mut()));
            }
            let factory = library.get::<GetFactory>(b"GetPluginFactory").unwrap()();
            let factory = ComPtr::from_raw(factory).unwrap().cast().unwrap();
            Self { factory, library }
        }
    }

    pub(crate) fn about(&self) -> About {
        let text = |chars: &[char8]| -> String {
            chars.iter().map(|&c| c as u8).take_while(|&c| c != 0).map(char::from).collect()
        };
        // SAFETY: structures of numbers, for which zeros are values; the factory writes them.
        unsafe {
            let mut factory: PFactoryInfo = std::mem::zeroed();
            assert_eq!(self.factory.getFactoryInfo(&mut factory), kResultOk);
            let mut class: PClassInfo2 = std::mem::zeroed();
            assert_eq!(self.factory.getClassInfo2(0, &mut class), kResultOk);
            About {
                vendor: text(&factory.vendor),
                url: text(&factory.url),
                email: text(&factory.email),
                classes: self.factory.countClasses(),
                class: class.cid,
                name: text(&class.name),
                category: text(&class.category),
                kind: text(&class.subCategories),
                class_vendor: text(&class.vendor),
                version: text(&class.version),
            }
        }
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        type Exit = unsafe extern "C" fn() -> bool;
        if cfg!(target_os = "linux") {
            // SAFETY: as in `load`.
            assert!(unsafe { self.library.get::<Exit>(b"ModuleExit").unwrap()() });
        }
    }
}

/// A bus of these channels.
fn bus(channels: &mut [*mut f32; 2]) -> AudioBusBuffers {
    let __field0 = AudioBusBuffers__type0 { channelBuffers32: channels.as_mut_ptr() };
    AudioBusBuffers { numChannels: 2, silenceFlags: 0, __field0 }
}

/// An instance that is initialised.
pub(crate) struct Instance {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    pub(crate) controller: ComPtr<IEditController>,
    pub(crate) ports: Ports,
    /// Whether each block is said to be rendered offline.
    pub(crate) says_offline: bool,
    _application: ComPtr<IHostApplication>,
}

impl Instance {
    pub(crate) fn new(module: &Module) -> Self {
        let application = ComWrapper::new(Application).to_com_ptr::<IHostApplication>().unwrap();
        let class = module.about().class;
        let id = IComponent::IID.as_ptr().cast::<char8>();
        // SAFETY: both ids are 16 bytes long, `raw` is written before it is read, and comes with a reference that is ours.
        unsafe {
            let mut raw = null_mut::<c_void>();
            assert_eq!(module.factory.createInstance(class.as_ptr(), id, &mut raw), kResultOk);
            let component = ComPtr::<IComponent>::from_raw(raw.cast()).unwrap();
            let host = application.as_ptr().cast::<FUnknown>();
            assert_eq!(component.initialize(host), kResultOk);
            let processor = component.cast().expect("the component processes");
            let controller = component.cast().expect("the component has its controller");
            let ports = Ports::default();
            Self {
                component,
                processor,
                controller,
                ports,
                says_offline: false,
                _application: application,
            }
        }
    }

    /// Ends it and begins anew, without a host to name.
    pub(crate) fn begin_anew(&self) {
        // SAFETY: the instance is initialised and inactive.
        unsafe {
            assert_eq!(self.component.terminate(), kResultOk);
            assert_eq!(self.component.initialize(null_mut()), kResultOk);
        }
    }

    /// Sets a handler that hears all there is to hear.
    pub(crate) fn set_handler(&self) -> ComWrapper<Handler> {
        let handler = ComWrapper::new(Handler::default());
        let pointer = handler.to_com_ptr::<IComponentHandler>().unwrap();
        // SAFETY: the controller counts its references.
        assert_eq!(unsafe { self.controller.setComponentHandler(pointer.as_ptr()) }, kResultOk);
        handler
    }

    /// Sets no handler.
    pub(crate) fn take_handler(&self) {
        // SAFETY: the controller is initialised.
        assert_eq!(unsafe { self.controller.setComponentHandler(null_mut()) }, kResultOk);
    }

    pub(crate) fn load(&self, state: &[u8]) {
        let stream = Stream { bytes: state.to_vec().into(), ..Stream::default() };
        let stream = ComWrapper::new(stream).to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        assert_eq!(unsafe { self.component.setState(stream.as_ptr()) }, kResultOk);
    }

    pub(crate) fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        assert_eq!(unsafe { self.component.getState(pointer.as_ptr()) }, kResultOk);
        stream.bytes.borrow().clone()
    }

    /// Ids and names of all parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (ParamID, String)> {
        // SAFETY: the controller is initialised.
        let count = unsafe { self.controller.getParameterCount() };
        (0..count).map(|index| {
            // SAFETY: a structure of numbers, for which zeros are values; the controller writes it.
            let info = unsafe {
                let mut info: ParameterInfo = std::mem::zeroed();
                assert_eq!(self.controller.getParameterInfo(index, &mut info), kResultOk);
                info
            };
            let title = info.title.iter().copied().take_while(|&c| c != 0);
            (info.id, char::decode_utf16(title).map(Result::unwrap).collect())
        })
    }

    /// What the instance says of its ports of audio on one side.
    pub(crate) fn buses(&self, direction: BusDirection) -> Vec<BusInfo> {
        let media = kAudio as MediaType;
        // SAFETY: the component is initialised, and writes a structure of numbers, for which zeros are values.
        unsafe {
            let info = |index| {
                let mut info: BusInfo = std::mem::zeroed();
                let result = self.component.getBusInfo(media, direction, index, &mut info);
                assert_eq!(result, kResultOk);
                info
            };
            (0..self.component.getBusCount(media, direction)).map(info).collect()
        }
    }

    /// The id of the parameter of this name.
    pub(crate) fn id(&self, name: &str) -> ParamID {
        self.parameters().find(|(_, own)| own == name).expect(name).0
    }

    /// The parameter's normalised value.
    pub(crate) fn value(&self, id: ParamID) -> f64 {
        // SAFETY: the controller is initialised.
        unsafe { self.controller.getParamNormalized(id) }
    }

    pub(crate) fn set_value(&self, id: ParamID, value: f64) {
        // SAFETY: the controller is initialised.
        assert_eq!(unsafe { self.controller.setParamNormalized(id, value) }, kResultOk);
    }

    /// Starts processing.
    pub(crate) fn begin(&self, is_offline: bool) {
        let mut setup = ProcessSetup {
            processMode: if is_offline { kOffline } else { kRealtime } as int32,
            symbolicSampleSize: kSample32 as int32,
            maxSamplesPerBlock: BLOCK as int32,
            sampleRate: RATE,
        };
        // SAFETY: the calls are in the order that VST3 asks for, and what they point to outlives them.
        unsafe {
            assert_eq!(self.processor.setupProcessing(&mut setup), kResultOk);
            for (media, direction) in [(kAudio, kOutput), (kEvent, kOutput), (kEvent, kInput)] {
                self.switch_on(media as MediaType, direction as BusDirection, 0);
            }
            for stem in 0..self.ports.stems {
                self.switch_on(kAudio as MediaType, kOutput as BusDirection, 1 + stem);
            }
            if self.ports.sidechain.is_some() {
                self.switch_on(kAudio as MediaType, kInput as BusDirection, 0);
            }
            assert_eq!(self.component.setActive(1), kResultOk);
            assert_eq!(self.processor.setProcessing(1), kResultOk);
        }
    }

    fn switch_on(&self, media: MediaType, direction: BusDirection, index: usize) {
        // SAFETY: the instance is initialised and inactive.
        let result = unsafe { self.component.activateBus(media, direction, index as int32, 1) };
        assert_eq!(result, kResultOk);
    }

    /// Stops processing.
    pub(crate) fn end(&self) {
        // SAFETY: in the order that VST3 asks for.
        unsafe {
            assert_eq!(self.processor.setProcessing(0), kResultOk);
            assert_eq!(self.component.setActive(0), kResultOk);
        }
    }

    /// Plays the block of the song that begins at sample `start` into `played`.
    pub(crate) fn process(
        &self,
        start: usize,
        frames: usize,
        changes: &[(ParamID, f64)],
        played: &mut Played,
    ) {
        // NaN shows samples that the plugin leaves unwritten.
        let mut buffers =
            vec![[vec![f32::NAN; frames], vec![f32::NAN; frames]]; 1 + self.ports.stems];
        let mut pointers: Vec<_> = buffers
            .iter_mut()
            .map(|sides| sides.each_mut().map(|side| side.as_mut_ptr()))
            .collect();
        for &empty in &self.ports.empty {
            pointers[1 + empty] = [null_mut(); 2];
        }
        let mut outputs: Vec<_> = pointers.iter_mut().map(bus).collect();
        let mut sound: Vec<f32> = self.ports.sidechain.iter().flatten().copied().collect();
        sound.resize(sound.len().max(start + frames), 0.0);
        let mut sound = [sound.split_off(start), vec![0.0; frames]];
        let mut pointers = sound.each_mut().map(|side| side.as_mut_ptr());
        let mut input = bus(&mut pointers);
        let inputs = int32::from(self.ports.sidechain.is_some());
        // SAFETY: a structure of numbers, for which zeros are values.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = (kTempoValid | kTimeSigValid | kProjectTimeMusicValid | kPlaying) as u32;
        context.sampleRate = RATE;
        context.tempo = TEMPO;
        (context.timeSigNumerator, context.timeSigDenominator) = (4, 4);
        context.projectTimeSamples = start as i64;
        context.projectTimeMusic = start as f64 / RATE * TEMPO / 60.0;
        let sent = ComWrapper::new(Events::default());
        let events = sent.to_com_ptr::<IEventList>().unwrap();
        let changes = ComWrapper::new(Changes::of(changes));
        let changes = changes.to_com_ptr::<IParameterChanges>().unwrap();
        let mut data = ProcessData {
            processMode: if self.says_offline { kOffline } else { kRealtime } as int32,
            symbolicSampleSize: kSample32 as int32,
            numSamples: frames as int32,
            numInputs: inputs,
            numOutputs: outputs.len() as int32,
            inputs: if inputs > 0 { &mut input } else { null_mut() },
            outputs: outputs.as_mut_ptr(),
            inputParameterChanges: changes.as_ptr(),
            outputParameterChanges: null_mut(),
            inputEvents: null_mut(),
            outputEvents: events.as_ptr(),
            processContext: &mut context,
        };
        // SAFETY: all that `data` points to lives until the call has ended.
        assert_eq!(unsafe { self.processor.process(&mut data) }, kResultOk);
        let times = sent.0.borrow().iter().map(|event| event.sampleOffset).collect::<Vec<_>>();
        assert!(times.is_sorted() && times.iter().all(|&at| (0..frames as int32).contains(&at)));
        let before = played.audio[0].len();
        for event in sent.0.borrow().iter() {
            let time = before + event.sampleOffset as usize;
            // SAFETY: the type says which member it is.
            played.notes.push(unsafe {
                match u32::from(event.r#type) {
                    kind if kind == kNoteOnEvent as u32 => {
                        let note = event.__field0.noteOn;
                        (time, note.pitch, Some(note.velocity))
                    }
                    kind if kind == kNoteOffEvent as u32 => {
                        (time, event.__field0.noteOff.pitch, None)
                    }
                    other => panic!("an event of type {other}"),
                }
            });
        }
        let mut buffers = buffers.into_iter();
        let mix = buffers.next().unwrap();
        played.stems.resize_with(self.ports.stems, Default::default);
        let sums = std::iter::once(&mut played.audio).chain(&mut played.stems);
        for (sum, sides) in sums.zip(std::iter::once(mix).chain(buffers)) {
            sum.iter_mut().zip(sides).for_each(|(sum, side)| sum.extend(side));
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: whatever has been done to it, this is the order to end it in.
        unsafe {
            self.controller.setComponentHandler(null_mut());
            self.component.terminate();
        }
    }
}
