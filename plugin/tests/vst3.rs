//! The built VST3, through its factory: created, set up, played and released as a host does.
//!
//! The plugin is the library beside the test executable, or the VST3 bundle that lies beside the
//! CLAP bundle that `JANGDAN_BUNDLE` names.
#![expect(unsafe_code, reason = "VST3 is an interface of raw pointers")]
#![allow(clippy::unnecessary_cast, reason = "its enums are signed on Windows, unsigned elsewhere")]

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr::null_mut;

use jangdan::saved::Groove;
use libloading::Library;
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kPlaying, kProjectTimeMusicValid, kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::ProcessModes_::kOffline;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, Event, IAudioProcessor, IAudioProcessorTrait,
    IComponent, IComponentTrait, IEditController, IEditControllerTrait, IEventList,
    IEventListTrait, NoteOffEvent, NoteOnEvent, ProcessContext, ProcessData, ProcessSetup,
};
use vst3::Steinberg::{
    IBStream, IBStreamTrait, IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait, PClassInfo,
    PFactoryInfo, TUID, char8, int32, int64, kInvalidArgument, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComWrapper, Interface};

const RATE: f64 = 48_000.0;
const TEMPO: f64 = 120.0;
const BLOCK: usize = 8192;

/// Where a VST3 bundle has its library.
const INSIDE: &str = if cfg!(target_os = "macos") {
    "Contents/MacOS/Jangdan"
} else if cfg!(windows) {
    "Contents/x86_64-win/Jangdan.vst3"
} else {
    "Contents/x86_64-linux/Jangdan.so"
};

