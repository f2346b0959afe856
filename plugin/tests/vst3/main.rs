//! The built VST3, through its factory: created, set up, played and released as a host does, in any order that VST3 allows.
//!
//! The plugin is the library beside the test executable, or the VST3 bundle that lies beside the
//! CLAP bundle that `JANGDAN_BUNDLE` names.
#![expect(unsafe_code, reason = "VST3 is an interface of raw pointers")]
#![allow(clippy::unnecessary_cast, reason = "its enums are signed on Windows, unsigned elsewhere")]

mod buses;
mod changes;
mod events;
mod factory;
mod lifecycle;
mod module;
mod parameters;
mod play;
mod state;
mod stream;

use std::ptr::null_mut;

use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::{IComponentTrait, IEditController, IEditControllerTrait};
use vst3::Steinberg::{IPluginBaseTrait, int32, kResultOk};

use module::{Module, release_last};
use play::{keys, play, play_own_pattern};
use stream::{set_state, state};

const RATE: f64 = 48_000.0;
const TEMPO: f64 = 120.0;
const BLOCK: usize = 8192;

#[test]
fn the_factory_makes_an_instance_that_plays_saves_and_goes_without_a_trace() {
    let module = Module::load();
    let class = module.class();
    let component = module.instance(&class);
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

    let second = module.instance(&class);
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
