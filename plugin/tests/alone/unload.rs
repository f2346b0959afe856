//! The built library is unloaded while its workers read weights or decode: again and again, at moments that chance picks,
//! as CLAP and as VST3. Alone in its process, so that threads and what is mapped can be counted. Never a bundle: those of
//! the two formats have the same code.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "VST3 is an interface of raw pointers")]

#[path = "../vst3/application.rs"]
mod application;

use std::ffi::c_void;
use std::ptr::null_mut;

use libloading::Library;
use testhost::{Host, Input, Transport};
use testkit::Random;
use testkit::built::library;
use vst3::Steinberg::Vst::{IComponent, IHostApplication};
use vst3::Steinberg::{
    FUnknown, IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait, PClassInfo, char8, kResultOk,
};
use vst3::{ComPtr, ComWrapper, Interface};

use application::Application;

/// How often, unless `JANGDAN_UNLOADS` says otherwise.
const UNLOADS: usize = 40;

/// Lets the other threads run for a while.
fn dawdle(random: &mut Random) {
    // Until well after the weights are read, or not at all.
    for _ in 0..1_u64 << random.below(16) {
        std::thread::yield_now();
    }
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn is_mapped() -> bool {
    std::fs::read_to_string("/proc/self/maps").unwrap().contains("libjangdan.so")
}

/// Instances of a CLAP that are asked for grooves until they go, in the middle of it.
fn clap(random: &mut Random) {
    let mut hosts: Vec<Host> =
        (0..1 + random.below(3)).map(|_| Host::load(library()).unwrap()).collect();
    for host in &mut hosts {
        // Those have decoded when they go on to something else.
        let waits = random.below(2) == 0;
        host.set_offline(waits).unwrap();
        host.activate(48_000.0, 512).unwrap();
        host.process(512, Some(&Transport::playing(0.0, 120.0)), &[]).unwrap();
        host.deactivate();
        host.set_offline(false).unwrap();
        host.activate(48_000.0, 512).unwrap();
        let parameters = host.parameters().unwrap();
        let id =
            |name: &str| parameters.iter().find(|parameter| parameter.name == name).unwrap().id;
        let set = |id: u32, value: f64| Input::Parameter { offset: 0, id, value };
        // Every cycle another: there is always something left to decode.
        let vary = set(id("Variation"), 1.0);
        let seed = set(id("Seed"), f64::from(random.below(9999)));
        host.process(512, Some(&Transport::playing(0.1, 120.0)), &[vary, seed]).unwrap();
    }
    dawdle(random);
    drop(hosts);
}

/// The same of a VST3, whose instances begin to read weights when they are made.
fn vst3(random: &mut Random) {
    type Entry = unsafe extern "C" fn(*mut c_void) -> bool;
    type Exit = unsafe extern "C" fn() -> bool;
    type GetFactory = unsafe extern "system" fn() -> *mut IPluginFactory;
    // SAFETY: the library is this package's; loading it runs nothing but its constructors.
    let library = unsafe { Library::new(library()) }.unwrap();
    let application = ComWrapper::new(Application).to_com_ptr::<IHostApplication>().unwrap();
    // SAFETY: VST3 gives these functions these types, the plugin has no use for the handle, the factory comes with a reference
    // that is ours, `info` is a structure of numbers that is written before it is read, and the ids are 16 bytes long.
    unsafe {
        assert!(library.get::<Entry>(b"ModuleEntry").unwrap()(null_mut()));
        let factory = library.get::<GetFactory>(b"GetPluginFactory").unwrap()();
        let factory = ComPtr::from_raw(factory).unwrap();
        let mut info: PClassInfo = std::mem::zeroed();
        assert_eq!(factory.getClassInfo(0, &mut info), kResultOk);
        let id = IComponent::IID.as_ptr().cast::<char8>();
        let instances: Vec<ComPtr<IComponent>> = (0..1 + random.below(3))
            .map(|_| {
                let mut raw = null_mut::<c_void>();
                assert_eq!(factory.createInstance(info.cid.as_ptr(), id, &mut raw), kResultOk);
                let component = ComPtr::<IComponent>::from_raw(raw.cast()).unwrap();
                assert_eq!(
                    component.initialize(application.as_ptr().cast::<FUnknown>()),
                    kResultOk
                );
                component
            })
            .collect();
        dawdle(random);
        for component in instances {
            assert_eq!(component.terminate(), kResultOk);
        }
        drop(factory);
        assert!(library.get::<Exit>(b"ModuleExit").unwrap()());
    }
    library.close().unwrap();
}

#[test]
fn the_library_is_unloaded_at_any_moment_and_leaves_no_thread_behind() {
    crate::alone(
        "unload::the_library_is_unloaded_at_any_moment_and_leaves_no_thread_behind",
        unload,
    );
}

fn unload() {
    let unloads = testkit::effort("JANGDAN_UNLOADS", UNLOADS);
    let before = threads();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    assert!(!is_mapped());
    for turn in 0..unloads {
        // A library stays when it is closed by a thread that has run its code, and still has destructors of thread-local values to
        // run. So the last to close it is this thread, which never runs any.
        // SAFETY: the library is this package's; loading it runs nothing but its constructors.
        let last = unsafe { Library::new(library()) }.unwrap();
        let format = if turn % 2 == 0 { clap } else { vst3 };
        random = std::thread::spawn(move || {
            format(&mut random);
            random
        })
        .join()
        .unwrap();
        // Linux lists a thread a moment longer than it takes to join it.
        let is_back = (0..100_000).any(|_| {
            std::thread::yield_now();
            threads() == before
        });
        assert!(is_back, "{} threads instead of {before} in turn {turn}", threads());
        last.close().unwrap();
        assert!(!is_mapped(), "it is still mapped after turn {turn}");
    }
    println!("unloaded {unloads} times");
}