fn library() -> PathBuf {
    if let Some(bundle) = std::env::var_os("JANGDAN_BUNDLE") {
        return PathBuf::from(bundle).with_extension("vst3").join(INSIDE);
    }
    let name = format!("{}jangdan{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    std::env::current_exe().unwrap().with_file_name(name)
}

/// The loaded library and its factory, which must be released first.
struct Module {
    factory: ComPtr<IPluginFactory>,
    _library: Library,
}

impl Module {
    fn load() -> Self {
        // SAFETY: the library is this package's; loading it runs nothing but its constructors.
        let library = unsafe { Library::new(library()) }.unwrap();
        type Entry = unsafe extern "C" fn(*mut c_void) -> bool;
        type GetFactory = unsafe extern "system" fn() -> *mut IPluginFactory;
        if cfg!(target_os = "linux") {
            // SAFETY: VST3 gives this function this type, and the plugin has no use for the handle.
            assert!(unsafe { library.get::<Entry>(b"ModuleEntry").unwrap()(null_mut()) });
        }
        // SAFETY: VST3 gives this function this type.
        let raw = unsafe { library.get::<GetFactory>(b"GetPluginFactory").unwrap()() };
        // SAFETY: the factory comes with a reference that is ours.
        let factory = unsafe { ComPtr::from_raw(raw) }.unwrap();
        Self { factory, _library: library }
    }

    fn instance(&self, class: &TUID) -> ComPtr<IComponent> {
        let mut raw = null_mut::<c_void>();
        let id = IComponent::IID.as_ptr().cast::<char8>();
        // SAFETY: both ids are 16 bytes long, and `raw` is written before it is read.
        let result = unsafe { self.factory.createInstance(class.as_ptr(), id, &mut raw) };
        assert_eq!(result, kResultOk);
        // SAFETY: the component comes with a reference that is ours.
        unsafe { ComPtr::from_raw(raw.cast()) }.unwrap()
    }
}

fn text(chars: &[char8]) -> String {
    chars.iter().map(|&c| c as u8).take_while(|&c| c != 0).map(char::from).collect()
}

/// Events that the plugin sends, or is sent.
#[derive(Default)]
struct Events(RefCell<Vec<Event>>);

/// A key at a sample of the song: pressed (true) or let go.
type KeyPress = (usize, i16, bool);

impl Events {
    /// Those of `keys` that fall into the `frames` from `start` on.
    fn of(keys: &[KeyPress], start: usize, frames: usize) -> Self {
        let due = keys.iter().filter(|(at, ..)| (start..start + frames).contains(at));
        let events = due.map(|&(at, key, is_on)| {
            // SAFETY: a structure of numbers, for which zeros are values.
            let mut event: Event = unsafe { std::mem::zeroed() };
            event.sampleOffset = (at - start) as int32;
            if is_on {
                event.r#type = kNoteOnEvent as u16;
                // SAFETY: as above.
                let mut note: NoteOnEvent = unsafe { std::mem::zeroed() };
                (note.pitch, note.velocity, note.noteId) = (key, 0.8, -1);
                event.__field0.noteOn = note;
            } else {
                event.r#type = kNoteOffEvent as u16;
                // SAFETY: as above.
                let mut note: NoteOffEvent = unsafe { std::mem::zeroed() };
                (note.pitch, note.noteId) = (key, -1);
                event.__field0.noteOff = note;
            }
            event
        });
        Self(RefCell::new(events.collect()))
    }
}

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

/// A stream in memory.
#[derive(Default)]
struct Stream {
    bytes: RefCell<Vec<u8>>,
    position: Cell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: int32, read: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = &bytes[self.position.get()..];
        let count = rest.len().min(count as usize);
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

    unsafe fn seek(&self, position: int64, mode: int32, result: *mut int64) -> tresult {
        let origin = match mode {
            0 => 0,
            1 => self.position.get() as i64,
            _ => self.bytes.borrow().len() as i64,
        };
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

fn state(component: &ComPtr<IComponent>) -> Vec<u8> {
    let stream = ComWrapper::new(Stream::default());
    let pointer = stream.to_com_ptr::<IBStream>().unwrap();
    // SAFETY: the stream outlives the call.
    assert_eq!(unsafe { component.getState(pointer.as_ptr()) }, kResultOk);
    stream.bytes.borrow().clone()
}

fn set_state(component: &ComPtr<IComponent>, bytes: &[u8]) {
    let stream = Stream { bytes: RefCell::new(bytes.to_vec()), position: Cell::new(0) };
    let pointer = ComWrapper::new(stream).to_com_ptr::<IBStream>().unwrap();
    // SAFETY: the stream outlives the call.
    assert_eq!(unsafe { component.setState(pointer.as_ptr()) }, kResultOk);
}

/// Releases the last reference. Everything of the instance is gone with it.
fn release_last(component: ComPtr<IComponent>) {
    let raw = component.into_raw();
    // SAFETY: `raw` is a component to which this reference is ours.
    let left = unsafe { ((*(*raw).vtbl).base.base.release)(raw.cast()) };
    assert_eq!(left, 0, "somebody else still holds the instance");
}

/// What came out: audio, note-ons as (time, key), note-offs likewise.
#[derive(Default)]
struct Played {
    audio: [Vec<f32>; 2],
    ons: Vec<(usize, i16)>,
    offs: Vec<(usize, i16)>,
}

/// Plays one cycle of four bars from beat 0, and one block stopped.
fn play(component: &ComPtr<IComponent>, keys: &[KeyPress]) -> Played {
    let processor = component.cast::<IAudioProcessor>().unwrap();
    let mut setup = ProcessSetup {
        processMode: kOffline as int32,
        symbolicSampleSize: kSample32 as int32,
        maxSamplesPerBlock: BLOCK as int32,
        sampleRate: RATE,
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
    let mut played = Played::default();
    let cycle = (16.0 * 60.0 / TEMPO * RATE) as usize;
    let mut start = 0;
    while start < cycle {
        let frames = BLOCK.min(cycle - start);
        let due = Events::of(keys, start, frames);
        block(&processor, Some(start), frames, due, &mut played);
        start += frames;
    }
    block(&processor, None, BLOCK, Events::default(), &mut played);
    // SAFETY: in the order that VST3 asks for.
    unsafe {
        assert_eq!(processor.setProcessing(0), kResultOk);
        assert_eq!(component.setActive(0), kResultOk);
    }
    played
}

/// Plays one block from sample `start` of the song; stopped if there is none.
fn block(
    processor: &ComPtr<IAudioProcessor>,
    start: Option<usize>,
    frames: usize,
    keys: Events,
    played: &mut Played,
) {
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
    let events = ComWrapper::new(Events::default());
    let list = events.to_com_ptr::<IEventList>().unwrap();
    let keys = ComWrapper::new(keys).to_com_ptr::<IEventList>().unwrap();
    let mut data = ProcessData {
        processMode: kOffline as int32,
        symbolicSampleSize: kSample32 as int32,
        numSamples: frames as int32,
        numInputs: 0,
        numOutputs: 1,
        inputs: null_mut(),
        outputs: &mut output,
        inputParameterChanges: null_mut(),
        outputParameterChanges: null_mut(),
        inputEvents: keys.as_ptr(),
        outputEvents: list.as_ptr(),
        processContext: &mut context,
    };
    // SAFETY: all that `data` points to lives until the call has ended.
    assert_eq!(unsafe { processor.process(&mut data) }, kResultOk);
    let before = played.audio[0].len();
    for event in events.0.borrow().iter() {
        assert!((0..frames as int32).contains(&event.sampleOffset), "{}", event.sampleOffset);
        let time = before + event.sampleOffset as usize;
        if event.r#type == kNoteOnEvent as u16 {
            // SAFETY: the type says which member it is.
            let note = unsafe { event.__field0.noteOn };
            assert!(note.velocity > 0.0 && note.velocity <= 1.0, "{}", note.velocity);
            assert_eq!(note.channel, 9);
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

/// The keys of `notes`, each as often as it is there.
fn keys(notes: &[(usize, i16)]) -> Vec<i16> {
    let mut keys: Vec<i16> = notes.iter().map(|&(_, key)| key).collect();
    keys.sort_unstable();
    keys
}

/// Plays until the instance plays the pattern that it stores, rather than the factory's: the
/// framework does not tell a VST3 that it renders offline, so it does not wait. The state and what
/// was played.
fn play_own_pattern(component: &ComPtr<IComponent>) -> (Vec<u8>, Played) {
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

#[test]
fn the_factory_makes_an_instance_that_plays_saves_and_goes_without_a_trace() {
    let module = Module::load();
    // SAFETY: structures of numbers, for which zeros are values; the factory writes them.
    let (vendor, class) = unsafe {
        let mut info: PFactoryInfo = std::mem::zeroed();
        assert_eq!(module.factory.getFactoryInfo(&mut info), kResultOk);
        assert_eq!(module.factory.countClasses(), 1);
        let mut class: PClassInfo = std::mem::zeroed();
        assert_eq!(module.factory.getClassInfo(0, &mut class), kResultOk);
        (text(&info.vendor), class)
    };
    assert_eq!(vendor, "Jangdan");
    assert_eq!(text(&class.name), "Jangdan");
    assert_eq!(text(&class.category), "Audio Module Class");

    let component = module.instance(&class.cid);
    // SAFETY: a plugin can do without a host context.
    assert_eq!(unsafe { component.initialize(null_mut()) }, kResultOk);
    let controller = component.cast::<IEditController>().expect("the component has its controller");
    // SAFETY: the controller is initialised.
    unsafe {
        assert!(controller.getParameterCount() >= 19);
        assert_eq!(component.getBusCount(kAudio as int32, kOutput as int32), 1);
        assert_eq!(component.getBusCount(kEvent as int32, kOutput as int32), 1);
        assert_eq!(component.getBusCount(kEvent as int32, kInput as int32), 1);
    }
    let (saved, played) = play_own_pattern(&component);
    #[cfg(target_os = "linux")]
    assert_eq!(workers(), 1);
    assert!(played.audio.iter().all(|side| side.iter().any(|sample| sample.abs() > 0.01)));

    assert!(!played.ons.is_empty());
    assert!(played.ons.is_sorted_by_key(|&(time, _)| time));
    assert_eq!(keys(&played.ons), keys(&played.offs), "every note ends once");

    let second = module.instance(&class.cid);
    // SAFETY: as above.
    assert_eq!(unsafe { second.initialize(null_mut()) }, kResultOk);
    set_state(&second, &saved);
    assert_eq!(state(&second), saved);
    let (saved_again, again) = play_own_pattern(&second);
    assert_eq!(saved_again, saved);
    assert_eq!((&again.ons, &again.offs), (&played.ons, &played.offs));
    assert_eq!(again.audio, played.audio);

    // The key of a fill, let go in the first bar: it lands on a crash where the second begins.
    let landing = (96_000, 49);
    assert!(!played.ons.contains(&landing));
    let filled = play(&second, &[(0, 49, true), (10_000, 49, false)]);
    assert!(filled.ons.contains(&landing));
    assert_eq!(keys(&filled.ons), keys(&filled.offs), "every note ends once");

    drop(controller);
    for component in [component, second] {
        // SAFETY: the instance is inactive.
        assert_eq!(unsafe { component.terminate() }, kResultOk);
        release_last(component);
    }
    #[cfg(target_os = "linux")]
    {
        // Linux lists a thread a moment longer than it takes to join it.
        let is_gone = (0..100_000).any(|_| {
            std::thread::yield_now();
            workers() == 0
        });
        assert!(is_gone, "a worker outlives its instance");
    }
}

/// The threads of this process that decode.
#[cfg(target_os = "linux")]
fn workers() -> usize {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.trim() == "jangdan-worker")
        .count()
}
